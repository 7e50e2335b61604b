"""Kind 5: all sheets whose header fits, doubled columns, merged cells, formats of percent and time, apostrophes."""

# ruff: noqa: DTZ001, DTZ007  # cells of a table know no zone

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.cases.casework import (
    AT,
    HEADER,
    Landed,
    book,
    case,
    declared,
    delimited,
    land,
    land_bytes,
    quick,
    stage,
    table_spec,
    token,
)

SHEET = "второй лист не читается и не называется"


def row(ref: Any, text: Any = "Не чистят", answer: Any = "Убрали") -> list[Any]:
    return [ref, AT, "Снег", text, answer]


def read(tmp_path: Path, sheets: Any, **change: Any) -> Landed:
    return land(table_spec(**change), book(tmp_path / "a.xlsx", sheets))


# ---------------------------------------------------------------- sheets


@pytest.mark.parametrize(
    "sheets",
    [
        case({"Октябрь": [HEADER, row("1")], "Ноябрь": [HEADER, row("2")]}, id="two"),
        case({f"{n}": [HEADER, row(str(n))] for n in range(1, 13)}, id="twelve"),
        case({"А": [HEADER, row("1")], "Б": [["Отчёт"], [], HEADER, row("2")]}, id="header-lower"),
        case({"А": [HEADER, row("1")], "Б": [[*HEADER[::-1]], row("2")[::-1]]}, id="other-order"),
        case({"А": [HEADER, row("1")], "Б": [HEADER]}, id="second-empty"),
        case({"А": [HEADER], "Б": [HEADER, row("2")]}, id="first-empty"),
        case({"А": [HEADER, row("1")], "Б": [HEADER[:4], row("2")[:4]]}, id="without-an-optional-column"),
    ],
)
def test_every_fitting_sheet_is_read(inbox: Path, tmp_path: Path, sheets: dict[str, Any]) -> None:
    found = read(tmp_path, sheets)
    cells = {str(cell) for rows in sheets.values() for cells in rows for cell in cells}
    assert set(found.records) == {ref for ref in map(str, range(1, 13)) if ref in cells}
    assert all(record["text"] == "Не чистят" for record in found.records.values())


@pytest.mark.parametrize(
    "rows",
    [
        case([["Справочник"], ["Дороги"], ["Свет"]], id="words"),
        case([["Исполнитель", "Телефон"], ["ЖКХ", "45-00-01"]], id="another-table"),
        case([["Номер", "Дата закрытия", "Примечание"], ["7", AT, "x"]], id="half-fitting"),
        case([row("7"), row("8")], id="rows-without-a-header"),
    ],
)
def test_what_is_left_out_is_accounted_for(inbox: Path, tmp_path: Path, rows: list[list[Any]]) -> None:
    found = read(tmp_path, {"Ноябрь": [HEADER, row("1")], "Разное": rows})
    assert "1" in found.records
    assert "Разное" in found.messages


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_read_or_reported(inbox: Path, tmp_path: Path, state: str) -> None:
    path = book(tmp_path / "a.xlsx", {"Ноябрь": [HEADER, row("1")], "Архив": [HEADER, row("2")]})
    made = openpyxl.load_workbook(path)
    made["Архив"].sheet_state = state
    made.save(path)
    found = land(table_spec(), path)
    assert "1" in found.records
    assert "2" in found.records or "Архив" in found.messages


def test_hidden_rows_and_columns_are_read(inbox: Path, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [HEADER, row("1"), row("2")])
    made = openpyxl.load_workbook(path)
    made.active.row_dimensions[3].hidden = True
    made.active.column_dimensions["D"].hidden = True
    made.save(path)
    found = land(table_spec(), path)
    assert found.is_right("1", text="Не чистят") and found.is_right("2", text="Не чистят")


def test_x1(empty_warehouse: Path, cases: Path) -> None:
    found = land(declared("pos_export"), cases / "x1_two_sheets.xlsx")
    assert set(found.records) == {"А-1", "А-2", "А-3", "Б-1", "Б-2"}


# ---------------------------------------------------------------- doubled columns

FIRST = "побеждает первый из двух столбцов, второй теряется без слова"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "titles",
    [
        case([*HEADER, "Текст"], id="same"),
        case([*HEADER, "ТЕКСТ"], id="case"),
        case([*HEADER, " Текст "], id="blanks"),
        case([*HEADER, "Текст:"], id="punctuation"),
        case([*HEADER, "Те\u00adкст"], id="soft-hyphen"),
        case([*HEADER, "Номер"], id="the-number"),
    ],
)
def test_a_doubled_column_is_refused(inbox: Path, tmp_path: Path, kind: str, titles: list[str]) -> None:
    cells = [*row("1", text=""), "Другое"]
    if kind == "csv":
        found = land_bytes(table_spec(), tmp_path, delimited([cells], header=titles))
    else:
        found = read(tmp_path, [titles, cells])
    if found.records:
        assert "\u00ad" in titles[-1] and "кст" in found.messages  # another title: reported as new
    else:
        assert "дважды" in found.refused[0] or "повтор" in found.refused[0]


