"""The deadline digest: each morning of a working day each recipient gets its own list by mail, of what is overdue and
what falls due within three working days. Letters leave in the administration's working hours only.

What was sent stands in `ops.publications` (kind `deadline_digest`, period = day, rows = recipient → its list), one
revision of a municipality a run that sent something. A list that was sent that day is not sent again."""

from __future__ import annotations

import json
import logging
import smtplib
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from mcu.alerts.mail import open_server
from mcu.errors import UserError
from mcu.publications.addresses import address_of, given_addresses
from mcu.publications.digest_letter import Line, digest_letter
from mcu.publications.package import sha256
from mcu.publications.standing import PublicationStopped, passed_run
from mcu.secrets import SecretMissing
from mcu.settings import settings
from mcu.warehouse.connect import connect
from mcu.warehouse.dbt import project_variable

log = logging.getLogger(__name__)

KIND = "deadline_digest"


@dataclass(frozen=True)
class Digest:
    """What a run did. `unchanged`: lists that were sent earlier that day."""

    day: date
    sent: int
    unchanged: int
    message: str


@dataclass(frozen=True)
class RecipientList:
    """The terms of one recipient in one municipality."""

    municipality_code: str
    municipality: str
    recipient_code: str
    recipient: str
    lines: list[Line]

    @property
    def overdue(self) -> int:
        return sum(line.is_overdue for line in self.lines)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [line.model_dump() for line in self.lines]


def publish_now(*, any_hour: bool = False) -> Digest:
    """Send the lists of today. Where `as_of` is pinned, that is its day, at any hour: a pinned clock tells no hour of
    the day. Raises as `publish`."""
    pinned = settings().as_of
    return publish(pinned or datetime.now(settings().tz), any_hour=any_hour or pinned is not None)


def preview() -> list[RecipientList]:
    """Every list as the marts have it now; nothing is sent. Raises PublicationStopped when they are not checked."""
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        passed_run(cursor)
        return _lists(cursor)


def letters_of(day: date) -> int:
    """How many recipients have got their list of `day`."""
    with connect("loader") as conn:
        sent = conn.execute(
            """select distinct on (municipality_code) rows from ops.publications where kind = %s and period = %s
               order by municipality_code, revision desc""",
            [KIND, day.isoformat()],
        ).fetchall()
    return sum(len(rows) for (rows,) in sent)


def publish(at: datetime, *, any_hour: bool = False) -> Digest:
    """Send the lists of the local day of `at` (aware) that were not sent that day. Nothing is sent on a non-working
    day, nor before or after working hours unless `any_hour`. Raises PublicationStopped when the marts are not of that
    day or not checked, UserError when mail does not work: what was not sent is not marked as sent."""
    day = at.astimezone(settings().tz).date()
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        # for the session: it outlives the commit after each letter
        cursor.execute("select pg_advisory_lock(hashtext(%s))", [KIND])
        if not _is_working(cursor, day):
            return Digest(day, 0, 0, f"{day:%d.%m.%Y} — нерабочий день: сводка по срокам не рассылается.")
        if not any_hour and not _is_office_hour(cursor, day, at):
            told = f"{at.astimezone(settings().tz):%d.%m.%Y %H:%M} — нерабочее время: сводка по срокам не рассылается."
            return Digest(day, 0, 0, told)
        run = passed_run(cursor)
        made = run["as_of"].astimezone(settings().tz)
        if made.date() != day:
            raise PublicationStopped(
                f"Сводка по срокам на {day:%d.%m.%Y} не разослана: витрины рассчитаны на {made:%d.%m.%Y %H:%M}."
            )
        every = _lists(cursor)
        books = {code: _Book(cursor, day, code, run) for code in {one.municipality_code for one in every}}
        waiting = [one for one in every if books[one.municipality_code].sent.get(one.recipient_code) != one.rows]
        conn.commit()
        _send(waiting, books, day, run["as_of"])
    unchanged = len(every) - len(waiting)
    message = f"Сводка по срокам на {day:%d.%m.%Y}: писем отправлено {len(waiting)}, без изменений {unchanged}."
    return Digest(day, len(waiting), unchanged, message)


class _Book:
    """What one municipality's recipients were sent that day."""

    def __init__(self, cursor: psycopg.Cursor[DictRow], day: date, municipality_code: str, run: DictRow) -> None:
        key = [KIND, day.isoformat(), municipality_code]
        last = cursor.execute(
            """select revision, rows from ops.publications where kind = %s and period = %s and municipality_code = %s
               order by revision desc limit 1""",
            key,
        ).fetchone()
        self._cursor = cursor
        self._key = [*key, last["revision"] + 1 if last else 1, run["as_of"], run["definition_hash"]]
        self.sent: dict[str, list[dict[str, Any]]] = last["rows"] if last else {}

    def note(self, one: RecipientList) -> None:
        """Keep that `one` was sent, and commit."""
        self.sent[one.recipient_code] = one.rows
        digest = sha256(json.dumps(self.sent, ensure_ascii=False, sort_keys=True).encode())
        self._cursor.execute(
            """insert into ops.publications (kind, period, municipality_code, revision, as_of, definition_hash,
                                             rows, rows_sha256, files)
               values (%s, %s, %s, %s, %s, %s, %s, %s, '{}')
               on conflict (kind, period, municipality_code, revision)
               do update set rows = excluded.rows, rows_sha256 = excluded.rows_sha256""",
            [*self._key, Jsonb(self.sent), digest],
        )
        self._cursor.connection.commit()


