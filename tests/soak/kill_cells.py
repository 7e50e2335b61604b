"""What the cells of the kill matrix are made of: moments, victims, starting states, the comparison."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil
import psycopg

from platform_fixture import Platform

_RELATIONS = """
    select n.nspname, c.relname,
        array_agg(a.attname order by a.attname)
            filter (
                where a.attname !~ 'load_id|accept_no|_run|loaded_at|accepted_at|checked_at|made_at|^since'
                -- the ledger of loads: the killed load stands in it too, and what was read twice was read twice
                and (c.relname, a.attname) not in (
                    ('bi_sources', 'last_new_at'), ('bi_sources', 'loads_count'), ('bi_sources', 'bad_loads_count'),
                    ('bi_sources', 'read_count'), ('bi_sources', 'rejected_count'),
                    ('bi_rejects', 'first_at'), ('bi_rejects', 'last_at')
                )
            )
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname in ('raw', 'reference', 'staging', 'intermediate', 'marts', 'bi') and c.relkind in ('r', 'v', 'm')
    group by 1, 2 order by 1, 2
"""

Tables = dict[str, tuple[int, str]]
"""Relation → number of rows and a digest of them."""


def snapshot(platform: Platform) -> Tables:
    """Relation → number of rows and a digest of them, without the numbers and times of loads and runs."""
    found = {}
    with platform.connect("admin") as conn:
        for schema, name, columns in conn.execute(_RELATIONS).fetchall():
            row = ", ".join(f'"{column}"' for column in columns or [])
            query = "select count(*), coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') from"
            (found[f"{schema}.{name}"],) = conn.execute(
                f'{query} (select {row} from "{schema}"."{name}") as t'.encode()
            )
    return found


# --- Starting states ------------------------------------------------------------
# A state is a database beside the warehouse; a cell begins with a copy of one.


def save_states(platform: Platform) -> None:
    """Before the load of `pos`, after it, and with its marts: an undisturbed load and incremental build."""
    _copy_database(platform, "mcu", "before_load")
    platform.mcu(*LOAD)
    _copy_database(platform, "mcu", "before_build")
    platform.mcu(*BUILD)
    _copy_database(platform, "mcu", "built")


def has_state(platform: Platform, name: str) -> bool:
    with platform.connect("admin", "postgres") as conn:
        return conn.execute("select from pg_database where datname = %s", [name]).fetchone() is not None


def restore_state(platform: Platform, name: str) -> None:
    _copy_database(platform, name, "mcu")
    with platform.connect("admin") as conn:  # a copy has the tables' grants, not the database's
        conn.execute("grant create on database mcu to mcu_transformer")


def _copy_database(platform: Platform, source: str, target: str) -> None:
    with platform.connect("admin", "postgres") as conn:
        conn.autocommit = True
        conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [source])
        conn.execute(f"drop database if exists {target} with (force)".encode())
        conn.execute(f"create database {target} template {source} strategy file_copy".encode())


# --- Moments ------------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """A moment of some work: the state in which the work begins, its command, and how the moment is recognised."""

    state: str
    command: tuple[str, ...]
    under_way: str
    """A query that is true then."""
    after: float = 0
    """Seconds from there to the kill."""
    blocker: str | None = None
    """A statement whose open transaction stops the work at the moment, until the kill."""


LOAD, BUILD, WHOLE = ("sources", "load", "pos"), ("marts", "build"), ("marts", "build", "--full")
_LOADS = "select exists (select from ops.loads where source_slug = 'pos' and {})"
_RUNS = "select exists (select from ops.transform_runs where status = '{}')"
_WAITS_AT_SWAP = (
    "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and usename = 'mcu_transformer'"
    " and query ilike '%alter schema%')"
)
_PUBLISHES = (
    "select exists (select from pg_locks where relation = 'ops.transform_runs'::regclass and mode = 'ShareLock')"
)
_DUMPS = "select exists (select from pg_stat_activity where application_name = 'pg_dump')"
_SYNCS = "select exists (select from pg_stat_activity where datname = 'superset' and query ilike '%alembic_version%')"

PUBLICATION = "публикация"
MOMENTS = {
    "загрузка: начало": Moment("before_load", LOAD, _LOADS.format("status = 'running'")),
    "загрузка: середина": Moment("before_load", LOAD, _LOADS.format("status = 'running' and read_count > 0")),
    "проверка загрузки": Moment("before_load", LOAD, _LOADS.format("status = 'landed'"), 1.5),
    "инкремент: начало": Moment("before_build", BUILD, _RUNS.format("running")),
    "инкремент: середина": Moment("before_build", BUILD, _RUNS.format("running"), 12),
    "полный расчёт: начало": Moment("before_build", WHOLE, _RUNS.format("running"), 8),
    "полный расчёт: середина": Moment("before_build", WHOLE, _RUNS.format("running"), 30),
    "проверка витрин": Moment("before_build", BUILD, _RUNS.format("built"), 1.5),
    "обмен копий": Moment("before_build", BUILD, _WAITS_AT_SWAP, 0, "alter schema bi rename to bi_held"),
    PUBLICATION: Moment("built", ("publish", "indicators", "--month", "2026-10"), _PUBLISHES, 0.2),
    "панели": Moment("built", ("dashboards", "sync"), _SYNCS, 2),
    "резервная копия": Moment("built", ("backup",), _DUMPS, 0.1),
}


@dataclass
class Work:
    """A command of the platform, held or just under way at its moment."""

    platform: Platform
    moment: Moment
    env: dict[str, str]
    process: subprocess.Popen[bytes] = field(init=False)
    _blocker: psycopg.Connection | None = None

    def start(self) -> None:
        """Start it and wait for its moment. Raises AssertionError if that does not come."""
        if self.moment.blocker:
            self._blocker = self.platform.connect("admin")
            self._blocker.execute(self.moment.blocker.encode())
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mcu", *self.moment.command], cwd=self.platform.home, env=self.env,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip  # a table
        until = time.monotonic() + 1_800
        with self.platform.connect("admin") as conn:
            conn.autocommit = True
            while conn.execute(self.moment.under_way.encode()).fetchone() != (True,):
                assert self.process.poll() is None and time.monotonic() < until, "the moment did not come"
                time.sleep(0.005)
        time.sleep(self.moment.after)
        assert self.process.poll() is None, "the work had ended before the kill"

    def release(self) -> None:
        """Let what survived go on, and wait for its end."""
        if self._blocker:
            with suppress(psycopg.Error):
                self._blocker.rollback()
            self._blocker.close()
        self.process.wait(900)


# --- Victims ------------------------------------------------------------


def _command(work: Work) -> list[int]:
    return [work.process.pid]


def _children(work: Work) -> list[int]:
    """Also of a command that has come to its moment a little before it starts them."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if found := [child.pid for child in psutil.Process(work.process.pid).children(recursive=True)]:
            return found
        time.sleep(0.005)
    return []


