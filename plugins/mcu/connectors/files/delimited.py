"""CSV: the encoding and the delimiter are found, a torn end is seen before anything is read."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from io import StringIO
from itertools import chain, islice
from pathlib import Path

from mcu.connectors.base import Page
from mcu.connectors.files.faults import AGAIN, FileRefused, FileTorn
from mcu.connectors.files.header import HEADER_ROWS, Layout, find_header, lay_out, pages_of
from mcu.sources.spec import Files

CELL_LIMIT = 32 << 20
DELIMITERS = (";", ",", "\t", "|")

csv.field_size_limit(CELL_LIMIT)


def read_delimited(path: Path, params: Files, name: str) -> Iterator[Page]:
    encoding = params.encoding or encoding_of(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        top = "".join(islice(file, HEADER_ROWS * 5))
    delimiters = [params.delimiter] if params.delimiter else DELIMITERS
    heads = []
    for delimiter in delimiters:
        rows = islice(_until_broken(csv.reader(StringIO(top, newline=""), delimiter=delimiter)), HEADER_ROWS)
        heads.append((find_header(rows, params), delimiter))
    head, delimiter = max(heads, key=lambda pair: pair[0].score)
    layout = lay_out(head, params, name)
    _check_whole(path, encoding, delimiter, layout, name)
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
    """UTF-8 when all of the file is (a character torn at its end may be), else the Russian Windows code page."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                decoder.decode(block)
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8-sig"


def _check_whole(path: Path, encoding: str, delimiter: str, layout: Layout, name: str) -> None:
    """Refuse a file whose last record is torn: an open quote, or too few cells and no line end."""
    has_quotes, last = False, ""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            for block in chain(iter(partial(file.read, 1 << 20), b""), [b""]):
                text = decoder.decode(block, final=not block)
                has_quotes = has_quotes or '"' in text
                end = max(text.rfind("\n"), text.rfind("\r")) + 1
                last = text[end:] if end else last + text
    except UnicodeDecodeError:
        if encoding != "utf-8-sig":
            raise FileRefused(f"Файл «{name}» не читается в кодировке {encoding}. Сохраните его в UTF-8.") from None
        torn = True
    else:
        torn = bool(last) and last.count(delimiter) < max(layout.columns.values())
        if has_quotes:  # only the whole of it tells what is open
            torn = _is_torn(path, encoding, delimiter, layout, has_end=not last)
    if torn:
        raise FileTorn(f"Файл «{name}» записан не до конца: последняя запись оборвана. {AGAIN}")


def _is_torn(path: Path, encoding: str, delimiter: str, layout: Layout, *, has_end: bool) -> bool:
    row: list[str] = []
    try:
        with path.open(encoding=encoding, newline="") as file:
            for row in csv.reader(file, delimiter=delimiter, strict=True):  # noqa: B007
                pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return not has_end and len(row) <= max(layout.columns.values())
