"""A killed transformation takes its dbt with it, and what that left in the database is ended by the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from ground import ROOT
from mcu.runtime import proc
from mcu.warehouse import copies
from mcu.warehouse.connect import connect, url
from mcu.warehouse.orphans import APPLICATION, end_orphans

PARENT = """
import subprocess, sys
from mcu.warehouse.orphans import die_with_parent
child = subprocess.Popen(["sleep", "60"], preexec_fn=die_with_parent if sys.argv[1] == "yes" else None)
print(child.pid, flush=True)
child.wait()
"""


@pytest.mark.parametrize("dies", [True, False])
def test_the_child_dies_with_its_parent(dies: bool) -> None:
    """And without our care it would live on: so the test can fail."""
    command = [sys.executable, "-c", PARENT, "yes" if dies else "no"]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "plugins")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    time.sleep(0.3)
    left = proc.stat(child)
    assert (left is None or not left.runs) is dies
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


def test_the_sessions_of_a_dead_build_are_ended(warehouse: Path) -> None:
    def build() -> None:
        with psycopg.connect(url("transformer"), application_name=APPLICATION) as conn, suppress(psycopg.Error):
            conn.execute("create table staging.half as select 1 as n from pg_sleep(60)")

    with psycopg.connect(url("transformer"), application_name="dbt") as by_hand:
        working = threading.Thread(target=build)
        working.start()
        with connect("transformer", autocommit=True) as conn:
            seen = "select count(*) from pg_stat_activity where application_name = %s and state = 'active'"
            until = time.monotonic() + 30
            while conn.execute(seen, [APPLICATION]).fetchone() != (1,) and time.monotonic() < until:
                time.sleep(0.05)
            began = time.monotonic()
            assert end_orphans(conn) == 1 and time.monotonic() - began < 10
            assert end_orphans(conn) == 0
        working.join(10)
        assert by_hand.execute("select 1").fetchone() == (1,)  # somebody's own session is left alone


def test_a_transformation_ends_them_first(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[bool] = []
    monkeypatch.setattr(copies, "end_orphans", lambda conn: ended.append(True))
    with copies.transform_lock():
        assert ended == [True]
