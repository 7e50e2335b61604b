"""The layers of the dbt project, read from its files: which layer reads which, one macro a file, prefixes of marts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from mcu.warehouse.dbt import PROJECT

MODELS, MACROS = PROJECT / "models", PROJECT / "macros"
PREFIXES = ("fct_", "dim_", "rpt_", "ind_", "bi_")
READ_BY_STAGING = "stg_ops__accepted_loads"
"""Every staging model sees the accepted loads only."""


def layer_of() -> dict[str, str]:
    """Model → its layer: the first folder under models. `stg_` is any source's, as in `ref('stg_' ~ slug …)`."""
    layers = {path.stem: path.relative_to(MODELS).parts[0] for path in sorted(MODELS.rglob("*.sql"))}
    return layers | {"stg_": "staging"}


def refs(text: str) -> set[str]:
    return set(re.findall(r"\bref\('(\w+)'", text))


def macro_texts() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(MACROS.rglob("*.sql"))}


def refs_with_macros(path: Path, macros: dict[str, str]) -> set[str]:
    """The refs of a model, and those of the macros that it calls, directly or by another macro."""
    found, texts, seen = set[str](), [path.read_text(encoding="utf-8")], set[str]()
    while texts:
        text = texts.pop()
        found |= refs(text)
        called = {name for name in macros if re.search(rf"\b{name}\(", text)} - seen
        seen |= called
        texts += [macros[name] for name in called]
    return found


def read_layers(layer: str) -> dict[str, set[str]]:
    """Model of `layer` → the layers of the models that it reads. A seed belongs to none."""
    layers, macros = layer_of(), macro_texts()
    found: dict[str, set[str]] = {}
    for path in sorted((MODELS / layer).rglob("*.sql")):
        read = refs_with_macros(path, macros) - {READ_BY_STAGING}
        found[path.stem] = {layers[ref] for ref in read if ref in layers}
    return found


def test_intermediate_models_read_no_mart() -> None:
    found = read_layers("intermediate")
    assert len(found) > 30
    assert {model for model, read in found.items() if "marts" in read} == set()


def test_staging_models_read_no_later_layer() -> None:
    found = read_layers("staging")
    assert len(found) > 30
    assert {model for model, read in found.items() if read - {"staging"}} == set()


def test_marts_read_marts_and_intermediate_only() -> None:
    found = read_layers("marts")
    assert len(found) > 30
    # records are reconciled against raw, and staging says which of them are no messages
    assert {model for model, read in found.items() if "staging" in read} == {"rpt_reconciliation"}


def test_the_name_of_a_mart_says_what_it_is() -> None:
    marts = [model for model, layer in layer_of().items() if layer == "marts"]
    assert [model for model in marts if not model.startswith(PREFIXES)] == []
    others = [model for model, layer in layer_of().items() if layer == "intermediate"]
    assert [model for model in others if not model.startswith("int_")] == []


@pytest.mark.parametrize(
    "path", [p for p in sorted(MACROS.rglob("*.sql")) if p.parent.name != "tests"], ids=lambda p: p.stem
)
def test_a_file_holds_one_macro_of_its_name(path: Path) -> None:
    assert re.findall(r"{%-? (?:macro|materialization) (\w+)", path.read_text(encoding="utf-8")) == [path.stem]


OF_NOW = {
    "bi_unowned", "bi_attention", "bi_citizen_clocks", "bi_measure_checks", "bi_dwell", "bi_transfers", "bi_workload",
    "bi_workload_staff", "bi_recommendations",
}  # fmt: skip  # a list
"""Views that show how things stand now, under the names of now."""


def test_a_view_of_the_past_shows_the_name_of_its_time() -> None:
    """`dim_recipient` has the present name of a recipient; a month or an item has the name that was in force."""
    views = {path.stem: path.read_text(encoding="utf-8") for path in sorted((MODELS / "marts" / "bi").glob("*.sql"))}
    assert {view for view, text in views.items() if "dim_recipient" in refs(text)} <= OF_NOW
    dated = [text for text in views.values() if "dim_recipient_name" in refs(text)]
    assert len(dated) > 5 and all("in_force('r'" in text for text in dated)


def test_every_view_of_bi_shows_each_person_only_what_is_theirs() -> None:
    views = sorted((MODELS / "marts" / "bi").glob("*.sql"))
    assert len(views) > 40
    texts = {path.stem: path.read_text(encoding="utf-8") for path in views}
    assert [name for name, text in texts.items() if not re.search(r"visible_(rows|to|places)\(", text)] == []
    config = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    assert "security_barrier = true" in config["models"]["mcu"]["marts"]["bi"]["+post-hook"]
    # a model's own hook would replace that of the folder
    assert [name for name, text in texts.items() if "post_hook" in text] == []
