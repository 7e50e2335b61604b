"""Documents on one subject: справка on a topic, report of a sector block to its lead (001 3.2г–д; 002 3.7, 3.8ж; 004
3.6, 4.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from psycopg.rows import DictRow, dict_row

from mcu.errors import UserError
from mcu.publications.ledger import Publication
from mcu.publications.note.bindings import Bindings
from mcu.publications.note.outlook import FEW_MARKS
from mcu.publications.note.sections import FLOWS
from mcu.publications.note.words import noun
from mcu.publications.papers.kinds import BLOCK, TOPIC, PaperKind
from mcu.publications.papers.paper import Paper, Section, Table
from mcu.publications.papers.period import Period
from mcu.publications.papers.publish import Desk
from mcu.publications.papers.publish import publish as publish_papers
from mcu.warehouse.connect import connect

SHOWN = 10


@dataclass(frozen=True)
class Subject:
    """What a document is about: a topic or a block. `column`: by which the marts know it."""

    column: str
    code: str
    title: str

    @property
    def slice(self) -> dict[str, Any]:
        return {self.column: self.code}


def publish_topic(topic: str, period: str, place: str | None = None, out: Path | None = None) -> list[Publication]:
    """Справка по теме (её код или название): one a municipality in which the period has an item of it."""
    found = _find("select topic_code as code, title from marts.dim_topic", topic, "Темы", "reference.topics")
    subject = Subject("topic_code", found["code"], found["title"])
    return _publish(TOPIC, partial(_topic, subject), Period.of(period), f"по теме «{subject.title}»", place, out)


def publish_block(block: str, period: str, out: Path | None = None) -> list[Publication]:
    """Report of a sector block (its code) to its head."""
    query = "select block_code as code, title, municipality_code, lead_position from marts.dim_sector_block"
    found = _find(query, block, "Отраслевого блока", "reference.sector_blocks")
    subject = Subject("block_code", found["code"], found["title"])
    maker = partial(_block, subject, found["lead_position"] or "Ответственному за отраслевой блок")
    about = f"отраслевого блока «{subject.title}»"
    return _publish(BLOCK, maker, Period.of(period), about, found["municipality_code"], out)


def _publish(
    kind: PaperKind, maker: Callable[[Desk], Iterable[Paper]], period: Period, about: str, place: str | None,
    out: Path | None,
) -> list[Publication]:  # fmt: skip  # a table
    published = publish_papers(kind, maker, period, addressee="Руководителю МЦУ", place=place, out=out)
    if not published:
        raise UserError(f"За {period.title} обращений {about} нет.")
    return published


def _find(query: str, asked: str, what: str, where: str) -> DictRow:
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(query).fetchall()  # type: ignore[arg-type]  # texts of this module
    asked = asked.strip()
    exact = [row for row in found if row["code"] == asked]
    exact = exact or [row for row in found if row["title"].lower() == asked.lower()]
    if len(exact) == 1:
        return exact[0]
    if exact:
        codes = ", ".join(sorted(row["code"] for row in exact))
        raise UserError(f"Название «{asked}» встречается несколько раз. Укажите код: {codes}.")
    near = [
        f"{row['code']} ({row['title']})" for row in found if asked.lower() in f"{row['code']} {row['title']}".lower()
    ]
    hint = f"Похожие: {'; '.join(near[:5])}." if near else f"Перечень — в {where}."
    raise UserError(f"{what} «{asked}» нет. {hint}")


def _topic(subject: Subject, desk: Desk) -> Iterable[Paper]:
    return _paper(
        desk, subject, f"Справка по теме «{subject.title}»", desk.place["document_addressee"], _PLACES, "Место"
    )


def _block(subject: Subject, lead: str, desk: Desk) -> Iterable[Paper]:
    heading = f"Отчёт отраслевого блока «{subject.title}»"
    return _paper(desk, subject, heading, lead, _TOPICS, "Тема")


def _paper(desk: Desk, subject: Subject, heading: str, addressee: str, parts: str, part: str) -> Iterable[Paper]:
    flows = _flows(desk, subject)
    if not any(flows[0].values()):
        return
    b = desk.bindings()
    paper = Paper(
        place=desk.place,
        ledger_period=f"{desk.period.code}+{subject.code}",
        title=f"{desk.place['title']}: {heading[:1].lower()}{heading[1:]}, {desk.period.title}",
        heading=b.words(heading, "subject", **subject.slice),
        about=f"{desk.place['title']}, {desk.period.title}",
        addressee=addressee,
        as_of=desk.run.as_of,
        bindings=b,
    )
    paper.sections = [
        _numbers(desk, subject, flows, b),
        _recipients(desk, subject, b),
        _parts(desk, subject, parts, part, b),
        _measures(desk, subject, b),
        _areas(desk, subject, b),
        _unknown(desk, subject, b),
    ]
    yield paper


def _flows(desk: Desk, subject: Subject) -> list[dict[str, int]]:
    """The sums of the period, of the one before and of the same a year ago."""
    periods = (desk.period, desk.period.before, desk.period.year_ago)
    columns = ", ".join(f"coalesce(sum({name}_count), 0)::int as {name}" for name in FLOWS)
    query = f"select {columns} from marts.fct_flows where municipality_code = %(place)s and {subject.column} = %(code)s"
    return [
        dict(desk.rows(f"{query} and date_on between %(first)s and %(last)s", code=subject.code, **one.slice)[0])
        for one in periods
    ]


def _numbers(desk: Desk, subject: Subject, flows: list[dict[str, int]], b: Bindings) -> Section:
    periods = (desk.period, desk.period.before, desk.period.year_ago)
    rows = [
        [
            title,
            *(
                b.number(f[name], f"flows.{name}", **subject.slice, **p.slice)
                for f, p in zip(flows, periods, strict=True)
            ),
        ]
        for name, title in FLOWS.items()
    ]
    (items,) = desk.rows(_ITEMS.format(column=subject.column), code=subject.code)
    own = subject.slice
    line = (
        f"В работе {b.number(items['open'], 'items.open', **own)} {noun('обращение', items['open'])}, из них с "
        f"нарушенным сроком {b.number(items['late'], 'items.late', **own)}; решение отложено по "
        f"{b.number(items['deferred'], 'items.deferred', **own)} {noun('по обращению', items['deferred'])}."
    )
    header = ["Показатель", "Период", "Предыдущий период", "Год назад"]
    return Section("Обращения в цифрах", [line], [Table("", header, rows)])


def _recipients(desk: Desk, subject: Subject, b: Bindings) -> Section:
    found = desk.rows(_RECIPIENTS.format(column=subject.column), code=subject.code)
    rows = []
    for row in found[:SHOWN]:
        own = subject.slice | {"recipient_code": row["recipient_code"]}
        rows.append(
            [
                b.words(row["title"], "recipient", recipient_code=row["recipient_code"]),
                b.number(row["received"], "items.received", **own, **desk.period.slice),
                b.number(row["open"], "items.open", **own),
                b.number(row["late"], "items.late", **own),
            ]
        )
    header = ["Исполнитель", "Поступило за период", "В работе", "Нарушен срок"]
    return Section("По исполнителям", tables=[Table("", header, rows)], lines=_cut(found, b))


def _parts(desk: Desk, subject: Subject, query: str, title: str, b: Bindings) -> Section:
    found = desk.rows(query, code=subject.code)
    rows = []
    for row in found[:SHOWN]:
        own = subject.slice | {row["named"]: row["value"]}
        title_of = b.words(row["title"], "part", **own)
        received = b.number(row["received"], "items.received", **own, **desk.period.slice)
        rows.append([title_of, received, b.number(row["open"], "items.open", **own)])
    heading, nothing = _PARTS[title]
    header = [title, "Поступило за период", "В работе"]
    if not rows:
        return Section(heading, [nothing])
    return Section(heading, tables=[Table("", header, rows)], lines=_cut(found, b))


_PARTS = {
    "Место": ("По местам", "Поступивших за период с известным местом нет."),
    "Тема": ("По темам", "За период обращений не поступало."),
}
"""What the parts are → the heading of their section, and its words where there are none."""


def _measures(desk: Desk, subject: Subject, b: Bindings) -> Section:
    found = desk.rows(_MEASURES.format(column=subject.column), code=subject.code)
    if not found:
        return Section("Мероприятия", ["Мероприятий на контроле нет."])
    late = [row for row in found if row["is_overdue"]]
    line = (
        f"На контроле {b.number(len(found), 'measures.open', **subject.slice)} {noun('мероприятие', len(found))}, "
        f"из них просрочено {b.number(len(late), 'measures.overdue', **subject.slice)}."
    )
    points = []
    for row in found[:SHOWN]:
        own: dict[str, Any] = {"measure_key": row["measure_key"]}
        overdue = ""
        if row["is_overdue"]:
            days = b.number(row["days_late"], "measures.days_late", **own)
            overdue = f", просрочено на {days} {noun('день', row['days_late'])}"
        title = b.words(row["title"], "measure", **own)
        points.append(f"{title} — {b.words(row['recipient'], 'recipient')}; срок {b.day(row['planned_on'])}{overdue}.")
    return Section("Мероприятия", [line, *_cut(found, b)], points=points)


def _areas(desk: Desk, subject: Subject, b: Bindings) -> Section:
    found = desk.rows(_AREAS.format(column=subject.column), code=subject.code)
    if not found:
        return Section("Проблемные сферы", ["В перечне проблемных сфер последних четырёх недель их нет."])
    points = []
    for row in found[:SHOWN]:
        own: dict[str, Any] = {"area_key": row["area_key"]}
        where = b.words(row["place"], "place", **own) if row["place"] else "место не указано"
        title = row["problem"] or f"«{row['topic']}»"
        points.append(
            f"{b.words(title, 'area', **own)}, {where}: {b.number(row['people'], 'areas.people', **own)} "
            f"{noun('заявитель', row['people'])}, поступило {b.number(row['items'], 'areas.items', **own)}."
        )
    return Section("Проблемные сферы", _cut(found, b), points=points)


def _unknown(desk: Desk, subject: Subject, b: Bindings) -> Section:
    (marks,) = desk.rows(_MARKS.format(column=subject.column), code=subject.code)
    own = subject.slice | desk.period.slice
    lines = []
    if marks["marks"] < FEW_MARKS:
        lines.append(
            f"Граждане поставили {b.number(marks['marks'], 'items.marks', **own)} {noun('оценка', marks['marks'])}: "
            "об удовлетворённости судить нельзя."
        )
    else:
        good = b.share(marks["good"], marks["marks"], "items.good", "items.marks", **own)
        lines.append(f"Оценки «хорошо» и «отлично»: {good}\xa0% из {b.number(marks['marks'], 'items.marks', **own)}.")
    return Section("Чего мы не знаем" if marks["marks"] < FEW_MARKS else "Оценки граждан", lines)


def _cut(found: list[Any], b: Bindings) -> list[str]:
    if len(found) <= SHOWN:
        return []
    return [f"Показаны {b.number(SHOWN, 'list.shown')} из {b.number(len(found), 'list.all')}."]


_ITEMS = """
    select count(*) filter (where f.is_open) as open, count(*) filter (where o.status = 'running_late') as late,
           count(*) filter (where f.is_open and f.is_deferred) as deferred
    from marts.fct_feedback as f left join marts.rpt_open_items as o using (feedback_key)
    where f.municipality_code = %(place)s and f.{column} = %(code)s and f.kind <> 'body_request'
