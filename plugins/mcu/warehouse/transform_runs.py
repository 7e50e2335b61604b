"""`ops.transform_runs`: each calculation of the marts and its verdict. No other module writes this table.

A run is opened as `running` and ends as `built` (dbt succeeded) or `failed`. The mart gate then makes it `passed` or
`blocked`. `stands_in` says which of the two copies (`mcu.warehouse.copies`) holds its result."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

Copy = Literal["published", "next"]


@dataclass(frozen=True, slots=True)
class TransformRun:
    """One row of `ops.transform_runs`."""

    run_id: int
    as_of: datetime
    accepted_upto: int
    definition_hash: str
    status: str
    message: str | None
    decided: str = ""
    relations: dict[str, str] | None = None
    """What the build left, as `copies.relations` gives it; None for runs of earlier versions."""

    @property
    def is_waiting(self) -> bool:
        """True if the marts are built and not published: their gate has not judged them yet, or is closed."""
        return self.status in ("built", "blocked")


def latest_run(conn: psycopg.Connection) -> TransformRun | None:
    """The run that ended last, or is running."""
    return _find(conn, "true")


def latest_judged_run(conn: psycopg.Connection) -> TransformRun | None:
    """The run that passed its gate, was blocked by it, or failed last."""
    return _find(conn, "status in ('passed', 'blocked', 'failed')")


def standing(conn: psycopg.Connection, copy: Copy) -> TransformRun | None:
    """The run whose result the copy holds, whole. None: the copy is empty, or a build of it did not end."""
    return _find(conn, f"stands_in = '{copy}'")


def _find(conn: psycopg.Connection, condition: str) -> TransformRun | None:
    columns = ", ".join(f.name for f in fields(TransformRun))
    query = f"""
        select {columns} from ops.transform_runs
        where {condition}
        order by coalesce(finished_at, started_at) desc, run_id desc
        limit 1
    """
    with conn.cursor(row_factory=class_row(TransformRun)) as cursor:
        return cursor.execute(query).fetchone()  # type: ignore[arg-type]  # composed of this module's texts


def open_run(
    conn: psycopg.Connection,
    as_of: datetime,
    accepted_upto: int,
    definition_hash: str,
    *,
    is_full: bool,
    decided: str = "",
) -> int:
    """Mark the run as `running`: from now on the next copy holds no whole result. An earlier attempt at the same window
    keeps its row, unless people read its result. Returns run_id."""
    key = [as_of, accepted_upto, definition_hash]
    conn.execute("update ops.transform_runs set stands_in = null where stands_in = 'next'")
    row = conn.execute(
        """
        update ops.transform_runs set status = 'running', is_full = %s, decided = %s, started_at = clock_timestamp(),
            finished_at = null, message = null
        where run_id = (
            select max(run_id) from ops.transform_runs
            where as_of = %s and accepted_upto = %s and definition_hash = %s and stands_in is null
        )
        returning run_id
        """,
        [is_full, decided, *key],
    ).fetchone()
    if row is None:
        row = conn.execute(
            """
            insert into ops.transform_runs (as_of, accepted_upto, definition_hash, is_full, decided, status)
            values (%s, %s, %s, %s, %s, 'running') returning run_id
            """,
            [*key, is_full, decided],
        ).fetchone()
    assert row is not None
    return int(row[0])


def mark_built(conn: psycopg.Connection, run_id: int, message: str, relations: dict[str, str]) -> None:
    """The dbt build succeeded; the marts wait in the next copy for their gate."""
    _end(conn, run_id, "built", message)
    conn.execute(
        "update ops.transform_runs set stands_in = 'next', relations = %s where run_id = %s", [Jsonb(relations), run_id]
    )


def mark_failed(conn: psycopg.Connection, run_id: int, message: str) -> None:
    """The dbt build failed: the next copy may be half new."""
    _end(conn, run_id, "failed", message)


def mark_interrupted(conn: psycopg.Connection) -> int:
    """Fail the runs that are still `running`. The caller holds the lock of transformations, so their processes are
    dead. Returns how many there were."""
    return conn.execute(
        """
        update ops.transform_runs set status = 'failed', finished_at = clock_timestamp(),
            message = 'Расчёт прерван (процесс остановлен). Следующий расчёт начнёт заново.'
        where status = 'running'
        """
    ).rowcount


def _end(conn: psycopg.Connection, run_id: int, status: str, message: str) -> None:
    conn.execute(
        "update ops.transform_runs set status = %s, finished_at = clock_timestamp(), message = %s where run_id = %s",
        [status, message, run_id],
    )


def mark_blocked(conn: psycopg.Connection, run_id: int, message: str) -> None:
    """The mart gate is closed: the run goes on waiting in the next copy."""
    conn.execute("update ops.transform_runs set status = 'blocked', message = %s where run_id = %s", [message, run_id])


def mark_published(conn: psycopg.Connection, run_id: int, message: str) -> None:
    """The mart gate has passed the run. It changes places with the run that people read until now."""
    conn.execute("update ops.transform_runs set status = 'passed', message = %s where run_id = %s", [message, run_id])
    conn.execute(
        "update ops.transform_runs set stands_in = case stands_in when 'next' then 'published' else 'next' end"
        " where stands_in is not null"
    )
