"""What `seeds/_seeds.yml` declares of each seed (types, keys, relations, lists of values), checked on the files.

dbt tests the same declarations in the database. There a fault has no line, and `make check` has no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from mcu.seeds.read import Row, Seed


def _is(read: Callable[[str], Any]) -> Callable[[str], bool]:
    def can_be_read(text: str) -> bool:
        try:
            read(text)
        except (ValueError, InvalidOperation):
            return False
        return True

    return can_be_read


_TYPES: dict[str, tuple[Callable[[str], bool], str]] = {
    "date": (_is(date.fromisoformat), "нужна дата вида 2026-10-31"),
    "integer": (_is(int), "нужно целое число"),
    "numeric": (_is(Decimal), "нужно число с десятичной точкой"),
    "boolean": (lambda text: text in ("true", "false"), "нужно true или false"),
}


@dataclass
class Declaration:
    """The declarations of one seed."""

    types: dict[str, str]
    keys: list[tuple[str, ...]] = field(default_factory=list)
    required: list[str] = field(default_factory=list)
    relations: list[tuple[str, str, str]] = field(default_factory=list)
    """Column, the seed it refers to, the column there."""
    lists: list[tuple[str, list[str]]] = field(default_factory=list)
    ranges: list[tuple[str, Decimal, Decimal]] = field(default_factory=list)


def read_declarations(project: Path) -> dict[str, Declaration]:
    """The declarations of all seeds, by name."""
    listed = yaml.safe_load((project / "seeds" / "_seeds.yml").read_text(encoding="utf-8"))["seeds"]
    return {seed["name"]: _declaration(seed) for seed in listed}


def _declaration(seed: dict[str, Any]) -> Declaration:
    found = Declaration(seed["config"]["column_types"])
    found.keys = [tuple(about["columns"]) for name, about in _tests(seed) if name == "unique_together"]
    for column in seed.get("columns", []):
        for name, about in _tests(column):
            _add(found, column["name"], name, about)
    return found


def _add(found: Declaration, column: str, name: str, about: dict[str, Any]) -> None:
    if name == "unique":
        found.keys.append((column,))
    elif name == "not_null":
        found.required.append(column)
    elif name == "relationships":
        found.relations.append((column, about["to"].removeprefix("ref('").removesuffix("')"), about["field"]))
    elif name == "accepted_values":
        found.lists.append((column, about["values"]))
    elif name == "accepted_range":
        found.ranges.append((column, Decimal(about["min_value"]), Decimal(about["max_value"])))


def _tests(node: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for test in node.get("data_tests", []):
        if isinstance(test, str):
            yield test, {}
        else:
            yield from ((name, about.get("arguments", {})) for name, about in test.items())


def faults_of(seed: Seed, declared: Declaration, seeds: dict[str, Seed]) -> Iterator[str]:
    """The faults of one seed, in words; of a wrong header only that is said."""
    wanted = list(declared.types)
    if sorted(seed.columns) != sorted(wanted):
        lacking = ", ".join(column for column in wanted if column not in seed.columns)
        unknown = ", ".join(column for column in seed.columns if column not in wanted)
        parts = [f"нет столбцов: {lacking}"] * bool(lacking) + [f"лишние столбцы: {unknown}"] * bool(unknown)
        yield f"seeds/{seed.name}.csv, заголовок: {'; '.join(parts) or 'столбец повторён'}"
        return
    for row in seed.rows:
        if not row.is_whole:
            count = len(seed.columns)
            yield f"{seed.at(row)}: ячеек больше или меньше, чем столбцов ({count}); проверьте запятые и кавычки"
        else:
            yield from (f"{seed.at(row)}: {fault}" for fault in _faults_of_row(row, declared, seeds))
    for columns in declared.keys:
        yield from _repeated(seed, columns)


def _faults_of_row(row: Row, declared: Declaration, seeds: dict[str, Seed]) -> Iterator[str]:
    yield from (f"не заполнен столбец {column}" for column in declared.required if not row.cells[column])
    for column, kind in declared.types.items():
        fits, wanted = _TYPES.get(kind, (lambda _: True, ""))
        if (value := row.cells[column]) and not fits(value):
            yield f"{column} «{value}»: {wanted}"
    for column, target, its in declared.relations:
        is_known = target in seeds and its in seeds[target].columns  # else that seed has its own fault
        if (value := row.cells[column]) and is_known and value not in seeds[target].values(its):
            yield f"{column} «{value}»: такого {its} нет в seeds/{target}.csv"
    for column, values in declared.lists:
        if (value := row.cells[column]) and value not in values:
            yield f"{column} «{value}»: нет в списке допустимых ({', '.join(values)})"
    for column, least, most in declared.ranges:
        value = row.cells[column]
        if value and _is(Decimal)(value) and not least <= Decimal(value) <= most:
            yield f"{column} «{value}»: допустимо от {least} до {most}"


def _repeated(seed: Seed, columns: tuple[str, ...]) -> Iterator[str]:
    first: dict[tuple[str, ...], Row] = {}
    for row in seed.rows:
        key = row.key(columns)
        if any(key) and first.setdefault(key, row) is not row:
            words = ", ".join(f"{column} «{value}»" for column, value in zip(columns, key, strict=True))
            yield f"{seed.at(row)}: повторяет строку {first[key].line}: {words}"
