"""What is proved: each operation as the macro that models expand, as the SQL function, and by the calculator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from deadlines.calculator import Calculator


@dataclass(frozen=True)
class Case:
    """One question; the operation says which fields it reads."""

    schedule: str
    moment: datetime
    until: datetime | None = None
    day: date | None = None
    day_to: date | None = None
    amount: int | None = None
    shift: str | None = None


COLUMNS = (
    "schedule text, zone text, moment timestamptz, until timestamptz, day date, day_to date, amount bigint, shift text"
)


@dataclass(frozen=True)
class Operation:
    """`macro` is a sub-select with the column `value` in dbt's Jinja over the row `c` of a case; `function` is an
    expression with the SQL function of the same text; `by_hand` is the calculator's answer."""

    macro: str
    function: str
    by_hand: Callable[[Calculator, Case], Any]


_STARTED = "(c.moment at time zone c.zone)::date"
_END_OF_DAY = "(({} + 1)::timestamp at time zone c.zone - interval '1 second')"


def _day_deadline(text: str) -> str:
    """Until the end of the day that `text` finds, as int_due.sql writes it."""
    return "(select {{ end_of_day('d.value', 'c.zone') }} as value from {{ " + text + " }} as d)"


def _due(unit: str) -> Callable[[Calculator, Case], Any]:
    return lambda by_hand, c: by_hand.due(c.schedule, c.moment, c.amount or 0, unit, c.shift or "none")


OPERATIONS: dict[str, Operation] = {
    "worked_seconds": Operation(
        "{{ worked_seconds('c.schedule', 'c.moment', 'c.until') }}",
        "intermediate_next.worked_seconds(c.schedule, c.moment, c.until)",
        lambda by_hand, c: by_hand.worked_seconds(c.schedule, c.moment, c.until),
    ),
    "after_worked_seconds": Operation(
        "{{ after_worked_seconds('c.schedule', 'c.moment', 'c.amount') }}",
        "intermediate_next.after_worked_seconds(c.schedule, c.moment, c.amount)",
        lambda by_hand, c: by_hand.after_worked_seconds(c.schedule, c.moment, c.amount),
    ),
    "next_working_instant": Operation(
        "{{ next_working_instant('c.schedule', 'c.moment') }}",
        "intermediate_next.next_working_instant(c.schedule, c.moment)",
        lambda by_hand, c: by_hand.next_working_instant(c.schedule, c.moment),
    ),
    "nth_working_day": Operation(
        "{{ nth_working_day('c.schedule', 'c.day', 'c.amount') }}",
        "intermediate_next.nth_working_day(c.schedule, c.day, c.amount::integer)",
        lambda by_hand, c: by_hand.nth_working_day(c.schedule, c.day, c.amount),
    ),
    "working_days_between": Operation(
        "{{ working_days_between('c.schedule', 'c.day', 'c.day_to') }}",
        "intermediate_next.working_days_between(c.schedule, c.day, c.day_to)",
        lambda by_hand, c: by_hand.working_days_between(c.schedule, c.day, c.day_to),
    ),
    "shifted_day": Operation(
        "{{ shifted_day('c.schedule', 'c.day', 'c.shift') }}",
        "intermediate_next.shifted_day(c.schedule, c.day, c.shift)",
        lambda by_hand, c: by_hand.shifted_day(c.schedule, c.day, c.shift),
    ),
    "due_hours": Operation(
        "(select c.moment + c.amount * interval '1 hour' as value)",
        "c.moment + c.amount * interval '1 hour'",
        _due("hours"),
    ),
    "due_working_hours": Operation(
        "{{ after_worked_seconds('c.schedule', 'c.moment', '(c.amount * 3600)::bigint') }}",
        "intermediate_next.after_worked_seconds(c.schedule, c.moment, c.amount * 3600)",
        _due("working_hours"),
    ),
    "due_working_days": Operation(
        _day_deadline("nth_working_day('c.schedule', local_date('c.moment', 'c.zone'), 'c.amount::integer')"),
        _END_OF_DAY.format(f"intermediate_next.nth_working_day(c.schedule, {_STARTED}, c.amount::integer)"),
        _due("working_days"),
    ),
    "due_calendar_days": Operation(
        _day_deadline(
            "shifted_day('c.schedule', '(' ~ local_date('c.moment', 'c.zone') ~ ' + c.amount::integer)', 'c.shift')"
        ),
        _END_OF_DAY.format(f"intermediate_next.shifted_day(c.schedule, {_STARTED} + c.amount::integer, c.shift)"),
        _due("calendar_days"),
    ),
}
