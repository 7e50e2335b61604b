"""A register as a workbook: the sheet to fill, the guide, and the hidden lists that its cells choose from.

Column titles are those of the source's spec: the source reads the filled sheet by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from mcu.connectors.params import Files
from mcu.reproducible import workbook_bytes
from mcu.sources.registry import get_source

HEADER_ROW = 3
LAST_ROW = 5_000
"""Checks and lists apply down to this row."""
LISTS = "Списки"
_MADE = datetime(2024, 1, 1, tzinfo=UTC)
_FIRST_DAY = "DATE(2020,1,1)"

_DARK, _PALE, _REQUIRED = "1F3A5F", "F2F5F9", "FFF4CE"
_LINE = Side(style="thin", color="B8C2CC")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


def _font(**given: Any) -> Font:
    return Font(name="Calibri", **given)


@dataclass(frozen=True)
class Choice:
    """A value from a list. Pairs (municipality, value) give each municipality a list of its own."""

    values: Callable[[], Sequence[str] | Sequence[tuple[str, str]]]
    is_strict: bool = True
    """True: another value is refused. False: the person is only warned."""


@dataclass(frozen=True)
class Day:
    """A date, not earlier than the one in the column `after`."""

    after: str | None = None


@dataclass(frozen=True)
class Unique:
    """A value that does not repeat in other rows."""


@dataclass(frozen=True)
class Percent:
    """A whole number from 0 to 100."""


@dataclass(frozen=True)
class Column:
    """A field of the source's spec, with a hint for people and a check of its values."""

    field: str
    hint: str
    width: int
    check: Choice | Day | Unique | Percent | None = None


@dataclass(frozen=True)
class Register:
    """A register: what the workbook is called, what it asks for, and which source reads it."""

    slug: str
    """The source that reads the filled workbook."""
    title: str
    file_name: str
    columns: Sequence[Column]
    rules: Sequence[str]
    """The guide: how to fill the register, line by line."""


def template(register: Register) -> bytes:
    """The empty register as XLSX, the same bytes each time."""
    return filled(register, [])


