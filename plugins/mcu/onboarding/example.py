"""An example file of a source nobody has described yet: its columns and their first values."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from python_calamine import CalamineError, CalamineWorkbook

from mcu.connectors.files.delimited import DELIMITERS, encoding_of
from mcu.connectors.files.header import HEADER_ROWS
from mcu.connectors.files.reading import DELIMITED
from mcu.errors import UserError

SAMPLE_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is the header, or the dotted path of a JSON field; `values` are the filled ones, as text."""

    name: str
    values: list[str]
    filled_share: float


@dataclass(frozen=True, slots=True)
class Example:
    kind: str
    """xlsx, csv or json."""
    columns: list[Column]
    rows: int
    items: str = ""
    """JSON: dotted path of the list of records."""


def read_example(path: Path) -> Example:
    """The first rows of an XLSX, CSV or JSON file. Raises UserError when no table can be made out in it."""
    if not path.is_file():
        raise UserError(f"Файла {path} нет.")
    match path.suffix.lower():
        case ".json":
            return _json(path)
        case kind if kind in DELIMITED:
            return _table("csv", _csv_rows(path), path)
        case ".xlsx" | ".xlsm" | ".xls":
            return _table("xlsx", _book_rows(path), path)
        case other:
            raise UserError(
                f"Файл «{path.name}»: формат «{other or 'без расширения'}» не читается: нужен XLSX, CSV, JSON."
            )


def _table(kind: str, rows: Iterator[Sequence[str]], path: Path) -> Example:
    taken = list(islice(rows, HEADER_ROWS + SAMPLE_ROWS))
    at = _header(taken[:HEADER_ROWS])
    body = [row for row in taken[at + 1 :] if any(row)] if at is not None else []
    if at is None or not body:
        raise UserError(f"Файл «{path.name}»: не видно строки заголовков и данных под ней.")
    columns, met = [], set()
    for index, title in enumerate(taken[at]):
        if title and title.casefold() not in met:
            met.add(title.casefold())
            columns.append(_column(title, [row[index] if index < len(row) else "" for row in body]))
    return Example(kind, columns, len(body))


def _header(rows: Sequence[Sequence[str]]) -> int | None:
    """The first row of words that is as wide as the table: titles above it are narrower, data holds figures."""
    widest = max((sum(map(bool, row)) for row in rows), default=0)
    for number, row in enumerate(rows):
        cells = [cell for cell in row if cell]
        if len(cells) >= max(2, widest * 0.6) and all(any(map(str.isalpha, c)) or c == "№" for c in cells):
            return number
    return None


def _csv_rows(path: Path) -> Iterator[Sequence[str]]:
    with path.open(encoding=encoding_of(path), errors="replace", newline="") as file:
        text = file.read(4 << 20)
    first = "\n".join(text.splitlines()[:HEADER_ROWS])
    delimiter = max(DELIMITERS, key=lambda sign: (first.count(sign), sign == ";"))
    for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
        yield [cell.strip() for cell in row]


def _book_rows(path: Path) -> Iterator[Sequence[str]]:
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_index(i) for i in range(len(book.sheet_names))]
    except (CalamineError, OSError, ValueError):
        raise UserError(f"Файл «{path.name}» не читается как книга Excel.") from None
    sheet = max(sheets, key=lambda s: s.height * s.width)
    lead = [""] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        yield [*lead, *map(_text, row)]


def _json(path: Path) -> Example:
    try:
        body = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        raise UserError(f"Файл «{path.name}» - не целый JSON.") from None
    found = next(_lists(body, ""), None)
    if found is None:
        raise UserError(f"Файл «{path.name}»: в JSON нет списка записей.")
    items, records = found
    flat = [dict(_fields(record, "")) for record in records[:SAMPLE_ROWS]]
    names = dict.fromkeys(name for record in flat for name in record)
    return Example("json", [_column(name, [r.get(name, "") for r in flat]) for name in names], len(flat), items)


def _lists(node: Any, path: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Lists of objects with their paths, the outermost first."""
    if isinstance(node, list) and node and all(isinstance(item, dict) for item in node):
        yield path, node
    elif isinstance(node, dict):
        for key, item in node.items():
            yield from _lists(item, f"{path}.{key}".lstrip("."))


def _fields(node: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        at = f"{path}.{key}".lstrip(".")
        if isinstance(value, dict):
            yield from _fields(value, at)
        elif not isinstance(value, list):
            yield at, _text(value)


def _column(name: str, values: list[str]) -> Column:
    filled = [value for value in values if value]
    return Column(" ".join(name.split()), filled, len(filled) / max(len(values), 1))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime("%d.%m.%Y %H:%M")
    return value.strftime("%d.%m.%Y") if isinstance(value, date) else str(value).strip()
