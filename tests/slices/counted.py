"""What a slice must hold, counted in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from psycopg.rows import dict_row

from mcu.slices.count import count
from mcu.slices.question import Period, ask
from mcu.slices.suppress import TOTAL
from mcu.slices.table import Table
from mcu.warehouse.connect import connect
from slices.facts import AS_OF, KINDS, MOSCOW, PLACES, TOPICS, Row

PERIOD = "2026-08..2026-10"
Facts = tuple[list[Row], list[Row]]


def answer(*question: Any, **more: Any) -> Table:
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        return count(cursor, ask(*question, **more))


def local(moment: datetime | None) -> date | None:
    return moment.astimezone(MOSCOW).date() if moment and moment <= AS_OF else None


def days(f: Row) -> Fraction | None:
    if f["final_reply_at"] is None:
        return None
    return Fraction(str((f["final_reply_at"] - f["received_at"]).total_seconds())) / 86400


def owes(f: Row) -> bool:
    is_law = f["status_code"] == "left_without_answer" and f["kind"] == "appeal"
    return f["final_reply_at"] is not None or (f["status_code"] not in ("forwarded", "withdrawn") and not is_law)


def share(part: Callable[[Row], bool]) -> Callable[[list[Row]], tuple[int, Any]]:
    return lambda rows: (len(rows), Fraction(sum(map(part, rows)), len(rows)))


def number(part: Callable[[Row], bool]) -> Callable[[list[Row]], tuple[int, Any]]:
    return lambda rows: (sum(map(part, rows)), sum(map(part, rows)))


def median(rows: list[Row]) -> tuple[int, Any]:
    times = sorted(time for row in rows if (time := days(row)) is not None)
    reached = [time for n, time in enumerate(times, 1) if 2 * n >= len(rows)]
    return len(rows), reached[0] if reached else None


def mean(rows: list[Row]) -> tuple[int, Any]:
    return len(rows), sum((days(row) or Fraction(0) for row in rows), Fraction(0)) / len(rows)


def is_due(d: Row) -> bool:
    return d["answer"] is not None and (d["is_met"] or d["is_missed"])


def is_ended(d: Row) -> bool:
    return d["answer"] == "final" and (d["done_at"] is not None or d["ending"] == "closed_without_answer")


PLAIN: dict[str, tuple[int, Callable[[Row], date | None], Callable[[Row], bool], Any]] = {
    "received": (0, lambda f: local(f["received_at"]), lambda f: True, number(lambda f: True)),
    "new": (
        0,
        lambda f: local(f["received_at"]),
        lambda f: True,
        number(lambda f: not f["is_repeat"] and not f["is_duplicate"]),
    ),
    "repeat_share": (0, lambda f: local(f["received_at"]), lambda f: True, share(lambda f: f["is_repeat"])),
    "duplicate_share": (0, lambda f: local(f["received_at"]), lambda f: True, share(lambda f: f["is_duplicate"])),
    "answer_median_days": (0, lambda f: local(f["received_at"]), owes, median),
    "answer_mean_days": (0, lambda f: local(f["final_reply_at"]), lambda f: True, mean),
    "on_time_share": (1, lambda d: local(d["done_at"] or d["cancelled_at"]), is_ended, share(lambda d: d["is_met"])),
    "first_reply_on_time_share": (
        1,
        lambda d: local(d["due_at"]),
        lambda d: is_due(d) and d["stage"] == "first_reply",
        share(lambda d: d["is_met"]),
    ),
    "missed_share": (1, lambda d: local(d["due_at"]), is_due, share(lambda d: d["is_missed"])),
    "missed": (1, lambda d: local(d["due_at"]), is_due, number(lambda d: d["is_missed"])),
    "satisfaction_share": (
        0,
        lambda f: local(f["marked_at"]),
        lambda f: f["mark"] is not None,
        share(lambda f: f["mark"] >= 4),
    ),
    "mark_response_share": (
        0,
        lambda f: local(f["final_reply_at"]),
        lambda f: True,
        share(lambda f: f["mark"] is not None),
    ),
}
"""Measure → of which fact, on which day, of which rows, n and value of some rows."""

LABELS: dict[str, Callable[[Row, date], str]] = {
    "municipality": lambda row, day: PLACES[row["municipality_code"]],
    "branch": lambda row, day: "ЖКХ и ТКО" if row["block_code"].endswith("zhkh") else "Дороги",
    "block": lambda row, day: (
        f"{'ЖКХ' if row['block_code'].endswith('zhkh') else 'Дороги'} ({PLACES[row['municipality_code']]})"
    ),
    "topic": lambda row, day: TOPICS[row["topic_code"]][0],
    "topic_group": lambda row, day: TOPICS[row["topic_code"]][1],
    "recipient": lambda row, day: f"Управление {row['recipient_code'][-1]} ({PLACES[row['municipality_code']]})",
    "channel": lambda row, day: f"Канал {row['channel_code']}",
    "kind": lambda row, day: KINDS[row["kind"]],
    "status": lambda row, day: f"Состояние {row['status_code']}",
    "stage": lambda row, day: {"first_reply": "Первый ответ", "final": "Окончательный ответ"}[row["stage"]],
    "place": lambda row, day: row["place"] or "не указано",
    "month": lambda row, day: day.replace(day=1).isoformat(),
    "quarter": lambda row, day: date(day.year, 3 * ((day.month - 1) // 3) + 1, 1).isoformat(),
    "year": lambda row, day: date(day.year, 1, 1).isoformat(),
    "week": lambda row, day: date.fromordinal(day.toordinal() - day.weekday()).isoformat(),
}


def plain(facts: Facts, measure: str, by: tuple[str, ...], period: Period) -> dict[tuple[Any, Any], tuple[int, Any]]:
    """Row and column → n and value."""
    which, day_of, is_ours, counted = PLAIN[measure]
    items = {f["feedback_key"]: f for f in facts[0]}
    groups: dict[tuple[Any, Any], list[Row]] = defaultdict(list)
    for row in facts[which]:
        item = items[row["feedback_key"]]
        day = day_of(row)
        if item["kind"] == "body_request" or day is None or not period.first <= day < period.end or not is_ours(row):
            continue
        labels = tuple(LABELS[name](item | row, day) for name in by)
        rows, column = (labels[:-1], labels[-1]) if len(labels) > 1 else (labels, TOTAL)
        for key in {(rows, column), (rows, TOTAL), (TOTAL, column), (TOTAL, TOTAL)}:
            groups[key].append(row)
    return {key: counted(rows) for key, rows in groups.items()}


def cells(table: Table, which: str = "period") -> Iterator[tuple[tuple[Any, Any], Any]]:
    for n, row in enumerate([*map(tuple, table.rows), TOTAL]):
        for c, column in enumerate([*table.columns, TOTAL]):
            yield (row, column), table.cells[which][n][c]
