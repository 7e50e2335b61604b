"""An independent calculator of terms, to hold the models against: it walks day by day and interval by interval over
the CSV files of the reference data, in plain Python, and shares nothing with the SQL."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
DAY = timedelta(days=1)


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed as text."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _exceptions() -> dict[date, dict[str, str]]:
    return {date.fromisoformat(row["date_on"]): row for row in seed("calendar_days") if not row["region"]}


@cache
def _hours(schedule: str) -> dict[int, list[tuple[int, int]]]:
    """Weekday → working intervals in minutes of the day."""
    hours: dict[int, list[tuple[int, int]]] = {}
    for row in seed("work_schedules"):
        if row["schedule_code"] == schedule:
            start, end = (int(t[:2]) * 60 + int(t[3:5]) for t in (row["starts_at"], row["ends_at"]))
            hours.setdefault(int(row["weekday"]), []).append((start, end))
    return hours


def intervals(day: date, schedule: str, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The working intervals of a day, in order."""
    exception = _exceptions().get(day) if schedule != "round_the_clock" else None
    kind = exception["kind"] if exception else "ordinary"
    if kind in ("holiday", "day_off", "presidential"):
        return []
    weekday = int(exception["as_weekday"]) if exception and kind == "working" else day.isoweekday()
    spans = list(_hours(schedule).get(weekday, []))
    minutes_off = 60 if exception and exception["is_shortened"] == "true" else 0
    while minutes_off and spans:
        start, end = spans.pop()
        left = end - start - minutes_off
        minutes_off = max(-left, 0)
        if left > 0:
            spans.append((start, start + left))
    midnight = datetime.combine(day, time(), zone)
    return [(midnight + timedelta(minutes=a), midnight + timedelta(minutes=b)) for a, b in spans]


def is_working(day: date, schedule: str) -> bool:
    return bool(intervals(day, schedule, ZoneInfo("UTC")))


def after_worked(start: datetime, seconds: int, schedule: str, zone: ZoneInfo) -> datetime:
    """The instant at which so much working time has passed."""
    left = timedelta(seconds=seconds)
    for begin, end in _from(start, schedule, zone):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise AssertionError("the calendar never ends")


def worked(start: datetime, end: datetime, schedule: str, zone: ZoneInfo) -> int:
    """Seconds of working time between two instants."""
    total = timedelta()
    for begin, until in _from(start, schedule, zone):
        if begin >= end:
            return int(total.total_seconds())
        total += min(until, end) - begin
    raise AssertionError("the calendar never ends")


def next_instant(start: datetime, schedule: str, zone: ZoneInfo) -> datetime:
    """The instant itself in working time, or the start of the next interval."""
    return next(_from(start, schedule, zone))[0]


def _from(start: datetime, schedule: str, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    day = start.astimezone(zone).date()
    while True:
        for begin, end in intervals(day, schedule, zone):
            if end > start:
                yield max(begin, start), end
        day += DAY


def nth_working_day(day: date, count: int, schedule: str) -> date:
    while count:
        day += DAY
        count -= is_working(day, schedule)
    return day


def shifted(day: date, shift: str, schedule: str) -> date:
    step = {"none": timedelta(), "next": DAY, "previous": -DAY}[shift]
    while step and not is_working(day, schedule):
        day += step
    return day


def due(rule: dict[str, Any], start: datetime, zone: ZoneInfo, *, extended: bool = False) -> datetime:
    """When the term of a rule of deadline_rules.csv ends."""
    amount = int(rule["amount"]) + (int(rule["extension_amount"]) if extended else 0)
    schedule = rule["schedule_code"]
    local = start.astimezone(zone).date()
    match rule["unit"]:
        case "hours":
            return start + timedelta(hours=amount)
        case "working_hours":
            return after_worked(start, amount * 3600, schedule, zone)
        case "working_days":
            day = nth_working_day(local, amount, schedule)
        case "calendar_days":
            day = shifted(local + timedelta(days=amount), rule["shift"], schedule)
        case unit:
            raise AssertionError(unit)
    return datetime.combine(day, time(23, 59, 59), zone)
