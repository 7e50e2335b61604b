"""A long load, which a second process writes, compared with the same load written in one process; and its failures."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from copy import deepcopy
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from mcu.connectors.base import Page, SourceError
from mcu.landing import ledger, writer_process
from mcu.landing import load as load_module
from mcu.landing import run as run_module
from mcu.landing.load import source_lock
from mcu.landing.run import LoadError, LoadResult, Run, breaking_off
from mcu.landing.writer_process import WriterProcess
from mcu.warehouse.connect import connect
from mcu.warehouse.faults import DatabaseDown
from tests.landing.conftest import raw, record, rest_spec, rows

PAGES = 6


@pytest.fixture(autouse=True)
def _long(empty_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second process writes from the second page on, as in a Celery task, which counts as a daemon."""
    monkeypatch.setattr(run_module, "LONG_LOAD", 1)
    monkeypatch.setattr(run_module, "WriterProcess", Watched)
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)


def pages(event: Any = None, at: int = 3) -> Iterator[Page]:
    for number in range(PAGES):
        if event and number == at:
            event()
        records = [record(number * 10 + n) for n in range(10)]
        records[3]["createdAt"] = "вчера"
        records[4]["new_field"] = "Ветроходов П.И."
        yield Page([*records, deepcopy(records[0])], f"страница {number + 1}", total=PAGES * 10)


def land(slug: str = "demo", event: Any = None) -> LoadResult:
    spec = rest_spec(slug)
    with source_lock(spec) as conn:
        run = Run(conn, spec)
        with breaking_off(run, "Проба"):
            run.land(pages(event))
            return run.finish()


def status(slug: str = "demo") -> list[tuple[Any, ...]]:
    return rows("select status, read_count from ops.loads where source_slug = %s order by load_id", slug)


class Watched(WriterProcess):
    """A process that the test can find."""

    now: Watched

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        Watched.now = self


def test_it_ends_as_a_load_written_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    forked = []
    parallel = land(event=lambda: forked.append(psutil.Process(Watched.now._pid).ppid()))
    assert forked == [os.getpid()] and not psutil.pid_exists(Watched.now._pid)
    monkeypatch.setattr(run_module, "LONG_LOAD", 10**9)
    plain = land("plain")
    assert (parallel.read, parallel.new, parallel.unchanged, parallel.rejected, parallel.control_total) == (
        66,
        54,
        6,
        6,
        60,
    )
    same = "read", "new", "unchanged", "rejected", "control_total", "message", "status"
    assert [getattr(parallel, name) for name in same] == [getattr(plain, name) for name in same]
    assert raw("demo") == raw("plain")
    for query in (
        "select field, action, count from ops.anonymization_log join ops.loads using (load_id)",
        "select record_ref, position, payload, reason from ops.rejects join ops.loads using (load_id)",
        "select details - 'observed_at', cursor_after, control_total, read_count from ops.loads",
    ):
        of_slug = f"{query} where ops.loads.source_slug = %s order by 1, 2"
        assert rows(of_slug, "demo") == rows(of_slug, "plain") != []


def test_a_source_that_breaks_off_keeps_what_was_read() -> None:
    def breaks() -> None:
        raise SourceError("ответ оборвался")

    with pytest.raises(LoadError, match="Проба: ответ оборвался"):
        land(event=breaks)
    assert status() == [("failed", 33)]
    assert len(raw()) == 27
    assert land().new == 54
    assert len(raw()) == 54


def test_a_killed_writer_is_reported_and_the_next_load_goes_on() -> None:
    def kill() -> None:
        os.kill(Watched.now._pid, signal.SIGKILL)

    with pytest.raises(LoadError, match="запись в базу остановлена извне"):
        land(event=kill)
    assert not psutil.pid_exists(Watched.now._pid)
    (left,) = status()
    assert left[0] == "failed"
    result = land()
    assert (result.new, len(raw())) == (54, 54)


def test_a_database_error_is_reported_without_a_row() -> None:
    def cut() -> None:
        with connect("admin") as conn:
            conn.execute(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid ="
                " hashtext('mcu.write')::oid"
            )

    with pytest.raises(DatabaseDown, match="Проба: База данных не отвечает") as raised:
        land(event=cut)
    assert "R00" not in str(raised.value)
    assert status()[0][0] == "failed"
    assert land().new == 54


def test_an_interruption_while_a_page_is_sent_ends_both() -> None:
    def interrupt() -> None:
        class Half:
            """Ctrl-C in the middle of sending."""

            def __init__(self, pipe: Connection) -> None:
                self.recv, self.close = pipe.recv, pipe.close
                self._end = pipe.fileno()

            def send(self, _: Any) -> None:
                os.write(self._end, b"\0\0\x10\0half")
                raise KeyboardInterrupt

        Watched.now._pipe = Half(Watched.now._pipe)

    with pytest.raises(KeyboardInterrupt):
        land(event=interrupt)
    assert not psutil.pid_exists(Watched.now._pid)
    assert land().new == 54


def test_an_error_that_cannot_be_pickled_is_only_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Odd(Exception):
        def __init__(self, one: str, two: str) -> None:
            super().__init__(f"{one} {two}")

    def refuse(*_: Any, **__: Any) -> None:
        raise Odd("Ветроходов", "Пётр")

    monkeypatch.setattr(writer_process, "Writer", refuse)
    with pytest.raises(RuntimeError, match=r"^Odd$"):
        land()


def test_without_a_second_connection_one_process_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise psycopg.OperationalError("too many connections")

    monkeypatch.setattr(writer_process, "connect", refuse)
    assert land().new == 54


def test_repeats_are_reported_if_the_second_process_writes_nothing_new(monkeypatch: pytest.MonkeyPatch) -> None:
    def repeats() -> Iterator[Page]:
        for number in range(3):
            yield Page([record(n) for n in range(10)], f"страница {number + 1}")

    monkeypatch.setitem(globals(), "pages", lambda _: repeats())
    assert "точных повторов внутри загрузки: 20" in land().message


def test_a_load_waits_for_the_last_page_of_a_killed_one() -> None:
    """The writer of a killed load may live on for a moment; the next load must not start before it ends."""
    with connect("loader") as other:
        other.execute("select pg_advisory_lock(hashtext('mcu.write'), hashtext('demo'))")
        with pytest.MonkeyPatch.context() as patch, pytest.raises(LoadError, match="уже загружается"):
            patch.setattr(load_module, "LOCK_SECONDS", 1)
            land()
    ledger.accept(land().load_id or 0)
    assert len(raw(is_accepted=True)) == 54
