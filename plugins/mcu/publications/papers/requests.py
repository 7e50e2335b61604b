"""The register of requests of the ЦУР and of other bodies: what is asked of the МЦУ by hand (`ops.requests`), and the
requests between bodies that the systems hold (`rpt_body_requests`); deadlines, and what was answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from psycopg.rows import DictRow, dict_row

from mcu.errors import UserError
from mcu.privacy.refusal import refuse_personal
from mcu.publications.ledger import Publication
from mcu.publications.note.bindings import Bindings
from mcu.publications.papers.kinds import REQUESTS
from mcu.publications.papers.paper import Paper, Section, Sheet, Table
from mcu.publications.papers.period import Period
from mcu.publications.papers.publish import Desk
from mcu.publications.papers.publish import publish as publish_papers
from mcu.warehouse.connect import connect

SHOWN = 15
STATES = {
    "met": "отвечено в срок",
    "late": "отвечено с нарушением срока",
    "running": "срок идёт",
    "running_late": "срок нарушен, ответа нет",
    "unanswered": "закрыто без ответа",
    "cancelled": "снято",
}
_DIRECTIONS = {"incoming": "Поступившие запросы", "outgoing": "Направленные запросы"}

_REGISTERED = """
    select r.*, p.kind as published_kind, p.period as published_period,
           case when r.answered_on is null and r.due_on < %(today)s then 'running_late'
                when r.answered_on is null then 'running'
                when r.answered_on > r.due_on then 'late' else 'met' end as status
    from ops.requests as r left join ops.publications as p on p.publication_id = r.answered_by
