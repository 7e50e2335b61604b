"""100,000 random cases: the macros and the SQL functions against the calculator, minute by minute, and the package
`businesstimedelta`. No mismatch is let through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from deadlines.axis import Axis
from deadlines.minute_walk import MinuteWalk
from deadlines.operations import OPERATIONS, Case
from deadlines.package_rules import NOT_IN_PACKAGE, PackageSchedule
from deadlines.random_cases import Questions, to_whole_minutes
from ground import add_evidence

SEED = 59_2006
TITLE = "Случайные действия со сроками"
COUNTS = {
    "worked_seconds": 18_000,
    "after_worked_seconds": 18_000,
    "next_working_instant": 10_000,
    "nth_working_day": 9_000,
    "working_days_between": 5_000,
    "shifted_day": 12_000,
    "due_hours": 3_000,
    "due_working_hours": 10_000,
    "due_working_days": 5_000,
    "due_calendar_days": 10_000,
}
BY_MINUTES = {"worked_seconds": 900, "after_worked_seconds": 800, "next_working_instant": 300}
SHOWN = 5
"""How many of the mismatches a failure lists."""

Cases = dict[str, list[Case]]


@pytest.fixture(scope="module")
def cases(axis: Axis) -> Cases:
    questions = Questions(axis.by_hand, SEED)
    return {operation: questions.ask(operation, count) for operation, count in COUNTS.items()}


def compare(operation: str, cases: list[Case], found: list[Any], expected: list[Any]) -> None:
    """Fails with the first mismatches and their number."""
    assert len(cases) == len(found) == len(expected) > 0
    wrong = [(case, f, e) for case, f, e in zip(cases, found, expected, strict=True) if f != e]
    lines = [f"{case}: got {f}, not {e}" for case, f, e in wrong[:SHOWN]]
    assert not wrong, "\n".join([f"{operation}, seed {SEED}: {len(wrong)} of {len(cases)} wrong", *lines])


def test_there_are_100_000_cases_of_every_sort(cases: Cases, axis: Axis) -> None:
    assert set(COUNTS) == set(OPERATIONS)
    assert sum(len(asked) for asked in cases.values()) == 100_000
    starts = [(c.schedule, c.moment) for c in cases["due_working_hours"]]
    hand = axis.by_hand
    outside = sum(hand.next_working_instant(*start) != start[1] for start in starts)
    ends = sum(start[1] == end for start in starts for _, end in hand.intervals(start[0], hand.local_day(*start)))
    on_ends = sum(
        due == end
        for c in cases["due_working_hours"]
        for due in [hand.due(c.schedule, c.moment, c.amount or 0, "working_hours", "none")]
        for _, end in hand.intervals(c.schedule, hand.local_day(c.schedule, due))
    )
    assert min(outside, ends, on_ends) > 300
    add_evidence(
        TITLE,
        f"seed {SEED}: 100,000 cases in {len(COUNTS)} operations; of 10,000 deadlines in working hours {outside} start"
        f" outside working time, {ends} on the end of an interval, and {on_ends} end on one",
    )


@pytest.mark.parametrize("operation", COUNTS)
def test_macro_and_function_equal_the_calculator(operation: str, cases: Cases, axis: Axis) -> None:
    asked = cases[operation]
    expected = [OPERATIONS[operation].by_hand(axis.by_hand, case) for case in asked]
    compare(f"macro {operation}", asked, axis.by_macro(operation, asked), expected)
    compare(f"function {operation}", asked, axis.by_function(operation, asked), expected)


def test_2_000_cases_minute_by_minute(cases: Cases, axis: Axis) -> None:
    walk = MinuteWalk(axis.reference.schedules, axis.reference.days)
    zone = axis.by_hand.zone
    answer: dict[str, Callable[[Case], Any]] = {
        "worked_seconds": lambda c: walk.worked_seconds(c.schedule, zone(c.schedule), c.moment, c.until),
        "after_worked_seconds": lambda c: walk.after_worked_seconds(c.schedule, zone(c.schedule), c.moment, c.amount),
        "next_working_instant": lambda c: walk.next_working_instant(c.schedule, zone(c.schedule), c.moment),
    }
    total = 0
    for operation, count in BY_MINUTES.items():
        forward = [c for c in cases[operation] if (c.until or c.moment) >= c.moment and (c.amount or 1) > 0]
        asked = to_whole_minutes(forward)[:count]
        assert len(asked) == count
        compare(operation, asked, axis.by_macro(operation, asked), [answer[operation](c) for c in asked])
        total += len(asked)
    assert total == 2_000
    add_evidence(TITLE, f"{total} cases minute by minute")


def test_package_businesstimedelta_agrees(cases: Cases, axis: Axis) -> None:
    hand = axis.by_hand
    package = {
        code: PackageSchedule(hand, code, date(2019, 12, 1), date(2029, 1, 1))
        for code in ("office", "six_days", "long_cut", "east")
    }
    answer: dict[str, Callable[[PackageSchedule, Case], Any]] = {
        "worked_seconds": lambda p, c: p.worked_seconds(c.moment, c.until),
        "after_worked_seconds": lambda p, c: p.after_worked_seconds(c.moment, c.amount),
        "due_working_hours": lambda p, c: p.after_worked_seconds(c.moment, 3600 * (c.amount or 0)),
    }
    total = 0
    for operation, count in answer.items():
        asked = [
            c
            for c in cases[operation]
            if c.schedule not in NOT_IN_PACKAGE and (c.until or c.moment) >= c.moment and (c.amount or 1) > 0
        ]
        compare(operation, asked, axis.by_macro(operation, asked), [count(package[c.schedule], c) for c in asked])
        total += len(asked)
    assert total > 25_000
    add_evidence(TITLE, f"{total} cases in working hours agree with businesstimedelta")
