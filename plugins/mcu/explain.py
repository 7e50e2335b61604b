"""A deadline in words: by which rule and act, from when, which days were skipped, by when, how much is left."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row

from mcu.errors import UserError
from mcu.warehouse.connect import connect

_TERMS = """
select
    f.source_slug, f.record_ref, f.kind, c.title as channel, b.time_zone, st.title as stage,
    s.legal_basis, s.started_at, s.due_at, s.done_at, s.cancelled_at, s.is_extended, s.as_of, s.status, s.left_seconds,
    r.title as rule, r.amount, r.unit, r.shift, r.extension_amount, r.start_event
from marts.fct_feedback f
join intermediate.int_feedback b using (feedback_key)
join marts.dim_channel c on c.channel_code = f.channel_code
join marts.deadline_status s using (feedback_key)
join reference.stages st on st.stage = s.stage
left join reference.deadline_rules r on r.rule_code = s.rule_code
where f.record_ref = %s
order by f.source_slug, s.due_at
"""

_DAYS = """
select date_on, title, kind from reference.calendar_days
where date_on between %s and %s and kind != 'working' and title is not null and region is null
order by date_on
"""

_UNITS = {
    "calendar_days": ("календарный день", "календарных дня", "календарных дней"),
    "working_days": ("рабочий день", "рабочих дня", "рабочих дней"),
    "working_hours": ("рабочий час", "рабочих часа", "рабочих часов"),
    "hours": ("час", "часа", "часов"),
}
_STARTS = {
    "received": "дня поступления",
    "registered": "дня регистрации",
    "first_reply": "первого ответа",
    "interim_reply": "промежуточного ответа",
}
_SHIFTS = {
    "next": "Если последний день нерабочий, срок оканчивается в ближайший следующий рабочий день.",
    "previous": "Если последний день нерабочий, срок оканчивается в предшествующий рабочий день.",
}


def explain(ref: str) -> str:
    """The terms of the item `ref`, a paragraph each. Raises UserError when it is not known."""
    with connect("transformer") as conn, conn.cursor(row_factory=dict_row) as rows:
        terms = rows.execute(_TERMS, [ref]).fetchall()
        if not terms:
            raise UserError(f"Запись «{ref}» не найдена в витринах или сроков у неё нет. Проверьте номер.")
        head = f"{_KINDS[terms[0]['kind']]} {ref} ({terms[0]['channel']})."
        return "\n\n".join([head, *(_paragraph(term, _days(rows, term)) for term in terms)])


_KINDS = {"appeal": "Обращение", "message": "Сообщение", "open_source_message": "Сообщение из открытых источников"}


def _days(rows: psycopg.Cursor[dict[str, Any]], term: dict[str, Any]) -> list[dict[str, Any]]:
    zone = ZoneInfo(term["time_zone"])
    span = [term["started_at"].astimezone(zone).date(), term["due_at"].astimezone(zone).date()]
    return rows.execute(_DAYS, span).fetchall()


def _paragraph(term: dict[str, Any], days: list[dict[str, Any]]) -> str:
    zone = ZoneInfo(term["time_zone"])
    lines = [f"{term['stage']}. Основание: {term['legal_basis']}."]
    if term["rule"] is None:
        lines.append("Срок установлен системой-источником.")
    else:
        lines.append(
            f"Срок — {_amount(term['amount'], term['unit'])}, исчисляется с {_STARTS[term['start_event']]}"
            f" ({_moment(term['started_at'], zone)})"
            + ("; день начала в срок не входит." if "days" in term["unit"] else ".")
        )
        if term["is_extended"]:
            lines.append(f"Срок продлён на {_amount(term['extension_amount'], term['unit'])}.")
        if term["unit"] in ("working_days", "working_hours"):
            lines.append("Считается только рабочее время; выходные и праздничные дни пропущены.")
        elif term["shift"] in _SHIFTS:
            lines.append(_SHIFTS[term["shift"]])
        if days:
            lines.append(f"В этот промежуток вошли: {_named(days)}.")
    lines.append(f"Срок истекает {_moment(term['due_at'], zone)}.")
    lines.append(_state(term, zone))
    return " ".join(lines)


def _state(term: dict[str, Any], zone: ZoneInfo) -> str:
    as_of = _moment(term["as_of"], zone)
    days = abs(term["left_seconds"] or 0) // 86_400
    rest = "менее суток" if days == 0 else _count(days, ("сутки", "суток", "суток"))
    match term["status"]:
        case "met":
            return f"Исполнено {_moment(term['done_at'], zone)}, в срок."
        case "late":
            return f"Исполнено {_moment(term['done_at'], zone)}, с нарушением срока."
        case "cancelled":
            return f"Срок прекращён {_moment(term['cancelled_at'], zone)}."
        case "running":
            return f"На {as_of} не исполнено; осталось: {rest}."
        case _:
            return f"На {as_of} не исполнено; просрочено: {rest}."


def _named(days: list[dict[str, Any]]) -> str:
    """Days with one name that follow each other, told together."""
    runs: list[tuple[str, date, date]] = []
    for day in days:
        if runs and runs[-1][0] == day["title"] and (day["date_on"] - runs[-1][2]).days == 1:
            runs[-1] = (runs[-1][0], runs[-1][1], day["date_on"])
        else:
            runs.append((day["title"], day["date_on"], day["date_on"]))
    return "; ".join(
        f"{first:%d.%m.%Y} — {title}" if first == last else f"{first:%d.%m.%Y}–{last:%d.%m.%Y} — {title}"
        for title, first, last in runs
    )


def _amount(amount: int, unit: str) -> str:
    return _count(amount, _UNITS[unit])


def _count(number: int, forms: tuple[str, str, str]) -> str:
    """Russian plural: 1 день, 2 дня, 5 дней."""
    tail = 2 if number % 100 in range(11, 15) else 0 if number % 10 == 1 else 1 if number % 10 in (2, 3, 4) else 2
    return f"{number} {forms[tail]}"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d.%m.%Y %H:%M}"
