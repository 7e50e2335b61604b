"""`ops.loads`: what was loaded and what became of it. No other module writes this table.

A load is opened as `running` and ends as `landed`, `failed` or `refused`; one that brought nothing is discarded.
The raw gate then makes a landed load `accepted` or `quarantined`. Staging sees accepted loads only.
Functions that take a connection leave the transaction to the caller."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from mcu.connectors.base import Window
from mcu.errors import UserError
from mcu.landing.counts import Counts
from mcu.landing.source_state import move_cursor
from mcu.warehouse.connect import connect

_ACCEPT_LOCK = "select pg_advisory_xact_lock(hashtext('mcu.accept'))"


class LedgerError(UserError):
    """The ledger does not allow the operation. Fields: load_id and, where it matters, status."""

    code = "load_not_allowed"


class LoadNotFound(LedgerError):
    """There is no load with this number. Field: load_id."""

    code = "load_not_found"


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
    cursor_after: dict[str, Any] | None
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
        """The instant at which the source showed this data: for a file, the time of the export."""
        value = self.details.get("observed_at")
        return datetime.fromisoformat(value) if value else None


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """The stored file that a load reads. `sha256` is None if the ledger has another accepted load of this content:
    it knows a content as loaded once."""

    name: str
    sha256: str | None
    path: Path


_LOAD = f"select {', '.join(f.name for f in fields(Load))} from ops.loads"


# ---------------------------------------------------------------- reading


def latest_loads(slug: str | None = None, limit: int = 20) -> list[Load]:
    """The latest loads, newest first; of one source or of all."""
    with connect("loader") as conn:
        where = "where %(slug)s::text is null or source_slug = %(slug)s order by load_id desc limit %(limit)s"
        return _loads(conn, where, {"slug": slug, "limit": limit})


def find_load(conn: psycopg.Connection, load_id: int) -> Load:
    """Raises LoadNotFound."""
    found = _loads(conn, "where load_id = %s", [load_id])
    if not found:
        raise LoadNotFound(f"Загрузки № {load_id} нет в журнале загрузок.", load_id=load_id)
    return found[0]


def loads_of_file(conn: psycopg.Connection, slug: str, sha256: str) -> list[Load]:
    """Loads of one file's content, oldest first. Stored files are named by SHA-256, whatever folder they stand in."""
    return _loads(conn, "where source_slug = %s and strpos(file_kept, %s) > 0 order by load_id", [slug, sha256])


def newest_export(conn: psycopg.Connection, slug: str) -> Load | None:
    """The accepted or landed load of the latest export, by the export's own time."""
    where = """
        where source_slug = %s and file_kept is not null and status in ('accepted', 'landed')
        order by (details ->> 'observed_at')::timestamptz desc, load_id desc limit 1
    """
    found = _loads(conn, where, [slug])
    return found[0] if found else None


def waiting_loads(conn: psycopg.Connection, slug: str) -> list[Load]:
    """Landed loads that were never judged, because their gate was interrupted."""
    return _loads(conn, "where source_slug = %s and status = 'landed' order by load_id", [slug])


def landed_before(conn: psycopg.Connection, minutes: int) -> list[Load]:
    """Loads of any source that have waited for their gate for so long."""
    where = "where status = 'landed' and finished_at < clock_timestamp() - make_interval(mins => %s) order by load_id"
    return _loads(conn, where, [minutes])


def sources_under_way(conn: psycopg.Connection) -> list[str]:
    """Sources with a `running` load, whether its process lives or not."""
    found = conn.execute("select distinct source_slug from ops.loads where status = 'running'").fetchall()
    return [slug for (slug,) in found]


def failed_loads(conn: psycopg.Connection, slug: str) -> list[Load]:
    """Failed loads whose versions may still stand in raw."""
    return _loads(conn, "where source_slug = %s and status = 'failed' and new_count > 0", [slug])


def unaccepted_loads(conn: psycopg.Connection, slug: str) -> list[Load]:
    """Loads that hold versions in raw which staging does not see."""
    where: Any = sql.SQL(
        "where source_slug = %s and status <> 'accepted' and new_count > 0"
        " and exists (select from {} as r where r.load_id = loads.load_id)"
    ).format(sql.Identifier("raw", slug))
    return _loads(conn, where.as_string(conn), [slug])


def _loads(conn: psycopg.Connection, where: str, values: Any) -> list[Load]:
    with conn.cursor(row_factory=class_row(Load)) as cursor:
        return cursor.execute(f"{_LOAD} {where}", values).fetchall()


# ---------------------------------------------------------------- the steps of a load


