"""The rows of a CSV file, each with the number of its first line. A row that can be read in two ways is a fault: nobody
may guess where a cell ends.

A line without quotes is split at its delimiters. A cell counts as quoted only if it begins and ends with a quote and
every quote inside is doubled; other quotes are text. A cell may go on over several lines, but not over lines that look
like rows: then somebody forgot to close a quote."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator

from mcu.connectors.base import Fault
from mcu.connectors.files.faults import FileRefused

CELL_LIMIT = 32 << 20
MOST_INNER_ROWS = 50
"""A quote is taken for a stray one after so many lines that look like rows."""

Row = tuple[int, list[str], Fault | None]

csv.field_size_limit(CELL_LIMIT)

_ESCAPED = re.compile("[\udc80-\udcff]").search
_QUOTED = re.compile(r'"((?:[^"]|"")*)"').fullmatch

_STRAY_QUOTE = Fault("bad_quotes", "Кавычка открыта и не закрыта: не видно, где кончается ячейка")
_ROWS_IN_QUOTES = Fault("bad_quotes", "Внутри кавычек целые строки таблицы: не видно, где кончается ячейка")
_BROKEN_LETTERS = Fault("bad_letters", "В строке байты, которые не являются буквами в кодировке UTF-8")


class Rows:
    """Iterates over (number of the first line, cells, fault or None). `ends_in_quotes` is True after the last row if
    the text ends inside a quoted cell."""

    def __init__(self, lines: Iterable[str], delimiter: str, width: int, name: str) -> None:
        self._lines = iter(lines)
        self._returned: deque[str] = deque()
        self._delimiter, self._width, self._name = delimiter, width, name
        self._number = 0
        self.ends_in_quotes = False

    def __iter__(self) -> Iterator[Row]:
        delimiter = self._delimiter
        while True:
            for line in self._lines:
                self._number += 1
                if '"' in line:
                    yield from self._quoted(line)
                    if self._returned:
                        break
                elif len(line) > CELL_LIMIT:
                    raise self._too_large()
                else:
                    yield self._number, line.rstrip("\r\n").split(delimiter), None
            else:
                return
            while self._returned:
                line = self._returned.popleft()
                self._number += 1
                yield from self._quoted(line)

    def _quoted(self, line: str) -> Iterator[Row]:
        """The row that begins with this line, or the rows of all lines that a quote holds together."""
        number, taken = self._number, [line]
        inner = 0
        self.ends_in_quotes = False

        def more() -> Iterator[str]:
            nonlocal inner
            yield line
            for following in self._following():
                taken.append(following)
                inner += self._looks_like_a_row(following, line)
                if inner > MOST_INNER_ROWS:
                    return
                yield following
            self.ends_in_quotes = True

        try:
            row = next(csv.reader(more(), delimiter=self._delimiter, strict=True), [])
        except csv.Error as error:
            if "limit" in str(error):
                raise self._too_large() from None
            row = None
        self._number += len(taken) - 1
        if row is not None and not inner:
            yield number, row, None
        elif row is not None:
            for n, text in enumerate(taken):
                yield number + n, text.split(self._delimiter), _ROWS_IN_QUOTES
        elif self.ends_in_quotes and not inner:
            yield number, line.split(self._delimiter), _STRAY_QUOTE
        else:  # the quote that opens is stray: the lines after it stand as they are
            self.ends_in_quotes = False
            yield self._literal(line, number)
            self._number = number
            self._returned.extendleft(reversed(taken[1:]))

    def _literal(self, line: str, number: int) -> Row:
        """A line with quotes that are text: they are read as written if the number of cells is right."""
        cells = line.rstrip("\r\n").split(self._delimiter)
        if len(cells) != self._width or _is_open(line, self._delimiter):
            return number, cells, _STRAY_QUOTE
        return number, [found[1].replace('""', '"') if (found := _QUOTED(c)) else c for c in cells], None

    def _following(self) -> Iterator[str]:
        while self._returned:
            yield self._returned.popleft()
        while (line := next(self._lines, None)) is not None:  # `yield from` would close the file with this generator
            yield line

    def _looks_like_a_row(self, line: str, opening: str) -> bool:
        """True if a line has as many cells as a row, and one of figures (number, date) like the line that opens."""
        if not line.count(self._delimiter) >= self._width - 1 > 0:
            return False
        pairs = zip(line.split(self._delimiter), opening.split(self._delimiter), strict=False)
        return any(_shape(one) == _shape(other) and any(map(str.isdecimal, one)) for one, other in pairs)

    def _too_large(self) -> FileRefused:
        return FileRefused(
            f"Файл «{self._name}», строка {self._number}: ячейка больше {CELL_LIMIT >> 20} МБ. Скорее всего, в файле"
            " не закрыта кавычка. Исправьте выгрузку и положите файл в папку ещё раз."
        )


def _shape(cell: str) -> str:
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", cell.strip('" \r\n')))


def _is_open(line: str, delimiter: str) -> bool:
    """True if a cell of the line begins with a quote and has no other."""
    return any(cell.startswith('"') and cell.count('"') == 1 for cell in line.rstrip("\r\n").split(delimiter))


def without_broken_letters(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows of a text that was decoded with `surrogateescape`; those with undecodable bytes get a fault."""
    for number, cells, fault in rows:
        is_broken = any(map(_ESCAPED, cells))
        yield number, cells, (_BROKEN_LETTERS if is_broken else fault)
