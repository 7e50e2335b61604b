"""The 43 vectors restated from the tests of two Ruby packages of business time, by the macros and the SQL functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deadlines.axis import Axis
from deadlines.operations import Case
from deadlines.reference_rows import vectors

VECTORS = vectors()
WAYS: dict[str, Callable[[Axis, str, list[Case]], list[Any]]] = {"macro": Axis.by_macro, "function": Axis.by_function}


def _instant(text: str, zone: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _question(vector: dict[str, Any]) -> tuple[str, Case, Callable[[Any], Any]]:
    """Our operation for a vector's, its case, and how the answer is written there."""
    zone, arg = vector["time_zone"], vector["arg"]
    moment = _instant(vector["start"], zone)
    local = moment.astimezone(ZoneInfo(zone))
    case = Case(vector["schedule"], moment, day=local.date())
    match vector["op"]:
        case "add_days":  # the day is ours; the time of the day stays what it was
            has_time = "T" in vector["start"]
            asked = Case(case.schedule, moment, day=case.day, amount=arg)
            return (
                "nth_working_day",
                asked,
                lambda day: datetime.combine(day, local.time()).isoformat() if has_time else day.isoformat(),
            )
        case "add_seconds":
            return "after_worked_seconds", Case(case.schedule, moment, amount=arg), _written(zone)
        case "advance_to_working_time":
            return "next_working_instant", case, _written(zone)
        case "in_working_hours":
            return "next_working_instant", case, lambda found: found == moment
        case "working_seconds_between":
            return "worked_seconds", Case(case.schedule, moment, until=_instant(arg, zone)), lambda found: found
        case "working_days_between":
            asked = Case(case.schedule, moment, day=case.day, day_to=date.fromisoformat(arg))
            return "working_days_between", asked, lambda found: found
        case op:
            raise AssertionError(op)


def _written(zone: str) -> Callable[[datetime], str]:
    return lambda found: found.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat()


def test_there_are_43_vectors(shared_data: Path) -> None:
    assert len(VECTORS) == 43


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_vector(axis: Axis, vector: dict[str, Any], way: str) -> None:
    operation, case, written = _question(vector)
    (found,) = WAYS[way](axis, operation, [case])
    assert written(found) == vector["expected"], (operation, case, found)
