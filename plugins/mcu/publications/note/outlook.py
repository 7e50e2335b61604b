"""The end of a weekly note: votes, what falls due, what is recommended, what is not known."""

from __future__ import annotations

from mcu.publications.note.bindings import Bindings
from mcu.publications.note.figures import Figures
from mcu.publications.note.sections import debtors
from mcu.publications.note.words import Names, noun
from mcu.warehouse.dbt import project_variable

SHOWN = 3
VOTES = 2
OFFERED = 2
"""Recommendations of the register, accepted ones first."""
FEW_MARKS = 30
"""Fewer marks in a week say nothing of how satisfied people are."""


def votes(f: Figures, b: Bindings) -> list[str]:
    running = [row for row in f.votes if row["is_running"]]
    ended = [row for row in f.votes if not row["is_running"]]
    if not f.votes:
        return ["Опросов, голосований и общественных обсуждений нет."]
    lines = [
        f"Идёт опросов, голосований и общественных обсуждений: {b.number(len(running), 'votes.running')}; "
        f"завершено за неделю: {b.number(len(ended), 'votes.ended', **f.week.slice)}."
    ]
    for row in [*ended, *running][:VOTES]:
        own = {"source_slug": row["source_slug"], "record_ref": row["record_ref"]}
        lines.append(
            f"«{b.words(row['title'], 'vote', **own)}» — {b.number(row['votes'], 'votes.cast', **own)} "
            f"{noun('голос', row['votes'])}, "
            f"{'завершится' if row['is_running'] else 'завершено'} {b.day(row['ended_on'])}."
        )
    return lines


def due(f: Figures, b: Bindings) -> list[str]:
    days, count = project_variable("risk")["within"], f.totals["risk_due"]
    lines = [
        f"В ближайшие {b.number(days, 'risk.window')} {noun('рабочий день', days)} срок ответа истекает по "
        f"{b.number(count, 'risk.due')} {noun('по обращению', count)}."
    ]
    if f.measures_due:
        last = f.today.fromordinal(f.today.toordinal() + 14)
        lines.append(
            f"До {b.day(last)} наступает срок мероприятий: "
            f"{b.number(len(f.measures_due), 'measures.due', first=f.today, last=last)}. Ближайшее: "
            f"{b.words(f.measures_due[0]['title'], 'measure', measure_key=f.measures_due[0]['measure_key'])}, "
            f"{b.day(f.measures_due[0]['planned_on'])}."
        )
    return lines


def advice(f: Figures, b: Bindings, names: Names) -> list[str]:
    """Offers by rule, each from a figure above; the head decides."""
    lines = []
    nobody = sum(row["overdue"] for row in f.recipients if row["is_nobody"])
    if nobody:
        lines.append(
            "Дежурному МЦУ: назначить исполнителей по "
            f"{b.number(nobody, 'open.overdue', recipient_code=['none', 'unknown'])} {noun('по обращению', nobody)} "
            "с нарушенным сроком."
        )
    for row in debtors(f)[:SHOWN]:
        lines.append(
            f"{b.words(names.to(row['title']), 'recipient')}: подготовить ответы по "
            f"{b.number(row['overdue'], 'open.overdue', recipient_code=row['recipient_code'])} "
            f"{noun('по обращению', row['overdue'])} с нарушенным сроком, начиная с самого давнего."
        )
    late = [row for row in f.measures_by_block if row["overdue"]]
    if late:
        worst = late[0]
        lines.append(
            f"Ответственному за отраслевой блок «{worst['title']}»: сообщить причины и новые сроки по "
            f"{b.number(worst['overdue'], 'measures.overdue', block_code=worst['block_code'])} "
            f"{noun('по просроченному', worst['overdue'])}."
        )
    if f.measures_doubtful:
        count = len(f.measures_doubtful)
        lines.append(
            f"Руководителям отраслевых блоков: проверить на месте исполнение {b.number(count, 'list.all')} "
            f"{noun('исполнение', count)}, после которых обращения продолжаются."
        )
    for row in f.recommendations[:OFFERED]:
        own = {"recommendation_key": row["recommendation_key"]}
        lines.append(b.words(row["text"].rstrip(".") + ".", "recommendation", **own))
    return lines or ["Рекомендаций по данным недели нет."]


def unknown(f: Figures, b: Bindings) -> list[str]:
    """What the note cannot say, so that its silence is not taken for good news."""
    lines, totals = [], f.totals
    closed = f.flows[f.week.first]["closed"] if f.week.first in f.flows else 0
    if totals["failing"]:
        count = b.number(totals["failing"], "sources.failing")
        lines.append(f"{count} {noun('источник', totals['failing'])}: поступившее в них в записку не вошло.")
    if totals["held"]:
        count = b.number(totals["held"], "loads.held")
        lines.append(f"{count} {noun('загрузка', totals['held'])} проверкой качества: их записей в цифрах нет.")
    if closed and totals["marks"] < FEW_MARKS:
        lines.append(
            f"Граждане поставили {b.number(totals['marks'], 'marks.given', **f.week.slice)} "
            f"{noun('оценка', totals['marks'])} при "
            f"{b.number(closed, 'flows.closed', **f.week.slice)} завершённых: "
            "об удовлетворённости за неделю судить нельзя."
        )
    if totals["untitled"]:
        lines.append(
            "Тема не определена у части поступивших за неделю: "
            f"{b.number(totals['untitled'], 'items.untitled', topic_code='unknown', **f.week.slice)}; "
            "в разбивке по темам их нет."
        )
    shares = [row for row in f.flows_by_topic if row["now"]]
    if not shares:
        lines.append("За неделю не поступило ни одного обращения с известной темой: проверьте источники.")
    if f.week.ago(52).first not in f.flows:
        lines.append("Сведений за ту же неделю прошлого года нет: сравнить с ней нельзя.")
    return lines or ["Все источники отвечают, удержанных загрузок нет."]
