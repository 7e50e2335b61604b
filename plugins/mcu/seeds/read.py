"""Reading seeds as files: each row with its line, so that a fault can name it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    line: int
    """Its line in the file; of a row of several lines, the last."""
    cells: dict[str, str]
    is_whole: bool
    """False if it has more or fewer cells than the header."""

    def key(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.cells.get(column, "") for column in columns)


@dataclass(frozen=True)
class Seed:
    name: str
    columns: list[str]
    rows: list[Row]

    def at(self, row: Row) -> str:
        """Where a row stands, for a message."""
        return f"seeds/{self.name}.csv, строка {row.line}"

    def values(self, column: str) -> set[str]:
        return {row.cells.get(column, "") for row in self.rows}


def read_seeds(project: Path) -> dict[str, Seed]:
    """All seeds of the dbt project, by name."""
    return {path.stem: _read(path) for path in sorted((project / "seeds").glob("*.csv"))}


def _read(path: Path) -> Seed:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        columns = next(reader, [])
        return Seed(path.stem, columns, list(_rows(reader, columns)))


def _rows(reader: Iterator[list[str]], columns: list[str]) -> Iterator[Row]:
    for cells in reader:
        if cells:
            line: int = reader.line_num  # type: ignore[attr-defined]  # csv.reader has it
            yield Row(line, dict(zip(columns, cells, strict=False)), len(cells) == len(columns))
