"""The deadline digest over a real SMTP server and PostgreSQL: each recipient its own list, once; nothing marked as sent
that was not."""

from __future__ import annotations

import email
import email.policy
import json
import re
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
from mcu.publications.digest.lines import lines_of
from mcu.publications.readiness import PublicationStopped
from mcu.settings import settings
from mcu.warehouse.connect import connect
from quality.minimal_marts import own_warehouse

FRIDAY = datetime.fromisoformat("2026-11-20T09:00:00+03:00")
AS_OF = "2026-11-20T06:00:00+00:00"


@pytest.fixture(scope="module", autouse=True)
def ground(tmp_path_factory: pytest.TempPathFactory, installation: Path) -> Iterator[Path]:
    with own_warehouse(tmp_path_factory.mktemp("digest")) as var:
        yield var


@pytest.fixture(autouse=True)
def marts(ground: Path) -> None:
    with connect("transformer") as conn:
        conn.execute(_MARTS)
    with connect("loader") as conn:
        conn.execute("truncate ops.publications, ops.transform_runs restart identity cascade")
        conn.execute(
            "insert into ops.transform_runs (as_of, accepted_upto, definition_hash, is_full, status, stands_in)"
            " values (%s, 1, 'd1', true, 'passed', 'published')",
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
    with connect(role) as conn:
        conn.execute(query)


def test_each_recipient_gets_its_own_list(server: None, folder: Path) -> None:
    done = publish(FRIDAY)
    assert (done.sent, done.unchanged) == (4, 0)
    found = letters(folder)
    # nobody answers for P-6, P-10, P-11 yet: their list goes to the duty
    assert set(found) == {"m.roads@localhost", "m.zhkh@localhost", "m.roads.head@localhost", settings().alert_to}
    roads = found["m.roads@localhost"]
    assert roads["Subject"] == "[МЦУ] Сроки на 20.11.2026: нарушено 2, истекает 4"
    assert roads["Reply-To"] == settings().alert_to, "an answer reaches the duty"
    for kind in ("plain", "html"):
        text = body(roads, kind)
        positions = [text.index(part) for part in ("Дорожная служба", "P-0", "P-1", "P-2", "P-9", "P-3", "P-4")]
        assert positions == sorted(positions), "the oldest debt first, then what falls due first"
        assert "P-5" not in text and "P-7" not in text, "due on the fourth working day; done"
    assert "<td>Уборка снега</td>" in body(roads, "html")
    assert "&lt;ул. Мира&gt;" in body(roads, "html"), "titles are escaped"
    for who, letter in found.items():
        assert "Адрес не задан" not in body(letter, "plain"), who
    assert kept() == [("m", "2026-11-20", 1, ["m.roads", "m.roads.head Дороги", "m.zhkh", "none"])]


def test_a_letter_says_what_by_when_on_what_basis_and_what_to_do(server: None, folder: Path) -> None:
    publish(FRIDAY)
    text = body(letters(folder)["m.roads@localhost"], "plain")
    assert [line.strip() for line in text.splitlines() if re.match(r"  \d+\. ", line)] == [
        "1. P-0 (ПОС <ул. Мира>) · Уборка снега · окончательный ответ до 18.07.2026 (суббота, нерабочий день) — "
        "просрочено на 125 календарных дней [1]",
        "2. P-1 (ПОС <ул. Мира>) · Уборка снега · регистрация до 18.11.2026 — просрочено на 2 календарных дня [2]; "
        "окончательный ответ до 25.11.2026 — осталось: 5 календарных дней [1]",
        "1. P-2 (ПОС <ул. Мира>) · Уборка снега · окончательный ответ до 20.11.2026 — срок истекает сегодня [1]",
        "2. P-9 (ПОС <ул. Мира>) · Уборка снега · окончательный ответ до 21.11.2026 (суббота, нерабочий день) — "
        "осталось: 1 календарный день [1]",
        "3. P-3 (ПОС <ул. Мира>) · Уборка снега · окончательный ответ до 23.11.2026 — осталось: 1 рабочий день [1]",
        "4. P-4 (ПОС <ул. Мира>) · Уборка снега · окончательный ответ до 25.11.2026 — осталось: 3 рабочих дня [1]",
    ], "one line an item, in the unit of its rule"
    assert (text.count("59-ФЗ, ст. 12"), text.count("59-ФЗ, ст. 8")) == (1, 1), "each basis once"
    assert "последний рабочий день" not in text
    assert "Срок нарушен, по давности: более 90 дней — 1; до 7 дней — 1." in text
    assert "Что сделать: исполнить сверху вниз" in text


@pytest.mark.parametrize(
    ("unit", "due", "said"),
    [
        ("hours", "2026-01-30T23:59:59", "до 30.01.2026 — просрочено на 294 календарных дня"),
        ("hours", "2026-11-20T23:59:59", "до 20.11.2026 — срок истекает сегодня"),
        ("hours", "2026-11-20T08:00:00", "до 20.11.2026 08:00 — просрочено на 10 часов"),
    ],
)
def test_what_was_promised_for_a_date_is_a_date(unit: str, due: str, said: str) -> None:
    now, at = datetime.fromisoformat("2026-11-20T18:00:00"), datetime.fromisoformat(due)
    left = int((at - now).total_seconds())
    row = {
        "feedback_key": 1, "record_ref": "P-1", "channel": "ПОС", "topic": "Дороги", "received_on": at.date(),
        "age_days": 0, "recipient": "Служба", "stage": "решение", "unit": unit, "left_amount": None,
        "left_seconds": left, "left_working_seconds": left, "is_overdue": left < 0, "legal_basis": "обещано",
        "now_local": now, "due_local": at, "is_working_day": True,
    }  # fmt: skip  # a table
    ((found,),) = (line.dues for line in lines_of([row]))
    assert f"до {found.due} — {found.left}" == said


def test_the_head_of_a_block_reads_about_the_block(server: None, folder: Path) -> None:
    publish(FRIDAY)
    head = letters(folder)["m.roads.head@localhost"]
    assert head["Subject"] == "[МЦУ] Блок «Дороги» на 20.11.2026: нарушено 2, истекает 4"
    text = body(head, "plain")
    assert "Ответственный: Заместитель главы по дорогам" in text
    assert "Дорожная служба · нарушено 2, самый давний — 125 дней назад; истекает 4" in text
    assert "P-8" not in text, "of no block"


def test_a_long_list_of_a_block_says_what_it_leaves_out(
    server: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcu.publications.digest.letter.MOST", 3)
    publish(FRIDAY)
    text = body(letters(folder)["m.roads.head@localhost"], "plain")
    assert "Истекает в ближайшие три рабочих дня: 4, показано 3 самых срочных" in text
    assert "P-3" in text and "P-4" not in text
    assert "P-4" in body(letters(folder)["m.roads@localhost"], "plain"), "its recipient sees all"


def test_what_nobody_has_is_the_dutys_own_list(server: None, folder: Path) -> None:
    publish(FRIDAY)
    duty = letters(folder)[settings().alert_to]
    assert duty["Subject"] == "[МЦУ] Ничьи на 20.11.2026, город М: без исполнителя 3, срок нарушен у 1"
    text = body(duty, "plain")
    # a missed deadline first, then the deadline that runs, then what no deadline runs for
    positions = [text.index(part) for part in ("1. P-11 ", "1. P-6 ", "2. P-10 ")]
    assert positions == sorted(positions)
    assert "срок не исчисляется · поступило 22.11.2024, 728 дн. назад · сначала определить тему" in text
    assert "поступило 15.11.2026, 5 дн. назад · Дорожная служба" in text, "who answers for the block of its topic"


def test_the_same_day_again_sends_nothing_and_adds_no_row(server: None, folder: Path) -> None:
    publish(FRIDAY)
    again = publish(FRIDAY.replace(hour=15))
    assert (again.sent, again.unchanged) == (0, 4)
    assert len(list(folder.glob("*.eml"))) == 4
    assert len(kept()) == 1


def test_a_changed_list_is_sent_to_its_recipient_only(server: None, folder: Path) -> None:
    publish(FRIDAY)
    change("transformer", "update marts.rpt_deadline_status set status = 'met' where record_ref = 'P-2'")
    assert publish(FRIDAY).sent == 2, "and to the head of its block"
    assert len(list(folder.glob("*.eml"))) == 6
    assert "P-2" not in body(letters(folder)["m.roads@localhost"], "plain")
    assert [revision for _, _, revision, _ in kept()] == [1, 2]
    assert publish(FRIDAY).sent == 0


def test_while_mail_is_down_nothing_is_marked_as_sent(folder: Path) -> None:
    with pytest.raises(UserError, match=r"Почтовый сервер .* недоступен.*0 из 4"):
        publish(FRIDAY)
    assert kept() == []
    running = controller(settings().smtp_port, folder)
    running.start()
    try:
        assert publish(FRIDAY).sent == 4
    finally:
        running.stop()
    assert len(letters(folder)) == 4


def test_a_refused_letter_is_named_and_sent_with_the_next_run(
    server: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = mail_server.LetterStore.handle_DATA

    async def refuse(self: Any, server: Any, session: Any, envelope: Any) -> str:
        return "554 no" if "m.roads@localhost" in envelope.rcpt_tos else await whole(self, server, session, envelope)

    with monkeypatch.context() as patched:
        patched.setattr(mail_server.LetterStore, "handle_DATA", refuse)
        with pytest.raises(UserError, match=r"не принял.*m\.roads\. Остальным отправлено: 3"):
            publish(FRIDAY)
    assert kept()[0][3] == ["m.roads.head Дороги", "m.zhkh", "none"]
    assert publish(FRIDAY).sent == 1
    assert "m.roads@localhost" in letters(folder)


def test_real_addresses_come_from_the_secret(server: None, folder: Path, given: pytest.MonkeyPatch) -> None:
    given.delenv("MCU_RECIPIENT_MAIL_TEMPLATE")
    given.setenv("MCU_SECRET_RECIPIENT_ADDRESSES", json.dumps({"m.roads": "roads@town.test"}))
    settings.cache_clear()
    publish(FRIDAY)
    assert set(letters(folder)) == {"roads@town.test", settings().alert_to}
    sent = [path.read_bytes() for path in folder.glob("*.eml")]
    told = [
        body(cast(EmailMessage, email.message_from_bytes(one, policy=email.policy.default)), "plain") for one in sent
    ]
    assert len(sent) == 4 and sum("Адрес не задан" in text for text in told) == 2, "of a recipient and of a head"


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
    change("transformer", f"update marts.dim_as_of set as_of = '{day}T06:00:00+00:00'")
    done = publish(datetime.fromisoformat(f"{day}T09:00:00+03:00"))
    assert (done.sent > 0) == sent == folder.exists()
    change("transformer", f"update marts.dim_date set is_working = false where date_on = '{day}'")
    assert publish(datetime.fromisoformat(f"{day}T09:00:00+03:00")).sent == 0


@pytest.mark.parametrize(
    ("hour", "sent"),
    [("08:59:59", 0), ("09:00:00", 4), ("13:20:00", 4), ("16:44:59", 4), ("16:45:00", 0), ("23:00:00", 0)],
)
def test_letters_leave_in_working_hours_only(server: None, folder: Path, hour: str, sent: int) -> None:
    at = datetime.fromisoformat(f"2026-11-20T{hour}+03:00")
    done = publish(at)
    assert (done.sent, "нерабочее время" in done.message) == (sent, sent == 0)
    assert len(kept()) == (sent > 0) and folder.exists() == (sent > 0)
    assert publish(at, any_hour=True).sent == 4 - sent
    assert letters_of(at.date()) == 4 and letters_of(at.date() + timedelta(days=1)) == 0


def test_a_pinned_clock_sends_its_day_at_any_hour(server: None, folder: Path, given: pytest.MonkeyPatch) -> None:
    """The demonstration's clock stands on Friday evening."""
    given.setenv("MCU_AS_OF", "2026-11-20T18:00:00+03:00")
    settings.cache_clear()
    assert (publish_now().sent, publish_now().unchanged) == (4, 4)


def test_the_command_shows_before_it_sends(server: None, folder: Path, given: pytest.MonkeyPatch) -> None:
    given.setenv("MCU_AS_OF", "2026-11-20T18:00:00+03:00")
    given.setenv("COLUMNS", "160")
    settings.cache_clear()
    shown = CliRunner().invoke(app, ["publish", "digest", "--dry-run"])
    assert shown.exit_code == 0, shown.output
    assert "Писем: 4. Ничего не отправлено." in shown.output and "Дорожная служба" in shown.output
    assert "m.roads@localhost" in shown.output and "дежурный" in shown.output
    assert not folder.exists() and kept() == []
    sent = CliRunner().invoke(app, ["publish", "digest"])
    assert "писем отправлено 4" in sent.output and len(letters(folder)) == 4


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
    marts.dim_channel, marts.dim_date, marts.dim_topic, marts.dim_as_of, marts.dim_sector_block,
    marts.rpt_unowned_items, reference.stages, reference.block_heads, intermediate.int_work_days,
    intermediate.int_work_intervals, intermediate.int_schedules;
create table intermediate.int_work_days as
    select 'office' as schedule_code, d::date as date_on, extract(isodow from d) < 6 as is_working,
           (count(*) filter (where extract(isodow from d) < 6) over (order by d))::int as ordinal
    from generate_series(timestamp '2024-10-01', '2026-12-31', '1 day') as d;
create table intermediate.int_schedules as
    select 'office' as schedule_code, 'office' as base_code, 'infinity'::date as known_to;
create table intermediate.int_work_intervals as
    select schedule_code, date_on, (date_on + h.opens) at time zone 'Europe/Moscow' as starts_at,
           (date_on + h.closes) at time zone 'Europe/Moscow' as ends_at
    from intermediate.int_work_days
    cross join (values (time '09:00', time '13:00'), ('13:45', '16:45')) as h (opens, closes)
    where is_working;
create table marts.dim_date as select date_on, is_working from intermediate.int_work_days;
create table marts.dim_as_of as select timestamptz '{AS_OF}' as as_of;
create table marts.dim_municipality as
    select 'm' as municipality_code, 'город М' as title, 'М' as short_title, 'Europe/Moscow' as time_zone;
create table marts.dim_recipient as
    select * from (values ('m.roads', 'Дорожная служба'), ('m.zhkh', 'Управление ЖКХ'), ('none', 'Не назначен'))
    as v(recipient_code, title);
create table marts.dim_channel as select 'pos' as channel_code, 'ПОС <ул. Мира>' as title;
create table marts.dim_topic as select 'snow' as topic_code, 'Уборка снега' as title;
create table marts.dim_sector_block as
    select 'm.roads' as block_code, 'Дороги' as title, 'Заместитель главы по дорогам' as head_position;
create table reference.block_heads as
    select 'm.roads' as block_code, 'm.roads.head' as head_code, date '2024-01-01' as valid_from,
           null::date as valid_to;
create table reference.stages as
    select * from (values ('registration', 'Регистрация', 1), ('final', 'Окончательный ответ', 3))
    as v(stage, title, sort_order);
create table marts.rpt_deadline_status as
    select md5(record_ref)::uuid as feedback_key, null::text as schedule_code, '59-ФЗ, ст. ' || article as legal_basis,
           status in ('late', 'running_late') as is_overdue, abs(left_amount) * 86400 as left_seconds,
           abs(left_amount) * 28800 as left_working_seconds, v.*
    from (values
        ('P-2', 'final', 12, timestamptz '2026-11-20 20:59:59+00', 'running', 'working_days', 0),
        ('P-3', 'final', 12, '2026-11-23 20:59:59+00', 'running', 'working_days', 1),
        ('P-9', 'final', 12, '2026-11-21 20:59:59+00', 'running', 'calendar_days', 1),
        ('P-4', 'final', 12, '2026-11-25 20:59:59+00', 'running', 'working_days', 3),
        ('P-1', 'registration', 8, '2026-11-18 20:59:59+00', 'running_late', 'calendar_days', -2),
        ('P-1', 'final', 12, '2026-11-25 20:59:59+00', 'running', 'calendar_days', 5),
        ('P-0', 'final', 12, '2026-07-18 20:59:59+00', 'running_late', 'calendar_days', -125),
        ('P-5', 'final', 12, '2026-11-25 21:00:00+00', 'running', 'working_days', 4),
        ('P-7', 'final', 12, '2026-11-20 20:59:59+00', 'met', 'working_days', 0),
        ('P-8', 'final', 12, '2026-11-20 12:00:00+00', 'running', 'working_hours', 1),
        ('P-6', 'final', 12, '2026-12-24 20:59:59+00', 'running', 'working_days', 24),
        ('P-11', 'final', 12, '2026-11-02 20:59:59+00', 'running_late', 'calendar_days', -18)
    ) as v(record_ref, stage, article, due_at, status, unit, left_amount);
create table marts.fct_feedback as
    select md5(v.record_ref)::uuid as feedback_key, 'm' as municipality_code, 'pos' as channel_code,
           'snow' as topic_code, v.*
    from (values
        ('P-0', 'm.roads', 'm.roads', date '2026-06-18'), ('P-1', 'm.roads', 'm.roads', '2026-11-12'),
        ('P-2', 'm.roads', 'm.roads', '2026-11-12'), ('P-3', 'm.roads', 'm.roads', '2026-11-12'),
        ('P-4', 'm.roads', 'm.roads', '2026-11-12'), ('P-5', 'm.roads', 'm.roads', '2026-11-12'),
        ('P-7', 'm.roads', 'm.roads', '2026-11-12'), ('P-9', 'm.roads', 'm.roads', '2026-11-12'),
        ('P-8', 'm.zhkh', 'unknown', '2026-11-12'), ('P-6', 'none', 'm.roads', '2026-11-15'),
        ('P-10', 'none', 'unknown', '2024-11-22'), ('P-11', 'none', 'unknown', '2026-10-02')
    ) as v(record_ref, recipient_code, block_code, received_on);
create table marts.rpt_unowned_items as
    select feedback_key, received_on::timestamptz as received_at,
           case when block_code = 'm.roads' then 'm.roads' end as suggested_recipient_code
    from marts.fct_feedback where recipient_code = 'none';
"""
