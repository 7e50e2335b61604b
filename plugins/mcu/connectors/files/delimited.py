"""CSV: encoding and delimiter are detected, and a torn end is found before any record is yielded."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path

from mcu.connectors.base import Page
from mcu.connectors.files.faults import AGAIN, FileRefused, FileTorn
from mcu.connectors.files.header import HEADER_ROWS, Layout, find_header, lay_out, pages_of
from mcu.connectors.params import Files

CELL_LIMIT = 32 << 20
DELIMITERS = (";", ",", "\t", "|")

csv.field_size_limit(CELL_LIMIT)


def read_delimited(path: Path, params: Files, name: str) -> Iterator[Page]:
    seen = _look_over(path, params.encoding, name)
    encoding = seen.encoding
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        top = "".join(islice(file, HEADER_ROWS * 5))
    delimiters = [params.delimiter] if params.delimiter else DELIMITERS
    heads = []
    for delimiter in delimiters:
        rows = islice(_until_broken(csv.reader(StringIO(top, newline=""), delimiter=delimiter)), HEADER_ROWS)
        heads.append((find_header(rows, params), delimiter))
    head, delimiter = max(heads, key=lambda pair: pair[0].score)
    layout = lay_out(head, params, name)
    _check_whole(path, seen, delimiter, layout, name)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        numbered = ((reader.line_num, row) for row in reader)
        try:
            yield from pages_of(numbered, layout, "файл", name)
        except csv.Error:
            raise FileRefused(
                f"Файл «{name}», строка {reader.line_num}: ячейка больше {CELL_LIMIT >> 20} МБ или таблица испорчена."
                f" {AGAIN}"
            ) from None


def _until_broken(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    with suppress(csv.Error):
        yield from rows


def encoding_of(path: Path) -> str:
    """UTF-8 if the whole file is (its last character may be torn), else the Russian Windows code page."""
    try:
        return _look_over(path, None, path.name).encoding
    except FileRefused:
        return "cp1251"


@dataclass(frozen=True, slots=True)
class _Overview:
    """The result of one quick pass over the whole file."""

    encoding: str
    has_quotes: bool
    last: str
    """The text after the last line end."""
    is_cut: bool
    """True if its last character is torn."""


def _look_over(path: Path, encoding: str | None, name: str) -> _Overview:
    """Raises FileRefused when no encoding fits."""
    for tried in [encoding] if encoding else ["utf-8-sig", "cp1251"]:
        decoder = codecs.getincrementaldecoder(tried)()
        has_quotes = False
        parts: list[str] = []
        try:
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    text = decoder.decode(block)
                    has_quotes = has_quotes or '"' in text
                    end = max(text.rfind("\n"), text.rfind("\r")) + 1
                    parts = [text[end:]] if end else [*parts, text]
        except UnicodeDecodeError:
            continue
        return _Overview(tried, has_quotes, "".join(parts), bool(decoder.getstate()[0]))
    raise FileRefused(f"Файл «{name}» не читается в кодировке {tried}. Сохраните его в UTF-8.")


def _check_whole(path: Path, seen: _Overview, delimiter: str, layout: Layout, name: str) -> None:
    """Refuse a file whose last record is torn: an open quote, or too few cells and no line end."""
    if seen.is_cut:
        torn = True
    elif seen.has_quotes:  # an open quote can only be found by reading it all
        torn = _is_torn(path, seen.encoding, delimiter, layout, has_end=not seen.last)
    else:
        torn = bool(seen.last) and seen.last.count(delimiter) < max(layout.columns.values())
    if torn:
        raise FileTorn(f"Файл «{name}» записан не до конца: последняя запись оборвана. {AGAIN}")


def _is_torn(path: Path, encoding: str, delimiter: str, layout: Layout, *, has_end: bool) -> bool:
    row: list[str] = []
    for is_strict in (True, False):
        try:
            with path.open(encoding=encoding, newline="") as file:
                for row in csv.reader(file, delimiter=delimiter, strict=is_strict):  # noqa: B007
                    pass
        except csv.Error as error:
            if "unexpected end" in str(error):
                return True
            continue  # a stray quote: whether the end is torn shows in the last row
        return not has_end and len(row) <= max(layout.columns.values())
    return False
