"""`mcu maps add`: a row goes into its map once, and only if every code and day in it is right."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from mcu.cli import app
from mcu.onboarding import map_rows
from mcu.onboarding.mapping_gaps import COLUMNS


@pytest.fixture
def seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the seeds, to be written to."""
    folder = Path(shutil.copytree(map_rows.SEEDS, tmp_path / "seeds"))
    monkeypatch.setattr(map_rows, "SEEDS", folder)
    return folder


def add(name: str, row: str, *more: str) -> Result:
    return CliRunner().invoke(app, ["maps", "add", name, row, *more])


@pytest.mark.parametrize(
    ("name", "row", "more"),
    [
        ("municipality", "pos,г. Мурманск-2,murmansk", ()),
        ("status", "pos,Ждёт ответа,in_review,2026-01-01,", ()),
        ("topic", '    pos,"Яма, на дороге",ВПИШИТЕ_КОД,2026-01-01,', ("--code", "roads.potholes")),
        ("recipient", "*,murmansk,ЖКХ Мурманска,murmansk.zhkh,2026-01-01,2027-01-01", ()),
    ],
)
def test_a_ready_row_is_appended_once(name: str, row: str, more: tuple[str, ...], seeds: Path) -> None:
    path = seeds / f"{name}_map.csv"
    before = path.read_text(encoding="utf-8")
    assert add(name, row, *more).exit_code == 0
    expected = row.strip().replace("ВПИШИТЕ_КОД", more[1] if more else "")
    assert path.read_text(encoding="utf-8") == f"{before}{expected}\n"
    again = add(name, row, *more)
    assert again.exit_code == 1 and f"Такая строка уже есть: {name}_map.csv, строка" in again.output
    assert path.read_text(encoding="utf-8") == f"{before}{expected}\n"


@pytest.mark.parametrize(
    ("name", "row", "why"),
    [
        ("topic", "pos,Яма,roads.pothole,2026-01-01,", "«roads.pothole». Похож: roads.potholes."),
        ("topic", "pos,Яма,ВПИШИТЕ_КОД,2026-01-01,", "Впишите код (тема) из topics.csv"),
        ("topic", "poss,Яма,roads.potholes,2026-01-01,", "Такого источника нет: «poss». Похож: pos"),
        ("topic", "pos,Яма,roads.potholes", "В строке 3 значений, а в topic_map.csv 5: source_slug,topic_ref"),
        ("topic", "pos,,roads.potholes,2026-01-01,", "Не указано, что пишет источник"),
        ("topic", "pos,Яма,roads.potholes,,", "Не указано, с какого дня действует строка"),
        ("topic", "pos,Яма,roads.potholes,01.01.2026,", "«01.01.2026» - не дата вида"),
        ("topic", "pos,Яма,roads.potholes,2026-01-01,2025-01-01", "не позже valid_from"),
        ("recipient", "*,murmansk,ЖКХ,gubkinsky.zhkh,2026-01-01,", "Исполнитель gubkinsky.zhkh относится к"),
        ("recipient", "*,murmansk2,ЖКХ,murmansk.zhkh,2026-01-01,", "кода (муниципалитет) нет"),
    ],
)
def test_a_wrong_row_is_refused_with_the_reason(name: str, row: str, why: str, seeds: Path) -> None:
    path = seeds / f"{name}_map.csv"
    before = path.read_bytes()
    shown = add(name, row)
    assert shown.exit_code == 1 and why in shown.output, shown.output
    assert path.read_bytes() == before


def test_a_later_period_of_the_same_name_is_another_row(seeds: Path) -> None:
    assert add("topic", "pos,Яма,roads.potholes,2024-01-01,2026-01-01").exit_code == 0
    assert add("topic", "pos,Яма,roads.repair,2026-01-01,").exit_code == 0
    assert add("topic", "pos,Яма,roads.snow,2025-06-01,2026-06-01").exit_code == 1


@pytest.mark.parametrize("name", COLUMNS)
def test_the_known_columns_are_those_of_the_seeds(name: str) -> None:
    header = (map_rows.SEEDS / f"{name}_map.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert tuple(header.split(",")) == COLUMNS[name]
