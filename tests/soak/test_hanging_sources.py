"""Three sources that accept a connection and never answer: a fourth is not delayed by more than its own minute."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ground import add_evidence
from platform_fixture import Platform

pytestmark = [pytest.mark.soak, pytest.mark.timeout(0)]

HANGING = ("pos", "nash_sever", "oer")
CALM = "ecpur"
_RUN = """
import json, sys, time
from mcu.runtime.airflow_api import Airflow
hanging, calm = json.loads(sys.argv[1])
airflow = Airflow()
for slug in (*hanging, calm):
    airflow.unpause(f"ingest_{slug}")
runs = {f"ingest_{slug}": airflow.trigger(f"ingest_{slug}") for slug in hanging}
until = time.monotonic() + 120
def loads():
    answer = airflow._call("GET", "/api/v2/dags/~/dagRuns/~/taskInstances", params={"state": "running"})
    return {task["dag_id"] for task in answer["task_instances"]}
while not runs.keys() <= loads() and time.monotonic() < until:
    time.sleep(1)
began = time.monotonic()
state = airflow.wait({f"ingest_{calm}": airflow.trigger(f"ingest_{calm}")})
seconds = time.monotonic() - began
still = sorted(set(runs) & loads())
ended = airflow.wait(runs) if runs else {}
for slug in (*hanging, calm):
    airflow.pause(f"ingest_{slug}")
print(json.dumps({"calm": state[f"ingest_{calm}"], "seconds": seconds, "still hanging": still, "hanging": ended,
                  "all": time.monotonic() - began}))
"""


def test_three_hanging_sources_do_not_delay_a_fourth(quiet_platform: Platform) -> None:
    alone = _run(quiet_platform, ())
    with _hanging_address() as address, _pointing_to(quiet_platform, address):
        found = _run(quiet_platform, HANGING)
    add_evidence(
        "Три зависших источника",
        f"четвёртый загружен за {found['seconds']:.0f} с, без них за {alone['seconds']:.0f} с;"
        f" зависшие завершены через {found['all']:.0f} с",
    )
    assert found["calm"] == alone["calm"] == "success"
    assert set(found["hanging"].values()) == {"failed"} and found["still hanging"]
    assert found["seconds"] < alone["seconds"] + 60
    causes = quiet_platform.query("select cause from ops.alerts where closed_at is null and cause like 'task:%%'")
    assert {cause for (cause,) in causes} >= {f"task:ingest_{slug}.load" for slug in HANGING}


def _run(platform: Platform, hanging: tuple[str, ...]) -> dict:
    done = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps([hanging, CALM])], cwd=platform.home, env=platform.env, text=True,
        capture_output=True, timeout=1_800,
    )  # fmt: skip  # a table
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def _hanging_address() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:  # accepted by the kernel, never answered
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def _pointing_to(platform: Platform, address: str) -> Iterator[None]:
    secrets = {slug: platform.var / "secrets" / f"conn_{slug}" for slug in HANGING}
    before = {slug: path.read_text() for slug, path in secrets.items()}
    try:
        for slug, path in secrets.items():
            path.write_text(f"{address}/{slug}")
        yield
    finally:
        for slug, path in secrets.items():
            path.write_text(before[slug])
