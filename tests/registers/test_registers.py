"""The workbooks we give people to fill: lists and checks as a spreadsheet has them, and what was filled in is read."""

from __future__ import annotations

import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from mcu.connectors.files import read_file
from mcu.connectors.params import Files
from mcu.errors import UserError
from mcu.registers import REGISTERS, write_template
from mcu.registers.workbook import HEADER_ROW, LISTS, filled, template
from mcu.sources.registry import get_source

NAMES = sorted(REGISTERS)


def opened(name: str) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(template(REGISTERS[name])))


def checks(sheet: Worksheet) -> dict[str, DataValidation]:
    """Title of the column → its check."""
    found = {}
    for check in sheet.data_validations.dataValidation:
        (cells,) = check.sqref.ranges
        found[str(sheet.cell(HEADER_ROW, cells.min_col).value)] = check
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_same_bytes_each_time_and_nobody_in_it(name: str) -> None:
    assert template(REGISTERS[name]) == template(REGISTERS[name])
    book = opened(name)
    assert [(sheet.title, sheet.sheet_state) for sheet in book.worksheets] == [
        ("Журнал", "visible"),
        ("Как заполнять", "visible"),
        (LISTS, "hidden"),
    ]
    assert book["Журнал"].max_row == HEADER_ROW
    assert "Как заполнять".casefold() in str(book["Как заполнять"]["A1"].value)


@pytest.mark.parametrize("name", NAMES)
def test_titles_are_those_of_the_source(name: str) -> None:
    register = REGISTERS[name]
    connector = get_source(register.slug).connector
    assert isinstance(connector, Files)
    sheet = opened(name)["Журнал"]
    titles = [cell.value for cell in sheet[HEADER_ROW]]
    assert titles == [connector.columns[column.field] for column in register.columns]
    assert {column.field for column in register.columns} == set(connector.columns)
    described = [row[0].value for row in opened(name)["Как заполнять"].iter_rows()]
    assert set(titles) <= set(described)


def test_lists_of_the_register() -> None:
    book = opened("register")
    found = checks(book["Журнал"])
    assert {t for t, c in found.items() if c.type == "list"} == {
        "Способ поступления",
        "Муниципальное образование",
        "Тематика",
        "Ответственный получатель",
        "Состояние",
    }
    assert {t for t, c in found.items() if c.type == "custom"} == {
        "Регистрационный номер",
        "Дата поступления",
        "Дата регистрации",
        "Срок продлён",
        "Направлено по компетенции",
        "Дата ответа",
    }
    # Column D is the day it came, E the day it was registered.
    assert found["Дата регистрации"].formula1 == "AND(ISNUMBER(E4),E4>=DATE(2020,1,1),E4>=D4)"
    assert all(check.showErrorMessage and check.error and check.prompt for check in found.values())
    values = {row[0].value for row in book[LISTS].iter_rows(min_col=3, max_col=3)}
    assert {"город Мурманск", "Губкинский городской округ", "город Новошахтинск"} <= values


@pytest.mark.parametrize(
    ("name", "column"), [("register", "Ответственный получатель"), ("measures", "Отраслевой блок")]
)
def test_a_list_of_the_row_s_own_municipality(name: str, column: str) -> None:
    """The formula names the values that stand beside the row's municipality, and those stand together."""
    book = opened(name)
    check = checks(book["Журнал"])[column]
    assert check.formula1 is not None
    found = re.fullmatch(
        rf"OFFSET\({LISTS}!\$(\w)\$1,MATCH\(\$C4,{LISTS}!\$(\w)\$2:\$\w\$(\d+),0\),0,COUNTIF\(.*,\$C4\),1\)",
        check.formula1,
    )
    assert found
    values, keys, last = found.groups()
    lists = book[LISTS]
    places = [str(lists[f"{keys}{line}"].value) for line in range(2, int(last) + 1)]
    first, count = places.index("город Мурманск"), places.count("город Мурманск")
    assert set(places[first : first + count]) == {"город Мурманск"}
    own = [str(lists[f"{values}{2 + first + n}"].value) for n in range(count)]
    assert ("Администрация города Мурманска" if name == "register" else "Дороги") in own


ROW: dict[str, Any] = {
    "number": "М-1",
    "kind": "Мероприятие",
    "municipality": "город Мурманск",
    "title": "Починить лестницу",
    "block": "Дороги",
    "responsible": "Администрация города Мурманска",
    "basis": "Протокол № 1",
    "planned_on": datetime(2026, 12, 1),  # noqa: DTZ001
    "done_on": None,
    "progress": 40,
    "status": "На исполнении",
    "parent": None,
    "topic": "Ремонт дороги",
    "place": "Центр",
    "problem": None,
}


def test_what_was_filled_in_is_read(tmp_path: Path) -> None:
    path = tmp_path / "мероприятия.xlsx"
    path.write_bytes(filled(REGISTERS["measures"], [ROW]))
    connector = get_source("measures").connector
    assert isinstance(connector, Files)
    (page,) = [page for page in read_file(path, connector) if page.records]
    assert page.records == [{**ROW, "planned_on": "01.12.2026"}]
    assert page.position(0) == f"лист «Журнал», строка {HEADER_ROW + 1}"
    assert page.unknown_fields == frozenset()


def test_a_filled_register_is_never_overwritten(tmp_path: Path) -> None:
    path = write_template("register", tmp_path)
    assert path.name == "Журнал обращений.xlsx"
    path.write_bytes(b"filled")
    with pytest.raises(UserError, match="уже есть"):
        write_template("register", tmp_path)
    assert path.read_bytes() == b"filled"
    with pytest.raises(UserError, match=r"должно оканчиваться на \.xlsx"):
        write_template("register", tmp_path / "a.ods")
