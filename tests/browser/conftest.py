"""A Superset with sample marts: the browser tests need neither dbt nor Airflow."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser import eyes
from ground import ROOT, skip_unless_ci
from quality.minimal_marts import own_warehouse

SAMPLE = ROOT / "tests" / "superset" / "sample_marts.sql"


@dataclass(frozen=True)
class Server:
    """A running Superset and a person of the МЦУ who may sign in."""

    url: str
    user: str
    password: str = field(repr=False)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not eyes.CHROMIUM.exists():
        skip_unless_ci("нет Chromium: apt-get install chromium")
    with eyes.browser() as chromium:
        yield chromium


def sync(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Bring Superset to what `superset/` says."""
    from mcu.runtime import services

    command = [services.superset_python(), str(ROOT / "superset" / "sync.py"), *arguments]
    env = {**os.environ, **services.superset_env()}
    return subprocess.run(command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)


@pytest.fixture(scope="module")
def superset_server(installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Superset over sample marts in a database of its own, started by the same programs as the platform's."""
    with own_warehouse(tmp_path_factory.mktemp("browser")) as var:
        yield from _serve(var)


def _serve(var: Path) -> Iterator[Server]:
    from mcu.runtime import services
    from mcu.secrets import secret
    from mcu.warehouse.connect import connect

    if not Path(services.superset_python()).exists():
        skip_unless_ci("нет окружения Superset: make install")
    with connect("transformer") as conn:
        conn.execute(SAMPLE.read_text(encoding="utf-8"))
    env = {**os.environ, **services.superset_env()}
    done = sync("--every-tile")
    assert done.returncode == 0, done.stdout
    log = var / "superset-test.log"
    with log.open("w") as out:
        server = subprocess.Popen(services.SUPERSET.command(), env=env, cwd="/", stdout=out, stderr=out)
    try:
        _wait(services.superset_url(), server, log)
        yield Server(services.superset_url(), services.SUPERSET_MCU_USER, secret("superset_rukovoditel"))
    finally:
        server.terminate()
        server.wait(30)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"{url}/health", timeout=2).close()
            return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"Superset не ответил: {log.read_text()[-2000:]}")
