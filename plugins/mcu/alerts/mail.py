"""Letters about alerts. A letter that cannot be sent stays unsent in `ops.alerts`; the next call tries again."""

from __future__ import annotations

import email.policy
import logging
import re
import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from psycopg.rows import dict_row

from mcu.office_hours import office_hours
from mcu.owners import owner_title
from mcu.pages import Page, page_url
from mcu.russian import counted
from mcu.secrets import SecretMissing, secret
from mcu.settings import settings
from mcu.warehouse.connect import connect

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10

SEVERITIES = {"critical": "КРИТИЧНО", "warning": "Предупреждение", "info": "Сведения"}

# A warning that ended before its letter was sent needs no letter; a critical alert always does.
_NEXT = """
    select * from ops.alerts
    where alert_id > %s
      and (closed_at is null and sent_at is null
           or closed_at is not null and closing_sent_at is null and (sent_at is not null or severity = 'critical'))
      and (severity = 'critical' or %s)
    order by alert_id limit 1 for update skip locked
"""

# Warnings of the same rule about other subjects, in the same state: they share a letter.
_ALIKE = """
    select * from ops.alerts
    where alert_id > %(alert_id)s and severity <> 'critical' and cause like 'quality:%%'
      and split_part(cause, ':', 2) = split_part(%(cause)s, ':', 2)
      and (closed_at is null) = (%(closed_at)s::timestamptz is null)
      and case when closed_at is null then sent_at is null else closing_sent_at is null and sent_at is not null end
    order by alert_id for update skip locked
"""

# A critical alert that ended before it could be sent is sent together with its end.
_MARK_SENT = """
    update ops.alerts
    set sent_at = coalesce(sent_at, clock_timestamp()),
        closing_sent_at = case when closed_at is not null then clock_timestamp() end
    where alert_id = any(%s)
"""


def send_pending(*, now: datetime | None = None, only_critical: bool = False) -> int:
    """Send every letter that is due and unsent; warnings of one rule that wait share one. Returns how many were sent.
    `now` (aware) decides about working hours. A mail server that is down is logged, not raised."""
    # critical alerts go at once, warnings in office hours
    local = (now or datetime.now(UTC)).astimezone(settings().tz)
    sends_warnings = not only_critical and office_hours().contain(local)
    sent, last, server = 0, 0, None
    try:
        with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
            # One letter a transaction: the row stays locked meanwhile, so that two processes do not both send it.
            while row := cursor.execute(_NEXT, [last, sends_warnings]).fetchone():
                last = row["alert_id"]
                server = server or open_server()
                is_alone = row["severity"] == "critical" or not row["cause"].startswith("quality:")
                alike = [row] if is_alone else [row, *cursor.execute(_ALIKE, row).fetchall()]
                if _sent(server, folded(alike)):
                    cursor.execute(_MARK_SENT, [[one["alert_id"] for one in alike]])
                    sent += 1
                conn.commit()
    except (OSError, smtplib.SMTPException, SecretMissing) as error:
        address = f"{settings().smtp_host}:{settings().smtp_port}"
        log.warning("Почтовый сервер %s недоступен (%s): попытка повторится", address, type(error).__name__)
    finally:
        if server:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
    return sent


def _sent(server: smtplib.SMTP, row: dict[str, Any]) -> bool:
    """True if the server accepted the letter; a refused one does not stop the others."""
    try:
        server.send_message(letter(row))
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        log.warning("Письмо по оповещению № %s не принято (%s)", row["alert_id"], type(error).__name__)
        server.rset()
        return False
    return True


