"""What the staging folders declare: `<folder>/<slug>/stg_<slug>__<relation>.sql` says that a source fills a relation
of the contract (`dbt_project/contract.yml`). dbt gets the properties of all these models from one generated file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from mcu.errors import UserError

_LEDGERS = "ops"
"""The folder of our own ledgers: it is staging, but no source."""


class StagingError(UserError):
    """A staging file names a relation that the contract does not have."""


def read_contract(project: Path) -> dict[str, Any]:
    """The contract: `raw_table` (dbt's properties of every raw table) and `relations` (name → description, columns)."""
    contract: dict[str, Any] = yaml.safe_load((project / "contract.yml").read_text(encoding="utf-8"))
    return contract


def find_relations(folders: Iterable[Path], contract: dict[str, Any]) -> dict[str, list[str]]:
    """Slug → the relations that the source fills, in the order of the contract. Raises StagingError."""
    found: dict[str, list[str]] = {}
    for folder in (source for parent in folders for source in sorted(parent.iterdir()) if source.is_dir()):
        prefix = f"stg_{folder.name}__"
        relations = {path.stem.removeprefix(prefix) for path in folder.glob(f"{prefix}*.sql")}
        if folder.name == _LEDGERS or not relations:
            continue
        if unknown := relations - contract["relations"].keys():
            raise StagingError(
                f"{folder}: договор не знает отношений: {', '.join(sorted(unknown))};"
                f" есть: {', '.join(contract['relations'])}"
            )
        found[folder.name] = [name for name in contract["relations"] if name in relations]
    return found


def write_properties(
    path: Path, contract: dict[str, Any], relations: dict[str, list[str]], titles: dict[str, str]
) -> None:
    """Write dbt's properties of each source: its raw table, and the contract's columns of each staging model.
    An unchanged file is not rewritten, so that dbt need not parse the project again."""
    sources = {
        "name": "raw",
        "schema": "raw",
        "config": contract["raw_table"],
        "tables": [{"name": slug, "description": titles.get(slug, slug)} for slug in relations],
    }
    models = [
        {"name": f"stg_{slug}__{relation}", **contract["relations"][relation]}
        for slug, names in relations.items()
        for relation in names
    ]
    text = yaml.safe_dump({"sources": [sources], "models": models}, allow_unicode=True, sort_keys=False)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
