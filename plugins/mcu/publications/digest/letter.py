"""A recipient's list as a letter: plain text and a small table. It holds numbers, stages, deadlines and acts; nothing
about the citizen and nothing that they wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from pydantic import BaseModel, ConfigDict

from mcu.alerts.mail import domain_of
from mcu.settings import settings

TITLES = {True: "Срок нарушен", False: "Истекает в ближайшие три рабочих дня"}


class Line(BaseModel):
    """One deadline of a recipient's list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record_ref: str
    channel: str
    stage: str
    due: str
    """The last minute, local: «20.11.2026 23:59»."""
    is_overdue: bool
    days: int | None
    """Working days left, negative after the deadline; None beyond the calendar."""
    legal_basis: str

    @property
    def left(self) -> str:
        if self.days is None:
            return ""
        if self.is_overdue:
            return f"нарушен на {-self.days} раб. дн." if self.days < 0 else "истёк сегодня"
        return f"осталось {self.days} раб. дн." if self.days else "последний рабочий день"


def digest_letter(
    day: date, as_of: datetime, municipality: str, recipient: str, lines: Sequence[Line], address: str | None
) -> EmailMessage:
    """The letter to a recipient of a municipality. Without an `address` it goes to whoever gets the alerts."""
    s = settings()
    overdue = sum(line.is_overdue for line in lines)
    message = EmailMessage()
    message["Subject"] = f"[МЦУ] Сроки на {day:%d.%m.%Y}: нарушено {overdue}, истекает {len(lines) - overdue}"
    message["From"] = s.alert_from
    message["To"] = address or s.alert_to
    # A list sent twice (a crash between sending and recording) has the same id: mail programs show one letter.
    content = json.dumps([municipality, recipient, [line.model_dump() for line in lines]], ensure_ascii=False)
    fingerprint = hashlib.sha256(content.encode()).hexdigest()[:16]
    message["Message-ID"] = f"<digest-{day:%Y%m%d}-{fingerprint}@{domain_of(s.alert_from)}>"
    message["Date"] = format_datetime(as_of)
    message["Auto-Submitted"] = "auto-generated"
    head = [
        f"Контроль сроков на {as_of.astimezone(s.tz):%d.%m.%Y %H:%M}",
        f"Исполнитель: {recipient}",
        f"Муниципальное образование: {municipality}",
    ]
    if address is None:
        head.append("Адрес исполнителя не задан, поэтому сводка направлена дежурному.")
    message.set_content("\n".join([*head, "", *_plain(lines), "-- ", "Платформа МЦУ"]) + "\n")
    message.add_alternative(_html(head, lines), subtype="html")
    return message


def _plain(lines: Sequence[Line]) -> list[str]:
    text = []
    for is_overdue, title in TITLES.items():
        own = [line for line in lines if line.is_overdue == is_overdue]
        text += [f"{title}: {len(own)}"]
        for line in own:
            text += [
                f"  {line.record_ref} ({line.channel}): {line.stage.lower()}, срок {line.due}, {line.left}",
                f"      {line.legal_basis}",
            ]
        text += [""]
    return text


def _html(head: Sequence[str], lines: Sequence[Line]) -> str:
    names = ("Номер", "Канал", "Этап", "Срок", "Состояние", "Основание")
    body = "".join(f"<p>{escape(line)}</p>\n" for line in head)
    for is_overdue, title in TITLES.items():
        own = [line for line in lines if line.is_overdue == is_overdue]
        body += f"<h3>{title}: {len(own)}</h3>\n"
        if own:
            rows = [(n.record_ref, n.channel, n.stage, n.due, n.left, n.legal_basis) for n in own]
            body += '<table border="1" cellpadding="4" cellspacing="0">\n' + _row("th", names)
            body += "".join(_row("td", row) for row in rows) + "</table>\n"
    return f'<!doctype html>\n<html lang="ru"><body>\n{body}<p>Платформа МЦУ</p>\n</body></html>\n'


def _row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>\n"
