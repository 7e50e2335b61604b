"""What a cell of the kill matrix does: start work, kill a process at a moment, heal, finish, compare."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import psutil
import psycopg

from ground import ROOT
from mcu.landing import ledger
from mcu.landing.load import load_source
from mcu.runtime.sweep import sweep
from mcu.settings import settings
from mcu.warehouse import embedded, postmaster
from mcu.warehouse.connect import admin_url, connect
from tests.landing.conftest import rest_spec

LOAD = """
import sys, time
from mcu.landing import ledger, run
from mcu.landing.load import load_source
from tests.landing.conftest import rest_spec
run.LONG_LOAD = 20
results = load_source(rest_spec(sys.argv[1]))
print("landed", flush=True)
time.sleep(float(sys.argv[2]))
for result in results:
    if result.load_id:
        ledger.accept(result.load_id)
"""


def start_load(slug: str, pause: float) -> subprocess.Popen[bytes]:
    """A load that is written by a second process, waits `pause` and is accepted."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}"}
    return subprocess.Popen(
        [sys.executable, "-c", LOAD, slug, str(pause)], cwd=ROOT, env=env, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip  # a table


def kill_load(work: subprocess.Popen[bytes]) -> None:
    work.kill()


def kill_writer(work: subprocess.Popen[bytes]) -> None:
    """The second process, which has the first one's command line and session."""
    for writer in psutil.Process(work.pid).children():
        writer.kill()


def kill_session(work: subprocess.Popen[bytes]) -> None:
    """The database's side of every connection of the load."""
    with psycopg.connect(admin_url(), autocommit=True) as conn:
        conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'mcu_loader'")


def kill_server(work: subprocess.Popen[bytes]) -> None:
    pid = postmaster.of(settings().var.resolve() / "postgres" / "data")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


VICTIMS: dict[str, Callable[[subprocess.Popen[bytes]], None]] = {
    "загрузка": kill_load,
    "пишущий процесс": kill_writer,
    "соединение с базой": kill_session,
    "PostgreSQL": kill_server,
}


def heal() -> None:
    """What `mcu up` does to the database and the ledgers."""
    embedded.start()
    sweep()


def finish(slug: str) -> None:
    """The next load of the source, accepted."""
    for result in load_source(rest_spec(slug)):
        if result.load_id:
            ledger.accept(result.load_id)


def open_rows(slug: str) -> int:
    with connect("loader") as conn:
        query = "select count(*) from ops.loads where source_slug = %s and status in ('running', 'landed')"
        row = conn.execute(query, [slug]).fetchone()
    assert row is not None
    return int(row[0])


def end(work: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        work.kill()
    work.wait()
    time.sleep(0.1)
