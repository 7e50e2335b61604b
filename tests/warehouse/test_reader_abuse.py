"""What a person with the reader's login can do to the platform: nothing but read, and that within limits."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import psycopg
import pytest

from abuses import ABUSES
from mcu.runtime.watchdog import end_long_reads
from mcu.warehouse.connect import admin_url, connect, url


@pytest.fixture(scope="module")
def reader(warehouse: Path) -> Iterator[psycopg.Connection]:
    with connect("loader") as conn:
        conn.execute("create table if not exists raw.probe (n int)")
    with connect("reader", autocommit=True) as conn:
        yield conn
    with connect("loader") as conn:
        conn.execute("drop table raw.probe")


@pytest.mark.parametrize("sql", ABUSES.values(), ids=ABUSES)
def test_an_abuse_is_refused(reader: psycopg.Connection, sql: str) -> None:
    refusals = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
    with pytest.raises(refusals):
        reader.execute(sql.encode())


@pytest.mark.parametrize("sql", ["create temporary table mine (n int)", "create table public.mine (n int)"])
def test_writing_is_refused_even_if_the_session_asks_to_write(reader: psycopg.Connection, sql: str) -> None:
    with psycopg.connect(url("reader")) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("set transaction read write")
        conn.execute(sql.encode())


HARMLESS = {
    "random", "random_normal", "setseed", "gen_random_uuid", "uuidv4", "uuidv7", "timeofday", "clock_timestamp",
    "pg_is_in_recovery", "pg_jit_available", "pg_collation_actual_version", "pg_database_collation_actual_version",
    "system", "bernoulli",
}  # fmt: skip  # one word a line would fill the page


def test_no_other_volatile_function_can_be_called(reader: psycopg.Connection) -> None:
    """Whatever the next version of PostgreSQL brings is refused too until somebody has looked at it."""
    callable_ones = reader.execute(
        "select proname from pg_proc where provolatile = 'v' and has_function_privilege(oid, 'execute')"
        " and prorettype not in ('trigger'::regtype, 'internal'::regtype)"
    ).fetchall()
    assert {name for (name,) in callable_ones} <= HARMLESS


@pytest.mark.parametrize("database", ["postgres", "template1", "airflow", "superset"])
def test_other_databases_refuse_the_reader(database: str, reader: psycopg.Connection) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(url("reader"), dbname=database)


def test_connections_of_the_reader_end_before_those_of_the_platform(reader: psycopg.Connection) -> None:
    opened = []
    try:
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            for _ in range(40):
                opened.append(psycopg.connect(url("reader")))
        with connect("loader") as conn:
            assert conn.execute("select 1").fetchone() == (1,)
    finally:
        for conn in opened:
            conn.close()


LIMITS = {
    "reader": {
        "default_transaction_read_only": "on", "statement_timeout": "1min", "transaction_timeout": "5min",
        "idle_in_transaction_session_timeout": "30s", "idle_session_timeout": "15min", "lock_timeout": "10s",
        "work_mem": "32MB", "temp_file_limit": "2GB",
    },
    "loader": {"statement_timeout": "2h", "temp_file_limit": "20GB"},
    "transformer": {"statement_timeout": "2h", "temp_file_limit": "50GB", "work_mem": "256MB"},
}  # fmt: skip  # a role a line reads better


@pytest.mark.parametrize("role", LIMITS)
def test_each_role_has_its_limits(role: str, warehouse: Path) -> None:
    with psycopg.connect(url(role)) as conn:
        found = {name: conn.execute(f"show {name}".encode()).fetchone() for name in LIMITS[role]}
    assert found == {name: (value,) for name, value in LIMITS[role].items()}


def test_a_query_whose_session_has_lifted_its_limits_is_ended(warehouse: Path) -> None:
    with psycopg.connect(url("reader"), autocommit=True) as conn, ThreadPoolExecutor() as threads:
        conn.execute("set statement_timeout = 0")
        query = threads.submit(conn.execute, "select count(*) from generate_series(1, 100000000000)")
        while end_long_reads(minutes=5) == 0 and not _runs_for(conn, seconds=1):
            sleep(0.1)
        assert not query.done()
        assert end_long_reads(minutes=1 / 60) == 1
        with pytest.raises(psycopg.errors.AdminShutdown):
            query.result(timeout=30)


def test_the_reader_cannot_end_queries_that_way(reader: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("select ops.end_long_reads('0')")


def _runs_for(conn: psycopg.Connection, seconds: float) -> bool:
    with psycopg.connect(admin_url()) as admin:
        query = (
            "select clock_timestamp() - query_start > make_interval(secs => %s) from pg_stat_activity where pid = %s"
        )
        return admin.execute(query, [seconds, conn.info.backend_pid]).fetchone() == (True,)


def test_own_roles_keep_their_locks(warehouse: Path) -> None:
    for role in ("loader", "transformer"):
        with psycopg.connect(url(role)) as conn:
            assert conn.execute("select pg_try_advisory_xact_lock(42)").fetchone() == (True,)
            conn.execute("do $$ begin null; end $$")


def test_the_second_run_changes_nothing(warehouse: Path) -> None:
    """Of who may call what; the order in which rights are stored says nothing."""
    from mcu.warehouse.bootstrap import bootstrap

    def rights() -> set[tuple[object, ...]]:
        query = """
        select p.oid::regprocedure::text, p.proacl is null, a.grantor::regrole::text, a.grantee::regrole::text,
            a.privilege_type, a.is_grantable
        from pg_proc as p
        left join lateral aclexplode(p.proacl) as a on true
        """
        with connect("admin") as conn:
            return set(conn.execute(query).fetchall())

    before = rights()
    bootstrap()
    assert rights() ^ before == set()
