"""From accepted loads to marts: one dbt build over the window of loads that the marts have not seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from mcu.errors import UserError
from mcu.seeds import check_seeds
from mcu.settings import settings
from mcu.warehouse import transform_runs
from mcu.warehouse.connect import connect
from mcu.warehouse.dbt import PROJECT, OnProgress, Window, feedback_sources, other_sources, overlay, run_dbt, variables
from mcu.warehouse.raw_tables import ensure_raw_table
from mcu.warehouse.transform_runs import TransformRun

_WAIT_SECONDS = 900
"""How long a run waits for another one to end."""

FOLDERS = ("seeds", "models", "macros", "functions", "tests")

_EACH_RUN = ["--select", "tag:each_run", "--exclude", "resource_type:unit_test"]


@dataclass(frozen=True)
class TransformResult:
    """What a transformation did. `is_noop`: the marts were up to date; `is_checked`: their gate has passed them."""

    run_id: int
    as_of: datetime
    accepted_upto: int
    is_full: bool
    is_noop: bool
    is_checked: bool
    message: str


class TransformBusy(UserError):
    """Another transformation is running."""

    code = "transform_busy"


class MartsMissing(UserError):
    """The marts have not been calculated yet."""

    code = "marts_missing"


def transform(
    as_of: datetime | None = None, full: bool = False, *, on_progress: OnProgress | None = None
) -> TransformResult:
    """Bring the marts up to date with the accepted loads, true for the instant `as_of`.

    The build is incremental: it reads the loads accepted since the last finished run. It is full if `full` is set, if
    seeds or models changed, or after a run that failed (its rows may be half new). With no new loads and the same
    `as_of` nothing is built. Raises TransformBusy and DbtFailed.
    """
    as_of = (as_of or settings().as_of or datetime.now(UTC)).astimezone(UTC)
    definition = definition_hash()
    with _transform_lock() as conn:
        last = transform_runs.latest_run(conn)
        (upto,) = _one(conn, "select coalesce(max(accept_no), 0) from ops.loads where status = 'accepted'")
        is_known = last is not None and last.is_done and last.definition_hash == definition
        if last and is_known and not full and (last.as_of, last.accepted_upto) == (as_of, upto):
            return TransformResult(
                last.run_id, as_of, upto, False, True, last.status == "passed", "Нового нет: витрины уже рассчитаны"
            )
        before = last if last and is_known and not full and last.accepted_upto <= upto else None
        window = _window(as_of, upto, before)
        run_id = transform_runs.open_run(conn, as_of, upto, definition, is_full=before is None)
        try:
            _ensure_raw_tables()
            build(window, before is None, on_progress=on_progress)
        except BaseException as error:
            transform_runs.mark_failed(conn, run_id, str(error))
            raise
        kind = "полный пересчёт" if before is None else f"новых загрузок: {upto - window.accepted_from}"
        message = f"Витрины рассчитаны на {as_of.astimezone(settings().tz):%d.%m.%Y %H:%M} ({kind})"
        transform_runs.mark_built(conn, run_id, message)
    return TransformResult(run_id, as_of, upto, before is None, False, False, message)


def _window(as_of: datetime, upto: int, before: TransformRun | None) -> Window:
    """What the build sees: all loads, or those accepted since the run `before`."""
    if before is None:
        return Window(as_of, accepted_from=0, accepted_upto=upto)
    return Window(as_of, before.accepted_upto, upto, as_of_before=before.as_of)


def build(window: Window, is_full: bool, *, on_progress: OnProgress | None = None) -> None:
    """`dbt build`. If the definitions have not changed, the seeds, their dimensions, the views and the unit tests stay
    as they are: only what new loads and a later `as_of` change is built and tested. Otherwise the seeds are checked as
    files first; raises SeedsFaulty, which names each row."""
    if is_full:
        check_seeds(PROJECT)
    args = ["--full-refresh"] if is_full else _EACH_RUN
    run_dbt(["build", *args], window=window, on_progress=on_progress)


def as_of_of_marts(default: datetime | None = None) -> datetime:
    """The instant that the marts are true for. Without marts: `default`; raises MartsMissing if there is none."""
    with connect("transformer") as conn:
        try:
            (as_of,) = _one(conn, "select as_of from marts.dim_as_of")
        except psycopg.errors.UndefinedTable:
            if default:
                return default
            raise MartsMissing("Витрины ещё не рассчитаны: выполните mcu marts build") from None
    assert isinstance(as_of, datetime)
    return as_of


def definition_hash() -> str:
    """SHA-256 over everything that decides what the marts contain besides data: seeds, models, macros, overlay."""
    digest = hashlib.sha256(json.dumps(variables(), sort_keys=True).encode())
    for path in _definition_files():
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _definition_files() -> Iterator[Path]:
    yield from (PROJECT / name for name in ("dbt_project.yml", "contract.yml"))
    for folder in [*(PROJECT / name for name in FOLDERS), *filter(None, [overlay()])]:
        yield from sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in {".sql", ".yml", ".csv"})


def _ensure_raw_tables() -> None:
    """Staging reads a table of each source, also of one that has no load yet."""
    with connect("loader") as conn:
        for slug in feedback_sources() | other_sources():
            ensure_raw_table(conn, slug)


@contextmanager
def _transform_lock() -> Iterator[psycopg.Connection]:
    """A connection that holds the lock of transformations until it closes or its process dies."""
    with connect("transformer", autocommit=True) as conn:
        try:
            conn.execute(f"set lock_timeout = '{_WAIT_SECONDS}s'")
            conn.execute("select pg_advisory_lock(hashtext('mcu.transform'))")
        except psycopg.errors.LockNotAvailable:
            raise TransformBusy("Другой расчёт витрин идёт слишком долго: дождитесь его окончания") from None
        yield conn


def _one(conn: psycopg.Connection, query: LiteralString) -> tuple[Any, ...]:
    row = conn.execute(query).fetchone()
    assert row is not None
    return tuple(row)
