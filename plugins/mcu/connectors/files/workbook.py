"""Workbooks (XLSX, XLS, XLSB, ODS), read by calamine: every sheet whose header fits."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from mcu.connectors.base import Fault, Page
from mcu.connectors.files.faults import AGAIN, ColumnsMissing, FileRefused, FileTorn, NoRows
from mcu.connectors.files.header import HEADER_ROWS, Layout, column_letter, find_header, lay_out, pages_of
from mcu.connectors.files.size_limits import check_size
from mcu.connectors.files.workbook_cells import OddCells, odd_cells
from mcu.connectors.params import Files

LONGEST_EXACT = 1 << 53
"""From here on a float may differ from the number that was written."""


def read_workbook(path: Path, params: Files, name: str) -> Iterator[Page]:
    """The records of every visible sheet whose header fits. What is left out stands in the notes of the last page."""
    with _workbook(path, name) as book:
        visible = {m.name: m.visible == SheetVisibleEnum.Visible for m in book.sheets_metadata}
        sheets = {title: book.get_sheet_by_name(title) for title in visible}
        filled = {title: sheet for title, sheet in sheets.items() if sheet.start is not None}
        shown = [title for title in filled if visible[title]]
        if not shown:
            raise FileRefused(f"Файл «{name}»: в книге нет ни одной заполненной ячейки. Проверьте выгрузку.")
        layouts = _layouts({title: filled[title] for title in shown}, params, name)
        odd = odd_cells(path)
        empty: list[NoRows] = []
        for title, layout in layouts.items():
            rows = _cells(_filled_down(filled[title], layout.first_row), odd.get(title))
            try:
                yield from pages_of(rows, layout, f"лист «{title}»", name)
            except NoRows as refusal:
                empty.append(refusal)
        if len(empty) == len(layouts):
            raise empty[0]
        notes = []
        if path.suffix.lower() not in (".xlsx", ".xlsm", ".ods"):
            notes.append("Форматы ячеек видны только в книгах XLSX и ODS: проценты прочитаны как доли.")
        left_out = [f"«{t}»" + ("" if visible[t] else " (скрыт)") for t in filled if t not in layouts]
        if left_out:
            notes.append(f"Листы книги, которые не прочитаны: {', '.join(left_out)}.")
        if notes:
            yield Page([], "книга", notes=tuple(notes))


def _layouts(sheets: dict[str, CalamineSheet], params: Files, name: str) -> dict[str, Layout]:
    """The sheets whose header fits: it names more than half of what the best one does, and no required column is
    missing. Raises FileRefused if the best does not fit."""
    heads = {title: find_header(islice(_rows(sheet), HEADER_ROWS), params) for title, sheet in sheets.items()}
    best = max(sheets, key=lambda title: heads[title].score)
    layouts = {}
    for title, head in heads.items():
        if title == best:
            layouts[title] = lay_out(head, params, name)
        elif head.score > 1 and head.score * 2 > heads[best].score:
            with suppress(ColumnsMissing):
                layouts[title] = lay_out(head, params, name)
    return layouts


def _filled_down(sheet: CalamineSheet, first_row: int) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows by their numbers; a cell merged over several rows of data fills all of them."""
    merged = [
        area for area in sheet.merged_cell_ranges or () if area[0][0] + 1 >= first_row and area[1][0] > area[0][0]
    ]
    under: dict[int, list[tuple[int, int, int]]] = {}
    for (top, left), (bottom, right) in merged:
        for covered in range(top + 2, bottom + 2):
            under.setdefault(covered, []).append((top + 1, left, right))
    tops: dict[int, set[int]] = {}
    for (top, left), _ in merged:
        tops.setdefault(top + 1, set()).add(left)
    above: dict[tuple[int, int], Any] = {}
    for number, row in enumerate(_rows(sheet), 1):
        for left in tops.get(number, ()):
            above[number, left] = row[left] if left < len(row) else ""
        cells: Any = list(row) if number in under else row
        for top, left, right in under.get(number, ()):
            cells[left : right + 1] = [above.get((top, left), "")] * (right - left + 1)
        yield number, cells


def _cells(
    rows: Iterable[tuple[int, Sequence[Any]]], odd: OddCells | None
) -> Iterator[tuple[int, Sequence[Any], Fault | None]]:
    """The rows with percents as they are shown («95%») and long numbers digit by digit, or with the fault of a cell."""
    found = odd.by_row() if odd else {}
    for number, row in rows:
        special = found.get(number - 1)
        if not special and not any(type(cell) is float and abs(cell) >= LONGEST_EXACT for cell in row):
            yield number, row, None
            continue
        cells, fault = list(row), None
        for column, what in (special or {}).items():
            if column >= len(cells):
                continue
            if what == "%":
                cells[column] = _percent(cells[column])
            elif what.startswith("#"):
                fault = Fault("cell_error", f"В ячейке {column_letter(column)}{number} ошибка формулы {what}")
            else:
                cells[column] = int(what)
        for column, cell in enumerate(cells):
            if type(cell) is float and abs(cell) >= LONGEST_EXACT:
                where = f"{column_letter(column)}{number}"
                fault = Fault("long_number", f"В ячейке {where} число длиннее 15 знаков: его знаки потеряны в файле")
        yield number, cells, fault


def _percent(value: Any) -> Any:
    if type(value) not in (int, float):
        return value
    return f"{(Decimal(repr(value)) * 100).normalize():f}%"


@contextmanager
def _workbook(path: Path, name: str) -> Iterator[CalamineWorkbook]:
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK\x03\x04"):
        if not zipfile.is_zipfile(path):
            raise FileTorn(f"Файл «{name}» записан не до конца: конец книги Excel отсутствует. {AGAIN}")
        try:
            is_whole = check_size(path, name)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
            is_whole = False
        if not is_whole:
            raise FileTorn(f"Файл «{name}» повреждён: книга Excel не читается. {AGAIN}")
    elif not any(start):  # space is allocated and nothing is written yet
        raise FileTorn(f"Файл «{name}» записан не до конца: в начале одни нули. {AGAIN}")
    elif not start.startswith(b"\xd0\xcf\x11\xe0"):  # an OLE container: an old .xls, or a book under a password
        raise FileRefused(
            f"Файл «{name}» - не книга Excel, хотя назван так. Откройте его в программе, сохраните как «Книга Excel"
            " (*.xlsx)» и положите в папку ещё раз."
        )
    try:
        book = CalamineWorkbook.from_path(str(path))
    except PasswordError:
        raise FileRefused(f"Файл «{name}» защищён паролем. Снимите пароль и положите файл в папку ещё раз.") from None
    except (CalamineError, OSError, ValueError):
        raise FileRefused(f"Файл «{name}» не читается как книга Excel. {AGAIN}") from None
    try:
        yield book
    except CalamineError:
        raise FileRefused(f"Файл «{name}» повреждён: лист не читается. {AGAIN}") from None
    finally:
        book.close()


def _rows(sheet: CalamineSheet) -> Iterator[Sequence[Any]]:
    """Rows from the sheet's first, each from column A (the library drops leading empty columns)."""
    lead: list[Any] = [""] * (sheet.start[1] if sheet.start else 0)
    return (lead + row if lead else row for row in sheet.iter_rows())
