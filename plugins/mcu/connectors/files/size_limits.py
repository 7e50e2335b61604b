"""Limits of a workbook's size, checked on its raw parts before it is opened.

A reader of sheets holds every cell of the rectangle around the filled ones: one cell in XFD1048576 makes 17 billion."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from mcu.connectors.files.faults import FileRefused

LARGEST_UNPACKED = 256 << 20
"""Bytes of all parts together. Reading takes about as much memory again."""
MOST_CELLS = 6_000_000
"""In the rectangles of all sheets together, at about 40 bytes each."""

_BLOCK = 1 << 20
_REFERENCES = re.compile(rb' r="([A-Z]{1,3}\d{1,7})"').findall
_ODD_REFERENCES = re.compile(rb'\sr\s*=\s*["\']([A-Za-z]{1,3}\d{1,7})["\']').findall
_LETTERS, _DIGITS = bytes(range(65, 91)) + bytes(range(97, 123)), b"0123456789"


def check_size(path: Path, name: str) -> bool:
    """True if every part has the size that it declares. Raises FileRefused for a book that is too large; errors of
    zipfile and zlib for a damaged one."""
    size = cells = 0
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            is_sheet = "worksheets/" in info.filename.lower()
            rows = columns = 0
            tail = b""
            info.file_size, promised = 1 << 62, info.file_size  # the declared size is not trusted
            with archive.open(info) as part:
                got = 0
                while block := part.read(_BLOCK):
                    got += len(block)
                    size += len(block)
                    if size > LARGEST_UNPACKED:
                        raise _too_large(name)
                    if is_sheet:
                        seen = tail + block
                        found = b" ".join(_REFERENCES(seen) or _ODD_REFERENCES(seen))
                        columns = max(columns, *map(_index, set(found.translate(None, _DIGITS).split())), 0)
                        rows = max(rows, *map(int, set(found.translate(None, _LETTERS).split())), 0)
                        if cells + rows * columns > MOST_CELLS:
                            raise _too_large(name)
                    tail = block[-64:]
            if got != promised:
                return False
            cells += rows * columns
    return True


def _index(letters: bytes) -> int:
    number = 0
    for sign in letters.upper():
        number = number * 26 + sign - 64
    return number


def _too_large(name: str) -> FileRefused:
    return FileRefused(
        f"Файл «{name}» слишком велик: при распаковке больше {LARGEST_UNPACKED >> 20} МБ или {MOST_CELLS // 10**6} млн"
        " ячеек. Удалите пустые строки и столбцы за пределами таблицы или разделите выгрузку на части."
    )
