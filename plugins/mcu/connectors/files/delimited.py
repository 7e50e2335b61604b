"""CSV: encoding and delimiter are detected, and a torn end is found before any record is yielded."""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path

from mcu.connectors.base import Page
from mcu.connectors.files.delimited_rows import Row, Rows, without_broken_letters
from mcu.connectors.files.encodings import TITLES, encoding_of, wide_encoding
from mcu.connectors.files.faults import AGAIN, FileRefused, FileTorn
from mcu.connectors.files.header import HEADER_ROWS, Header, find_header, lay_out, pages_of
from mcu.connectors.files.no_records import is_closing_line
from mcu.connectors.params import Files

DELIMITERS = (";", ",", "\t", "|")
DOS_END = "\x1a"
"""Programs for DOS end a text with it."""
_SAMPLE_ROWS = 200


@dataclass(frozen=True, slots=True)
class Overview:
    """The result of one quick pass over the whole file."""

    encoding: str
    quotes: int
    last: str
    """The text after the last line end."""
    is_cut: bool
    """True if its last character is torn."""
    has_broken_letters: bool = False
    is_composed: bool = True
    """False if letters may stand as a letter and a sign above it: «и» and «˘» for «й»."""


def read_delimited(path: Path, params: Files, name: str) -> Iterator[Page]:
    seen = look_over(path, params.encoding, name)
    top = "".join(islice(_lines(path, seen), HEADER_ROWS * 5))
    delimiters = [params.delimiter] if params.delimiter else DELIMITERS
    heads = []
    for delimiter in delimiters:
        first = islice(_until_broken(csv.reader(StringIO(top, newline=""), delimiter=delimiter)), HEADER_ROWS)
        heads.append((find_header(first, params), delimiter))
    head, delimiter = max(heads, key=lambda pair: pair[0].score)
    layout = lay_out(head, params, name)
    width = _width(path, seen, delimiter, head)
    _check_whole(path, seen, delimiter, width, name)
    rows: Iterator[Row] = iter(Rows(_lines(path, seen), delimiter, width, name))
    if seen.has_broken_letters:
        rows = without_broken_letters(rows)
    yield from pages_of(rows, layout, "файл", name, width)


def look_over(path: Path, encoding: str | None, name: str) -> Overview:
    """Raises FileRefused when no encoding fits."""
    with path.open("rb") as file:
        wide = None if encoding else wide_encoding(file.read(1 << 16))
    tried = encoding or wide or "utf-8-sig"
    try:
        return _decoded(path, tried, "strict")
    except UnicodeDecodeError as error:
        if encoding or wide:
            raise _unreadable(path, tried, name) from error
    found = encoding_of(path, name)
    try:
        return _decoded(path, found.name, "surrogateescape" if found.has_broken_letters else "strict")
    except UnicodeDecodeError as error:
        raise _unreadable(path, found.name, name) from error


def _decoded(path: Path, encoding: str, errors: str) -> Overview:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    quotes, is_composed = 0, True
    parts: list[str] = []
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            text = decoder.decode(block)
            quotes += text.count('"')
            # In UTF-8 every combining sign begins with one of these two bytes, and no Russian letter has them.
            is_composed = is_composed and b"\xcc" not in block and b"\xcd" not in block
            end = max(text.rfind("\n"), text.rfind("\r")) + 1
            parts = [text[end:]] if end else [*parts, text]
    is_utf8 = encoding.startswith("utf-8")
    is_composed = is_composed if is_utf8 else not encoding.startswith("utf")
    is_cut = bool(decoder.getstate()[0])
    return Overview(encoding, quotes, "".join(parts), is_cut, errors != "strict", is_composed)


def _unreadable(path: Path, encoding: str, name: str) -> FileRefused:
    text = path.read_bytes().decode(encoding, "replace")
    line = text[: text.find("\ufffd")].count("\n") + 1
    title = TITLES.get(encoding, encoding.upper().removesuffix("-SIG"))
    return FileRefused(f"Файл «{name}», строка {line}: не читается в кодировке {title}. Сохраните его в UTF-8.")


def _lines(path: Path, seen: Overview) -> Iterator[str]:
    """The lines with their ends, without the end sign of DOS, letters composed."""
    errors = "surrogateescape" if seen.has_broken_letters else "replace" if seen.is_cut else "strict"
    with path.open(encoding=seen.encoding, errors=errors, newline="") as file:
        lines: Iterable[str] = file
        if not seen.is_composed:
            lines = (unicodedata.normalize("NFC", line) for line in lines)
        if DOS_END in seen.last:
            lines = (line.rstrip(DOS_END) for line in lines)
        yield from lines


def _until_broken(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    with suppress(csv.Error):
        yield from rows


def _width(path: Path, seen: Overview, delimiter: str, head: Header) -> int:
    """How many cells a row has: as many as the header, or as most rows if they differ from it by empty cells at the end
    only. Without a header as many as most rows."""
    sample = list(islice(Rows(_lines(path, seen), delimiter, len(head.cells), path.name), head.number + _SAMPLE_ROWS))
    widths = Counter(len(cells) for _, cells, fault in sample[head.number :] if cells != [""] and not fault)
    usual = max(widths, key=lambda width: (widths[width], width == len(head.cells)), default=len(head.cells))
    if not head.cells:
        return usual
    titled = head.width
    rows = [cells for _, cells, _ in sample[head.number :] if len(cells) == usual]
    has_empty_rest = usual >= titled and not any(any(cells[titled:]) for cells in rows)
    return usual if has_empty_rest else len(head.cells)


def _check_whole(path: Path, seen: Overview, delimiter: str, width: int, name: str) -> None:
    """Refuse a file whose last record is torn: an open quote, or too few cells and no line end."""
    last = seen.last.rstrip(DOS_END)
    torn = seen.is_cut
    if not torn and seen.quotes % 2:  # a quote is open somewhere: at the end?
        rows = Rows(_lines(path, seen), delimiter, width, name)
        for _ in rows:
            pass
        torn = rows.ends_in_quotes
    if not torn and last.count('"') % 2 == 0 and DOS_END not in seen.last:
        torn = bool(last) and _cells(last, delimiter) < width and not is_closing_line([last])
    if torn:
        raise FileTorn(f"Файл «{name}» записан не до конца: последняя запись оборвана. {AGAIN}")


def _cells(line: str, delimiter: str) -> int:
    """How many cells at least: a delimiter inside quotes is none."""
    return len(re.sub(r'"[^"]*"', "", line).split(delimiter))
