"""A list as a letter: plain text and a table, one line an item, the acts once at the end. It holds numbers, topics of
the classifier, stages, deadlines and acts; nothing about the citizen and nothing that they wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from mcu.alerts.mail import domain_of, new_letter
from mcu.pages import Filter, page_url
from mcu.publications.digest.lines import Line
from mcu.publications.digest.lists import Audience, DeadlineList
from mcu.publications.digest.words import ages, by_recipient, subject, to_do, whom
from mcu.settings import settings

ON_PAGE = "Все сроки на странице «Сроки» (нужен вход)"
MOST = 20
"""How many lines of a part the head of a block sees, the worst; each recipient and the duty see all of their own."""


@dataclass(frozen=True)
class Section:
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    """The cells of each line; as plain text they stand behind each other."""


def digest_letter(one: DeadlineList, as_of: datetime, address: str | None) -> EmailMessage:
    """The letter about a list. Without an `address` it goes to whoever gets the alerts."""
    s = settings()
    local = as_of.astimezone(s.tz)
    message = new_letter()
    message["Subject"] = subject(one, local.date())
    message["From"] = s.alert_from
    message["To"] = address or s.alert_to
    message["Reply-To"] = s.alert_to
    # A list sent twice (a crash between sending and recording) has the same id: mail programs show one letter.
    content = json.dumps([one.audience, one.municipality, one.key, one.rows], ensure_ascii=False)
    fingerprint = hashlib.sha256(content.encode()).hexdigest()[:16]
    message["Message-ID"] = f"<digest-{local:%Y%m%d}-{fingerprint}@{domain_of(s.alert_from)}>"
    message["Date"] = format_datetime(as_of)
    message["Auto-Submitted"] = "auto-generated"
    head = [f"Контроль сроков на {local:%d.%m.%Y %H:%M}", *whom(one)]
    if address is None and one.audience != "duty":
        head.append("Адрес не задан, поэтому письмо направлено дежурному.")
    head += [*ages(one), f"Что сделать: {to_do(one)}"]
    notes = _bases(one.lines)
    sections = _sections(one, notes)
    acts = [f"[{number}] {stage}. {basis}" for (stage, basis), number in notes.items()]
    message.set_content(_plain(head, sections, acts, _page(one)))
    message.add_alternative(_html(head, sections, acts, _page(one)), subtype="html")
    return message


def _bases(lines: Sequence[Line]) -> dict[tuple[str, str], int]:
    """Each stage and its act once, numbered in the order of the lines."""
    found = dict.fromkeys((due.stage, due.legal_basis) for line in lines for due in line.dues)
    return {basis: number for number, basis in enumerate(found, 1)}


def _sections(one: DeadlineList, notes: Mapping[tuple[str, str], int]) -> list[Section]:
    most = MOST if one.audience == "block" else None
    parts = {"Срок нарушен": one.overdue}
    parts["Без нарушенного срока" if one.audience == "duty" else "Истекает в ближайшие три рабочих дня"] = one.others
    sections = []
    if one.audience == "block":
        sections.append(Section("По исполнителям", ("Исполнитель", "Состояние"), by_recipient(one)))
    for title, lines in parts.items():
        if not lines:
            continue
        shown = lines[:most]
        cut = f", показано {len(shown)} самых срочных" if len(shown) < len(lines) else ""
        columns = ("№", "Номер и канал", "Тема", "Срок и состояние") + _MORE[one.audience]
        rows = [_cells(one, number, line, notes) for number, line in enumerate(shown, 1)]
        sections.append(Section(f"{title}: {len(lines)}{cut}", columns, rows))
    return sections


_MORE: dict[Audience, tuple[str, ...]] = {
    "recipient": (),
    "block": ("Исполнитель",),
    "duty": ("Поступило", "Предлагаемый исполнитель"),
}
"""Further columns of a list, by whom it is for."""


def _cells(one: DeadlineList, number: int, line: Line, notes: Mapping[tuple[str, str], int]) -> tuple[str, ...]:
    dues = "; ".join(
        f"{due.stage.lower()} до {due.due} — {due.left} [{notes[due.stage, due.legal_basis]}]" for due in line.dues
    )
    cells = (f"{number}.", f"{line.record_ref} ({line.channel})", line.topic, dues or "срок не исчисляется")
    if one.audience == "block":
        return (*cells, line.recipient)
    if one.audience == "duty":
        offered = line.suggested or "сначала определить тему"
        return (*cells, f"поступило {line.received_on}, {line.age_days} дн. назад", offered)
    return cells


def _page(one: DeadlineList) -> str:
    """The page of deadlines with the municipality chosen, and the block of a block's list."""
    block: dict[Filter, str] = {"block": one.title} if one.audience == "block" else {}
    return page_url("sroki", {"municipality": one.municipality_short, **block})


def _plain(head: Sequence[str], sections: Sequence[Section], acts: Sequence[str], page: str) -> str:
    text = [*head, ""]
    for section in sections:
        text += [section.title, *(f"  {_flat(row)}" for row in section.rows), ""]
    if acts:
        text += ["Основания сроков", *(f"  {act}" for act in acts), ""]
    return "\n".join([*text, f"{ON_PAGE}: {page}", "", "-- ", "Платформа МЦУ"]) + "\n"


def _flat(row: Sequence[str]) -> str:
    """Cells as one line of text; a number at its start has no mark behind it."""
    return " · ".join(row).replace(". · ", ". ", 1)


def _html(head: Sequence[str], sections: Sequence[Section], acts: Sequence[str], page: str) -> str:
    body = "".join(f"<p>{escape(line)}</p>\n" for line in head)
    for section in sections:
        body += f"<h3>{escape(section.title)}</h3>\n"
        if section.rows:
            body += '<table border="1" cellpadding="4" cellspacing="0">\n' + _row("th", section.columns)
            body += "".join(_row("td", row) for row in section.rows) + "</table>\n"
    if acts:
        body += "<h3>Основания сроков</h3>\n" + "".join(f"<p>{escape(act)}</p>\n" for act in acts)
    body += f'<p><a href="{escape(page)}">{ON_PAGE}</a></p>\n'
    return f'<!doctype html>\n<html lang="ru"><body>\n{body}<p>Платформа МЦУ</p>\n</body></html>\n'


def _row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>\n"
