"""Loads one source or one file. Pages are made free of identity, written and committed as they come.

A source has one load at a time (advisory lock). A load that breaks off leaves its versions in raw under a `failed` row,
where staging does not see them. The next load reads the window again and lands them itself, so that nothing is lost or
doubled wherever a process is killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from mcu.connectors.base import Window
from mcu.connectors.params import Dropped
from mcu.landing import ledger, source_state
from mcu.landing.dropped_files import land_dropped, land_folder
from mcu.landing.run import LoadError, LoadResult, Run, breaking_off, describe_source, result_of
from mcu.landing.shown_names import ShownNames
from mcu.landing.writer_process import wait_for_last_page
from mcu.sources.opening import open_source
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect
from mcu.warehouse.raw_tables import ensure_raw_table

LOCK_SECONDS = 60
"""How long to wait for another load of the same source: the database needs a moment to notice a killed one."""


class SourceLocked(LoadError):
    """Another process is loading the source. Field: slug."""

    code = "source_locked"


def load_source(spec: SourceSpec, *, since: datetime | None = None, until: datetime | None = None) -> list[LoadResult]:
    """Read what is new (or a given period) and land it. Loads that an interrupted run left unjudged come first.
    A `files` source gives one result for each waiting file. Raises UserError if the source cannot be read."""
    with source_lock(spec) as conn:
        unjudged = [
            result_of(load, f"Загрузка № {load.load_id} ждёт проверки. {load.message or ''}".strip())
            for load in ledger.waiting_loads(conn, spec.slug)
        ]
        if isinstance(spec.connector, Dropped):
            return unjudged + land_folder(conn, spec)
        return [*unjudged, _load_window(conn, spec, since, until)]


def load_file(spec: SourceSpec, path: Path) -> list[LoadResult]:
    """Land one file given by hand; the file itself stays where it is. Raises UserError."""
    if not isinstance(spec.connector, Dropped):
        raise LoadError(
            f"{describe_source(spec)} не читает файлы: его соединение - {spec.connector.type}.", slug=spec.slug
        )
    if not path.is_file():
        raise LoadError(f"Файла {path} нет.", slug=spec.slug, path=path)
    with source_lock(spec) as conn:
        return land_dropped(conn, spec, path, ShownNames().of(path.name))


@contextmanager
def source_lock(spec: SourceSpec) -> Iterator[psycopg.Connection]:
    """A connection that holds the source's lock until it closes or its process dies. A load found `running` under the
    lock is dead. Raises SourceLocked."""
    with connect("loader") as conn:
        try:
            conn.execute(f"set lock_timeout = '{LOCK_SECONDS}s'")
            conn.execute("select pg_advisory_lock(hashtext('mcu.load'), hashtext(%s))", [spec.slug])
            wait_for_last_page(conn, spec.slug)
            conn.execute("set lock_timeout = 0")
        except psycopg.errors.LockNotAvailable:
            raise SourceLocked(
                f"{describe_source(spec)} уже загружается. Дождитесь окончания.", slug=spec.slug
            ) from None
        ensure_raw_table(conn, spec.slug)
        ledger.mark_interrupted(conn, spec.slug)
        conn.commit()
        yield conn


def _load_window(
    conn: psycopg.Connection, spec: SourceSpec, since: datetime | None, until: datetime | None
) -> LoadResult:
    state = source_state.state_of(conn, spec.slug)
    read_to = state.updated_at if state else None
    window = Window(since or (read_to - timedelta(hours=spec.overlap_hours) if read_to else None), until)
    run = Run(conn, spec, window=window)
    with breaking_off(run, describe_source(spec)):
        connector = open_source(spec)
        if connector.consumes_on_read:
            _take_over_failed(run)
        run.land(connector.pages(window))
        # A period fetched by hand may start after what was read so far: the cursor must not jump over the gap.
        joins_on = since is None or (read_to is not None and since <= read_to)
        latest = run.intake.latest if joins_on else None
        # If the source's clock is ahead, its latest time must not hide what it writes until then.
        cursor = {"updated_at": min(latest, run.started_at).astimezone(UTC).isoformat()} if latest else None
        return run.finish(cursor)


def _take_over_failed(run: Run) -> None:
    """Take over the versions of failed loads: the source will not give them again."""
    for load in ledger.failed_loads(run.conn, run.spec.slug):
        run.writer.take_over(load.load_id)
    run.commit()
