"""The package as a workbook: figures, overview by municipality, method, and the changes of a later revision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from mcu.publications.indicators.document import Document, Indicator, Number
from mcu.reproducible import workbook_bytes

MONTHS = (
    *("январь", "февраль", "март", "апрель", "май", "июнь"),
    *("июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
)
NO_DATA = "нет данных"
BETTER = {"more": "больше — лучше", "less": "меньше — лучше"}
HOW = {"count": "количество", "share": "доля", "mean": "среднее", "median": "медиана"}

FONT = "Times New Roman"
INK, DARK, BAND, GOOD, BAD = "1F2A37", "1F3A5F", "F2F5F9", "1E6B3A", "A61B1B"
_CENTRED = (None, "да", "нет", "%", "шт.", NO_DATA)
_THIN = Side(style="thin", color="B8C2CC")
_THICK = Side(style="medium", color=DARK)

PERCENT, POINTS, COUNT, DECIMAL = "0.0%", '+0.0" п.п.";-0.0" п.п.";0.0" п.п."', "#,##0", "#,##0.0"


def workbook(
    document: Document, period: str, as_of: datetime, revision: int, difference: Sequence[dict[str, Any]]
) -> bytes:
    """XLSX of one published period; `as_of` in local time. The same arguments give the same bytes."""
    heading = [
        "Показатели работы с обращениями и сообщениями граждан",
        f"за {month_title(period)}",
        f"Сведения на {as_of:%d.%m.%Y %H:%M}" + (f" · редакция {revision}" if revision > 1 else ""),
    ]
    book = Workbook()
    book.remove(book.worksheets[0])
    _figures(book.create_sheet(), document, heading)
    _overview(book.create_sheet(), document, heading)
    _method(book.create_sheet(), document)
    if difference:
        _changes(book.create_sheet(), difference, heading)
    book.properties.title = f"{heading[0]} {heading[1]}"
    book.properties.creator = "Муниципальный центр управления"
    return workbook_bytes(book, as_of)


def month_title(period: str) -> str:
    """«2026-10» → «октябрь 2026 года»."""
    year, month = period.split("-")
    return f"{MONTHS[int(month) - 1]} {year} года"


def _figures(sheet: Worksheet, document: Document, heading: Sequence[str]) -> None:
    columns = {
        "№ п/п": 7,
        "Показатель": 50,
        "Муниципальное образование": 40,
        "Единица измерения": 11,
        "Числитель": 12,
        "Знаменатель": 13,
        "Значение": 12,
        "План": 11,
        "Отклонение": 13,
        "План выполнен": 12,
    }
    top = _begin(sheet, "Показатели", heading, columns)
    line, before = top, None
    for number, value in enumerate(document.values, 1):
        line = top + number
        indicator, place = document.indicator(value.indicator_code), document.municipality(value.municipality_code)
        deviation = value.deviation
        if indicator.is_share and deviation is not None:
            deviation = round(deviation * 100, 4)
        met = indicator.is_met(value)
        cells: list[tuple[Any, str]] = [
            *((number, COUNT), (indicator.title, ""), (place.title, "")),
            ("%" if indicator.is_share else indicator.unit, ""),
            (value.numerator, DECIMAL if indicator.aggregation == "mean" else COUNT),
            (value.denominator, COUNT),
            (NO_DATA if value.value is None else value.value, _shape(indicator)),
            (value.plan_value, _shape(indicator)),
            (deviation, POINTS if indicator.is_share else "+{0};-{0};0".format(_shape(indicator))),
            ("" if met is None else "да" if met else "нет", ""),
        ]
        band = document.indicators.index(indicator) % 2 == 1
        _row(sheet, line, cells, band=band, starts_group=before not in (None, indicator.indicator_code))
        for column in (9, 10):
            if met is not None:
                sheet.cell(line, column).font = Font(name=FONT, size=11, color=GOOD if met else BAD, bold=column == 10)
        before = indicator.indicator_code
    sheet.auto_filter.ref = f"A{top}:{get_column_letter(len(columns))}{line}"
    sheet.cell(line + 2, 2, "Прочерк в графах «План» и «Отклонение» означает, что план не установлен.").font = _font(10)
    note = "Знаменатель среднего и медианы — по скольким записям они посчитаны; числителя у медианы нет."
    sheet.cell(line + 3, 2, note).font = _font(10)
    sheet.cell(line + 5, 2, "Руководитель МЦУ").font = _font(12)
    sheet.cell(line + 5, 3, "____________________").font = _font(12)
    sheet.cell(line + 5, 5, "____________________").font = _font(12)
    sheet.cell(line + 6, 3, "(подпись)").font = _font(9)
    sheet.cell(line + 6, 5, "(расшифровка подписи)").font = _font(9)


def _overview(sheet: Worksheet, document: Document, heading: Sequence[str]) -> None:
    columns = {"Муниципальное образование": 40} | {_short(i): 21 for i in document.indicators}
    top = _begin(sheet, "По муниципалитетам", heading, columns)
    values = {(v.municipality_code, v.indicator_code): v for v in document.values}
    for line, place in enumerate(document.municipalities, top + 1):
        cells: list[tuple[Any, str]] = [(place.title, "")]
        for indicator in document.indicators:
            value = values.get((place.municipality_code, indicator.indicator_code))
            shown = NO_DATA if value is None or value.value is None else value.value
            cells.append((shown, _shape(indicator)))
        _row(sheet, line, cells, band=(line - top) % 2 == 0)
        for column, indicator in enumerate(document.indicators, 2):
            value = values.get((place.municipality_code, indicator.indicator_code))
            met = indicator.is_met(value) if value else None
            if met is not None:
                sheet.cell(line, column).font = Font(name=FONT, size=11, color=GOOD if met else BAD)
    note = top + len(document.municipalities) + 2
    sheet.cell(note, 1, "Зелёным показано выполнение плана, красным — невыполнение.").font = _font(10)


def _method(sheet: Worksheet, document: Document) -> None:
    columns = {
        "Показатель": 42,
        "Единица измерения": 12,
        "Как рассчитывается (числитель / знаменатель)": 52,
        "Вид значения": 14,
        "Направление": 18,
        "Кем установлен": 24,
        "Основание": 50,
    }
    top = _begin(sheet, "Методика", ["Методика расчёта показателей"], columns)
    for line, indicator in enumerate(document.indicators, top + 1):
        cells: list[tuple[Any, str]] = [
            *((indicator.title, ""), ("%" if indicator.is_share else indicator.unit, ""), (indicator.formula, "")),
            *((HOW[indicator.aggregation], ""), (BETTER.get(indicator.direction, ""), "")),
            *((indicator.decided_by, ""), (indicator.legal_basis, "")),
        ]
        _row(sheet, line, cells, band=(line - top) % 2 == 0)
    note = top + len(document.indicators) + 2
    for offset, text in enumerate(
        [
            "Знаменатель, равный нулю, даёт «нет данных»: доля, среднее и медиана не рассчитываются.",
            "Отклонение показывается в процентных пунктах для долей и в единицах измерения для остальных показателей.",
        ]
    ):
        sheet.cell(note + offset, 1, text).font = _font(10)


def _changes(sheet: Worksheet, difference: Sequence[dict[str, Any]], heading: Sequence[str]) -> None:
    columns = {
        "Показатель": 44,
        "Муниципальное образование": 34,
        "Что изменилось": 20,
        "Было": 14,
        "Стало": 14,
        "Причина": 48,
    }
    top = _begin(sheet, "Изменения", ["Изменения по сравнению с предыдущей редакцией", *heading[1:]], columns)
    for line, change in enumerate(difference, top + 1):
        before, after = (("" if change[side] is None else change[side]) for side in ("before", "after"))
        cells: list[tuple[Any, str]] = [
            *((change["indicator"], ""), (change["municipality"], ""), (change["what"], "")),
            *((before, _plain(change["before"])), (after, _plain(change["after"])), (change["cause"], "")),
        ]
        _row(sheet, line, cells, band=(line - top) % 2 == 0)


def _begin(sheet: Worksheet, title: str, heading: Sequence[str], columns: dict[str, int]) -> int:
    """Write heading and header of a sheet that prints well on A4, landscape. Returns the header's row number."""
    sheet.title = title
    width = len(columns)
    cell: Any
    for line, text in enumerate(heading, 1):
        sheet.merge_cells(start_row=line, start_column=1, end_row=line, end_column=width)
        cell = sheet.cell(line, 1, text)
        cell.font = _font(16 if line == 1 else 12, bold=line < 3, color=DARK if line < 3 else INK)
        cell.alignment = Alignment(horizontal="center", vertical="center")
        sheet.row_dimensions[line].height = 26 if line == 1 else 19
    top = len(heading) + 2
    for column, (name, size) in enumerate(columns.items(), 1):
        cell = sheet.cell(top, column, name)
        cell.font = _font(11, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", start_color=DARK)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
        sheet.column_dimensions[get_column_letter(column)].width = size
    sheet.row_dimensions[top].height = 66 if title == "По муниципалитетам" else 34
    sheet.freeze_panes = f"A{top + 1}"
    sheet.sheet_view.showGridLines = False
    sheet.print_title_rows = f"{top}:{top}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddFooter.center.text = "Страница &P из &N"  # type: ignore[union-attr]  # set by the library
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    return top


def _row(
    sheet: Worksheet,
    line: int,
    cells: Sequence[tuple[Any, str]],
    *,
    band: bool,
    starts_group: bool = False,
) -> None:
    """Write one line of a table; each cell is (value, number format), the format of a text is ''."""
    longest = 1
    for column, (value, shape) in enumerate(cells, 1):
        is_number = isinstance(value, int | float)
        cell = sheet.cell(line, column, "–" if value is None else value)
        cell.font = _font(11)
        if is_number and shape:
            cell.number_format = shape
        side = "right" if is_number and column > 1 else "center" if value in _CENTRED else "left"
        cell.alignment = Alignment(
            horizontal=side, vertical="center", wrap_text=not is_number, indent=0 if side == "center" else 1
        )
        cell.border = Border(left=_THIN, right=_THIN, bottom=_THIN, top=_THICK if starts_group else _THIN)
        if band:
            cell.fill = PatternFill("solid", start_color=BAND)
        width = sheet.column_dimensions[get_column_letter(column)].width
        longest = max(longest, -(-len(str(value)) // max(int(width) - 2, 1))) if isinstance(value, str) else longest
    sheet.row_dimensions[line].height = 15.5 * longest + 5


def _font(size: int, *, bold: bool = False, color: str = INK) -> Font:
    return Font(name=FONT, size=size, bold=bold, color=color)


def _shape(indicator: Indicator) -> str:
    """The number format of its values."""
    return PERCENT if indicator.is_share else COUNT if indicator.is_whole else DECIMAL


def _short(indicator: Indicator) -> str:
    return indicator.title.replace(" обращений и сообщений", "") + ("" if indicator.is_share else f", {indicator.unit}")


def _plain(value: Number) -> str:
    return "#,##0" if isinstance(value, int) else "0.0000"
