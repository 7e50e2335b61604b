"""The deadline digest over a real SMTP server and PostgreSQL: each recipient its own list, once; nothing marked as sent
that was not."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from demo_city import mail_server
from demo_city.mail_server import controller
from mcu.cli import app
from mcu.errors import UserError
from mcu.publications.digest import letters_of, publish, publish_now
from mcu.publications.readiness import PublicationStopped
from mcu.settings import settings
from mcu.warehouse.connect import connect
from quality.minimal_marts import own_warehouse

FRIDAY = datetime.fromisoformat("2026-11-20T09:00:00+03:00")
AS_OF = "2026-11-20T06:00:00+00:00"


@pytest.fixture(scope="module", autouse=True)
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with own_warehouse(tmp_path_factory.mktemp("digest")) as var:
        yield var


@pytest.fixture(autouse=True)
def marts(ground: Path) -> None:
    with connect("transformer") as conn:
        conn.execute(_MARTS)
    with connect("loader") as conn:
        conn.execute("truncate ops.publications, ops.transform_runs restart identity")
        conn.execute(
            "insert into ops.transform_runs (as_of, accepted_upto, definition_hash, is_full, status)"
            " values (%s, 1, 'd1', true, 'passed')",
            [AS_OF],
        )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def server(folder: Path) -> Iterator[None]:
    running = controller(settings().smtp_port, folder)
    running.start()
    yield
    running.stop()


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Settings of this test only."""
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()


def letters(folder: Path) -> dict[str, EmailMessage]:
    """Letters by address; of two to one address the later."""
    files = sorted(folder.glob("*.eml"))
    found = [cast(EmailMessage, email.message_from_bytes(f.read_bytes(), policy=email.policy.default)) for f in files]
    return {str(letter["To"]): letter for letter in found}


