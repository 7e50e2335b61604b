"""`ops.loads` and `ops.source_state`: what was loaded, what became of it, and how far each source has been read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from mcu.errors import UserError
from mcu.warehouse.connect import connect

_ACCEPT_LOCK = "select pg_advisory_xact_lock(hashtext('mcu.accept'))"


class LedgerError(UserError):
    """The ledger does not allow what was asked."""


@dataclass(frozen=True, slots=True)
class Load:
    """One row of `ops.loads`."""

    load_id: int
    source_slug: str
    status: str
    started_at: datetime
    finished_at: datetime | None
    window_from: datetime | None
    window_to: datetime | None
    file_name: str | None
    file_sha256: str | None
    file_kept: str | None
    read_count: int
    new_count: int
    unchanged_count: int
    rejected_count: int
    control_total: int | None
    accept_no: int | None
    accepted_at: datetime | None
    message: str | None
    details: dict[str, Any]

    @property
    def observed_at(self) -> datetime | None:
        """When what it brought was true by the source: for a file, when it was exported."""
        value = self.details.get("observed_at")
        return datetime.fromisoformat(value) if value else None


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
        """Up to where the source has been read and accepted."""
        value = (self.cursor or {}).get("updated_at")
        return datetime.fromisoformat(value) if value else None


_LOAD = f"select {', '.join(f.name for f in fields(Load))} from ops.loads"
_STATE = f"select {', '.join(f.name for f in fields(SourceState))} from ops.source_state"


def latest_loads(slug: str | None = None, limit: int = 20) -> list[Load]:
    """The latest loads, newest first; of one source or of all."""
    with connect("loader") as conn, conn.cursor(row_factory=class_row(Load)) as cursor:
        return cursor.execute(
            f"{_LOAD} where %(slug)s::text is null or source_slug = %(slug)s order by load_id desc limit %(limit)s",
            {"slug": slug, "limit": limit},
        ).fetchall()


def find_load(conn: psycopg.Connection, load_id: int) -> Load:
    """Raises LedgerError when there is no such load."""
    with conn.cursor(row_factory=class_row(Load)) as cursor:
        load = cursor.execute(f"{_LOAD} where load_id = %s", [load_id]).fetchone()
    if load is None:
        raise LedgerError(f"Загрузки № {load_id} нет в журнале загрузок.")
    return load


def loads_of_file(conn: psycopg.Connection, slug: str, sha256: str) -> list[Load]:
    """Loads of one file's content, oldest first; the keep's names are by SHA-256, wherever it stands."""
    with conn.cursor(row_factory=class_row(Load)) as cursor:
        query = f"{_LOAD} where source_slug = %s and strpos(file_kept, %s) > 0 order by load_id"
        return cursor.execute(query, [slug, sha256]).fetchall()


def newest_export(conn: psycopg.Connection, slug: str) -> Load | None:
    """The load of the latest export, by the export's own time, that landed and was not turned away."""
    with conn.cursor(row_factory=class_row(Load)) as cursor:
        query = f"""
            {_LOAD} where source_slug = %s and file_kept is not null and status in ('accepted', 'landed')
            order by (details ->> 'observed_at')::timestamptz desc, load_id desc limit 1
        """
        return cursor.execute(query, [slug]).fetchone()


def waiting_loads(conn: psycopg.Connection, slug: str) -> list[Load]:
    """Loads that are written and were never judged: their gate was interrupted."""
    with conn.cursor(row_factory=class_row(Load)) as cursor:
        query = f"{_LOAD} where source_slug = %s and status = 'landed' order by load_id"
        return cursor.execute(query, [slug]).fetchall()


def source_states() -> dict[str, SourceState]:
    """How each source that was ever asked stands."""
    with connect("loader") as conn, conn.cursor(row_factory=class_row(SourceState)) as cursor:
        return {state.source_slug: state for state in cursor.execute(_STATE)}


def state_of(conn: psycopg.Connection, slug: str) -> SourceState | None:
    with conn.cursor(row_factory=class_row(SourceState)) as cursor:
        return cursor.execute(f"{_STATE} where source_slug = %s", [slug]).fetchone()