"""


def add(place: str, body: str, about: str, received_on: date, due_on: date) -> int:
    """Register a request. Returns its number. Raises UserError."""
    if not body.strip() or not about.strip():
        raise UserError("Укажите, кто запросил и что.")
    if due_on < received_on:
        raise UserError("Срок ответа раньше поступления запроса.")
    refuse_personal(body, about)
    with connect("loader") as conn:
        known = conn.execute("select 1 from reference.municipalities where municipality_code = %s", [place]).fetchone()
        if known is None:
            raise UserError(f"Муниципального образования «{place}» нет в справочнике.")
        row = conn.execute(
            """insert into ops.requests (municipality_code, body, about, received_on, due_on)
               values (%s, %s, %s, %s, %s) returning request_id""",
            [place, body.strip(), about.strip(), received_on, due_on],
        ).fetchone()
    assert row is not None
    return int(row[0])


def answer(request_id: int, answered_on: date, said: str, publication_id: int | None = None) -> None:
    """Record what was answered: in words, and the publication that was sent. Raises UserError."""
    if not said.strip():
        raise UserError("Укажите, что отвечено.")
    refuse_personal(said)
    with connect("loader") as conn:
        sent = conn.execute("select 1 from ops.publications where publication_id = %s", [publication_id]).fetchone()
        if publication_id is not None and sent is None:
            raise UserError(f"Публикации № {publication_id} нет: mcu publications list.")
        changed = conn.execute(
            """update ops.requests set answered_on = %s, answer = %s, answered_by = %s
               where request_id = %s and answered_on is null and received_on <= %s returning request_id""",
            [answered_on, said.strip(), publication_id, request_id, answered_on],
        ).fetchone()
        if changed is None:
            raise UserError(f"Запроса № {request_id} без ответа, поступившего не позже этого дня, нет.")


def listed(today: date) -> list[DictRow]:
    """All registered requests, those without an answer first, the most urgent on top."""
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        query = f"{_REGISTERED} order by answered_on is not null, due_on, request_id"
        return cursor.execute(query, {"today": today}).fetchall()  # type: ignore[arg-type]  # a text of this module


def publish(month: str, out: Path | None = None) -> list[Publication]:
    """Publish the registers of a period, one a municipality that has a request in it."""
    period = Period.of(month)
    published = publish_papers(REQUESTS, make, period, addressee="Руководителю МЦУ", out=out)
    if not published:
        raise UserError(f"За {period.title} запросов нет.")
    return published


def make(desk: Desk) -> Iterable[Paper]:
    found = desk.rows(_BETWEEN)
    registered = desk.rows(
        f"{_REGISTERED} where r.municipality_code = %(place)s and r.received_on <= %(last)s"
        " and (r.received_on >= %(first)s or r.answered_on is null or r.answered_on >= %(first)s)"
        " order by r.due_on, r.request_id"
    )
    if not found and not registered:
        return
    b = desk.bindings()
    paper = Paper(
        place=desk.place,
        ledger_period=desk.period.code,
        title=f"{desk.place['title']}: реестр запросов, {desk.period.title}",
        heading="Реестр запросов",
        about=f"{desk.place['title']}, {desk.period.title}",
        addressee=desk.place["document_addressee"],
        as_of=desk.run.as_of,
        bindings=b,
    )
    paper.sections = [_asked(registered, b)]
    for direction, heading in _DIRECTIONS.items():
        own = [row for row in found if row["direction"] == direction]
        if own:
            paper.sections.append(_between(desk, direction, heading, own, b))
    paper.sheets = [_sheet([*registered, *found])]
    yield paper


def _asked(rows: list[DictRow], b: Bindings) -> Section:
    heading = "Запросы ЦУР и других органов к МЦУ"
    if not rows:
        return Section(heading, ["Запросов за период нет."])
    points = []
    for row in rows:
        own = {"request_id": row["request_id"]}
        said = f"№\xa0{row['request_id']}. {row['body']}: {row['about'].rstrip('.')}"
        end = f"Срок {b.day(row['due_on'])}, {STATES[row['status']]}"
        if row["answered_on"]:
            sent = f", направлена публикация №\xa0{row['answered_by']}" if row["answered_by"] else ""
            told = b.words(f"{row['answer'].rstrip('.')}{sent}", "answer", **own)
            end += f" {b.day(row['answered_on'])}: {told}"
        points.append(f"{b.words(said, 'request', **own)}. {end}.")
    return Section(heading, points=points)


def _between(desk: Desk, direction: str, heading: str, rows: list[DictRow], b: Bindings) -> Section:
    own: dict[str, Any] = {"direction": direction}
    late = [row for row in rows if row["status"] in ("late", "running_late", "unanswered")]
    line = (
        f"Всего за период: {b.number(len(rows), 'requests.all', **own, **desk.period.slice)}, срок нарушен: "
        f"{b.number(len(late), 'requests.late', **own, **desk.period.slice)}."
    )
    if len(rows) > SHOWN:
        line += f" Показаны {b.number(SHOWN, 'list.shown')}, остальные — в приложении XLSX."
    listed = [
        [
            b.words(f"{row['record_ref']}{', ' + row['recipient'] if row['recipient'] else ''}", "request"),
            b.day(row["sent_on"]),
            b.day(row["due_on"]) if row["due_on"] else "не установлен",
            b.day(row["answered_on"]) if row["answered_on"] else "нет",
            STATES[row["status"]],
        ]
        for row in rows[:SHOWN]
    ]
    header = ["Запрос", "Поступил" if direction == "incoming" else "Направлен", "Срок", "Ответ", "Состояние"]
    return Section(heading, [line], [Table("", header, listed)])


def _sheet(rows: list[DictRow]) -> Sheet:
    columns = {
        "Номер": 22, "Кто запросил или кому направлен": 44, "О чём": 44, "Поступил, направлен": 14, "Срок": 14,
        "Ответ": 14, "Что отвечено": 40, "Состояние": 28,
    }  # fmt: skip  # a table
    cells = []
    for row in rows:
        is_own = "request_id" in row
        who = row["body"] if is_own else row["recipient"]
        cells.append(
            [
                (f"МЦУ-{row['request_id']}" if is_own else row["record_ref"], ""),
                (who, ""),
                (row["about"] if is_own else _DIRECTIONS[row["direction"]], ""),
                *((_day(row["received_on" if is_own else "sent_on"]), ""), (_day(row["due_on"]), "")),
                (_day(row["answered_on"]), ""),
                (row["answer"] if is_own else None, ""),
                (STATES[row["status"]], ""),
            ]
        )
    return Sheet("Запросы", list(columns.items()), cells)


def _day(value: date | None) -> str | None:
    return f"{value:%d.%m.%Y}" if value else None


_BETWEEN = """
    select q.record_ref, q.direction, r.title as recipient, (q.sent_at at time zone m.time_zone)::date as sent_on,
           (q.due_at at time zone m.time_zone)::date as due_on,
           (q.answered_at at time zone m.time_zone)::date as answered_on, q.status
    from marts.rpt_body_requests as q
    join marts.dim_municipality as m using (municipality_code)
    left join marts.dim_recipient as r
        on r.recipient_code = q.recipient_code and r.recipient_code not in ('none', 'unknown')
    where q.municipality_code = %(place)s and (q.sent_at at time zone m.time_zone)::date between %(first)s and %(last)s
    order by q.status in ('running_late', 'unanswered') desc, q.status = 'late' desc, q.sent_at, q.record_ref
"""