def open_load(
    conn: psycopg.Connection, slug: str, window: Window, file: LoadedFile | None = None
) -> tuple[int, datetime]:
    """A new `running` load of a window or of a stored file. Returns (load_id, started_at)."""
    row = conn.execute(
        """
        insert into ops.loads (source_slug, status, window_from, window_to, file_name, file_sha256, file_kept)
        values (%s, 'running', %s, %s, %s, %s, %s) returning load_id, started_at
        """,
        [slug, window.since, window.until, *((file.name, file.sha256, str(file.path)) if file else [None] * 3)],
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def record_counts(conn: psycopg.Connection, load_id: int, counts: Counts, control_total: int | None) -> None:
    """What the load has read so far; `control_total` is how many records the source says it has."""
    conn.execute(
        """
        update ops.loads set read_count = %s, new_count = %s, unchanged_count = %s, rejected_count = %s,
            control_total = %s
        where load_id = %s
        """,
        [counts.read, counts.new, counts.unchanged, counts.rejected, control_total, load_id],
    )


def mark_landed(
    conn: psycopg.Connection, load_id: int, message: str, details: dict[str, Any], cursor: dict[str, Any] | None
) -> None:
    """All is written and waits for the raw gate. `cursor` becomes the source's when the load is accepted."""
    conn.execute(
        """
        update ops.loads set status = 'landed', finished_at = clock_timestamp(), cursor_after = %s,
            message = %s, details = %s
        where load_id = %s
        """,
        [Jsonb(cursor) if cursor else None, message, Jsonb(details), load_id],
    )


def mark_failed(conn: psycopg.Connection, load_id: int, message: str, details: dict[str, Any]) -> None:
    """The load broke off; what it has written stays in raw."""
    conn.execute(
        """
        update ops.loads set status = 'failed', finished_at = clock_timestamp(), message = %s, details = %s
        where load_id = %s
        """,
        [message, Jsonb(details), load_id],
    )


def mark_interrupted(conn: psycopg.Connection, slug: str) -> int:
    """Fail the loads of the source that are still `running`. The caller holds the source's lock, so their processes
    are dead. Returns how many there were."""
    return conn.execute(
        """
        update ops.loads set status = 'failed', finished_at = clock_timestamp(),
            message = 'Загрузка прервана (процесс остановлен). Прочитанное сохранено; следующая загрузка его учтёт.'
        where source_slug = %s and status = 'running'
        """,
        [slug],
    ).rowcount


def mark_refused(conn: psycopg.Connection, load_id: int, message: str) -> None:
    """The file cannot be loaded."""
    conn.execute(
        "update ops.loads set status = 'refused', finished_at = clock_timestamp(), message = %s where load_id = %s",
        [message, load_id],
    )


def withdraw_refusal(conn: psycopg.Connection, refused: Load, by_load: int | None) -> None:
    """A file that was refused has been read now, by load `by_load` (None if that brought nothing)."""
    note = f" Позже прочитан: загрузка № {by_load}." if by_load else " Позже прочитан."
    conn.execute(
        "update ops.loads set status = 'failed', message = message || %s where load_id = %s", [note, refused.load_id]
    )


def discard(conn: psycopg.Connection, load_id: int) -> None:
    """Remove a load that brought nothing: it leaves no row."""
    conn.execute("delete from ops.anonymization_log where load_id = %s", [load_id])
    conn.execute("delete from ops.loads where load_id = %s", [load_id])


# ---------------------------------------------------------------- the gate's verdict


def accept(load_id: int) -> int:
    """Let staging see the load; its cursor becomes the source's in the same transaction. Returns `accept_no`:
    gap-free, and in commit order because the lock is held to the end. Accepting twice changes nothing.
    Raises LedgerError."""
    with connect("loader") as conn:
        conn.execute(_ACCEPT_LOCK)
        load = find_load(conn, load_id)
        if load.accept_no is not None:
            return load.accept_no
        if load.status not in ("landed", "quarantined"):
            raise LedgerError(
                f"Загрузку № {load_id} нельзя принять: её состояние «{load.status}».",
                load_id=load_id,
                status=load.status,
            )
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
        _drop_known_versions(conn, load)
        _close_rejects(conn, load)
        move_cursor(conn, load.source_slug, cursor, accepted_at if load.new_count else None)
        return int(accept_no)


def _drop_known_versions(conn: psycopg.Connection, load: Load) -> None:
    """Delete the load's versions that equal the version in force before them. When the load was written, the other
    load that holds the equal version was not judged yet; by now it is accepted."""
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
    """A record that was rejected before and is accepted now was corrected at its source."""
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
    """Keep the load out of staging. Its versions stay in raw, for a replay or for the next load. Raises LedgerError."""
    with connect("loader") as conn:
        load = find_load(conn, load_id)
        if load.status == "quarantined":
            return
        if load.status != "landed":
            raise LedgerError(
                f"Загрузку № {load_id} нельзя поместить в карантин: её состояние «{load.status}».",
                load_id=load_id,
                status=load.status,
            )
        conn.execute("update ops.loads set status = 'quarantined', message = %s where load_id = %s", [message, load_id])
