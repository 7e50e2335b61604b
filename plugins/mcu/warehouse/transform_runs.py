"""`ops.transform_runs`: each calculation of the marts and its verdict. No other module writes this table.

A run is opened as `running` and ends as `built` (dbt succeeded) or `failed`. The mart gate then makes it `passed` or
`blocked`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

import psycopg
from psycopg.rows import class_row

DONE = ("built", "passed", "blocked")
"""States of a run whose dbt build succeeded."""


@dataclass(frozen=True, slots=True)
class TransformRun:
    """One row of `ops.transform_runs`."""

    run_id: int
    as_of: datetime
    accepted_upto: int
    definition_hash: str
    status: str
    message: str | None

    @property
    def is_done(self) -> bool:
        """True if the dbt build succeeded, whatever the gate says of it."""
        return self.status in DONE


def latest_run(conn: psycopg.Connection) -> TransformRun | None:
    """The run that ended last, or is running."""
    columns = ", ".join(f.name for f in fields(TransformRun))
    with conn.cursor(row_factory=class_row(TransformRun)) as cursor:
        return cursor.execute(
            f"select {columns} from ops.transform_runs"
            " order by coalesce(finished_at, started_at) desc, run_id desc limit 1"
        ).fetchone()


def open_run(
    conn: psycopg.Connection, as_of: datetime, accepted_upto: int, definition_hash: str, *, is_full: bool
) -> int:
    """Mark the run as `running`. An earlier attempt at the same window keeps its row. Returns run_id."""
    key = [as_of, accepted_upto, definition_hash]
    row = conn.execute(
        """
        update ops.transform_runs set status = 'running', is_full = %s, started_at = clock_timestamp(),
            finished_at = null, message = null
        where run_id = (
            select max(run_id) from ops.transform_runs
            where as_of = %s and accepted_upto = %s and definition_hash = %s
        )
        returning run_id
        """,
        [is_full, *key],
    ).fetchone()
    if row is None:
        row = conn.execute(
            """
            insert into ops.transform_runs (as_of, accepted_upto, definition_hash, is_full, status)
            values (%s, %s, %s, %s, 'running') returning run_id
            """,
            [*key, is_full],
        ).fetchone()
    assert row is not None
    return int(row[0])


def mark_built(conn: psycopg.Connection, run_id: int, message: str) -> None:
    """The dbt build succeeded; the marts wait for their gate."""
    _end(conn, run_id, "built", message)


def mark_failed(conn: psycopg.Connection, run_id: int, message: str) -> None:
    """The dbt build failed: the marts may be half new."""
    _end(conn, run_id, "failed", message)


def _end(conn: psycopg.Connection, run_id: int, status: str, message: str) -> None:
    conn.execute(
        "update ops.transform_runs set status = %s, finished_at = clock_timestamp(), message = %s where run_id = %s",
        [status, message, run_id],
    )


def record_verdict(conn: psycopg.Connection, as_of: datetime, *, is_passed: bool, message: str) -> None:
    """Store the mart gate's verdict in the last run that was built for `as_of`."""
    conn.execute(
        """
        update ops.transform_runs set status = %s, message = %s
        where run_id = (
            select run_id from ops.transform_runs
            where as_of = %s and status = any(%s)
            order by coalesce(finished_at, started_at) desc, run_id desc limit 1
        )
        """,
        ["passed" if is_passed else "blocked", message, as_of, list(DONE)],
    )
