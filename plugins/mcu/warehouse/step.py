"""A step: what SQL cannot count. dbt hands over the SQL of a model; its rows go through a function, and what the
function returns becomes a table. Rows stream, so that a million of them need little memory."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from importlib import import_module
from typing import Any

import psycopg
from dbt_common.exceptions import DbtRuntimeError
from psycopg import sql

from mcu.warehouse.connect import connect
from mcu.warehouse.orphans import APPLICATION

Row = tuple[Any, ...]
Step = Callable[[Iterator[Row]], Iterator[Row]]
"""From rows of the model's SQL to rows of its table."""

PACKAGE = "mcu"


class StepJob:
    """What dbt calls for a model of the materialization `step`. `meta` of the model names the module of `mcu`
    whose function `step` computes it, and the columns that come out: name → type."""

    def __init__(self, model: dict[str, Any], _credentials: object) -> None:
        meta = model["config"]["meta"]
        self._step: Step = import_module(f"{PACKAGE}.{meta['step']}").step
        self._columns: dict[str, str] = meta["columns"]
        self._table = sql.Identifier(model["schema"], rows_table(model["alias"]))

    def submit(self, query: str) -> int:
        """Write the rows of the step into a table of their own, in one transaction. Returns how many there are.
        Raises DbtRuntimeError, with which dbt names the model; it shows no value of a row: it may be a text."""
        try:
            return self._submit(query)
        except Exception as error:
            raise DbtRuntimeError(f"{type(error).__name__}: {_shown(error)}") from None

    def _submit(self, query: str) -> int:
        with (
            connect("transformer", autocommit=True, application_name=APPLICATION) as reading,
            connect("transformer", application_name=APPLICATION) as writing,
            closing(_rows(reading, query)) as rows,  # an unfinished COPY would lock its connection
        ):
            self._make_table(writing)
            names = sql.SQL(", ").join(map(sql.Identifier, self._columns))
            count = 0
            with writing.cursor().copy(sql.SQL("copy {} ({}) from stdin").format(self._table, names)) as lines:
                for row in self._step(rows):
                    lines.write_row(row)
                    count += 1
        return count

    def _make_table(self, conn: psycopg.Connection) -> None:
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))  # type: ignore[arg-type]  # of a model
            for name, kind in self._columns.items()
        )
        conn.execute(sql.SQL("drop table if exists {}").format(self._table))
        conn.execute(sql.SQL("create table {} ({})").format(self._table, columns))


def rows_table(model: str) -> str:
    """The table that a step writes, until dbt takes its rows over (macros/steps/step.sql)."""
    return f"{model}__rows"


def _shown(error: Exception) -> str:
    """Words that quote no value: those of the server unless they are about data, else the place of the error."""
    if isinstance(error, psycopg.Error) and not isinstance(error, (psycopg.DataError, psycopg.IntegrityError)):
        return error.diag.message_primary or str(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"


def _rows(conn: psycopg.Connection, query: str) -> Generator[Row, None, None]:
    """The rows of a query. COPY and not a cursor: the server may then use all of its workers."""
    text = sql.SQL(query)  # type: ignore[arg-type]  # a model compiled by dbt
    described = conn.execute(sql.SQL("select * from ({}) as q limit 0").format(text)).description or []
    with conn.cursor().copy(sql.SQL("copy ({}) to stdout").format(text)) as lines:
        lines.set_types([column.type_code for column in described])
        yield from lines.rows()
