"""The columns of a table: by the titles in its header row, wherever that is, or by declared letters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from operator import itemgetter
from typing import Any

from mcu.connectors.base import Page
from mcu.connectors.files.faults import FileRefused
from mcu.connectors.params import Files
from mcu.similar import nearest

HEADER_ROWS = 20
"""The header is searched for in the first so many rows: titles may stand above it."""
PAGE_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Header:
    """The row that looks most like a header: its number from 1, its cells, and how many declared columns it names."""

    number: int
    cells: list[str]
    score: int


@dataclass(frozen=True, slots=True)
class Layout:
    columns: dict[str, int]
    """Field → index of its column."""
    unknown: frozenset[str]
    first_row: int
    """Number of the first row of data, from 1."""


def find_header(rows: Iterable[Sequence[Any]], params: Files) -> Header:
    declared = {_normalized(title) for title in params.columns.values()}
    best = Header(0, [], 0)
    for number, row in enumerate(rows, 1):
        cells = [str(cell).strip() for cell in row]
        score = len(declared & {_normalized(cell) for cell in cells})
        if score > best.score:
            best = Header(number, cells, score)
    return best


def lay_out(head: Header, params: Files, name: str) -> Layout:
    # One matching title may be chance (a data cell): a header names at least two declared columns, or the only one.
    if head.score >= min(2, len(params.columns)):
        at: dict[str, int] = {}
        for index, cell in enumerate(head.cells):
            at.setdefault(_normalized(cell), index)
        columns = {field: at[_normalized(title)] for field, title in params.columns.items() if _normalized(title) in at}
        known = {_normalized(title) for title in [*params.columns.values(), *params.ignored_columns]}
        unknown = frozenset(cell for cell in head.cells if cell and _normalized(cell) not in known)
        missing = [params.columns[field] for field in params.required if field not in columns]
        if missing:
            raise FileRefused(_missing(missing, sorted(unknown), head.cells, name))
        return Layout(columns, unknown, head.number + 1)
    columns = {field: _index(letter) for field, letter in params.letters.items()}
    lacking = [params.columns[field] for field in params.required if field not in columns]
    if not columns or lacking:
        titles = ", ".join(f"«{title}»" for title in list(params.columns.values())[:6])
        raise FileRefused(
            f"Файл «{name}»: в первых {HEADER_ROWS} строках не найдена строка заголовков. Ожидаются столбцы: {titles}"
            f"{' и другие' if len(params.columns) > 6 else ''}. Проверьте, что выгружен тот отчёт."
        )
    return Layout(columns, frozenset(), 1)


def _missing(missing: list[str], free: list[str], cells: list[str], name: str) -> str:
    titles = []
    for title in missing:
        near = nearest(title, free)
        hint = f" (похож столбец {_letter(cells.index(near))} «{near}»: не переименован ли он?)" if near else ""
        titles.append(f"«{title}»{hint}")
    word = "столбца" if len(titles) == 1 else "столбцов"
    return f"Файл «{name}»: нет {word} {', '.join(titles)}. Исправьте заголовок в файле или описание источника."


def pages_of(rows: Iterable[tuple[int, Sequence[Any]]], layout: Layout, place: str, name: str) -> Iterator[Page]:
    fields, places = list(layout.columns), list(layout.columns.values())
    full = max(places) + 1
    # The hot loop of files: nearly every cell is text that needs no conversion.
    pick = itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)
    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    found = False
    for number, row in islice(rows, layout.first_row - 1, None):
        whole = row if len(row) >= full else [*row, *[None] * (full - len(row))]
        cells = [cell if type(cell) is str and cell and cell[0] != "'" else _cell(cell) for cell in pick(whole)]
        if not any(cells) and all(cell is None for cell in cells):
            continue
        records.append(dict(zip(fields, cells, strict=True)))
        numbers.append(number)
        if len(records) == PAGE_ROWS:
            found = True
            yield Page(records, place, numbers, unknown_fields=layout.unknown)
            records, numbers = [], []
    if records:
        yield Page(records, place, numbers, unknown_fields=layout.unknown)
    elif not found:
        raise FileRefused(f"Файл «{name}»: под заголовками нет ни одной строки данных. Проверьте выгрузку.")


def _cell(value: Any) -> Any:
    """A cell as JSON: text without the spreadsheet's leading apostrophe, whole numbers without a fraction, dates as
    offices write them (dd.mm.yyyy HH:MM), empty as None."""
    if type(value) is str:
        if value[:1] == "'":
            value = value[1:]
        return value or None
    return _CONVERT.get(type(value), str)(value)


def _datetime(value: datetime) -> str:
    return value.strftime("%d.%m.%Y %H:%M:%S" if value.second else "%d.%m.%Y %H:%M")


_CONVERT: dict[type, Callable[[Any], Any]] = {
    float: lambda value: int(value) if value.is_integer() else value,
    int: lambda value: value,
    bool: lambda value: value,
    type(None): lambda value: None,
    datetime: _datetime,
    date: lambda value: value.strftime("%d.%m.%Y"),
    time: lambda value: value.strftime("%H:%M"),
    timedelta: str,
}


def _normalized(title: str) -> str:
    """A header for comparison: case, ё, spaces and punctuation do not matter."""
    return " ".join(re.findall(r"\w+", title.casefold().replace("ё", "е")))


def _index(letter: str) -> int:
    """Column letter → index from 0."""
    number = 0
    for char in letter:
        number = number * 26 + ord(char) - 64
    return number - 1


def _letter(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
