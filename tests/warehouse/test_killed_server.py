"""kill -9 of PostgreSQL: the next start heals what it left behind, and who waits for it gets it back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from ground import free_port
from mcu.settings import settings
from mcu.warehouse import dbt, embedded, postmaster
from mcu.warehouse.connect import admin_url, connect
from mcu.warehouse.faults import DatabaseDown


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cluster of its own, running; its data folder."""
    var = tmp_path_factory.mktemp("killed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MCU_VAR", str(var))
        patch.setenv("MCU_PG_PORT", str(free_port()))
        settings.cache_clear()
        embedded.start()
        with psycopg.connect(admin_url(), autocommit=True) as conn:
            conn.execute("create table kept as select 1 as n")
        yield var / "postgres" / "data"
        embedded.stop()
    settings.cache_clear()


def kill(data: Path) -> int:
    pid = postmaster.of(data)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while postmaster.of(data):
        time.sleep(0.02)
    return pid


def kept() -> list[tuple]:
    with psycopg.connect(admin_url()) as conn:
        return conn.execute("select n from kept").fetchall()


def test_a_killed_server_with_a_busy_backend_is_started_again(server: Path) -> None:
    def work() -> None:
        with psycopg.connect(admin_url(), autocommit=True) as conn, suppress(psycopg.Error):
            conn.execute("do $$ begin loop perform 1; end loop; end $$")  # never looks whether its server lives

    query = threading.Thread(target=work)
    query.start()
    time.sleep(0.5)
    kill(server)
    began = time.monotonic()
    embedded.start()
    assert kept() == [(1,)] and time.monotonic() - began < 60
    query.join()


def test_a_mark_whose_id_another_program_has_got_does_not_hold_the_server_off(server: Path) -> None:
    killed = kill(server)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        mark = server / "postmaster.pid"
        mark.write_text(mark.read_text().replace(str(killed), str(stranger.pid), 1))
        embedded.start()
        assert kept() == [(1,)] and stranger.poll() is None
        stranger.kill()


def test_a_server_that_is_still_starting_is_waited_for(server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([DatabaseDown("запускается"), DatabaseDown("запускается"), None, None])
    monkeypatch.setattr(embedded, "fault", lambda: next(answers))
    embedded.start()
    assert next(answers, "all read") is None
    monkeypatch.undo()


def test_who_may_wait_gets_the_database_back(
    server: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kill(server)
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError):
        connect("admin")
    assert time.monotonic() - began < 2  # a command says at once what is wrong
    monkeypatch.setenv("MCU_DATABASE_WAIT_SECONDS", "60")
    settings.cache_clear()
    threading.Timer(2, embedded.start).start()
    monkeypatch.setattr("mcu.warehouse.connect.DATABASE", "postgres")
    connect("admin").close()
    settings.cache_clear()
    assert "База данных не отвечает" in caplog.text and "Повтор через" in caplog.text


@pytest.mark.parametrize(
    "line",
    [
        "Database Error in model a (models/a.sql)\n  server closed the connection unexpectedly",
        'connection to server at "127.0.0.1", port 5 failed: Connection refused',
        "  FATAL:  the database system is in recovery mode",
    ],
)
def test_a_build_that_lost_the_database_is_tried_again(installation: Path, line: str) -> None:
    """Not called a fault of the model that happened to run."""
    failed, log = ["Failure in model a (models/a.sql)"], installation / "dbt.log"
    assert isinstance(dbt._failure("build", [*failed, *line.splitlines()], log), DatabaseDown)
    assert isinstance(dbt._failure("build", failed, log), dbt.DbtFailed)