def _database(work: Work) -> list[int]:
    return [int((work.platform.var / "postgres" / "data" / "postmaster.pid").read_text().split()[0])]


def _services(*names: str, words: str = "") -> Callable[[Work], list[int]]:
    """The processes of the services; with `words` only those whose command line has them."""

    def pids(work: Work) -> list[int]:
        code = f"from mcu.runtime import processes; print(*(p.pid for n in {names!r} for p in processes.family(n)))"
        shown = subprocess.run(
            [sys.executable, "-c", code], env=work.env, cwd=work.platform.home, capture_output=True, text=True
        )
        found = []
        for pid in map(int, shown.stdout.split()):
            with suppress(psutil.Error):
                if words in " ".join(psutil.Process(pid).cmdline()):
                    found.append(pid)
        return found

    return pids


VICTIMS: dict[str, Callable[[Work], list[int]]] = {
    "команда": _command,
    "дочерние процессы": _children,
    "PostgreSQL": _database,
    "все службы разом": _services("supervisor", "airflow", "superset"),
    "планировщик": _services("airflow", words="airflow_scheduler"),
    "Airflow": _services("airflow"),
    "Superset": _services("superset"),
    "надзор": _services("supervisor"),
}

_HAVE_CHILDREN = ("инкремент", "полный расчёт", "панели", "резервная копия")
_ONE_SERVICE = ("планировщик", "Airflow", "Superset", "надзор")


def cells() -> Iterator[tuple[str, str]]:
    """Victim and moment. A load of fewer than 5,000 records, a gate, a swap and a publication have no child process.
    The four services die together at every moment, and each alone in a build."""
    for victim in VICTIMS:
        for moment in MOMENTS:
            is_childless = victim == "дочерние процессы" and not moment.startswith(_HAVE_CHILDREN)
            if not is_childless and (victim not in _ONE_SERVICE or moment == "инкремент: середина"):
                yield victim, moment


def kill(victim: str, work: Work) -> int:
    """How many processes were killed."""
    killed = 0
    for pid in VICTIMS[victim](work):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            killed += 1
    return killed


@contextmanager
def reader(platform: Platform, *, may_fail: bool) -> Iterator[list[str]]:
    """Queries of Superset's role, ten a second; what failed, unless it `may_fail`."""
    over = threading.Event()
    failed: list[str] = []

    def read() -> None:
        with platform.connect("reader") as conn:
            conn.autocommit = True
            while not over.wait(0.1):
                try:
                    conn.execute("select count(*) from bi.bi_feedback").fetchone()
                except psycopg.Error as error:
                    if not may_fail:
                        failed.append(str(error))
                    return

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        yield failed
    finally:
        over.set()
        thread.join()
