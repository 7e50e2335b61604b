"""Alerts over a real SMTP server: one letter for each cause, one for its end, nothing lost while the server is down."""

from __future__ import annotations

import email
import email.policy
import logging
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import unquote

import pytest

from demo_city.mail_server import controller
from mcu.alerts import alert, recover, send_pending
from mcu.alerts.airflow import on_failure, on_success
from mcu.alerts.mail import _OF_MUNICIPALITIES, _PAGES, _page, new_letter
from mcu.alerts.refused_pepper import report_refused_pepper
from mcu.errors import UserError
from mcu.privacy.patterns import without_personal
from mcu.privacy.pepper import PepperRefused, guard
from mcu.quality.rules import rules
from mcu.settings import settings
from mcu.warehouse.connect import connect

FRIDAY_NOON = datetime.fromisoformat("2026-11-20T12:00:00+03:00")
FRIDAY_EVENING = datetime.fromisoformat("2026-11-20T18:00:00+03:00")
SUNDAY = datetime.fromisoformat("2026-11-22T12:00:00+03:00")
MONDAY_MORNING = datetime.fromisoformat("2026-11-23T09:00:00+03:00")


@pytest.fixture(autouse=True)
def ground(empty_warehouse: Path) -> None:
    """No alert is open."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def server(folder: Path) -> Iterator[None]:
    running = controller(settings().smtp_port, folder)
    running.start()
    yield
    running.stop()


def letters(folder: Path) -> list[EmailMessage]:
    """What has arrived, in order."""
    files = sorted(folder.glob("*.eml"))
    return [cast(EmailMessage, email.message_from_bytes(f.read_bytes(), policy=email.policy.default)) for f in files]


def text(letter: EmailMessage) -> str:
    return str(letter.get_content())


def rows(query: str) -> list[tuple[Any, ...]]:
    with connect("loader") as conn:
        return conn.execute(query).fetchall()


def fail(cause: str = "quality:RAW-001:pos", severity: str = "critical", now: datetime = FRIDAY_NOON) -> None:
    alert(cause, severity, "data_engineer", "Обязательные поля заполнены: ПОС", "Примеры: POS-1, POS-2", now=now)


def test_a_cause_and_its_end_give_one_letter_each(server: None, folder: Path) -> None:
    for _ in range(3):
        fail()
    (opened,) = letters(folder)
    assert opened["Subject"] == "[МЦУ] КРИТИЧНО: Обязательные поля заполнены: ПОС"
    assert (opened["To"], opened["From"]) == (settings().alert_to, settings().alert_from)
    for part in ("POS-1, POS-2", "инженер данных", settings().superset_url, "С какого времени: "):
        assert part in text(opened)
    assert rows("select count(*), max(seen_count) from ops.alerts") == [(1, 3)]

    assert recover("quality:RAW-001:pos", now=FRIDAY_NOON)
    assert not recover("quality:RAW-001:pos", now=FRIDAY_NOON)
    _, closed = letters(folder)
    assert closed["Subject"].startswith("[МЦУ] Восстановлено: ")
    assert closed["In-Reply-To"] == opened["Message-ID"]
    assert "Снова в порядке" in text(closed)
    assert send_pending(now=FRIDAY_NOON) == 0


def test_two_causes_are_two_letters_and_a_returning_cause_gives_a_new_one(server: None, folder: Path) -> None:
    fail("a")
    fail("b")
    recover("a", now=FRIDAY_NOON)
    fail("a")
    assert len(letters(folder)) == 4
    assert rows("select cause from ops.alerts order by alert_id") == [("a",), ("b",), ("a",)]


def test_while_the_mail_server_is_down_nothing_fails_and_nothing_is_lost(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        fail("a")
        fail("b")
        recover("b", now=FRIDAY_NOON)
    assert "недоступен" in caplog.text
    assert rows("select count(*) from ops.alerts where sent_at is null") == [(2,)]
    running = controller(settings().smtp_port, folder)
    running.start()
    try:
        assert send_pending(now=FRIDAY_NOON) == 2
        assert send_pending(now=FRIDAY_NOON) == 0
    finally:
        running.stop()
    assert [letter["Subject"].split(":")[0] for letter in letters(folder)] == ["[МЦУ] КРИТИЧНО", "[МЦУ] Восстановлено"]


def test_a_refused_letter_does_not_hold_up_the_next(
    server: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from demo_city import mail_server

    async def refuse_first(self: Any, server: Any, session: Any, envelope: Any) -> str:
        if b"alert-1-" in envelope.content:
            return "554 no"
        return await whole(self, server, session, envelope)

    whole = mail_server.LetterStore.handle_DATA
    monkeypatch.setattr(mail_server.LetterStore, "handle_DATA", refuse_first)
    fail("a")
    fail("b")
    assert len(letters(folder)) == 1
    assert rows("select cause from ops.alerts where sent_at is null") == [("a",)]


@pytest.mark.parametrize("now", [FRIDAY_EVENING, SUNDAY])
def test_a_warning_waits_for_working_hours(server: None, folder: Path, now: datetime) -> None:
    fail(severity="warning", now=now)
    assert letters(folder) == []
    assert send_pending(now=MONDAY_MORNING) == 1
    assert letters(folder)[0]["Subject"].startswith("[МЦУ] Предупреждение: ")


def test_a_warning_that_ended_at_night_is_not_sent(server: None, folder: Path) -> None:
    fail(severity="warning", now=SUNDAY)
    recover("quality:RAW-001:pos", now=SUNDAY)
    assert send_pending(now=MONDAY_MORNING) == 0


def test_warnings_of_one_rule_that_wait_share_a_letter(server: None, folder: Path) -> None:
    for number in range(1, 18):
        title = f"Не пройдена проверка «Отклонённых записей нет» (Источник {number})"
        body = (
            f"Проверка:   RAW-006 «Отклонённых записей нет»\nГде:        Источник {number} (загрузка {number})\n"
            f"Обнаружено: отклонено {number}\nПорог:      отклонено не больше 0\n\nИсправьте и повторите."
        )
        alert(f"quality:RAW-006:s{number}", "warning", "data_engineer", title, body, now=SUNDAY)
    fail("quality:RAW-009:pos", "warning", SUNDAY)
    assert letters(folder) == []
    assert send_pending(now=MONDAY_MORNING) == 2
    folded, other = letters(folder)
    assert folded["Subject"] == "[МЦУ] Предупреждение: Не пройдена проверка «Отклонённых записей нет»: 17 источников"
    said = text(folded)
    for number in range(1, 18):
        assert f"Источник {number} (загрузка {number}): отклонено {number}\n" in said
    assert said.count("Исправьте и повторите.") == said.count("RAW-006") == 1
    assert "Обязательные поля" in other["Subject"], "another rule is another letter"
    assert send_pending(now=MONDAY_MORNING) == 0
    assert rows("select count(*) from ops.alerts where sent_at is null") == [(0,)]


def test_warnings_of_working_hours_share_a_letter_too(server: None, folder: Path) -> None:
    """Seventeen sources are loaded at noon, one after the other: one letter, when the marts are judged."""
    for number in range(17):
        title = f"Не пройдена проверка «Отклонённых записей нет» (Система {number})"
        body = f"Проверка:   RAW-006\nГде:        Система {number}\nОбнаружено: отклонено {number}\n\nПосмотрите."
        alert(f"quality:RAW-006:s{number}", "warning", "data_engineer", title, body, now=FRIDAY_NOON)
    assert letters(folder) == []
    assert send_pending(now=FRIDAY_NOON) == 1
    (letter,) = letters(folder)
    assert "«Отклонённых записей нет»: 17 источников" in letter["Subject"]
    assert text(letter).count("отклонено") == 17 and text(letter).count("Посмотрите.") == 1


@pytest.mark.parametrize("block", ["Энергетика", "Дороги", "ЖКХ, энергетика, благоустройство и контроль"])
def test_a_subject_arrives_as_it_was_written(block: str) -> None:
    """Python 3.11 loses a blank where it folds a subject of Russian and figures."""
    letter = new_letter()
    letter["Subject"] = subject = f"[МЦУ] Блок «{block}» на 20.11.2026: нарушено 2, истекает 1"
    letter.set_content("Текст\n")
    assert email.message_from_bytes(letter.as_bytes(), policy=email.policy.default)["Subject"] == subject


def test_a_critical_alert_does_not_wait(server: None, folder: Path) -> None:
    fail(now=SUNDAY)
    assert len(letters(folder)) == 1


def test_nothing_personal_is_kept_or_sent(server: None, folder: Path) -> None:
    alert("c", "critical", "curator", "Звонил 89000001122\nBcc: x", "пишите: agrafena@example.org, +7 (900) 000-11-22")
    (letter,) = letters(folder)
    written = letter["Subject"] + text(letter) + str(rows("select title, body from ops.alerts"))
    assert "example.org" not in written
    assert "0001122" not in written
    assert "000-11-22" not in written
    assert letter["Bcc"] is None


@pytest.mark.parametrize("kept", ["POS-2025-000123", "0005.0005.0056.1151", "20.11.2026 18:00", "дом 8, кв. 123"])
def test_references_are_not_taken_for_phones(kept: str) -> None:
    assert without_personal(kept) == kept


def context(error: object = None, index: int = -1, dag: str = "ingest_pos") -> dict[str, Any]:
    """What Airflow 3 hands to a callback, as far as it is read."""
    instance = SimpleNamespace(dag_id=dag, task_id="load", map_index=index, try_number=2)
    return {
        "dag": SimpleNamespace(dag_id=dag),
        "task": SimpleNamespace(task_id="load", owner="airflow"),
        "ti": instance,
        "run_id": "manual__1",
        "exception": error,
    }


def test_a_failed_task_alerts_once_and_its_success_closes_the_alert(server: None, folder: Path) -> None:
    on_failure(context(UserError("Источник «ПОС» не отвечает: проверьте адрес.")))
    on_failure(context(UserError("Источник «ПОС» не отвечает: проверьте адрес.")))
    (letter,) = letters(folder)
    assert "Источник «ПОС» не отвечает" in text(letter)
    assert "ingest_pos.load" in text(letter)
    assert "manual__1" in text(letter)
    on_success(context())
    assert len(letters(folder)) == 2
    on_success(context())
    assert len(letters(folder)) == 2


@pytest.mark.parametrize("error", [ValueError("Канарейкина, кв. 7"), "Канарейкина, кв. 7", None])
def test_the_text_of_an_unknown_error_is_not_quoted(error: object, server: None, folder: Path) -> None:
    on_failure(context(error))
    (letter,) = letters(folder)
    assert "Канарейкина" not in text(letter) + str(rows("select body from ops.alerts"))


def test_a_gate_that_blocked_gives_no_second_alert(server: None, folder: Path) -> None:
    from mcu.quality.gate import GateBlocked

    on_failure(context(GateBlocked("RAW-001")))
    assert letters(folder) == []


def test_a_wrong_pepper_is_one_alert_however_many_sources_it_stops(
    server: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect("loader") as conn:
        guard(conn)
    monkeypatch.setenv("MCU_SECRET_PEPPER", "another")
    for dag in ("ingest_pos", "ingest_vk", "ingest_mail"):
        on_failure(context(PepperRefused("Ключ не тот"), dag=dag))
    (letter,) = letters(folder)
    assert "ключ псевдонимов" in letter["Subject"] and "из резервной копии" in text(letter)
    assert report_refused_pepper() and len(letters(folder)) == 1
    monkeypatch.delenv("MCU_SECRET_PEPPER")
    assert report_refused_pepper() == "" and len(letters(folder)) == 2


def test_mapped_tasks_have_alerts_of_their_own(server: None, folder: Path) -> None:
    on_failure(context(index=0))
    on_failure(context(index=1))
    on_success(context(index=0))
    assert rows("select cause, closed_at is not null from ops.alerts order by 1") == [
        ("task:ingest_pos.load[0]", True),
        ("task:ingest_pos.load[1]", False),
    ]


def test_a_callback_never_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_PG_PORT", "1")
    settings.cache_clear()
    on_failure(context())
    on_success(context())
    monkeypatch.undo()
    settings.cache_clear()


def test_an_alert_leads_to_the_page_that_shows_its_rule() -> None:
    assert _PAGES.keys() | set(_OF_MUNICIPALITIES) <= rules().keys()
    assert _page("quality:MART-016:Витрины").endswith("/superset/dashboard/sroki/")
    surge = unquote(_page("quality:MART-031:Губкинский округ"))
    assert "/superset/dashboard/problemy/?native_filters=(NATIVE_FILTER-municipality:" in surge
    assert "val:!('Губкинский округ')" in surge
    for cause in ("quality:RAW-001:pos", "refused:pos:файл.xlsx", "now"):
        assert _page(cause).endswith("/superset/dashboard/kachestvo/")
