"""Excel workbooks, read by calamine: the sheet whose header fits best."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from mcu.connectors.base import Page
from mcu.connectors.files.faults import AGAIN, FileRefused, FileTorn
from mcu.connectors.files.header import HEADER_ROWS, find_header, lay_out, pages_of
from mcu.connectors.files.size_limits import check_size
from mcu.connectors.params import Files


def read_workbook(path: Path, params: Files, name: str) -> Iterator[Page]:
    with _workbook(path, name) as book:
        visible = [m.name for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible]
        sheets = [(title, book.get_sheet_by_name(title)) for title in visible]
        filled = [(title, sheet) for title, sheet in sheets if sheet.start is not None]
        if not filled:
            raise FileRefused(f"Файл «{name}»: в книге нет ни одной заполненной ячейки. Проверьте выгрузку.")
        heads = [find_header(islice(_rows(sheet), HEADER_ROWS), params) for _, sheet in filled]
        best = max(range(len(filled)), key=lambda i: heads[i].score)
        title, sheet = filled[best]
        layout = lay_out(heads[best], params, name)
        yield from pages_of(
            ((number, row, None) for number, row in enumerate(_rows(sheet), 1)), layout, f"лист «{title}»", name
        )


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
