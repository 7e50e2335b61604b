"""How a sheet looks: heading, table, notes; it prints on A4, landscape, as wide as the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

FONT = "Times New Roman"
INK, DARK, BAND, GOOD, BAD, PALE = "1F2A37", "1F3A5F", "F2F5F9", "1E6B3A", "A61B1B", "5B6673"
PERCENT, POINTS, COUNT, DECIMAL = r"0.0\ %", '+0.0" п.п.";-0.0" п.п.";0.0" п.п."', "#,##0", "#,##0.0"
_CENTRED = (None, "%", "шт.", "нет данных")
_THIN = Side(style="thin", color="B8C2CC")


def begin(sheet: Worksheet, title: str, heading: Sequence[str], columns: dict[str, int]) -> int:
    """Write heading and header of a table. Returns the header's row number."""
    sheet.title = title
    for line, text in enumerate(heading, 1):
        write_line(sheet, line, text, len(columns), size=16 if line == 1 else 12, side="center")
        cell: Any = sheet.cell(line, 1)
        cell.font = font(16 if line == 1 else 12, bold=line < 3, color=DARK if line < 3 else INK)
        sheet.row_dimensions[line].height = 26 if line == 1 else 19
    top = len(heading) + 2
    for column, (name, size) in enumerate(columns.items(), 1):
        cell = sheet.cell(top, column, name)
        cell.font = font(11, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", start_color=DARK)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
        sheet.column_dimensions[get_column_letter(column)].width = size
    sheet.row_dimensions[top].height = 34
    sheet.freeze_panes = f"A{top + 1}"
    sheet.print_title_rows = f"{top}:{top}"
    fit_to_page(sheet)
    return top


def fit_to_page(sheet: Worksheet) -> None:
    """A4, landscape, as wide as the page."""
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = "Страница &P из &N"  # type: ignore[union-attr]  # set by the library
    sheet.page_margins.left = sheet.page_margins.right = 0.4


def write_line(sheet: Worksheet, line: int, text: str, width: int, *, size: int = 11, side: str = "left") -> None:
    """A line of text over the first `width` columns, as high as it needs."""
    sheet.merge_cells(start_row=line, start_column=1, end_row=line, end_column=width)
    cell: Any = sheet.cell(line, 1, text)
    cell.font = font(size)
    cell.alignment = Alignment(horizontal=side, vertical="center", wrap_text=True)
    room = sum(sheet.column_dimensions[get_column_letter(column)].width for column in range(1, width + 1))
    sheet.row_dimensions[line].height = 1.4 * size * max(1, -(-len(text) // max(int(room * 11 / size), 1)))


def write_row(
    sheet: Worksheet,
    line: int,
    cells: Sequence[tuple[Any, str]],
    *,
    band: bool,
) -> None:
    """Write one line of a table; each cell is (value, number format), the format of a text is ''."""
    longest = 1
    for column, (value, shape) in enumerate(cells, 1):
        is_number = isinstance(value, int | float)
        cell = sheet.cell(line, column, "–" if value is None else value)
        cell.font = font(11)
        if is_number and shape:
            cell.number_format = shape
        side = "right" if is_number and column > 1 else "center" if value in _CENTRED else "left"
        cell.alignment = Alignment(
            horizontal=side, vertical="center", wrap_text=not is_number, indent=0 if side == "center" else 1
        )
        cell.border = Border(left=_THIN, right=_THIN, bottom=_THIN, top=_THIN)
        if band:
            cell.fill = PatternFill("solid", start_color=BAND)
        width = sheet.column_dimensions[get_column_letter(column)].width
        longest = max(longest, -(-len(str(value)) // max(int(width) - 2, 1))) if isinstance(value, str) else longest
    sheet.row_dimensions[line].height = 15.5 * longest + 5


def font(size: int, *, bold: bool = False, color: str = INK) -> Font:
    return Font(name=FONT, size=size, bold=bold, color=color)