def test_a_doubled_column_that_nobody_wants_is_no_fault(inbox: Path, tmp_path: Path) -> None:
    found = read(tmp_path, [[*HEADER, "Примечание", "Примечание"], [*row("1"), "а", "б"]])
    assert found.is_right("1", text="Не чистят")


def test_c13(empty_warehouse: Path, cases: Path) -> None:
    found = land(declared("pos_export"), cases / "c13_dup_column.csv")
    assert not found.records and "Дата ответа" in found.refused[0]


# ---------------------------------------------------------------- merged cells


UNDER = "в строках под первой пусто"


@pytest.mark.parametrize(
    ("area", "right"),
    [
        case("C2:C4", [("Снег", AT), ("Снег", AT), ("Снег", AT)], id="down"),
        case("C2:C3", [("Снег", AT), ("Снег", AT), ("Свет", AT)], id="two-of-three"),
        case("B3:B4", [("Снег", AT), ("Снег", AT), ("Свет", AT)], id="another-column"),
    ],
)
def test_a_merged_cell_fills_what_it_covers(
    inbox: Path, tmp_path: Path, area: str, right: list[tuple[str, str]]
) -> None:
    rows = [
        [str(n), AT, "Снег" if n < 3 else "Свет", text, ""] for n, text in enumerate(("Не чистят", "Темно", "Лёд"), 1)
    ]
    path = book(tmp_path / "a.xlsx", [HEADER, *rows])
    made = openpyxl.load_workbook(path)
    made.active.merge_cells(area)
    made.save(path)
    found = land(table_spec(), path)
    for (ref, *_, text, _), (topic, at) in zip(rows, right, strict=True):
        assert found.is_right(ref, topic=topic, text=text, created_at=at) or found.is_accounted_for(ref)


def test_a_merged_title_above_the_header_is_no_harm(inbox: Path, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["Отчёт за ноябрь"], HEADER, row("1")])
    made = openpyxl.load_workbook(path)
    made.active.merge_cells("A1:E1")
    made.save(path)
    assert land(table_spec(), path).is_right("1", text="Не чистят", topic="Снег")


# ---------------------------------------------------------------- percents

MEASURE = ["Номер", "Вид", "Муниципальное образование", "Наименование", "Срок исполнения", "Готовность, %", "Состояние"]
SHARE = "формат процента не читается: 95 % становится 0,95 %"


@pytest.mark.parametrize(
    ("cell", "percent"),
    [
        case((0.95, "0%"), 95, id="format"),
        case((0.955, "0.0%"), 95.5, id="one-digit"),
        case((0.955, "0.00%"), 95.5, id="two-digits"),
        case((1, "0%"), 100, id="whole"),
        case((0, "0%"), 0, id="nothing"),
        case((0.005, "0.0%"), 0.5, id="half-a-percent"),
        case((0.95, "0 %"), 95, id="with-a-blank"),
        case((0.95, "[Green]0%;[Red]-0%"), 95, id="coloured"),
        case((0.95, "#,##0%"), 95, id="thousands"),
        case((95, "General"), 95, id="number"),
        case((95, '0"%"'), 95, id="written-sign"),
        case((95, "0\\%"), 95, id="escaped-sign"),
        case(("95%", "@"), 95, id="text"),
        case(("95,0 %", "@"), 95, id="text-with-comma"),
    ],
)
def test_a_percent_is_read_as_shown(
    empty_warehouse: Path, staging: dict[str, str], tmp_path: Path, cell: Any, percent: float
) -> None:
    rows = [MEASURE, ["М-1", "Поручение", "Мурманск", "Ремонт", "30.11.2026", cell, "В работе"]]
    found = land(declared("measures"), book(tmp_path / "a.xlsx", rows))
    (staged,) = stage(staging["stg_measures__measures"]) or [None]
    assert (staged and staged["progress"]) == Decimal(str(percent)) or found.is_accounted_for("М-1")


def test_x6(empty_warehouse: Path, staging: dict[str, str], cases: Path) -> None:
    land(declared("measures"), cases / "x6_percent.xlsx")
    (staged,) = stage(staging["stg_measures__measures"])
    assert staged["progress"] == 95