"""
_RECIPIENTS = """
    select f.recipient_code, r.title, count(*) filter (where f.received_on between %(first)s and %(last)s) as received,
           count(*) filter (where f.is_open) as open, count(*) filter (where o.status = 'running_late') as late
    from marts.fct_feedback as f left join marts.rpt_open_items as o using (feedback_key)
    join marts.dim_recipient as r on r.recipient_code = f.recipient_code
    where f.municipality_code = %(place)s and f.{column} = %(code)s and f.kind <> 'body_request'
    group by 1, 2
    having count(*) filter (where f.received_on between %(first)s and %(last)s or f.is_open) > 0
    order by late desc, received desc, r.title
"""
_PLACES = """
    select f.place as value, f.place as title, 'place' as named, count(*) filter (where f.is_open) as open,
           count(*) filter (where f.received_on between %(first)s and %(last)s) as received
    from marts.fct_feedback as f
    where f.municipality_code = %(place)s and f.topic_code = %(code)s and f.kind <> 'body_request'
      and f.place is not null
    group by 1
    having count(*) filter (where f.received_on between %(first)s and %(last)s) > 0
    order by received desc, open desc, title
"""
_TOPICS = """
    select f.topic_code as value, t.title, 'topic_code' as named, count(*) filter (where f.is_open) as open,
           count(*) filter (where f.received_on between %(first)s and %(last)s) as received
    from marts.fct_feedback as f join marts.dim_topic as t using (topic_code)
    where f.municipality_code = %(place)s and f.block_code = %(code)s and f.kind <> 'body_request'
    group by 1, 2
    having count(*) filter (where f.received_on between %(first)s and %(last)s) > 0
    order by received desc, open desc, title
"""
_MEASURES = """
    select m.measure_key::text, m.title, r.title as recipient, m.planned_on, m.is_overdue, -m.days_left as days_late
    from marts.rpt_measure_control as m join marts.dim_recipient as r using (recipient_code)
    where m.municipality_code = %(place)s and m.{column} = %(code)s and m.is_open
    order by m.is_overdue desc, m.planned_on, m.title
"""
_AREAS = """
    select a.area_key::text, t.title as topic, p.title as problem, nullif(a.place, '') as place,
           a.people_count as people, a.items_count as items
    from marts.rpt_problem_areas as a join marts.dim_topic as t using (topic_code)
    left join marts.fct_problems as p on a.area_key = p.problem_key
    where a.municipality_code = %(place)s and a.{column} = %(code)s
    order by a.score desc, a.area_key
"""
_MARKS = """
    select count(*) as marks, count(*) filter (where f.mark >= 4) as good
    from marts.fct_feedback as f join marts.dim_municipality as m using (municipality_code)
    where f.municipality_code = %(place)s and f.{column} = %(code)s and f.kind <> 'body_request' and f.mark is not null
      and (f.marked_at at time zone m.time_zone)::date between %(first)s and %(last)s
"""
