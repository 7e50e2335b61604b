"""From accepted loads to marts: one dbt build over the window of loads that the marts have not seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from mcu import texts, workload
from mcu.errors import UserError
from mcu.privacy import pepper
from mcu.secrets import given_secret
from mcu.seeds import check_seeds
from mcu.settings import settings
from mcu.texts.topics.lost import retrain_if_lost
from mcu.warehouse import definitions, transform_runs
from mcu.warehouse.connect import connect
from mcu.warehouse.copies import copy_tables, empty_next, missing, relations, transform_lock
from mcu.warehouse.dbt import PROJECT, OnProgress, Window, feedback_sources, other_sources, overlay, run_dbt, variables
from mcu.warehouse.raw_tables import ensure_raw_table
from mcu.warehouse.transform_runs import Copy, TransformRun, standing

FOLDERS = ("seeds", "models", "macros", "functions", "tests")

_NO_UNIT_TESTS = ["--exclude", "resource_type:unit_test"]
_ARGUMENTS: dict[Copy | None, list[str]] = {
    None: ["--full-refresh"],
    "next": ["--select", "tag:each_run", *_NO_UNIT_TESTS],
    "published": ["--select", "tag:each_run", "config.materialized:view", "resource_type:function", *_NO_UNIT_TESTS],
}
"""What dbt builds, by the copy that a run starts from."""


DECIDED: LiteralString = """
select concat_ws(
    ':',
    (select max(correction_id) from ops.topic_corrections),
    (select version from ops.topic_models order by model_no desc limit 1),
    (select max(said_at) from ops.matter_links),
    (select max(said_at) from ops.problem_edits),
    (select max(word_id) from ops.recommendations)
)
"""
"""What people and models have said, besides the loads."""


@dataclass(frozen=True)
class TransformResult:
    """What a transformation did. `is_noop`: nothing was new; `is_checked`: the gate has passed and published it."""

    run_id: int
    as_of: datetime
    accepted_upto: int
    is_full: bool
    is_noop: bool
    is_checked: bool
    message: str


class MartsMissing(UserError):
    """The marts have not been calculated yet."""

    code = "marts_missing"


def transform(
    as_of: datetime | None = None, full: bool = False, *, on_progress: OnProgress | None = None
) -> TransformResult:
    """Bring the marts up to date with the accepted loads, true for the instant `as_of`.

    It builds the next copy; people go on reading the published one until the mart gate has passed the result. The build
    is incremental: it reads the loads accepted since the run that the next copy holds. If a run of it did not end, the
    published tables are copied first. It is full if `full` is set or if seeds or models changed. With no new loads, no
    new word of people and the same `as_of` nothing is built, unless a table or a view is gone. Raises TransformBusy and
    DbtFailed.
    """
    as_of = (as_of or settings().as_of or datetime.now(UTC)).astimezone(UTC)
    definition = definition_hash()
    with transform_lock() as conn:
        (upto,) = _one(conn, "select coalesce(max(accept_no), 0) from ops.loads where status = 'accepted'")
        retrain_if_lost()
        (decided,) = _one(conn, DECIDED)
        known = {} if full else _known_copies(conn, definition)
        for copy, run in known.items():
            is_same = (run.as_of, run.accepted_upto, run.decided) == (as_of, upto, decided)
            if is_same and (copy == "published" or run.is_waiting) and not missing(conn, copy):
                message = "Нового нет: витрины уже рассчитаны"
                return TransformResult(run.run_id, as_of, upto, False, True, copy == "published", message)
        usable = [copy for copy in known if known[copy].accepted_upto <= upto and _is_basis(conn, copy)]
        basis = usable[-1] if usable else None
        before = known[basis] if basis else None
        window = _window(as_of, upto, before)
        definitions.remember(conn, definition, PROJECT, _definition_files())
        run_id = transform_runs.open_run(conn, as_of, upto, definition, is_full=before is None, decided=decided)
        try:
            _ensure_raw_tables()
            build(window, basis, on_progress=on_progress)
        except BaseException as error:
            transform_runs.mark_failed(conn, run_id, str(error))
            raise
        shown = known.get("published", before)
        kind = f"новых загрузок: {upto - shown.accepted_upto}" if before and shown else "полный пересчёт"
        message = f"Витрины рассчитаны на {as_of.astimezone(settings().tz):%d.%m.%Y %H:%M} ({kind})"
        transform_runs.mark_built(conn, run_id, message, relations(conn, "next"))
    return TransformResult(run_id, as_of, upto, before is None, False, False, message)


def _known_copies(conn: psycopg.Connection, definition: str) -> dict[Copy, TransformRun]:
    """The copies that hold a whole result of the present seeds and models, and its run; the next copy comes last."""
    copies: tuple[Copy, ...] = ("published", "next")
    found = {copy: standing(conn, copy) for copy in copies}
    return {copy: run for copy, run in found.items() if run and run.definition_hash == definition}


def _is_basis(conn: psycopg.Connection, copy: Copy) -> bool:
    """False if the copy has lost since what a run from it does not make: after copying the views are made anew."""
    lost = missing(conn, copy)
    return not lost if copy == "next" else "table" not in lost.values()


def _window(as_of: datetime, upto: int, before: TransformRun | None) -> Window:
    """What the build sees: all loads, or those accepted since the run `before`."""
    if before is None:
        return Window(as_of, accepted_from=0, accepted_upto=upto)
    return Window(as_of, before.accepted_upto, upto, as_of_before=before.as_of)


def build(window: Window, basis: Copy | None, *, on_progress: OnProgress | None = None) -> None:
    """`dbt build` of the next copy, from what it holds, from a copy of the published tables, or from nothing.

    If there is a basis, the seeds, their dimensions and the unit tests stay as they are: only what new loads and a
    later `as_of` change is built and tested, and after copying the views too. Else the seeds are checked as files
    first; raises SeedsFaulty, which names each row."""
    if basis is None:
        check_seeds(PROJECT)
    prepare(basis)
    run_dbt(["build", *_ARGUMENTS[basis]], window=window, on_progress=on_progress)


def prepare(basis: Copy | None) -> None:
    """Bring the next copy to the state that a run starts from."""
    how = {None: empty_next, "published": copy_tables}.get(basis)
    if how:
        with connect("transformer") as conn:
            how(conn)


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
    """SHA-256 over everything that decides what the marts contain besides data: seeds, models, macros, steps, overlay,
    and the pepper, whose rotation changes every pseudonym."""
    digest = hashlib.sha256(json.dumps(variables(), sort_keys=True).encode())
    digest.update(pepper.fingerprint(given_secret("pepper") or "").encode())
    for path in _definition_files():
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _definition_files() -> Iterator[Path]:
    yield from (PROJECT / name for name in ("dbt_project.yml", "contract.yml"))
    for folder in [*(PROJECT / name for name in FOLDERS), *filter(None, [overlay()])]:
        yield from sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in {".sql", ".yml", ".csv"})
    for package in (texts.__file__, workload.__file__):
        yield from sorted(Path(package).parent.rglob("*.py"))


def _ensure_raw_tables() -> None:
    """Staging reads a table of each source, also of one that has no load yet."""
    with connect("loader") as conn:
        for slug in feedback_sources() | other_sources():
            ensure_raw_table(conn, slug)


def _one(conn: psycopg.Connection, query: LiteralString) -> tuple[Any, ...]:
    row = conn.execute(query).fetchone()
    assert row is not None
    return tuple(row)