def folded(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Warnings of one rule as one: «… «Отклонённых записей нет»: 17 источников», a line for each, what to do once."""
    first = rows[0]
    if len(rows) == 1:
        return first
    forms = ("источник", "источника", "источников") if ":RAW-" in first["cause"] else ("случай", "случая", "случаев")
    title = f"{first['title'].partition('» (')[0]}»: {counted(len(rows), *forms)}"
    lines = [f"{_said(row, 'Где')}: {_said(row, 'Обнаружено')}" for row in rows]
    head = [f"{name}: {_said(first, name)}" for name in ("Проверка", "Порог")]
    return first | {"title": title, "body": "\n".join([*head, "", *lines, "", first["body"].splitlines()[-1]])}


def _said(row: dict[str, Any], name: str) -> str:
    """What the body of an alert says behind a name, «Где: …»."""
    found = re.search(rf"^{name}: *(.+)$", row["body"], re.MULTILINE)
    return found.group(1) if found else "—"


def letter(row: dict[str, Any]) -> EmailMessage:
    """The letter about one row of `ops.alerts`: that it opened or, if it is closed, that it is over."""
    s = settings()
    is_over = row["closed_at"] is not None
    local = {key: f"{row[key].astimezone(s.tz):%d.%m.%Y %H:%M}" for key in ("opened_at", "closed_at") if row[key]}
    message = new_letter()
    severity = "Восстановлено" if is_over else SEVERITIES.get(row["severity"], row["severity"])
    message["Subject"] = f"[МЦУ] {severity}: {' '.join(row['title'].split())}"
    message["From"] = s.alert_from
    message["To"] = s.alert_to
    # A letter sent twice (a crash between sending and recording) has the same id: mail programs show one.
    thread = f"<alert-{row['alert_id']}-{{}}@{domain_of(s.alert_from)}>"
    message["Message-ID"] = thread.format("closed" if is_over else "opened")
    if is_over:
        message["In-Reply-To"] = message["References"] = thread.format("opened")
    message["Date"] = format_datetime(row["closed_at"] or row["opened_at"])
    message["Auto-Submitted"] = "auto-generated"
    lines = [row["title"], ""]
    if is_over:
        lines += [
            "Снова в порядке.",
            f"Началось:    {local['opened_at']}",
            f"Закончилось: {local['closed_at']}",
            "",
            "Что было:",
        ]
    lines += [row["body"].strip(), ""]
    if not is_over:
        lines += [f"С какого времени: {local['opened_at']}"]
    lines += [
        f"Ответственный: {owner_title(row['owner'])}",
        f"Подробнее: {_page(row['cause'])}",
        "",
        "-- ",
        "Платформа МЦУ",
    ]
    message.set_content("\n".join(lines) + "\n")
    return message


_PAGES: dict[str, Page] = {
    "MART-005": "pokazateli", "MART-006": "pokazateli", "MART-007": "sroki", "MART-008": "sroki", "MART-012": "sroki",
    "MART-016": "sroki", "MART-017": "problemy", "MART-031": "problemy", "MART-032": "problemy",
}  # fmt: skip  # a table
"""The page that shows what a rule speaks of; all else is about the data."""

_OF_MUNICIPALITIES = ("MART-031",)
"""Rules whose subjects are municipalities."""


def _page(cause: str) -> str:
    """Where to look: the page of the rule, with the municipality chosen that it names."""
    code, _, subject = cause.removeprefix("quality:").partition(":")
    return page_url(_PAGES.get(code, "kachestvo"), {"municipality": subject} if code in _OF_MUNICIPALITIES else None)


def new_letter() -> EmailMessage:
    """An empty letter in seven bits whose subject is not folded: Python 3.11 loses blanks where it folds a Russian
    one."""
    return EmailMessage(policy=email.policy.default.clone(max_line_length=900, cte_type="7bit"))


def open_server() -> smtplib.SMTP:
    """A session with the installation's mail server. Raises OSError, smtplib.SMTPException, SecretMissing."""
    s = settings()
    tls = ssl.create_default_context()
    if s.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(s.smtp_host, s.smtp_port, timeout=TIMEOUT_SECONDS, context=tls)
    else:
        server = smtplib.SMTP(s.smtp_host, s.smtp_port, timeout=TIMEOUT_SECONDS)
        if s.smtp_security == "starttls":
            server.starttls(context=tls)
    if s.smtp_user:
        server.login(s.smtp_user, secret("smtp_password", generate=False))
    return server


def domain_of(sender: str) -> str:
    """The domain of an address, for a Message-ID."""
    return Address(addr_spec=sender).domain or "localhost"