# ---------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("cell", "right"),
    [
        case((datetime(2026, 11, 2, 10), "dd.mm.yyyy hh:mm"), "02.11.2026 10:00", id="plain"),
        case((datetime(2026, 11, 2, 10, 0, 1), "dd.mm.yyyy hh:mm:ss"), "02.11.2026 10:00:01", id="seconds"),
        case((date(2026, 11, 2), "dd.mm.yyyy"), "02.11.2026", id="day"),
        case(
            (datetime(2026, 11, 2, 23, 59, 59, 600_000), "dd.mm.yyyy hh:mm:ss"),
            "03.11.2026 00:00",
            id="rounds-to-midnight",
        ),
        case(
            (datetime(2026, 11, 2, 9, 59, 59, 999_000), "dd.mm.yyyy hh:mm"),
            "02.11.2026 10:00",
            id="float-of-ten",
        ),
        case(
            (datetime(2026, 12, 31, 23, 59, 59, 700_000), "dd.mm.yyyy hh:mm"),
            "01.01.2027 00:00",
            id="rounds-to-new-year",
        ),
        case((datetime(2026, 11, 2, 10, 0, 0, 400_000), "dd.mm.yyyy hh:mm:ss"), "02.11.2026 10:00", id="rounds-down"),
        case((46328.416666666664, "dd.mm.yyyy hh:mm"), "02.11.2026 10:00", id="serial"),
        case((46328.416666666664, "[$-419]d mmm yyyy;@"), "02.11.2026 10:00", id="russian-format"),
        case((time(8, 30, 45), "hh:mm:ss"), "08:30:45", id="only-a-time"),
        case((time(8, 30), "hh:mm"), "08:30", id="time-to-the-minute"),
    ],
)
def test_a_time_is_rounded_to_the_second(inbox: Path, tmp_path: Path, cell: Any, right: str) -> None:
    found = read(tmp_path, [HEADER, ["1", cell, "Снег", "т", ""]])
    landed = found.records["1"]["created_at"]
    assert landed in (right, right.replace(" 00:00", ""), f"{right}:00")


def test_a_book_that_counts_from_1904(inbox: Path, tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.epoch = CALENDAR_MAC_1904
    made.active.append(list(HEADER))
    made.active.append(["1", datetime(2026, 11, 2, 10), "Снег", "т", ""])
    made.save(tmp_path / "a.xlsx")
    assert land(table_spec(), tmp_path / "a.xlsx").is_right("1", created_at="02.11.2026 10:00")


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)).map(lambda t: t.replace(microsecond=0)),
    st.sampled_from([0, 400, 499, 501, 600, 999]),
)
@quick(25)
def test_any_moment_is_read_to_the_second(inbox: Path, tmp_path: Path, moment: datetime, thousandths: int) -> None:
    moment += timedelta(milliseconds=thousandths)
    ref = f"{moment:%Y%m%d%H%M%S%f}"
    found = read(tmp_path, [HEADER, [ref, (moment, "dd.mm.yyyy hh:mm:ss"), "Снег", "т", ""]])
    landed = found.records[ref]["created_at"].split()
    landed = datetime.strptime(
        landed[0] + " " + (landed[1] if landed[1:] else "00:00"),
        f"%d.%m.%Y %H:%M{':%S' * (landed[-1].count(':') == 2)}",
    )
    assert abs(landed - moment) <= timedelta(seconds=0.501)


# ---------------------------------------------------------------- apostrophes and odd cells


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("cell", "right"),
    [
        case("'007", "007", id="guard"),
        case("'+7", "+7", id="guard-of-a-sign"),
        case("'Снег' у дома", "'Снег' у дома", id="quoted-word"),
        case("'Снег'", "'Снег'", id="quoted-cell"),
        case("''Снег'' у дома", "''Снег'' у дома", id="doubled"),
        case("Объезд 'Колы'", "Объезд 'Колы'", id="inside"),
    ],
)
def test_an_apostrophe(inbox: Path, tmp_path: Path, kind: str, cell: str, right: str) -> None:
    if kind == "csv":
        found = land_bytes(table_spec(), tmp_path, delimited([row("1", text=cell)]))
    else:
        found = read(tmp_path, [HEADER, row("1", text=cell)])
    assert found.is_right("1", text=right)


@pytest.mark.parametrize(
    "value",
    [
        case("#N/A", id="not-available"),
        case("#REF!", id="reference"),
        case("#DIV/0!", id="division"),
    ],
)
def test_an_error_of_a_formula_is_kept_or_reported(inbox: Path, tmp_path: Path, value: str) -> None:
    path = book(tmp_path / "a.xlsx", [HEADER, row("1"), row("2")])
    made = openpyxl.load_workbook(path)
    where = made.active["D2"]
    where.value, where.data_type = value, "e"
    made.save(path)
    found = land(table_spec(), path)
    assert "2" in found.records
    assert found.is_right("1", text=value) or found.is_accounted_for("1") or value in found.messages


CELL = st.one_of(
    st.text(alphabet="абвгд 'x;\"", min_size=1, max_size=8).map(str.strip).filter(bool),
    st.integers(-(10**9), 10**9),
    st.booleans(),
)


@given(st.lists(CELL, min_size=4, max_size=8))
@quick(12)
def test_cells_of_two_sheets_are_what_lands(inbox: Path, tmp_path: Path, cells: list[Any]) -> None:
    start = int(token(cells)) * 10
    rows = [row(f"А{start + n}", text=cell) for n, cell in enumerate(cells)]
    found = read(tmp_path, {"Октябрь": [HEADER, *rows[::2]], "Ноябрь": [HEADER, *rows[1::2]]})
    for (ref, *_), cell in zip(rows, cells, strict=True):
        is_guarded = isinstance(cell, str) and cell[0] == "'" and cell.count("'") == 1
        found.check(ref, text=(cell[1:] or None) if is_guarded else cell)
