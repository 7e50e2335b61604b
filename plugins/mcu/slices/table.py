"""A counted slice: what is shown of it, ready to be stored and written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

Number = int | float | None


@dataclass(frozen=True)
class Cell:
    """What was counted in a cell: of how many records, the numerator, the value."""

    n: int
    part: int | Decimal | None
    value: int | Decimal | None


class Shown(BaseModel):
    """What is shown of a cell. A hidden one says nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    n: int | None = None
    part: Number = None
    value: Number = None
    is_hidden: bool = False

    @staticmethod
    def of(cell: Cell) -> Shown:
        return Shown(n=cell.n, part=_number(cell.part), value=_number(cell.value))


class Table(BaseModel):
    """The answer to a question. The last row and the last column of `cells` are the totals; a slice by one dimension
    has only that column. `cells`: `period`, and `against` if it was asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measure: str
    by: list[str]
    where: dict[str, str]
    period: tuple[date, date]
    against: tuple[date, date] | None
    as_of: datetime
    least_n: int
    rows: list[list[str]]
    columns: list[str]
    cells: dict[str, list[list[Shown]]]

    @property
    def row_names(self) -> list[str]:
        return self.by[:-1] if len(self.by) > 1 else self.by

    @property
    def hidden_count(self) -> int:
        return sum(cell.is_hidden for lines in self.cells.values() for line in lines for cell in line)


def _number(value: int | Decimal | None) -> Number:
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)
