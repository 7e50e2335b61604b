"""The columns of a table: by the titles in its header row, wherever that is, or by declared letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any

from mcu.connectors.base import Fault, Page
from mcu.connectors.files.faults import ColumnsMissing, FileRefused, NoRows
from mcu.connectors.files.no_records import is_closing_line
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

    @property
    def width(self) -> int:
        """How many columns up to the last title."""
        return max((index for index, cell in enumerate(self.cells, 1) if cell), default=0)


@dataclass(frozen=True, slots=True)
class Layout:
    columns: dict[str, int]
    """Field → index of its column."""
    unknown: frozenset[str]
    first_row: int
    """Number of the first row of data, from 1."""
    titles: dict[str, str]
    """Field → title in the header; empty without a header."""
    width: int
    """How many columns up to the last title."""


def find_header(rows: Iterable[Sequence[Any]], params: Files) -> Header:
    declared = {_normalized(title) for title in params.columns.values()}
    best = Header(0, [], 0)
    for number, row in enumerate(rows, 1):
        cells = [unicodedata.normalize("NFC", str(cell)).strip() for cell in row]
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
        _check_doubled(head, params, name)
        columns = {field: at[_normalized(title)] for field, title in params.columns.items() if _normalized(title) in at}
        known = {_normalized(title) for title in [*params.columns.values(), *params.ignored_columns]}
        unknown = frozenset(cell for cell in head.cells if cell and _normalized(cell) not in known)
        missing = [params.columns[field] for field in params.required if field not in columns]
        if missing:
            raise ColumnsMissing(_missing(missing, sorted(unknown), head.cells, name))
        found = {field: head.cells[index] for field, index in columns.items()}
        return Layout(columns, unknown, head.number + 1, found, head.width)
    columns = {field: _index(letter) for field, letter in params.letters.items()}
    lacking = [params.columns[field] for field in params.required if field not in columns]
    if not columns or lacking:
        titles = ", ".join(f"«{title}»" for title in list(params.columns.values())[:6])
        raise ColumnsMissing(
            f"Файл «{name}»: в первых {HEADER_ROWS} строках не найдена строка заголовков. Ожидаются столбцы: {titles}"
            f"{' и другие' if len(params.columns) > 6 else ''}. Проверьте, что выгружен тот отчёт."
        )
    return Layout(columns, frozenset(), 1, {}, 0)


def _check_doubled(head: Header, params: Files, name: str) -> None:
    """Raises FileRefused if a column that is read stands twice: nobody knows which of them holds."""
    titles = [_normalized(cell) for cell in head.cells]
    for title in params.columns.values():
        places = [index for index, cell in enumerate(titles) if cell == _normalized(title)]
        if len(places) > 1:
            letters = " и ".join(map(column_letter, places))
            raise FileRefused(
                f"Файл «{name}»: столбец «{title}» стоит дважды ({letters}): не видно, какой из них верный. Оставьте"
                " один и положите файл в папку ещё раз."
            )


def _missing(missing: list[str], free: list[str], cells: list[str], name: str) -> str:
    titles = []
    for title in missing:
        near = nearest(title, free)
        hint = f" (похож столбец {column_letter(cells.index(near))} «{near}»: не переименован ли он?)" if near else ""
        titles.append(f"«{title}»{hint}")
    word = "столбца" if len(titles) == 1 else "столбцов"
    return f"Файл «{name}»: нет {word} {', '.join(titles)}. Исправьте заголовок в файле или описание источника."


Rows = Iterable[tuple[int, Sequence[Any], Fault | None]]
"""(number in the file, cells, why they cannot be read)."""


def pages_of(rows: Rows, layout: Layout, place: str, name: str, width: int | None = None) -> Iterator[Page]:
    """The records of a table. `width`: how many cells each row must have, if the file itself decides that."""
    fields, places = list(layout.columns), list(layout.columns.values())
    full, least = max(places) + 1, width or 0
    titles = [layout.titles.get(field) for field in fields]
    # The hot loop of files: nearly every cell is text that needs no conversion.
    pick = itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)
    page = partial(Page, place=place, unknown_fields=layout.unknown)
    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    faults: dict[int, Fault] = {}
    left_out: list[int] = []
    found = is_wider = False
    for number, row, fault in islice(rows, layout.first_row - 1, None):
        size = len(row)
        whole = row if size >= full else [*row, *[None] * (full - size)]
        cells = [cell if type(cell) is str and cell and cell[0] != "'" else _cell(cell) for cell in pick(whole)]
        empty = cells.count(None)
        if empty == len(cells) and not (size != least and width and any(row)):
            continue
        if cells == titles or ((2 * empty >= size or size < 4) and is_closing_line(row)):
            left_out.append(number)
            continue
        if fault or (width and size != width):
            faults[len(records)] = fault or _bad_width(size, width or 0)
        elif size > layout.width > 0 and not is_wider:
            is_wider = any(cell is not None and cell != "" for cell in row[layout.width :])
        records.append(dict(zip(fields, cells, strict=True)))
        numbers.append(number)
        if len(records) == PAGE_ROWS:
            found = True
            yield page(records, rows=numbers, faults=faults)
            records, numbers, faults = [], [], {}
    if not (records or found):
        raise NoRows(f"Файл «{name}»: под заголовками нет ни одной строки данных. Проверьте выгрузку.")
    if notes := _notes(place, left_out, is_wider=is_wider):
        yield page(records, rows=numbers, faults=faults, notes=notes)
    elif records:
        yield page(records, rows=numbers, faults=faults)


def _bad_width(size: int, width: int) -> Fault:
    why = "в тексте стоит разделитель без кавычек" if size > width else "не хватает ячеек"
    return Fault("bad_width", f"Ячеек в строке {size}, а столбцов {width}: {why}")


def _notes(place: str, left_out: list[int], *, is_wider: bool) -> tuple[str, ...]:
    notes = []
    if left_out:
        rows = ", ".join(map(str, left_out[:5])) + (" и другие" if len(left_out) > 5 else "")
        notes.append(f"Не записи, а итог, подпись или повтор заголовка: {place}, строка {rows}.")
    if is_wider:
        notes.append(f"Правее заголовков есть значения, они не прочитаны: {place}.")
    return tuple(notes)


def _cell(value: Any) -> Any:
    """A cell as JSON: text without the spreadsheet's leading apostrophe, whole numbers without a fraction, dates as
    offices write them (dd.mm.yyyy HH:MM), empty as None."""
    if type(value) is str:
        if value[:1] == "'" and value.count("'") == 1:  # else it is a quotation mark
            value = value[1:]
        return value or None
    return _CONVERT.get(type(value), str)(value)


def _datetime(value: datetime) -> str:
    """To the second: a moment is stored as a fraction of a day, and ten o'clock as a little less."""
    value = _rounded(value)
    return value.strftime("%d.%m.%Y %H:%M:%S" if value.second else "%d.%m.%Y %H:%M")


def _rounded(value: datetime) -> datetime:
    try:
        return (value + timedelta(milliseconds=500)).replace(microsecond=0)
    except OverflowError:
        return value


def _time(value: time) -> str:
    moment = _rounded(datetime.combine(date(2000, 1, 1), value))
    return moment.strftime("%H:%M:%S" if moment.second else "%H:%M")


_CONVERT: dict[type, Callable[[Any], Any]] = {
    float: lambda value: int(value) if value.is_integer() else value,
    int: lambda value: value,
    bool: lambda value: value,
    type(None): lambda value: None,
    datetime: _datetime,
    date: lambda value: value.strftime("%d.%m.%Y"),
    time: _time,
    timedelta: lambda value: str(timedelta(seconds=round(value.total_seconds()))),
}


def _normalized(title: str) -> str:
    """A header for comparison: case, ё, spaces and punctuation do not matter."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFC", title).casefold().replace("ё", "е")))


def _index(letter: str) -> int:
    """Column letter → index from 0."""
    number = 0
    for char in letter:
        number = number * 26 + ord(char) - 64
    return number - 1


def column_letter(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
