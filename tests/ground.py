"""What every test may need: where things are, a free port, skipping that CI does not forgive."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"

TABLES: dict[str, list[str]] = {}
"""Title → lines of what tests have measured: printed when all is over."""


def add_evidence(title: str, line: str) -> None:
    """A line of evidence under a title at the end of pytest's output."""
    TABLES.setdefault(title, []).append(f"  {line}")


_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_PORTS = iter(range(20_000 + 2_000 * _WORKER + os.getpid() % 1_000, 22_000 + 2_000 * _WORKER))


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now, and nobody is given by chance later: those of the machine's
    own choice lie higher, and each worker has a range of its own."""
    for port in _PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


@contextmanager
def changed_settings(given: Mapping[str, str]) -> Iterator[None]:
    """The settings read these variables of the environment; then what stood there before."""
    from mcu.settings import settings

    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    settings.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
        settings.cache_clear()


def skip_unless_ci(reason: str) -> None:
    """Skip with the reason; under CI the same lack is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def publish_unchecked() -> None:
    """Let people read the marts that wait, without their gate."""
    from mcu.warehouse import copies, transform_runs

    with copies.transform_lock() as conn:
        waiting = transform_runs.standing(conn, "next")
        if waiting and waiting.is_waiting:
            copies.publish(conn, waiting.run_id, "Не проверены.")


def empty_tables() -> None:
    """No load, no raw table and no result in the warehouse (dbt's relations stay)."""
    from mcu.warehouse.connect import connect

    with connect("loader") as conn:
        tables = conn.execute("select tablename from pg_tables where schemaname = 'raw'").fetchall()
        for (table,) in tables:
            conn.execute(f'drop table raw."{table}" cascade')
        conn.execute(
            "truncate ops.loads, ops.source_state, ops.rejects, ops.anonymization_log, ops.quality_results,"
            " ops.alerts, ops.publications, ops.restated, ops.restated_ratings, ops.transform_runs, ops.matter_links,"
            " ops.problem_edits, ops.topic_models, ops.topic_corrections, ops.recommendations,"
            " ops.slices"
            " restart identity cascade"
        )
