"""`ops.source_state`: how far each source has been read, and whether it answers. No other module writes this table."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from mcu.warehouse.connect import connect


@dataclass(frozen=True, slots=True)
class SourceState:
    """One row of `ops.source_state`."""

    source_slug: str
    cursor: dict[str, Any] | None
    checked_at: datetime
    last_new_at: datetime | None
    last_error: str | None
    failing_since: datetime | None

    @property
    def updated_at(self) -> datetime | None:
        """The source has been read and accepted up to this instant."""
        value = (self.cursor or {}).get("updated_at")
        return datetime.fromisoformat(value) if value else None


_STATE = f"select {', '.join(f.name for f in fields(SourceState))} from ops.source_state"


def source_states() -> dict[str, SourceState]:
    """Slug → state, for each source that was ever read."""
    with connect("loader") as conn, conn.cursor(row_factory=class_row(SourceState)) as cursor:
        return {state.source_slug: state for state in cursor.execute(_STATE)}


def state_of(conn: psycopg.Connection, slug: str) -> SourceState | None:
    """The state of one source; None if it was never read."""
    with conn.cursor(row_factory=class_row(SourceState)) as cursor:
        return cursor.execute(f"{_STATE} where source_slug = %s", [slug]).fetchone()


def move_cursor(
    conn: psycopg.Connection, slug: str, cursor: dict[str, Any] | None, new_at: datetime | None = None
) -> None:
    """Start the next reading of the source at `cursor`, unless the stored one is later: a cursor never goes back."""
    conn.execute(
        """
        insert into ops.source_state as s (source_slug, cursor, checked_at, last_new_at)
        values (%(slug)s, %(cursor)s, clock_timestamp(), %(new_at)s)
        on conflict (source_slug) do update set
            cursor = case
                when excluded.cursor is null then s.cursor
                when s.cursor is null then excluded.cursor
                when (excluded.cursor ->> 'updated_at')::timestamptz > (s.cursor ->> 'updated_at')::timestamptz
                    then excluded.cursor
                else s.cursor
            end,
            last_new_at = coalesce(excluded.last_new_at, s.last_new_at)
        """,
        {"slug": slug, "cursor": None if cursor is None else Jsonb(cursor), "new_at": new_at},
    )


def note_checked(conn: psycopg.Connection, slug: str) -> None:
    """The source answered: clear its earlier failure."""
    conn.execute(
        """
        insert into ops.source_state (source_slug, checked_at) values (%s, clock_timestamp())
        on conflict (source_slug) do update
        set checked_at = excluded.checked_at, last_error = null, failing_since = null
        """,
        [slug],
    )


def note_failure(conn: psycopg.Connection, slug: str, message: str) -> None:
    """The source could not be read. `failing_since` keeps the time of the first failure in a row."""
    conn.execute(
        """
        insert into ops.source_state as s (source_slug, checked_at, last_error, failing_since)
        values (%s, clock_timestamp(), %s, clock_timestamp())
        on conflict (source_slug) do update set checked_at = excluded.checked_at, last_error = excluded.last_error,
            failing_since = coalesce(s.failing_since, excluded.failing_since)
        """,
        [slug, message],
    )
