"""One whole platform for the end-to-end and browser tests: the demonstration with a small city, on free ports, in a
fresh copy of the repository that tests may add to."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from ground import ROOT, free_port

ITEMS = 3_000


@dataclass
class Platform:
    """A running installation, seen from outside."""

    home: Path
    """The copy of the repository."""
    env: dict[str, str]
    ports: dict[str, int]
    demo_output: str = field(default="", repr=False)
    peak_bytes: int = 0

    @property
    def var(self) -> Path:
        return self.home / "var"

    @property
    def superset_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['SUPERSET']}"

    @property
    def city_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['CITY']}"

    def secret(self, name: str) -> str:
        return (self.var / "secrets" / name).read_text().strip()

    def mcu(self, *arguments: str, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        """Run the platform's command line and return its output. With `check`, a failure fails the test."""
        return self._run("mcu", arguments, check, env)

    def demo(self) -> str:
        """Run the demonstration to its end; its output."""
        return self.demo_city("demo")

    def demo_city(self, *arguments: str) -> str:
        return self._run("demo_city", arguments, True, {}).stdout

    def _run(
        self, module: str, arguments: Sequence[str], check: bool, env: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments], cwd=self.home, env=self.env | env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900,
        )  # fmt: skip  # a table
        assert not check or done.returncode == 0, done.stdout
        return done

    def connect(self, role: str, database: str = "mcu") -> psycopg.Connection:
        user, password = ("postgres", "pg_admin") if role == "admin" else (f"mcu_{role}", f"pg_{role}")
        return psycopg.connect(
            host="127.0.0.1", port=self.ports["PG"], dbname=database, user=user, password=self.secret(password)
        )

    def query(self, text: str, *values: Any, role: str = "admin") -> list[tuple]:
        with self.connect(role) as conn:
            return conn.execute(text, values).fetchall()

    def run_dag(self, dag_id: str, conf: dict[str, Any] | None = None) -> str:
        """Trigger a DAG through Airflow's API and wait for its end; its state."""
        code = (
            "import json, sys; from mcu.runtime.airflow_api import Airflow;"
            "print(Airflow().run(sys.argv[1], json.loads(sys.argv[2])))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, dag_id, json.dumps(conf or {})],
            cwd=self.home, env=self.env, text=True, capture_output=True, timeout=900,
        )  # fmt: skip  # a table
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip().splitlines()[-1]

    def mails(self) -> list[Path]:
        return sorted((self.var / "mail").rglob("*.eml"))

    def truth(self) -> Path:
        return self.var / "city" / "truth"

    def memory(self) -> int:
        """Bytes that this platform holds now."""
        sessions = {json.loads(path.read_text())["session"] for path in (self.var / "run").glob("*.json")}
        held, shared = 0, 0
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                is_database = str(self.var) in " ".join(process.cmdline()) or "mcu" in process.name()
                if os.getsid(process.pid) in sessions or is_database or "postgres" in process.name():
                    held += process.memory_full_info().uss
                    shared = max(shared, process.memory_info().shared if "postgres" in process.name() else 0)
        return held + shared

    def counts(self) -> dict[str, int]:
        """Rows of every table of the warehouse."""
        tables = self.query(
            "select schemaname, tablename from pg_tables"
            " where schemaname in ('raw', 'ops', 'reference', 'staging', 'intermediate', 'marts')"
        )
        return {f"{s}.{t}": self.query(f'select count(*) from "{s}"."{t}"')[0][0] for s, t in tables}


def kill_a_demo(platform: Platform) -> None:
    """Kill a demonstration at a random moment, so that the real run has to go on from there."""
    seconds = random.uniform(3, 60)
    print(f"the first demonstration is killed after {seconds:.0f} s")
    demo = subprocess.Popen(
        [sys.executable, "-m", "demo_city", "demo"],
        cwd=platform.home,
        env=platform.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(seconds)
    demo.kill()
    demo.wait()


def copy_repository(home: Path) -> Path:
    """A copy of the repository without its state, and with our environments in it."""
    local = shutil.ignore_patterns(".git", ".env", ".*_cache", ".hypothesis", "var", "__pycache__", "target")
    shutil.copytree(ROOT, home, ignore=local, dirs_exist_ok=True)
    (home / "var").mkdir(exist_ok=True)
    for name in ("venv", "uv"):
        if not (link := home / "var" / name).exists() and (ROOT / "var" / name).exists():
            link.symlink_to(ROOT / "var" / name)
    return home


@contextlib.contextmanager
def watch_memory(platform: Platform) -> Iterator[None]:
    """Record the peak memory: what the platform's processes hold unshared (USS) plus PostgreSQL's shared memory."""
    over = threading.Event()

    def sample() -> None:
        while not over.wait(3):
            platform.peak_bytes = max(platform.peak_bytes, platform.memory())

    watcher = threading.Thread(target=sample, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def new_platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A copy of the repository with ports of its own, nothing started. With MCU_E2E_HOME an installation is reused,
    while a test is written."""
    reused = os.environ.get("MCU_E2E_HOME")
    home = copy_repository(Path(reused) if reused else tmp_path_factory.mktemp("platform") / "mcu")
    names = ("PG", "AIRFLOW", "SUPERSET", "CITY", "SMTP_DEMO", "IMAP_DEMO")
    ports_file = home / "var" / "ports.json"
    ports = json.loads(ports_file.read_text()) if ports_file.exists() else {name: free_port() for name in names}
    ports_file.write_text(json.dumps(ports))
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MCU_", "AIRFLOW"))}
    env |= {f"MCU_{name}_PORT": str(port) for name, port in ports.items()}
    env |= {
        "MCU_CITY_ITEMS": str(ITEMS),
        "PYTHONPATH": str(home / "plugins"),
    }
    return Platform(home, env, ports)


_UP: list[Platform] = []
"""The platform of this process, from its start to its end."""


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The demonstration, run to its end."""
    platform = new_platform(tmp_path_factory)
    _UP.append(platform)
    try:
        with watch_memory(platform):
            kill_a_demo(platform)
            platform.demo_output = platform.demo()
        yield platform
    finally:  # also of a demonstration that failed
        _take_down()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """The platform ends with its last test: its programs would take their share of the cores from what follows."""
    if nextitem is None or nextitem.get_closest_marker("e2e") is None:
        _take_down()


def _take_down() -> None:
    while _UP:
        up = _UP.pop()
        if "MCU_E2E_HOME" not in os.environ:
            up.mcu("down", check=False)