def body(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(cast(EmailMessage, part).get_content())


def kept() -> list[tuple[Any, ...]]:
    with connect("loader") as conn:
        return conn.execute(
            "select municipality_code, period, revision, array(select jsonb_object_keys(rows) order by 1)"
            " from ops.publications where kind = 'deadline_digest' order by municipality_code, revision"
        ).fetchall()


def change(role: str, query: str) -> None:
    with connect(role) as conn:  # type: ignore[arg-type]  # a role of the tests
        conn.execute(query)  # type: ignore[arg-type]  # composed here


def test_each_recipient_gets_its_own_list(server: None, folder: Path) -> None:
    done = publish(FRIDAY)
    assert (done.sent, done.unchanged) == (3, 0)
    found = letters(folder)
    # nobody answers for P-6 yet: its list goes to the duty
    assert set(found) == {"m.roads@localhost", "m.zhkh@localhost", settings().alert_to}
    roads = found["m.roads@localhost"]
    assert roads["Subject"] == "[МЦУ] Сроки на 20.11.2026: нарушено 1, истекает 3"
    for kind in ("plain", "html"):
        text = body(roads, kind)
        positions = [text.index(part) for part in ("Дорожная служба", "P-1", "P-2", "P-3", "P-4")]
        assert positions == sorted(positions)
        assert "P-5" not in text and "P-7" not in text, "due on the fourth working day; done"
        for part in ("18.11.2026 23:59", "нарушен на 2 раб. дн.", "последний рабочий день", "осталось 1 раб. дн."):
            assert part in text, (kind, part)
        assert "59-ФЗ" in text and "осталось 3 раб. дн." in text
    assert "<td>Окончательный ответ</td>" in body(roads, "html")
    assert "&lt;ул. Мира&gt;" in body(roads, "html"), "titles are escaped"
    assert "Адрес исполнителя не задан" in body(found[settings().alert_to], "plain")
    assert "Адрес исполнителя не задан" not in body(roads, "plain")
    assert kept() == [("m", "2026-11-20", 1, ["m.roads", "m.zhkh", "none"])]


def test_the_same_day_again_sends_nothing_and_adds_no_row(server: None, folder: Path) -> None:
    publish(FRIDAY)
    again = publish(FRIDAY.replace(hour=15))
    assert (again.sent, again.unchanged) == (0, 3)
    assert len(list(folder.glob("*.eml"))) == 3
    assert len(kept()) == 1


def test_a_changed_list_is_sent_to_its_recipient_only(server: None, folder: Path) -> None:
    publish(FRIDAY)
    change("transformer", "update marts.rpt_deadline_status set status = 'met' where record_ref = 'P-2'")
    assert publish(FRIDAY).sent == 1
    assert len(list(folder.glob("*.eml"))) == 4
    assert "P-2" not in body(letters(folder)["m.roads@localhost"], "plain")
    assert [revision for _, _, revision, _ in kept()] == [1, 2]
    assert publish(FRIDAY).sent == 0


def test_while_mail_is_down_nothing_is_marked_as_sent(folder: Path) -> None:
    with pytest.raises(UserError, match=r"Почтовый сервер .* недоступен.*0 из 3"):
        publish(FRIDAY)
    assert kept() == []
    running = controller(settings().smtp_port, folder)
    running.start()
    try:
        assert publish(FRIDAY).sent == 3
    finally:
        running.stop()
    assert len(letters(folder)) == 3


def test_a_refused_letter_is_named_and_sent_with_the_next_run(
    server: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = mail_server.LetterStore.handle_DATA

    async def refuse(self: Any, server: Any, session: Any, envelope: Any) -> str:
        return "554 no" if "m.roads@localhost" in envelope.rcpt_tos else await whole(self, server, session, envelope)

    with monkeypatch.context() as patched:
        patched.setattr(mail_server.LetterStore, "handle_DATA", refuse)
        with pytest.raises(UserError, match=r"не принял.*m\.roads\. Остальным отправлено: 2"):
            publish(FRIDAY)
    assert kept()[0][3] == ["m.zhkh", "none"]
    assert publish(FRIDAY).sent == 1
    assert set(letters(folder)) == {"m.roads@localhost", "m.zhkh@localhost", settings().alert_to}


def test_real_addresses_come_from_the_secret(server: None, folder: Path, given: pytest.MonkeyPatch) -> None:
    given.delenv("MCU_RECIPIENT_MAIL_TEMPLATE")
    given.setenv("MCU_SECRET_RECIPIENT_ADDRESSES", json.dumps({"m.roads": "roads@town.test"}))
    settings.cache_clear()
    publish(FRIDAY)
    assert set(letters(folder)) == {"roads@town.test", settings().alert_to}
    assert len(list(folder.glob("*.eml"))) == 3


@pytest.mark.parametrize("text", ["[]", "{", '{"m.roads": 1}', '{"m.roads": "a b@c"}', '{"m.roads": "a@b\\nBcc: c@d"}'])
def test_a_wrong_secret_is_reported_and_not_quoted(
    server: None, folder: Path, given: pytest.MonkeyPatch, text: str
) -> None:
    given.setenv("MCU_SECRET_RECIPIENT_ADDRESSES", text)
    with pytest.raises(UserError, match="recipient_addresses") as caught:
        publish(FRIDAY)
    assert "c@d" not in str(caught.value) and "b@c" not in str(caught.value)
    assert kept() == [] and not folder.exists()


@pytest.mark.parametrize(("day", "sent"), [("2026-11-21", False), ("2026-11-22", False), ("2026-11-23", True)])
def test_a_day_off_sends_nothing(server: None, folder: Path, day: str, sent: bool) -> None:
    """By the calendar and not by the weekday: here Saturday the 21st is off, and so would be a Monday."""
    change("loader", f"update ops.transform_runs set as_of = '{day}T06:00:00+00:00'")
    change("transformer", f"update marts.rpt_deadline_status set as_of = '{day}T06:00:00+00:00'")
    done = publish(datetime.fromisoformat(f"{day}T09:00:00+03:00"))
    assert (done.sent > 0) == sent == folder.exists()
    change("transformer", f"update marts.dim_date set is_working = false where date_on = '{day}'")
    assert publish(datetime.fromisoformat(f"{day}T09:00:00+03:00")).sent == 0


@pytest.mark.parametrize(
    ("hour", "sent"),
    [("08:59:59", 0), ("09:00:00", 3), ("13:20:00", 3), ("16:44:59", 3), ("16:45:00", 0), ("23:00:00", 0)],
)
def test_letters_leave_in_working_hours_only(server: None, folder: Path, hour: str, sent: int) -> None:
    at = datetime.fromisoformat(f"2026-11-20T{hour}+03:00")
    done = publish(at)
    assert (done.sent, "нерабочее время" in done.message) == (sent, sent == 0)
    assert len(kept()) == (sent > 0) and folder.exists() == (sent > 0)
    assert publish(at, any_hour=True).sent == 3 - sent
    assert letters_of(at.date()) == 3 and letters_of(at.date() + timedelta(days=1)) == 0


def test_a_pinned_clock_sends_its_day_at_any_hour(server: None, folder: Path, given: pytest.MonkeyPatch) -> None:
    """The demonstration's clock stands on Friday evening."""
    given.setenv("MCU_AS_OF", "2026-11-20T18:00:00+03:00")
    settings.cache_clear()
    assert (publish_now().sent, publish_now().unchanged) == (3, 3)


def test_the_command_shows_before_it_sends(server: None, folder: Path, given: pytest.MonkeyPatch) -> None:
    given.setenv("MCU_AS_OF", "2026-11-20T18:00:00+03:00")
    given.setenv("COLUMNS", "160")
    settings.cache_clear()
    shown = CliRunner().invoke(app, ["publish", "digest", "--dry-run"])
    assert shown.exit_code == 0, shown.output
    assert "Писем: 3. Ничего не отправлено." in shown.output and "Дорожная служба" in shown.output
    assert "m.roads@localhost" in shown.output and "дежурный" in shown.output
    assert not folder.exists() and kept() == []
    sent = CliRunner().invoke(app, ["publish", "digest"])
    assert "писем отправлено 3" in sent.output and len(letters(folder)) == 3


@pytest.mark.parametrize(
    ("role", "query", "reason"),
    [
        ("loader", "update ops.transform_runs set status = 'blocked'", "проверка витрин не пройдена"),
        ("loader", "update ops.transform_runs set as_of = as_of - interval '1 day'", "рассчитаны на 19.11.2026"),
        ("loader", "delete from ops.transform_runs", "ещё не построены"),
    ],
)
def test_marts_of_another_day_or_unchecked_are_not_sent(
    server: None, folder: Path, role: str, query: str, reason: str
) -> None:
    change(role, query)
    with pytest.raises(PublicationStopped, match=reason):
        publish(FRIDAY)
    assert kept() == [] and not folder.exists()


_MARTS = f"""
drop table if exists marts.rpt_deadline_status, marts.fct_feedback, marts.dim_municipality, marts.dim_recipient,
    marts.dim_channel, marts.dim_date, reference.stages, intermediate.int_work_days, intermediate.int_work_intervals,
    intermediate.int_schedules;
create table intermediate.int_work_days as
    select 'office' as schedule_code, d::date as date_on, extract(isodow from d) < 6 as is_working,
           (count(*) filter (where extract(isodow from d) < 6) over (order by d))::int as ordinal
    from generate_series(timestamp '2026-10-01', '2026-12-31', '1 day') as d;
create table intermediate.int_schedules as
    select 'office' as schedule_code, 'office' as base_code, 'infinity'::date as known_to;
create table intermediate.int_work_intervals as
    select schedule_code, date_on, (date_on + h.opens) at time zone 'Europe/Moscow' as starts_at,
           (date_on + h.closes) at time zone 'Europe/Moscow' as ends_at
    from intermediate.int_work_days
    cross join (values (time '09:00', time '13:00'), ('13:45', '16:45')) as h (opens, closes)
    where is_working;
create table marts.dim_date as select date_on, is_working from intermediate.int_work_days;
create table marts.dim_municipality as
    select 'm' as municipality_code, 'город М' as title, 'Europe/Moscow' as time_zone;
create table marts.dim_recipient as
    select * from (values ('m.roads', 'Дорожная служба'), ('m.zhkh', 'Управление ЖКХ'), ('none', 'Не назначен'))
    as v(recipient_code, title);
create table marts.dim_channel as select 'pos' as channel_code, 'ПОС <ул. Мира>' as title;
create table reference.stages as select 'final' as stage, 'Окончательный ответ' as title, 3 as sort_order;
create table marts.rpt_deadline_status as
    select md5(record_ref)::uuid as feedback_key, 'm' as municipality_code, 'pos' as channel_code, 'final' as stage,
           null::text as schedule_code, '59-ФЗ, ст. 12' as legal_basis, timestamptz '{AS_OF}' as as_of,
           status in ('late', 'running_late') as is_overdue, v.*
    from (values
        ('P-1', 'm.roads', timestamptz '2026-11-18 20:59:59+00', 'running_late'),
        ('P-2', 'm.roads', '2026-11-20 20:59:59+00', 'running'),
        ('P-3', 'm.roads', '2026-11-23 20:59:59+00', 'running'),
        ('P-4', 'm.roads', '2026-11-25 20:59:59+00', 'running'),
        ('P-5', 'm.roads', '2026-11-25 21:00:00+00', 'running'),
        ('P-7', 'm.roads', '2026-11-20 20:59:59+00', 'met'),
        ('P-8', 'm.zhkh', '2026-11-20 12:00:00+00', 'running'),
        ('P-6', 'none', '2026-11-24 20:59:59+00', 'running')
    ) as v(record_ref, recipient_code, due_at, status);
create table marts.fct_feedback as select feedback_key, record_ref from marts.rpt_deadline_status;
"""
