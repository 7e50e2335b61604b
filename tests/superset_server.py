"""A Superset over sample marts, started by the same programs as the platform's; it needs neither dbt nor Airflow."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ground import ROOT, skip_unless_ci

SAMPLE = ROOT / "tests" / "superset" / "sample_marts.sql"


def need_superset() -> None:
    from mcu.runtime import services

    if not Path(services.superset_python()).exists():
        skip_unless_ci("нет окружения Superset: make install")


def make_sample_marts() -> None:
    from mcu.warehouse.connect import connect

    with connect("transformer") as conn:
        conn.execute(SAMPLE.read_text(encoding="utf-8"))


def sync(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Bring Superset to what `superset/` says."""
    from mcu.runtime import services

    command = [services.superset_python(), str(ROOT / "superset" / "sync.py"), *arguments]
    env = {**os.environ, **services.superset_env()}
    return subprocess.run(command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)


def in_process(folder: Path, script: str) -> Any:
    """What the text of a script prints last, as JSON. Superset's own Python runs it; its tables are in SQLite, below
    `folder`."""
    from mcu.runtime import services

    need_superset()
    env = services.superset_env() | {
        "SUPERSET_HOME": str(folder), "MCU_SUPERSET_METADATA_URL": f"sqlite:///{folder}/superset.db",
    }  # fmt: skip  # a table
    command = [services.superset_python(), "-W", "ignore", "-c", script]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def serving(log: Path) -> Iterator[str]:
    """The address of a running Superset, with the settings of this moment."""
    from mcu.runtime import services

    env = {**os.environ, **services.superset_env()}
    with log.open("w") as out:
        server = subprocess.Popen(services.SUPERSET.command(), env=env, cwd="/", stdout=out, stderr=out)
    try:
        _wait(services.superset_url(), server, log)
        yield services.superset_url()
    finally:
        server.terminate()
        server.wait(30)


def forget_rows() -> None:
    """Empty the cache of rows: it is kept as long as nothing is published."""
    from mcu.runtime import services

    for stored in (Path(services.superset_env()["SUPERSET_HOME"]) / "cache" / "data").iterdir():
        stored.unlink()


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"{url}/health", timeout=2).close()
            return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"Superset не ответил: {log.read_text()[-2000:]}")
