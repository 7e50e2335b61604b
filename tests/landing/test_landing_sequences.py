"""Whatever loads, overlaps, quarantines, replays and kills come before, one good load gives the same raw table."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcu.connectors.base import Page, SourceError
from mcu.landing import ledger
from mcu.landing import run as run_module
from mcu.landing.load import source_lock
from mcu.landing.replay import replay
from mcu.landing.run import Run
from mcu.warehouse.connect import connect
from tests.landing.conftest import record, rest_spec, rows

SPEC = rest_spec("sequences")
VERSIONS = [
    record(n, status=status, updatedAt=f"2026-11-{day:02}T10:00:00Z")
    for n in range(6)
    for day, status in enumerate(["Новое", "В работе", "Новое", "Закрыто"][: 1 + n % 4], 1)
]
"""All states of six records; the second record's first state comes back as its third."""

windows = st.tuples(st.integers(0, len(VERSIONS) - 1), st.integers(1, len(VERSIONS)))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("load"), windows, st.sampled_from(["accept", "quarantine", "leave"])),
        st.tuples(st.just("break"), windows, st.integers(0, 3)),
        st.tuples(st.just("kill"), windows, st.integers(0, 3)),
        st.tuples(st.just("replay"), st.integers(0, 9), st.sampled_from(["accept", "leave"])),
    ),
    max_size=7,
)


def break_off() -> None:
    raise SourceError("ответ оборвался")


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def pages(
    window: tuple[int, int], ends_after: int | None = None, end: Callable[[], None] = break_off
) -> Iterator[Page]:
    """Pages of three records; after `ends_after` pages `end` is called."""
    start, count = window
    chosen = [{**v, "author": dict(v["author"])} for v in VERSIONS[start : start + count]]
    for number, at in enumerate(range(0, len(chosen), 3)):
        if ends_after is not None and number >= ends_after:
            break
        yield Page(chosen[at : at + 3], f"страница {number + 1}")
    if ends_after is not None:
        end()


def load(window: tuple[int, int]) -> int | None:
    with source_lock(SPEC) as conn:
        run = Run(conn, SPEC)
        run.land(pages(window))
        return run.finish().load_id


def broken_load(window: tuple[int, int], after: int) -> None:
    with source_lock(SPEC) as conn:
        run = Run(conn, SPEC)
        try:
            run.land(pages(window, after))
        except SourceError as error:
            run.break_off(str(error))


def killed_load(window: tuple[int, int], after: int) -> None:
    """kill -9 of a process that loads; in every other case a second process writes for it."""
    pid = os.fork()
    if not pid:
        try:
            run_module.LONG_LOAD = 1 if window[0] % 2 else 1_000
            with source_lock(SPEC) as conn:
                Run(conn, SPEC).land(pages(window, after, kill))
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


def judge(load_id: int | None, verdict: str) -> None:
    if load_id is not None and verdict == "accept":
        ledger.accept(load_id)
    elif load_id is not None and verdict == "quarantine":
        ledger.quarantine(load_id, "Не прошла проверку")


def do(step: tuple[Any, ...]) -> None:
    match step:
        case "load", window, verdict:
            judge(load(window), verdict)
        case "break", window, after:
            broken_load(window, after)
        case "kill", window, after:
            killed_load(window, after)
        case "replay", number, verdict:
            ids = [n for (n,) in rows("select load_id from ops.loads where status <> 'running' order by 1")]
            if ids:
                judge(replay(ids[number % len(ids)], SPEC).load_id, verdict)


@pytest.fixture(scope="module")
def undisturbed(warehouse: Path) -> list[tuple[Any, ...]]:
    empty()
    judge(load((0, len(VERSIONS))), "accept")
    found = table()
    assert len(found) == len(VERSIONS)
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
@given(steps)
def test_any_sequence_ends_in_the_same_table(undisturbed: list[tuple[Any, ...]], before: list[tuple[Any, ...]]) -> None:
    empty()
    for step in before:
        do(step)
    judge(load((0, len(VERSIONS))), "accept")
    for (load_id,) in rows("select load_id from ops.loads where status = 'landed' order by 1"):
        ledger.accept(load_id)
    assert table() == undisturbed
    assert load((0, len(VERSIONS))) is None  # and once more adds nothing
    for load_id, read, new, unchanged, rejected in rows(
        "select load_id, read_count, new_count, unchanged_count, rejected_count from ops.loads"
        " where status = 'accepted'"
    ):
        assert read == new + unchanged + rejected, load_id


def table() -> list[tuple[Any, ...]]:
    """What staging sees."""
    return rows(
        "select record_ref, source_updated_at, payload ->> 'status', payload_hash from raw.sequences"
        " where load_id in (select load_id from ops.loads where status = 'accepted') order by 1, 2, 3"
    )


def empty() -> None:
    with connect("loader") as conn:
        conn.execute("drop table if exists raw.sequences")
        conn.execute(
            "truncate ops.loads, ops.source_state, ops.rejects, ops.anonymization_log restart identity cascade"
        )
