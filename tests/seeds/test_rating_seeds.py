"""A scheme of the rating that contradicts itself is refused with file and row."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ground import ROOT
from mcu.seeds.ratings import faults_of_ratings
from mcu.seeds.read import Row, Seed, read_seeds

NAMES = ("rating_schemes", "rating_components", "peer_groups")


def faults(change: Callable[[dict[str, Seed]], object]) -> list[str]:
    seeds = read_seeds(ROOT / "dbt_project")
    change(seeds)
    return list(faults_of_ratings(*(seeds[name] for name in NAMES)))


def first(seed: Seed, scheme: str) -> Row:
    return next(row for row in seed.rows if row.cells["scheme_code"] == scheme)


def set_cell(seed: str, scheme: str, **cells: str) -> Callable[[dict[str, Seed]], object]:
    return lambda seeds: first(seeds[seed], scheme).cells.update(cells)


def test_schemes_of_today_are_sound_and_cover_the_acts() -> None:
    assert faults(lambda seeds: None) == []
    schemes = {row.cells["scheme_code"]: row.cells for row in read_seeds(ROOT / "dbt_project")["rating_schemes"].rows}
    assert {code: schemes[code]["municipality_code"] for code in schemes if code.startswith("act_00")} == {
        "act_000": "murmansk", "act_001": "lomonosovsky", "act_001_settlements_pos": "lomonosovsky",
        "act_001_settlements_incident": "lomonosovsky", "act_002": "gubkinsky", "act_003": "giaginsky",
        "act_004": "novoshakhtinsk",
    }  # fmt: skip  # a table
    assert all("п. " in row["legal_basis"] for code, row in schemes.items() if code.startswith("act_00"))
    assert all("умолчани" in row["legal_basis"] for row in schemes.values())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (set_cell("rating_components", "act_002", weight="0.30"), "веса с 2020-01-01 в сумме 1.10, а не 1"),
        (set_cell("rating_components", "base.month", worst_share="1"), "границы не сходятся: худшая доля 1 не меньше"),
        (set_cell("rating_components", "base.year", valid_to="2026-07-01"), "веса с 2026-07-01 в сумме 0.90, а не 1"),
        (lambda seeds: seeds["rating_components"].rows.clear(), "рейтинг «base.week» без показателей"),
        (lambda seeds: seeds["peer_groups"].rows[0].cells.update(title_pattern="(УК"), "образец «(УК» не читается"),
    ],
)  # fmt: skip  # a table
def test_a_contradiction_is_named_with_its_row(change: Callable[[dict[str, Seed]], object], said: str) -> None:
    found = faults(change)
    assert said in found[0]
    assert all(fault.startswith("seeds/") and ", строка " in fault for fault in found)


def test_weights_are_judged_on_every_day_on_which_one_changes() -> None:
    def later(seeds: dict[str, Seed]) -> None:
        row = first(seeds["rating_components"], "act_001")
        seeds["rating_components"].rows.append(
            Row(999, row.cells | {"valid_from": "2026-07-01", "weight": "0.50"}, True)
        )
        row.cells["valid_to"] = "2026-07-01"

    (fault,) = faults(later)
    assert "веса с 2026-07-01 в сумме 1.30, а не 1" in fault
