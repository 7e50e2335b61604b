"""Adds a row to a map: `dbt_project/seeds/<map>_map.csv`."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from mcu.errors import UserError
from mcu.onboarding.mapping_gaps import COLUMNS, FILL_IN, TITLES
from mcu.seeds.append import append_row
from mcu.similar import nearest
from mcu.sources.registry import all_sources
from mcu.warehouse.dbt import PROJECT

SEEDS = PROJECT / "seeds"
CATALOGUES = {"municipality": "municipalities", "status": "statuses", "topic": "topics", "recipient": "recipients"}
Row = dict[str, str]


class MapRowRefused(UserError):
    """The row cannot stand in the map; the message says why. Fields: map."""

    code = "map_row_refused"


def add_row(name: str, line: str, code: str | None = None) -> Path:
    """Append `line`, as `mcu maps missing` prints it, to the map `name` and return the file. `code` takes the place of
    the line's own code. Raises MapRowRefused if the row is incomplete, its code is unknown or the map has the name."""
    row = _parse(name, line)
    if code:
        row[f"{name}_code"] = code
    _check_values(name, row)
    path = SEEDS / f"{name}_map.csv"
    _check_absent(name, row, path)
    append_row(path, row.values())
    return path


def _parse(name: str, line: str) -> Row:
    columns = COLUMNS[name]
    values = next(csv.reader([line.strip()], strict=True), [])
    if len(values) != len(columns):
        raise MapRowRefused(
            f"В строке {len(values)} значений, а в {name}_map.csv {len(columns)}: {','.join(columns)}", map=name
        )
    return dict(zip(columns, (value.strip() for value in values), strict=True))


def _check_values(name: str, row: Row) -> None:
    source, sources = row["source_slug"], all_sources()
    if source != "*" and source not in sources:
        raise _unknown(name, "источника", source, list(sources))
    if not row[f"{name}_ref"]:
        raise MapRowRefused(f"Не указано, что пишет источник: столбец {name}_ref.", map=name)
    if name == "recipient":
        _check_code(name, "municipality", row)
    _check_code(name, name, row)
    if name == "recipient":
        owner = _catalogue("recipient")[row["recipient_code"]]["municipality_code"]
        if owner != row["municipality_code"]:
            raise MapRowRefused(
                f"Исполнитель {row['recipient_code']} относится к муниципалитету {owner},"
                f" а не {row['municipality_code']}.", map=name,
            )  # fmt: skip  # a table
    start, end = _day(name, row, "valid_from"), _day(name, row, "valid_to")
    if "valid_from" in row and start is None:
        raise MapRowRefused("Не указано, с какого дня действует строка: столбец valid_from.", map=name)
    if start and end and end <= start:
        raise MapRowRefused(f"valid_to ({end}) не позже valid_from ({start}).", map=name)


def _check_code(name: str, catalogue: str, row: Row) -> None:
    code, known = row[f"{catalogue}_code"], _catalogue(catalogue)
    if code in ("", FILL_IN):
        raise MapRowRefused(
            f"Впишите код ({TITLES[catalogue]}) из {CATALOGUES[catalogue]}.csv или задайте его: --code КОД", map=name
        )
    if code not in known:
        raise _unknown(name, f"кода ({TITLES[catalogue]})", code, list(known), f" в {CATALOGUES[catalogue]}.csv")


def _check_absent(name: str, row: Row, path: Path) -> None:
    """A row of the same source and name that is in force on the same days."""
    keys = [column for column in row if column in ("source_slug", "municipality_code", f"{name}_ref")]
    keys = [key for key in keys if key != f"{name}_code"]
    for number, other in enumerate(_rows(path), start=2):
        if all(other[key] == row[key] for key in keys) and _overlap(row, other):
            raise MapRowRefused(
                f"Такая строка уже есть: {path.name}, строка {number}, код {other[f'{name}_code']}."
                " Чтобы сменить код с некоторого дня, сначала впишите в неё valid_to.", map=name, line=number,
            )  # fmt: skip  # a table


def _overlap(one: Row, other: Row) -> bool:
    """True if both rows hold on some day; ISO dates compare as text."""
    return _start(one) < _end(other) and _start(other) < _end(one)


def _start(row: Row) -> str:
    return row.get("valid_from") or "0001-01-01"


def _end(row: Row) -> str:
    return row.get("valid_to") or "9999-12-31"


def _day(name: str, row: Row, column: str) -> date | None:
    if not row.get(column):
        return None
    try:
        return date.fromisoformat(row[column])
    except ValueError:
        raise MapRowRefused(f"{column}: «{row[column]}» - не дата вида 2026-11-20.", map=name) from None


def _catalogue(name: str) -> dict[str, Row]:
    return {row[f"{name}_code"]: row for row in _rows(SEEDS / f"{CATALOGUES[name]}.csv")}


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _unknown(name: str, what: str, value: str, known: list[str], where: str = "") -> MapRowRefused:
    near = nearest(value, known)
    return MapRowRefused(f"Такого {what} нет{where}: «{value}»." + (f" Похож: {near}." if near else ""), map=name)
