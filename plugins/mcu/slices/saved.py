"""`ops.slices`: slices that people saved by name. The DAG publishes them each month; a rebuild does not touch them."""

from __future__ import annotations

import getpass
import re
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from mcu.privacy.refusal import refuse_personal
from mcu.slices.catalogue import SliceRefused
from mcu.slices.count import check_conditions
from mcu.slices.question import PREVIOUS, YEAR_AGO, Question, ask
from mcu.warehouse.connect import connect


@dataclass(frozen=True)
class Saved:
    """A slice by name. Its period is the one for which it is counted."""

    name: str
    title: str
    measure: str
    by: str
    where: list[str]
    against: str | None
    least_n: int
    saved_by: str

    def question(self, period: str, place: str | None = None) -> Question:
        """The question for `period`; with `place`, of that municipality. Raises SliceRefused."""
        # of two conditions of one name the later counts
        where = [*self.where, f"municipality={place}"] if place else self.where
        return ask(self.measure, self.by, period, self.against, where, self.least_n)


def save(saved: Saved) -> None:
    """Store a slice by name; an equal name is replaced. Raises SliceRefused if it could not be counted."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", saved.name):
        raise SliceRefused(f"Имя «{saved.name}»: нужны строчные латинские буквы, цифры и подчёркивания, до 40 знаков.")
    if not saved.title.strip():
        raise SliceRefused("Название разреза не должно быть пустым.")
    if saved.against not in (None, PREVIOUS, YEAR_AGO):
        raise SliceRefused(
            f"Для сравнения в сохранённом разрезе можно указать {PREVIOUS} или {YEAR_AGO}, а не «{saved.against}»."
        )
    refuse_personal(saved.title)
    question = saved.question("2026-01")
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        check_conditions(cursor, question)
        conn.execute(
            """insert into ops.slices (name, title, question, saved_by) values (%s, %s, %s, %s)
               on conflict (name) do update set title = excluded.title, question = excluded.question,
                   saved_by = excluded.saved_by, saved_at = clock_timestamp()""",
            [saved.name, saved.title.strip(), Jsonb(_question(saved)), saved.saved_by or getpass.getuser()],
        )


def remove(name: str) -> None:
    """Remove a saved slice; what was published stays. Raises SliceRefused."""
    with connect("loader") as conn:
        if not conn.execute("delete from ops.slices where name = %s returning name", [name]).fetchone():
            raise SliceRefused(f"Сохранённого разреза «{name}» нет: mcu slice list.")


def saved_slices(cursor: psycopg.Cursor[DictRow] | None = None) -> list[Saved]:
    """All saved slices, by name."""
    if cursor is None:
        with connect("loader") as conn, conn.cursor(row_factory=dict_row) as own:
            return saved_slices(own)
    found = cursor.execute("select name, title, question, saved_by from ops.slices order by name").fetchall()
    return [Saved(row["name"], row["title"], saved_by=row["saved_by"], **row["question"]) for row in found]


def _question(saved: Saved) -> dict[str, Any]:
    return {name: getattr(saved, name) for name in ("measure", "by", "where", "against", "least_n")}
