"""The working-time axis in PostgreSQL, asked by the macros' text and by the SQL functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from deadlines.calculator import Calculator
from deadlines.operations import COLUMNS, OPERATIONS, Case
from deadlines.reference_rows import Reference


@dataclass(frozen=True)
class Axis:
    """The axis in PostgreSQL and by hand, over the same rows."""

    conn: psycopg.Connection
    macros: dict[str, str]
    """Operation → the text that its macro expands to."""
    without_presidential: str
    """The query of int_calendar_days with presidential_days_off: false."""
    reference: Reference
    by_hand: Calculator

    def by_macro(self, operation: str, cases: Sequence[Case]) -> list[Any]:
        """The answers of the macro's text, expanded as the models do it, over all cases in one query."""
        return self._ask(cases, f"left join lateral {self.macros[operation]} as v on true")

    def by_function(self, operation: str, cases: Sequence[Case]) -> list[Any]:
        """The answers of the SQL function over all cases in one query."""
        return self._ask(cases, f"cross join lateral (select {OPERATIONS[operation].function} as value) as v")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.conn.execute(query).fetchall()

    def _ask(self, cases: Sequence[Case], join: str) -> list[Any]:
        with self.conn.transaction():
            self._load(cases)
            return [value for (value,) in self.rows(f"select v.value from cases as c {join} order by c.case_no")]

    def _load(self, cases: Sequence[Case]) -> None:
        self.conn.execute(f"create temporary table cases (case_no integer primary key, {COLUMNS}) on commit drop")
        with self.conn.cursor().copy("copy cases from stdin") as copy:
            for number, c in enumerate(cases):
                zone = str(self.by_hand.zone(c.schedule))
                copy.write_row((number, c.schedule, zone, c.moment, c.until, c.day, c.day_to, c.amount, c.shift))
        self.conn.execute("analyze cases")
