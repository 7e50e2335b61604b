"""The parts of a weekly note in words. Every number goes through `Bindings`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcu.publications.note.bindings import Bindings
from mcu.publications.note.figures import Figures, Week
from mcu.publications.note.words import Names, noun

SHOWN = 4
"""Rows of a list; a longer one says how many there are. With the charts the note must not exceed three pages."""

WEEKS_BEFORE = 8
"""What rpt_measure_checks compares with."""

FLOWS = {
    "new": "Поступило впервые",
    "repeat": "Поступило повторно",
    "overdue": "Нарушено сроков ответа",
    "deferred": "Отложено решений",
    "closed": "Завершено",
}


def measures(f: Figures, b: Bindings) -> dict[str, Any]:
    """The spine of the note by the acts: how the measures go, by sector block."""
    totals = {name: sum(row[name] for row in f.measures_by_block) for name in ("open", "overdue", "done", "done_late")}
    week = f.week.slice
    line = f"На контроле {b.number(totals['open'], 'measures.open')} {noun('мероприятие', totals['open'])}, "
    line += f"из них просрочено {b.number(totals['overdue'], 'measures.overdue')}. "
    line += f"За неделю исполнено {b.number(totals['done'], 'measures.done', **week)}"
    if totals["done_late"]:
        line += f", в том числе с нарушением срока {b.number(totals['done_late'], 'measures.done_late', **week)}"
    blocks = [
        [
            row["title"],
            b.number(row["open"], "measures.open", block_code=row["block_code"]),
            b.number(row["done"], "measures.done", block_code=row["block_code"], **week),
            b.number(row["overdue"], "measures.overdue", block_code=row["block_code"]),
        ]
        for row in f.measures_by_block
    ]
    overdue = [
        f"{b.words(row['title'], 'measure', measure_key=row['measure_key'])} — "
        f"{b.words(row['recipient'], 'recipient')}; срок {b.day(row['planned_on'])}, просрочено на "
        f"{b.number(row['days_late'], 'measures.days_late', measure_key=row['measure_key'])} "
        f"{noun('день', row['days_late'])}"
        for row in f.measures_overdue[:SHOWN]
    ]
    return {
        "line": line + ".",
        "blocks": blocks,
        "overdue_title": "Просроченные мероприятия, начиная с самых давних" + _shown(f.measures_overdue, b),
        "overdue": overdue,
        "doubtful_title": "Отмечены исполненными, а обращения по той же теме продолжаются"
        + _shown(f.measures_doubtful, b),
        "doubtful": [_doubtful(b, row) for row in f.measures_doubtful[:SHOWN]],
    }


def _doubtful(b: Bindings, row: dict[str, Any]) -> str:
    own = {"measure_key": row["measure_key"]}
    return (
        f"{b.words(row['title'], 'measure', **own)} — {b.words(row['recipient'], 'recipient')}; "
        f"исполнено {b.day(row['done_on'])}. "
        f"За {b.number(row['days'], 'checks.days', **own)} {noun('день', row['days'])} после этого по той же теме и "
        f"месту обращений {b.number(row['after'], 'checks.after', **own)} "
        f"(заявителей {b.number(row['people'], 'checks.people', **own)}), "
        f"за {b.number(WEEKS_BEFORE, 'checks.weeks')} {noun('неделя', WEEKS_BEFORE)} до этого — "
        f"{b.number(row['before'], 'checks.before', **own)}"
    )


def week(f: Figures, b: Bindings) -> dict[str, Any]:
    """The week against the one before and the same one a year ago, and which blocks made the change."""
    weeks = (f.week, f.week.ago(1), f.week.ago(52))
    rows = [[title, *(_flow(f, b, name, one) for one in weeks)] for name, title in FLOWS.items()]
    now, before, year_ago = (f.flows.get(one.first) for one in weeks)
    new = now["new"] if now else 0
    line = f"Поступило впервые {b.number(new, 'flows.new', **f.week.slice)} {noun('обращение', new)}"
    said = [
        _compared(b, f.week, weeks[1], new, before["new"] if before else 0, "чем неделей ранее"),
        *([_compared(b, f.week, weeks[2], new, year_ago["new"], "чем год назад")] if year_ago else []),
    ]
    changes = _changes(f, b)
    return {
        "line": f"{line}: {', '.join(said)}. Здесь и далее учтены обращения и сообщения граждан вместе.",
        "changes": f"Изменение к прошлой неделе по отраслевым блокам: {'; '.join(changes)}." if changes else "",
        "rows": rows,
    }


def _flow(f: Figures, b: Bindings, name: str, one: Week) -> str:
    row = f.flows.get(one.first)
    return b.number(row[name], f"flows.{name}", **one.slice) if row else "нет данных"


def _compared(b: Bindings, now: Week, then: Week, value: int, other: int, than: str) -> str:
    if value == other:
        return f"столько же, {than.replace('чем', 'сколько')}"
    change = b.change(value, other, "flows.new", to=now.slice, since=then.slice)
    return f"на {change} {'больше' if value > other else 'меньше'}, {than}"


def _changes(f: Figures, b: Bindings) -> list[str]:
    """The blocks that moved most, and the rest: their sum is the change of the week."""
    moved = [row for row in f.flows_by_block if row["now"] != row["before"]]
    # One row more than shown would be called «the rest»: name it.
    top = moved if len(moved) <= SHOWN else moved[: SHOWN - 1]
    said = []
    for row in top:
        own = {"block_code": row["block_code"]}
        change = b.change(
            row["now"],
            row["before"],
            "flows.new",
            to=own | f.week.slice,
            since=own | f.week.ago(1).slice,
        )
        said.append(f"«{row['title']}» {_sign(row['now'] - row['before'])}{change}")
    rest = moved[len(top) :]
    if rest:
        now, before = (sum(row[name] for row in rest) for name in ("now", "before"))
        others = {"block_code": [row["block_code"] for row in rest]}
        change = b.change(now, before, "flows.new", to=others | f.week.slice, since=others | f.week.ago(1).slice)
        said.append(f"остальные {_sign(now - before)}{change}" if now != before else "остальные без изменения")
    return said


def spheres(f: Figures, b: Bindings) -> dict[str, Any]:
    """The topics with the most new items and broken deadlines."""
    rows = []
    for row in f.flows_by_topic[:SHOWN]:
        own = {"topic_code": row["topic_code"]}
        rows.append(
            [
                b.words(row["title"], "topic", **own),
                b.number(row["now"], "flows.new", **own, **f.week.slice),
                b.number(row["before"], "flows.new", **own, **f.week.ago(1).slice),
                b.number(row["repeat"], "flows.repeat", **own, **f.week.slice),
                b.number(row["overdue"], "flows.overdue", **own, **f.week.slice),
            ]
        )
    return {
        "title": "Темы с наибольшим числом новых обращений и нарушенных сроков" + _shown(f.flows_by_topic, b),
        "rows": rows,
    }


def recipients(f: Figures, b: Bindings, names: Names) -> dict[str, Any]:
    """Who owes answers."""
    overdue = sum(row["overdue"] for row in f.recipients)
    deferred = sum(row["deferred"] for row in f.recipients)
    nobody = sum(row["overdue"] for row in f.recipients if row["is_nobody"])
    line = (
        f"В работе {b.number(f.totals['open_all'], 'open.all')} {noun('обращение', f.totals['open_all'])}, "
        f"из них с нарушенным сроком {b.number(overdue, 'open.overdue')}"
    )
    if nobody:
        line += f", в том числе без исполнителя {b.number(nobody, 'open.overdue', recipient_code=['none', 'unknown'])}"
    line += f". Решение отложено по {b.number(deferred, 'open.deferred')} {noun('по обращению', deferred)}."
    owed = []
    for row in debtors(f)[:3]:
        own = {"recipient_code": row["recipient_code"]}
        owed.append(
            f"у {b.words(names.of(row['title']), 'recipient', **own)} — "
            f"{b.number(row['overdue'], 'open.overdue', **own)} (самый давний просрочен на "
            f"{b.number(row['oldest_days'], 'open.oldest_days', **own)} {noun('день', row['oldest_days'])})"
        )
    return {"line": line, "owed": f"Больше всего нарушенных сроков {'; '.join(owed)}." if owed else ""}


def debtors(f: Figures) -> list[dict[str, Any]]:
    """The recipients with overdue items, most first; what nobody has is not among them."""
    return [row for row in f.recipients if row["overdue"] and not row["is_nobody"]]


def _shown(rows: Sequence[Any], b: Bindings) -> str:
    """« (показаны 5 из 21)», if a list is cut."""
    if len(rows) <= SHOWN:
        return ""
    return f" (показаны {b.number(SHOWN, 'list.shown')} из {b.number(len(rows), 'list.all')})"


def _sign(change: int) -> str:
    return "+" if change > 0 else "−"
