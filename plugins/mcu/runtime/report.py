"""What the supervisor reports goes into the alerts; if there is no database to hold them, straight to the mail."""

from __future__ import annotations

import logging
import smtplib
from datetime import UTC, datetime

import psycopg

from mcu.alerts import mail
from mcu.alerts.incidents import alert, recover
from mcu.errors import UserError

log = logging.getLogger(__name__)


def report(cause: str, severity: str, title: str, body: str) -> None:
    """Open an alert, or mail a critical one at once if the database is away. Never raises."""
    log.warning("%s. %s", title, " ".join(body.split()))
    try:
        alert(cause, severity, "data_engineer", title, body)
    except (psycopg.Error, UserError) as error:
        log.error("Оповещение не записано: %s", type(error).__name__)
        if severity == "critical":
            _mail(cause, title, body)


def report_end(cause: str) -> None:
    """Close the alert of `cause`, if there is one. Never raises."""
    try:
        recover(cause)
    except (psycopg.Error, UserError) as error:
        log.error("Оповещение не закрыто: %s", type(error).__name__)


def _mail(cause: str, title: str, body: str) -> None:
    now = datetime.now(UTC)
    row = {
        "alert_id": f"now-{now:%Y%m%d%H%M%S}", "severity": "critical", "owner": "data_engineer", "cause": cause,
        "title": title, "body": body, "opened_at": now, "closed_at": None,
    }  # fmt: skip  # a table
    try:
        with mail.open_server() as server:
            server.send_message(mail.letter(row))
    except (OSError, smtplib.SMTPException, UserError) as error:
        log.error("Письмо не отправлено: %s", type(error).__name__)