def filled(register: Register, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The register as XLSX with `rows` (field → value) in it; days as naive datetimes."""
    connector = get_source(register.slug).connector
    assert isinstance(connector, Files)
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Журнал"
    guide = book.create_sheet("Как заполнять")
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    letters = {column.field: get_column_letter(number) for number, column in enumerate(register.columns, 1)}
    _write_head(sheet, register, connector)
    for column in register.columns:
        if check := _validation(column, letters, lists, connector):
            sheet.add_data_validation(check)
            check.add(f"{letters[column.field]}{HEADER_ROW + 1}:{letters[column.field]}{LAST_ROW}")
    for line, row in enumerate(rows, HEADER_ROW + 1):
        for column in register.columns:
            if (value := row[column.field]) is not None:
                cell = sheet[f"{letters[column.field]}{line}"]
                cell.value = value
                cell.number_format = "DD.MM.YYYY" if isinstance(value, datetime) else "General"
    _write_guide(guide, register, connector)
    book.properties.title = register.title
    book.properties.creator = "Муниципальный центр управления"
    return workbook_bytes(book, _MADE)


def _write_head(sheet: Worksheet, register: Register, connector: Files) -> None:
    sheet["A1"] = register.title
    sheet["A1"].font = _font(size=14, bold=True, color=_DARK)
    sheet["A2"] = "Столбцы на жёлтом фоне обязательны. Порядок заполнения — на листе «Как заполнять»."
    sheet["A2"].font = _font(italic=True, color="5B6770")
    for number, column in enumerate(register.columns, 1):
        letter = get_column_letter(number)
        cell = sheet.cell(HEADER_ROW, number, connector.columns[column.field])
        is_required = column.field in connector.required
        cell.font = _font(bold=True, color="000000" if is_required else "FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_REQUIRED if is_required else _DARK)
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        cell.border = _BORDER
        cell.comment = Comment(column.hint, "МЦУ", width=320, height=90)
        sheet.column_dimensions[letter].width = column.width
        # Whole columns are styled: a style for each cell would make the empty register a megabyte.
        sheet.column_dimensions[letter].number_format = "DD.MM.YYYY" if isinstance(column.check, Day) else "General"
        sheet.column_dimensions[letter].alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[HEADER_ROW].height = 48
    sheet.freeze_panes = f"B{HEADER_ROW + 1}"
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(register.columns))}{LAST_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 2, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows, sheet.print_title_cols = f"{HEADER_ROW}:{HEADER_ROW}", "A:A"


def _validation(column: Column, letters: dict[str, str], lists: Worksheet, connector: Files) -> DataValidation | None:
    title = connector.columns[column.field]
    row, own = HEADER_ROW + 1, letters[column.field]
    match column.check:
        case Choice() as choice:
            formula = _list(choice, lists, title, f"${letters.get('municipality', 'A')}{row}")
            check = DataValidation("list", formula, error="Выберите значение из списка.")
            check.errorStyle = "stop" if choice.is_strict else "warning"
        case Day(after):
            rules = [f"ISNUMBER({own}{row})", f"{own}{row}>={_FIRST_DAY}"]
            rule_in_words = "Введите дату вида 20.11.2026."
            if after:
                rules.append(f"{own}{row}>={letters[after]}{row}")
                rule_in_words += f" Она не раньше, чем «{connector.columns[after]}»."
            check = DataValidation("custom", f"AND({','.join(rules)})", error=rule_in_words)
        case Unique():
            check = DataValidation(
                "custom", f"COUNTIF(${own}${row}:${own}${LAST_ROW},{own}{row})=1", error="Такой номер уже есть."
            )
        case Percent():
            check = DataValidation("whole", "0", "100", operator="between", error="Введите целое число от 0 до 100.")
        case None:
            return None
    check.allow_blank = True
    check.showErrorMessage = check.showInputMessage = True
    check.errorTitle, check.promptTitle = "Проверьте значение", title[:32]
    check.prompt = column.hint[:255]
    return check


def _list(choice: Choice, lists: Worksheet, title: str, municipality: str) -> str:
    """Write the values into the sheet of lists. Returns the formula that refers to them."""
    values = choice.values()
    pairs = [value for value in values if isinstance(value, tuple)]
    first = lists.max_column + 2 if lists.max_row > 1 else 1
    name = get_column_letter(first)
    lists.cell(1, first, f"{title} (значения)")
    if not pairs:
        for number, value in enumerate(values, 2):
            lists.cell(number, first, str(value))
        return f"{LISTS}!${name}$2:${name}${len(values) + 1}"
    key = get_column_letter(first + 1)
    for number, (place, value) in enumerate(pairs, 2):
        lists.cell(number, first, value)
        lists.cell(number, first + 1, place)
    keys = f"{LISTS}!${key}$2:${key}${len(pairs) + 1}"
    # The formula relies on the values of one municipality standing together.
    return f"OFFSET({LISTS}!${name}$1,MATCH({municipality},{keys},0),0,COUNTIF({keys},{municipality}),1)"


def _write_guide(sheet: Worksheet, register: Register, connector: Files) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 92
    sheet["A1"] = f"{register.title}: как заполнять"
    sheet["A1"].font = _font(size=14, bold=True, color=_DARK)
    line = 3
    for number, rule in enumerate(register.rules, 1):
        sheet.merge_cells(start_row=line, start_column=1, end_row=line, end_column=2)
        sheet.cell(line, 1, f"{number}. {rule}").alignment = Alignment(wrap_text=True, vertical="top")
        # Spreadsheet programs do not fit the height of merged cells.
        sheet.row_dimensions[line].height = 16 * (len(rule) // 105 + 1)
        line += 1
    line += 1
    for number, text in enumerate(("Столбец", "Что указать"), 1):
        cell = sheet.cell(line, number, text)
        cell.font, cell.fill = _font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor=_DARK)
    for number, column in enumerate(register.columns, 1):
        required = " Обязательно." if column.field in connector.required else ""
        for place, text in enumerate((connector.columns[column.field], column.hint + required), 1):
            cell = sheet.cell(line + number, place, text)
            cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), _BORDER
            if number % 2 == 0:
                cell.fill = PatternFill("solid", fgColor=_PALE)
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
