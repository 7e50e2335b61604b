"""What ends by itself is started again; what ends again and again is given up aloud; what a person stopped stays so."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from ground import free_port
from mcu.runtime import processes, report, supervisor, watchdog
from mcu.runtime.services import Service
from mcu.runtime.supervisor import MOST_STARTS, PATIENCE_SECONDS, PAUSE_SECONDS, Watched, of_service
from mcu.sources.registry import all_sources
from mcu.warehouse.connect import connect
from tests.landing.conftest import rows


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """(cause, severity, title) of each report; the end of one is («…», "end", "")."""
    made: list[tuple[str, str, str]] = []
    monkeypatch.setattr(supervisor, "report", lambda *given: made.append(given[:3]))
    monkeypatch.setattr(supervisor, "report_end", lambda cause: made.append((cause, "end", "")))
    return made


@pytest.fixture
def service(installation: Path) -> Iterator[Service]:
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    service = Service("watched", "Проба", lambda: command, dict, lambda: None, "", None)
    service.start()
    yield service
    service.stop()


def kill(service: Service) -> None:
    leader = processes.leader(service.name)
    assert leader is not None
    os.kill(leader.pid, signal.SIGKILL)
    while processes.leader(service.name):
        time.sleep(0.01)


def test_what_was_killed_is_started_again_and_reported(service: Service, reports: list) -> None:
    watched = of_service(service)
    watched.look(0)
    assert reports == [("service:watched", "end", "")]
    kill(service)
    watched.look(10)
    assert service.is_up()
    assert reports[-1] == ("service:watched", "warning", "Служба остановилась и запущена заново: Проба")


def test_what_a_person_stopped_stays_stopped(service: Service, reports: list) -> None:
    watched = of_service(service)
    service.stop()
    watched.look(0)
    assert not service.is_up() and all(kind == "end" for _, kind, _ in reports)


def test_what_ends_again_and_again_is_given_up_aloud(reports: list) -> None:
    started: list[str] = []
    watched = Watched("watched", "Проба", lambda: "процесс завершился сам", started.append)
    times = [n * PAUSE_SECONDS for n in range(200)]
    starts = []
    for now in times:
        before = len(started)
        watched.look(now)
        starts += [now] * (len(started) - before)
    assert len(starts) == MOST_STARTS and watched.is_given_up
    pauses = [later - before for before, later in pairwise(starts)]
    assert pauses == sorted(pauses) and pauses[-1] > pauses[0]  # it grows
    assert [kind for _, kind, _ in reports].count("critical") == 1
    assert reports[-1] == ("service:watched", "critical", "Служба не работает: Проба")


def test_what_cannot_be_started_is_tried_again(reports: list) -> None:
    from mcu.errors import UserError

    def start(why: str) -> None:
        raise UserError("Порт занят.")

    watched = Watched("watched", "Проба", lambda: "процесс завершился сам", start)
    for now in range(0, 1000, 5):
        watched.look(float(now))
    assert [kind for _, kind, _ in reports] == ["critical"]


def test_what_does_not_answer_for_long_is_started_anew(
    service: Service, reports: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = Service("watched", "Проба", service.command, dict, lambda: free_port(), "", None, start_seconds=0)
    before = processes.leader("watched")
    watched, clock = of_service(silent), [100.0]
    monkeypatch.setattr(supervisor.time, "monotonic", lambda: clock[0])
    for _ in range(3):
        watched.look(clock[0])
        assert processes.leader("watched") == before  # it is given time
        clock[0] += PATIENCE_SECONDS / 3
    monkeypatch.setattr(Service, "_start", lambda self: processes.start("watched", self.command(), {}, None, ""))
    watched.look(clock[0])
    assert processes.leader("watched") not in (before, None)


# ---------------------------------------------------------------- the watchdog


@contextmanager
def load_under_way(slug: str) -> Iterator[None]:
    with connect("loader") as conn:
        conn.execute("select pg_advisory_lock(hashtext('mcu.load'), hashtext(%s))", [slug])
        yield


def test_a_load_that_holds_its_source_for_too_long_is_reported(
    empty_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = next(iter(all_sources()))
    watch = watchdog.Watchdog()
    monkeypatch.setattr(watchdog, "EVERY_SECONDS", 0)
    with load_under_way(slug):
        watch.look()
        assert rows("select count(*) from ops.alerts") == [(0,)]
        monkeypatch.setattr(watchdog, "SLACK_MINUTES", -all_sources()[slug].load_minutes)
        watch.look()
        watch.look()
        ((cause, title, body),) = rows("select cause, title, body from ops.alerts where closed_at is null")
        assert cause == f"hang:{slug}" and title.endswith("не завершается") and f"ingest_{slug}" in body
    time.sleep(0.2)
    watch.look()
    assert rows("select count(*) from ops.alerts where closed_at is null") == [(0,)]


def test_a_calculation_that_does_not_end_is_reported(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "TRANSFORM_MINUTES", -1)
    assert watchdog.hangs() == []
    with connect("transformer", autocommit=True) as conn:
        conn.execute("select pg_advisory_lock(hashtext('mcu.transform'))")
        assert [hang.cause for hang in watchdog.hangs()] == ["hang:transform"]


def test_a_watchdog_without_a_database_goes_on(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr(watchdog, "connect", away)
    watchdog.Watchdog().look()


def test_a_critical_report_without_a_database_goes_by_mail(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    class Server:
        def __enter__(self) -> Server:
            return self

        def __exit__(self, *_: object) -> None: ...

        def send_message(self, message: object) -> None:
            sent.append(str(message["Subject"]))

    def away(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr(report, "alert", away)
    monkeypatch.setattr(report.mail, "open_server", Server)
    report.report("service:postgres", "warning", "Служба остановилась", "Что: x")
    report.report("service:postgres", "critical", "Служба не работает: PostgreSQL", "Что: x")
    assert sent == ["[МЦУ] КРИТИЧНО: Служба не работает: PostgreSQL"]