def _send(waiting: list[RecipientList], books: dict[str, _Book], day: date, as_of: datetime) -> None:
    """Send each list and note it. A letter that is refused does not hold up the others. Raises UserError."""
    given = given_addresses()
    letters = [
        digest_letter(day, as_of, one.municipality, one.recipient, one.lines, address_of(one.recipient_code, given))
        for one in waiting
    ]
    server, sent, refused = None, 0, []
    try:
        for one, letter in zip(waiting, letters, strict=True):
            server = server or open_server()
            try:
                server.send_message(letter)
            except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
                log.warning("Письмо получателю %s не принято (%s)", one.recipient_code, type(error).__name__)
                refused.append(one.recipient_code)
                server.rset()
                continue
            books[one.municipality_code].note(one)
            sent += 1
    except (OSError, smtplib.SMTPException, SecretMissing) as error:
        raise UserError(
            f"Почтовый сервер {settings().smtp_host}:{settings().smtp_port} недоступен ({type(error).__name__}): "
            f"сводка по срокам на {day:%d.%m.%Y} отправлена получателям: {sent} из {len(waiting)}; "
            "остальным — при повторе."
        ) from None
    finally:
        if server:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
    if refused:
        raise UserError(
            f"Почтовый сервер не принял сводку по срокам для получателей: {', '.join(refused)}. "
            f"Остальным отправлено: {sent}. Проверьте адреса (секрет recipient_addresses)."
        )


def _is_working(cursor: psycopg.Cursor[DictRow], day: date) -> bool:
    found = cursor.execute("select is_working from marts.dim_date where date_on = %s", [day]).fetchone()
    return bool(found and found["is_working"])


def _is_office_hour(cursor: psycopg.Cursor[DictRow], day: date, at: datetime) -> bool:
    """Whether `at` lies between the start and the end of the administration's day, lunch included."""
    found = cursor.execute(
        """select min(starts_at) <= %(at)s and %(at)s < max(ends_at) as is_open
           from intermediate.int_work_intervals join intermediate.int_schedules using (schedule_code)
           where base_code = 'office' and known_to = 'infinity' and date_on = %(day)s""",
        {"at": at, "day": day},
    ).fetchone()
    return bool(found and found["is_open"])


def _lists(cursor: psycopg.Cursor[DictRow]) -> list[RecipientList]:
    # the horizon is that of rpt_deadline_risk: working days after this one
    rows = cursor.execute(_DEADLINES, {"within": project_variable("risk")["within"]}).fetchall()
    return [
        RecipientList(*who, [Line(**{name: row[name] for name in Line.model_fields}) for row in own])
        for who, own in groupby(
            rows, key=lambda r: (r["municipality_code"], r["municipality"], r["recipient_code"], r["recipient"])
        )
    ]


_DEADLINES = """
with running as (
    select d.*, m.title as municipality, coalesce(d.schedule_code, 'office') as axis,
           d.as_of at time zone m.time_zone as now_local, d.due_at at time zone m.time_zone as due_local
    from marts.rpt_deadline_status as d
    join marts.dim_municipality as m using (municipality_code)
    where d.status in ('running', 'running_late')
)
select d.municipality_code, d.municipality, d.recipient_code, r.title as recipient,
       f.record_ref, c.title as channel, g.title as stage, to_char(d.due_local, 'DD.MM.YYYY HH24:MI') as due,
       d.is_overdue, due.ordinal - today.ordinal as days, d.legal_basis
from running as d
join marts.fct_feedback as f using (feedback_key)
join marts.dim_recipient as r on r.recipient_code = d.recipient_code
join marts.dim_channel as c on c.channel_code = d.channel_code
join reference.stages as g on g.stage = d.stage
join intermediate.int_work_days as today on today.schedule_code = d.axis and today.date_on = d.now_local::date
join intermediate.int_work_days as last
    on last.schedule_code = d.axis and last.is_working and last.ordinal = today.ordinal + %(within)s
left join intermediate.int_work_days as due on due.schedule_code = d.axis and due.date_on = d.due_local::date
where d.due_local::date <= last.date_on
order by d.municipality_code, d.recipient_code, d.due_at, f.record_ref, g.sort_order
"""
