"""The slowest calculator there is: it looks at every minute and asks whether it is a working one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

from deadlines.calculator import DAY, DAYS_OFF, Row

MINUTE = timedelta(minutes=1)
DAY_MINUTES = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(1440)]


class MinuteWalk:
    """Working minutes of schedules whose zone has no change of clocks in the years walked."""

    def __init__(self, schedules: Iterable[Row], calendar: Iterable[Row]) -> None:
        self._rows: dict[str, list[Row]] = {}
        for row in schedules:
            self._rows.setdefault(row["schedule_code"], []).append(row)
        self._marks: dict[str, list[Row]] = {}
        for row in calendar:
            self._marks.setdefault(row["date_on"], []).append(row)
        self._usual = cache(self._usual_minutes)
        self._worked = cache(self._worked_minutes)

    def _worked_minutes(self, schedule: str, day: date) -> bytes:
        """For each of the day's 1440 minutes: 1 if it is a working one."""
        rows = self._rows[schedule]
        weekday, short = str(day.isoweekday()), 0
        marks = [r for r in self._marks.get(day.isoformat(), []) if r["region"] in ("", rows[0]["region"])]
        if marks and rows[0]["follows_calendar"] == "true":
            mark = max(marks, key=lambda r: r["region"])
            if mark["kind"] in DAYS_OFF:
                return bytes(1440)
            weekday = mark["as_weekday"] if mark["kind"] == "working" else weekday
            short = int(rows[0]["shortened_minutes"]) if mark["is_shortened"] == "true" else 0
        minutes = list(self._usual(schedule, weekday))
        for minute in reversed(range(1440)):
            if short and minutes[minute]:
                minutes[minute] = False
                short -= 1
        return bytes(minutes)

    def _usual_minutes(self, schedule: str, weekday: str) -> list[bool]:
        hours = [r for r in self._rows[schedule] if r["weekday"] == weekday]
        return [any(r["starts_at"] <= label < r["ends_at"] for r in hours) for label in DAY_MINUTES]

    def _walk(self, schedule: str, local: datetime) -> Iterator[int]:
        """1 or 0 for every minute from a local one on."""
        day, first = local.date(), local.hour * 60 + local.minute
        while True:
            yield from self._worked(schedule, day)[first:]
            day, first = day + DAY, 0

    def worked_seconds(self, schedule: str, zone: ZoneInfo, start: datetime, end: datetime) -> int:
        """Seconds of working time between two instants of whole minutes."""
        return 60 * sum(islice(self._walk(schedule, start.astimezone(zone)), (end - start) // MINUTE))

    def after_worked_seconds(self, schedule: str, zone: ZoneInfo, start: datetime, seconds: int) -> datetime:
        """The end of the minute with which the working time is full."""
        left = seconds // 60
        for passed, is_worked in enumerate(self._walk(schedule, start.astimezone(zone)), 1):
            left -= is_worked
            if not left:
                return start + passed * MINUTE
        raise AssertionError("the calendar never ends")

    def next_working_instant(self, schedule: str, zone: ZoneInfo, moment: datetime) -> datetime:
        """The first working minute from the moment on."""
        return self.after_worked_seconds(schedule, zone, moment, 60) - MINUTE