def accept(load_id: int) -> int:
    """Let staging see the load; its cursor becomes the source's in the same transaction. Returns `accept_no`:
    gap-free, and in commit order because the lock is held to the end. Accepting twice changes nothing."""
    with connect("loader") as conn:
        conn.execute(_ACCEPT_LOCK)
        load = find_load(conn, load_id)
        if load.accept_no is not None:
            return load.accept_no
        if load.status not in ("landed", "quarantined"):
            raise LedgerError(f"Загрузку № {load_id} нельзя принять: её состояние «{load.status}».")
        row = conn.execute(
            """
            update ops.loads as l set status = 'accepted', accepted_at = clock_timestamp(),
                file_sha256 = case
                    when not exists (
                        select from ops.loads as o
                        where o.source_slug = l.source_slug and o.file_sha256 = l.file_sha256
                            and o.load_id <> l.load_id and o.status in ('accepted', 'refused')
                    ) then file_sha256
                end,
                accept_no = (select coalesce(max(accept_no), 0) + 1 from ops.loads)
            where load_id = %s returning accept_no, cursor_after, accepted_at
            """,
            [load_id],
        ).fetchone()
        assert row is not None
        accept_no, cursor, accepted_at = row
        _prune(conn, load)
        _close_rejects(conn, load)
        move_cursor(conn, load.source_slug, cursor, accepted_at if load.new_count else None)
        return int(accept_no)


def _prune(conn: psycopg.Connection, load: Load) -> None:
    """Drop the load's versions that equal the one in force before them: another load, unjudged when this one was
    written, has brought them too and is accepted by now."""
    others = conn.execute(
        "select exists (select from ops.loads where source_slug = %s and load_id <> %s and accepted_at > %s)",
        [load.source_slug, load.load_id, load.started_at],
    ).fetchone()
    if others != (True,):
        return
    statement: Any = sql.SQL(
        """
        delete from {table} as r
        where r.load_id = %(load)s and (
            r.payload_hash = (
                select p.payload_hash from {table} as p
                where p.record_ref = r.record_ref
                    and (p.source_updated_at, p.load_id) < (r.source_updated_at, r.load_id)
                    and p.load_id in (select load_id from ops.loads where status = 'accepted')
                order by p.source_updated_at desc, p.load_id desc, p.payload_hash
                limit 1
            )
            -- a later load may have been accepted before this one
            or exists (
                select from {table} as p
                where p.record_ref = r.record_ref and p.source_updated_at = r.source_updated_at
                    and p.payload_hash = r.payload_hash and p.load_id <> r.load_id
                    and p.load_id in (select load_id from ops.loads where status = 'accepted')
            )
        )
        """
    ).format(table=sql.Identifier("raw", load.source_slug))
    known = conn.execute(statement, {"load": load.load_id}).rowcount
    conn.execute(
        "update ops.loads set new_count = new_count - %(n)s, unchanged_count = unchanged_count + %(n)s"
        " where load_id = %(load)s",
        {"n": known, "load": load.load_id},
    )


def _close_rejects(conn: psycopg.Connection, load: Load) -> None:
    """A record that was refused before and is accepted now was corrected at its source."""
    condition = "source_slug = %s and load_id < %s and replayed_at is null and record_ref is not null"
    given = [load.source_slug, load.load_id]
    if conn.execute(f"select exists (select from ops.rejects where {condition})", given).fetchone() != (True,):
        return
    statement: Any = sql.SQL(
        f"""
        update ops.rejects as j set replayed_at = clock_timestamp(), replay_load_id = %s
        where {condition} and exists (
            select from {{table}} as r where r.record_ref = j.record_ref and r.load_id = %s
        )
        """
    ).format(table=sql.Identifier("raw", load.source_slug))
    conn.execute(statement, [load.load_id, *given, load.load_id])


def quarantine(load_id: int, message: str) -> None:
    """Keep the load out of staging. Its versions stay in raw, for replay or for the next load to adopt."""
    with connect("loader") as conn:
        load = find_load(conn, load_id)
        if load.status == "quarantined":
            return
        if load.status != "landed":
            raise LedgerError(f"Загрузку № {load_id} нельзя поместить в карантин: её состояние «{load.status}».")
        conn.execute("update ops.loads set status = 'quarantined', message = %s where load_id = %s", [message, load_id])


def move_cursor(
    conn: psycopg.Connection, slug: str, cursor: dict[str, Any] | None, new_at: datetime | None = None
) -> None:
    """Read the source from here next time; a cursor never goes back."""
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
    """The source answered: whatever failed before is over."""
    conn.execute(
        """
        insert into ops.source_state (source_slug, checked_at) values (%s, clock_timestamp())
        on conflict (source_slug) do update
        set checked_at = excluded.checked_at, last_error = null, failing_since = null
        """,
        [slug],
    )


def note_failure(conn: psycopg.Connection, slug: str, message: str) -> None:
    """The source could not be read; since when is kept from the first failure."""
    conn.execute(
        """
        insert into ops.source_state as s (source_slug, checked_at, last_error, failing_since)
        values (%s, clock_timestamp(), %s, clock_timestamp())
        on conflict (source_slug) do update set checked_at = excluded.checked_at, last_error = excluded.last_error,
            failing_since = coalesce(s.failing_since, excluded.failing_since)
        """,
        [slug, message],
    )


def replay(load_id: int) -> Any:
    """Load again what a load kept: see `mcu.landing.replay`."""
    from mcu.landing.replay import replay as run

    return run(load_id)
