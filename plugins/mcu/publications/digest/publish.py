"""Sending the digest. A list that was sent that day is not sent again; what was not sent is not marked as sent."""

from __future__ import annotations

import logging
import smtplib
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg.rows import DictRow, dict_row

from mcu.alerts.mail import open_server
from mcu.errors import UserError
from mcu.publications.digest.addresses import address_of, given_addresses
from mcu.publications.digest.letter import digest_letter
from mcu.publications.digest.lists import DeadlineList, read_lists
from mcu.publications.digest.sent import KIND, SentLists
from mcu.publications.readiness import PublicationStopped, passed_run
from mcu.secrets import SecretMissing
from mcu.settings import settings
from mcu.warehouse.connect import connect

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Digest:
    """What a run did. `unchanged`: lists that were sent earlier that day."""

    day: date
    sent: int
    unchanged: int
    message: str


def publish_now(*, any_hour: bool = False) -> Digest:
    """Send the lists of today. If `as_of` is pinned, its day counts as today and the hour is not checked. Raises as
    `publish`."""
    pinned = settings().as_of
    return publish(pinned or datetime.now(settings().tz), any_hour=any_hour or pinned is not None)


def publish(at: datetime, *, any_hour: bool = False) -> Digest:
    """Send the lists of the local day of `at` (aware) that were not sent that day. Nothing is sent on a non-working
    day, nor outside working hours unless `any_hour`.

    Raises PublicationStopped if the marts are of another day or not checked, UserError if mail does not work."""
    local = at.astimezone(settings().tz)
    day = local.date()
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        # A lock of the session: it outlives the commit after each letter.
        cursor.execute("select pg_advisory_lock(hashtext(%s))", [KIND])
        if not _is_working(cursor, day):
            return Digest(day, 0, 0, f"{day:%d.%m.%Y} — нерабочий день: сводка по срокам не рассылается.")
        if not any_hour and not _is_office_hour(cursor, day, at):
            message = f"{local:%d.%m.%Y %H:%M} — нерабочее время: сводка по срокам не рассылается."
            return Digest(day, 0, 0, message)
        run = passed_run(cursor.connection)
        made = run.as_of.astimezone(settings().tz)
        if made.date() != day:
            raise PublicationStopped(
                f"Сводка по срокам на {day:%d.%m.%Y} не разослана: витрины рассчитаны на {made:%d.%m.%Y %H:%M}."
            )
        lists = read_lists(cursor)
        sent = {code: SentLists(cursor, day, code, run) for code in {one.municipality_code for one in lists}}
        waiting = [one for one in lists if not sent[one.municipality_code].has(one)]
        conn.commit()
        _send(waiting, sent, day, run.as_of)
    unchanged = len(lists) - len(waiting)
    message = f"Сводка по срокам на {day:%d.%m.%Y}: писем отправлено {len(waiting)}, без изменений {unchanged}."
    return Digest(day, len(waiting), unchanged, message)


def _send(waiting: list[DeadlineList], sent: dict[str, SentLists], day: date, as_of: datetime) -> None:
    """Send each list and record it. A refused letter does not stop the others. Raises UserError."""
    given = given_addresses()
    letters = [digest_letter(one, as_of, address_of(one, given)) for one in waiting]
    server, count, refused = None, 0, []
    try:
        for one, letter in zip(waiting, letters, strict=True):
            server = server or open_server()
            try:
                server.send_message(letter)
            except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
                log.warning("Письмо получателю %s не принято (%s)", one.code, type(error).__name__)
                refused.append(one.code)
                server.rset()
                continue
            sent[one.municipality_code].add(one)
            count += 1
    except (OSError, smtplib.SMTPException, SecretMissing) as error:
        raise UserError(
            f"Почтовый сервер {settings().smtp_host}:{settings().smtp_port} недоступен ({type(error).__name__}): "
            f"сводка по срокам на {day:%d.%m.%Y} отправлена получателям: {count} из {len(waiting)}; "
            "остальным — при повторе."
        ) from None
    finally:
        if server:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
    if refused:
        raise UserError(
            f"Почтовый сервер не принял сводку по срокам для получателей: {', '.join(refused)}. "
            f"Остальным отправлено: {count}. Проверьте адреса (секрет recipient_addresses)."
        )


def _is_working(cursor: psycopg.Cursor[DictRow], day: date) -> bool:
    found = cursor.execute("select is_working from marts.dim_date where date_on = %s", [day]).fetchone()
    return bool(found and found["is_working"])


def _is_office_hour(cursor: psycopg.Cursor[DictRow], day: date, at: datetime) -> bool:
    """True if `at` lies between the start and the end of the administration's day, lunch included."""
    found = cursor.execute(
        """select min(starts_at) <= %(at)s and %(at)s < max(ends_at) as is_open
           from intermediate.int_work_intervals join intermediate.int_schedules using (schedule_code)
           where base_code = 'office' and known_to = 'infinity' and date_on = %(day)s""",
        {"at": at, "day": day},
    ).fetchone()
    return bool(found and found["is_open"])
