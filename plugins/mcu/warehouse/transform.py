"""From accepted loads to marts: one dbt build over the window of loads that the marts have not seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from mcu.errors import UserError
from mcu.settings import settings
from mcu.warehouse.connect import connect
from mcu.warehouse.dbt import PROJECT, Tell, Window, feedback_sources, other_sources, overlay, run_dbt

DONE = ("built", "passed", "blocked")
"""States of a run whose dbt build ended well; the last two are the mart gate's verdict."""

_WAIT_SECONDS = 900
"""How long a run waits for another one to end."""

FOLDERS = ("seeds", "models", "macros", "functions", "tests")


@dataclass(frozen=True)
class TransformResult:
    """What a transformation did. `is_checked`: the mart gate has already judged these marts."""

    run_id: int
    as_of: datetime
    accepted_upto: int
    is_full: bool
    is_noop: bool
    is_checked: bool
    message: str


class TransformBusy(UserError):
    """Another transformation is running."""


def transform(as_of: datetime | None = None, full: bool = False, *, tell: Tell | None = None) -> TransformResult:
    """Bring the marts up to date with the accepted loads, true for the instant `as_of`.

    Incremental by what was accepted since the last finished run; full when asked, when seeds or models
    changed, or after a run that did not end well (its rows may be half new).
    Nothing new and the same `as_of`: nothing is done. Raises TransformBusy and DbtFailed.
    """
    as_of = (as_of or settings().as_of or datetime.now(UTC)).astimezone(UTC)
    definition = definition_hash()
    with _alone() as conn:
        last = conn.execute(
            "select run_id, as_of, accepted_upto, definition_hash, status from ops.transform_runs"
            " order by coalesce(finished_at, started_at) desc, run_id desc limit 1"
        ).fetchone()
        (upto,) = _one(conn, "select coalesce(max(accept_no), 0) from ops.loads where status = 'accepted'")
        if last and not full and last[1:4] == (as_of, upto, definition) and last[4] in DONE:
            return TransformResult(
                last[0], as_of, upto, False, True, last[4] == "passed", "Нового нет: витрины уже рассчитаны"
            )
        fresh = last is not None and last[3] == definition and last[4] in DONE and last[2] <= upto
        is_full = full or not fresh
        window = Window(
            as_of=as_of,
            accepted_from=0 if is_full or last is None else last[2],
            accepted_upto=upto,
            as_of_before=None if is_full or last is None else last[1],
        )
        run_id = _begin(conn, window, definition, is_full)
        try:
            _ensure_raw_tables()
            build(window, is_full, tell=tell)
        except BaseException as error:
            _end(conn, run_id, "failed", str(error))
            raise
        kind = "полный пересчёт" if is_full else f"новых загрузок: {upto - window.accepted_from}"
        message = f"Витрины рассчитаны на {as_of.astimezone(settings().tz):%d.%m.%Y %H:%M} ({kind})"
        _end(conn, run_id, "built", message)
    return TransformResult(run_id, as_of, upto, is_full, False, False, message)


def build(window: Window, is_full: bool, *, tell: Tell | None = None) -> None:
    """`dbt build`. Without a change of definitions the seeds, the dimensions made of them, the views and
    the unit tests stay as they are: only what new loads and a later `as_of` move is built and tested."""
    args = ["--full-refresh"] if is_full else _EACH_RUN
    run_dbt(["build", *args], window=window, tell=tell)


_EACH_RUN = ["--select", "tag:each_run", "--exclude", "resource_type:unit_test"]


def as_of_of_marts(default: datetime | None = None) -> datetime:
    """The instant that the marts are true for. Without marts: `default`, or UserError when there is none."""
    with connect("transformer") as conn:
        try:
            (as_of,) = _one(conn, "select as_of from marts.dim_as_of")
        except psycopg.errors.UndefinedTable:
            if default:
                return default
            raise UserError("Витрины ещё не рассчитаны: выполните mcu transform") from None
    assert isinstance(as_of, datetime)
    return as_of


def definition_hash() -> str:
    """SHA-256 over everything that decides what the marts contain besides data: seeds, models, macros, overlay."""
    digest = hashlib.sha256(repr((_sources(), settings().timezone)).encode())
    for path in _definition_files():
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources() -> list[tuple[str, list[str]]]:
    return sorted((feedback_sources() | other_sources()).items())


def _definition_files() -> Iterator[Path]:
    yield PROJECT / "dbt_project.yml"
    for folder in [*(PROJECT / name for name in FOLDERS), *filter(None, [overlay()])]:
        yield from sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in {".sql", ".yml", ".csv"})


def _ensure_raw_tables() -> None:
    """A source without a load has no table yet; its staging needs one."""
    from mcu.landing.writer import ensure_raw_table

    with connect("loader") as conn:
        for slug, _ in _sources():
            ensure_raw_table(conn, slug)


@contextmanager
def _alone() -> Iterator[psycopg.Connection]:
    """A connection that holds the lock of transformations. It frees itself when the process dies."""
    with connect("transformer", autocommit=True) as conn:
        try:
            conn.execute(f"set lock_timeout = '{_WAIT_SECONDS}s'")
            conn.execute("select pg_advisory_lock(hashtext('mcu.transform'))")
        except psycopg.errors.LockNotAvailable:
            raise TransformBusy("Другой расчёт витрин идёт слишком долго: дождитесь его окончания") from None
        yield conn


def _begin(conn: psycopg.Connection, window: Window, definition: str, is_full: bool) -> int:
    """The row of this run: the one of an earlier attempt at the same window, or a new one."""
    key = [window.as_of, window.accepted_upto, definition]
    row = conn.execute(
        "update ops.transform_runs set status = 'running', is_full = %s, started_at = clock_timestamp(),"
        " finished_at = null, message = null"
        " where run_id = (select max(run_id) from ops.transform_runs"
        " where as_of = %s and accepted_upto = %s and definition_hash = %s) returning run_id",
        [is_full, *key],
    ).fetchone()
    if row is None:
        row = conn.execute(
            "insert into ops.transform_runs (as_of, accepted_upto, definition_hash, is_full, status)"
            " values (%s, %s, %s, %s, 'running') returning run_id",
            [*key, is_full],
        ).fetchone()
    assert row is not None
    return int(row[0])


def _end(conn: psycopg.Connection, run_id: int, status: str, message: str) -> None:
    conn.execute(
        "update ops.transform_runs set status = %s, finished_at = clock_timestamp(), message = %s where run_id = %s",
        [status, message, run_id],
    )


def _one(conn: psycopg.Connection, query: str) -> tuple[Any, ...]:
    row = conn.execute(query).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return tuple(row)
