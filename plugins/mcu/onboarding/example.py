"""An example file of a source that nobody has described yet: its columns and their first values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
from python_calamine import CalamineError

from mcu.connectors import exact_json
from mcu.connectors.files.delimited import DELIMITERS, look_over
from mcu.connectors.files.header import HEADER_ROWS
from mcu.connectors.files.name_patterns import DELIMITED
from mcu.errors import UserError
from mcu.onboarding.doubts import delimiter_doubts, title_doubts, width_doubts

SAMPLE_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `name`: its header, or the dotted path of a JSON field. `values`: the filled cells, as text."""

    name: str
    values: list[str]
    filled_share: float
    is_list: bool = False
    """JSON: the field stands in a list, so a record may have several of it."""


@dataclass(frozen=True, slots=True)
class Example:
    """What an example file holds. `rows`: how many records were read, at most SAMPLE_ROWS."""

    kind: str
    """xlsx, csv or json."""
    columns: list[Column]
    rows: int
    items: str = ""
    """JSON: dotted path of the list of records."""
    doubts: list[str] = field(default_factory=list)
    """What the file leaves open, for people."""


def read_example(path: Path) -> Example:
    """Read the first rows of an XLSX, CSV or JSON file. Raises UserError when the file holds no table."""
    if not path.is_file():
        raise UserError(f"Файла {path} нет.")
    match path.suffix.lower():
        case ".json":
            return _json(path)
        case kind if kind in DELIMITED:
            doubts: list[str] = []
            return _table("csv", _csv_cells(path, doubts), path, doubts)
        case ".xlsx" | ".xlsm" | ".xls":
            return _table("xlsx", _workbook_cells(path), path, [])
        case other:
            raise UserError(
                f"Файл «{path.name}»: формат «{other or 'без расширения'}» не читается: нужен XLSX, CSV, JSON."
            )


def _table(kind: str, cells: pd.DataFrame, path: Path, doubts: list[str]) -> Example:
    """`cells`: the first rows of the file as text, empty cells as ''."""
    cells = cells.iloc[: HEADER_ROWS + SAMPLE_ROWS].apply(lambda column: column.str.strip())
    header = _header_row(cells.iloc[:HEADER_ROWS])
    body = cells.iloc[header + 1 :] if header is not None else cells.iloc[:0]
    body = body[(body != "").any(axis=1)]
    if header is None or body.empty:
        raise UserError(f"Файл «{path.name}»: не видно строки заголовков и данных под ней.")
    titles = cells.loc[header]
    is_first = ~titles.str.casefold().duplicated() & (titles != "")
    columns = [_column(titles[n], list(body[n])) for n in titles.index[is_first]]
    return Example(kind, columns, len(body), doubts=[*doubts, *title_doubts(list(titles))])


def _header_row(rows: pd.DataFrame) -> int | None:
    """The first row of words that is about as wide as the table: titles above it are narrower, data holds figures."""
    widest = (rows != "").sum(axis=1).max()
    for number, row in enumerate(rows.itertuples(index=False)):
        filled = [cell for cell in row if cell]
        if len(filled) >= max(2, widest * 0.6) and all(any(map(str.isalpha, c)) or c == "№" for c in filled):
            return number
    return None


def _csv_cells(path: Path, doubts: list[str]) -> pd.DataFrame:
    """The first rows; what is unclear about the file goes to `doubts`."""
    encoding = look_over(path, None, path.name).encoding
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        lines = list(islice(file, HEADER_ROWS + SAMPLE_ROWS))
    head = "".join(lines[:HEADER_ROWS])
    delimiter = max(DELIMITERS, key=lambda sign: (head.count(sign), sign == ";"))
    filled = [line for line in lines if line.strip()]
    doubts += [*delimiter_doubts(filled[:HEADER_ROWS], DELIMITERS, delimiter), *width_doubts(filled, delimiter)]
    widest = max((line.count(delimiter) for line in lines), default=0) + 1  # a title above the table is narrower
    try:
        return pd.read_csv(
            path,
            sep=delimiter,
            encoding=encoding,
            encoding_errors="replace",
            header=None,
            names=range(widest),
            index_col=False,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            nrows=HEADER_ROWS + SAMPLE_ROWS,
        ).fillna("")
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
    except pd.errors.ParserError:
        raise UserError(f"Файл «{path.name}» не читается как таблица CSV: проверьте кавычки в нём.") from None


def _workbook_cells(path: Path) -> pd.DataFrame:
    try:
        sheets = pd.read_excel(path, sheet_name=None, header=None, engine="calamine", dtype=str, keep_default_na=False)
    except (CalamineError, OSError, ValueError):
        raise UserError(f"Файл «{path.name}» не читается как книга Excel.") from None
    return max(sheets.values(), key=lambda sheet: sheet.size)


def _json(path: Path) -> Example:
    try:
        body = exact_json.loads(path.read_bytes())
    except ValueError:
        raise UserError(f"Файл «{path.name}» - не целый JSON.") from None
    found = next(_lists(body, ""), None)
    if found is None:
        raise UserError(f"Файл «{path.name}»: в JSON нет списка записей.")
    items, records = found
    sample = records[:SAMPLE_ROWS]
    values: dict[tuple[str, bool], list[str]] = {}
    for record in sample:
        for name, is_list, text in _fields(record, ""):
            values.setdefault((name, is_list), []).append(text)
    columns = [_column(name, texts, len(sample), is_list=is_list) for (name, is_list), texts in values.items()]
    return Example("json", columns, len(sample), items)


def _lists(node: Any, path: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Lists of objects with their paths, the outermost first."""
    if isinstance(node, list) and node and all(isinstance(item, dict) for item in node):
        yield path, node
    elif isinstance(node, dict):
        for key, item in node.items():
            yield from _lists(item, f"{path}.{key}".lstrip("."))


def _fields(node: Any, path: str, *, is_list: bool = False) -> Iterator[tuple[str, bool, str]]:
    """(dotted path, whether it leads through a list, value as text) of each value, however deep."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _fields(value, f"{path}.{key}".lstrip("."), is_list=is_list)
    elif isinstance(node, list):
        for item in node:
            yield from _fields(item, path, is_list=True)
    else:
        yield path, is_list, _text(node)


def _column(name: str, values: list[str], rows: int | None = None, *, is_list: bool = False) -> Column:
    filled = [value for value in values if value]
    return Column(" ".join(name.split()), filled, len(filled) / max(rows or len(values), 1), is_list)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
