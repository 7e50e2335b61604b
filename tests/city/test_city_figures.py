"""The figures of the regional centre: counted from the lives of the items, different only where it is planted."""

from __future__ import annotations

import csv

import pytest

from demo_city import regional_count, truth
from demo_city.reference import reference
from demo_city.systems import all_systems
from demo_city.systems.base import Plan

PLAN = Plan(59, 3_000)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> dict[regional_count.Cell, float]:
    """The figures of the dropped file."""
    home = tmp_path_factory.mktemp("figures")
    all_systems()["bi_rcc_figures"].open(home, PLAN).finish()
    (file,) = home.iterdir()
    codes = {ref: code for code, ref in _places().items()}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter=";") if row["Муниципалитет"]]
    return {
        (codes[row["Муниципалитет"]], _month(row["Месяц"]), row["Код показателя"]): _number(row["Значение"])
        for row in rows
        if row["Код показателя"] != "BI.MEDIA"
    }


def test_figures_are_counted_and_differ_where_it_is_planted(given: dict[regional_count.Cell, float]) -> None:
    counted = regional_count.figures(PLAN)
    planted = {
        (other["municipality_code"], (int(other["month"][:4]), int(other["month"][5:])), other["code"])
        for other in truth.OTHER_COUNTS
    }
    assert planted <= given.keys()
    different = {cell for cell, value in given.items() if abs(value - counted[cell]) > 0.5}
    assert different == planted


def test_a_figure_is_believable(given: dict[regional_count.Cell, float]) -> None:
    """Counts follow the size of the municipality; hardly anything is repeated; most is answered in time."""
    of = {
        code: [value for (place, _, figure), value in given.items() if figure == code and place == "murmansk"]
        for code in ("BI.NEW", "BI.REPEAT", "BI.ONTIME")
    }
    small = [value for (place, _, figure), value in given.items() if figure == "BI.NEW" and place == "giaginsky"]
    assert sum(of["BI.NEW"]) > 4 * sum(small) > 0
    assert max(of["BI.REPEAT"]) < 25 and sum(of["BI.ONTIME"]) / len(of["BI.ONTIME"]) > 80


def test_the_truth_names_each_planted_difference_and_its_cause() -> None:
    assert all(other["cause"] and other.keys() & {"times", "plus"} for other in truth.OTHER_COUNTS)


def _places() -> dict[str, str]:
    return {code: reference().municipality_refs["*", code] for code in reference().municipalities}


def _month(day: str) -> regional_count.Month:
    return int(day[6:]), int(day[3:5])


def _number(text: str) -> float:
    return float(text.replace(" ", "").replace(",", "."))
