"""An independent calculator of deadlines, in plain Python: it walks day by day and interval by interval over the rows
of work_schedules and calendar_days, and shares nothing with the SQL but those rows.

Instants are aware datetimes in UTC (Python subtracts wall clocks within one zone, which is wrong over a change of
clocks); days are dates of the schedule's zone. Conventions: dbt_project/macros/README.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

Row = Mapping[str, str]
Interval = tuple[datetime, datetime]

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
NOTHING = timedelta()
DAYS_OFF = ("holiday", "day_off", "presidential")


class Calculator:
    """Deadlines over rows of the two reference tables, as text (an empty string is null)."""

    def __init__(self, schedules: Iterable[Row], calendar: Iterable[Row]) -> None:
        self._hours: dict[tuple[str, int], list[Row]] = {}
        self._schedule: dict[str, Row] = {}
        for row in sorted(schedules, key=lambda r: r["starts_at"]):
            self._hours.setdefault((row["schedule_code"], int(row["weekday"])), []).append(row)
            self._schedule[row["schedule_code"]] = row
        self._exceptions = {(date.fromisoformat(r["date_on"]), r["region"]): r for r in calendar}
        self.intervals = cache(self._intervals)

    def schedules(self) -> list[str]:
        return sorted(self._schedule)

    def zone(self, schedule: str) -> ZoneInfo:
        return ZoneInfo(self._schedule[schedule]["time_zone"])

    def local_day(self, schedule: str, moment: datetime) -> date:
        return moment.astimezone(self.zone(schedule)).date()

    def exception(self, schedule: str, day: date) -> Row | None:
        """The row of the calendar that holds for the schedule on this day: its region's before the country's."""
        info = self._schedule[schedule]
        if info["follows_calendar"] != "true":
            return None
        return self._exceptions.get((day, info["region"])) or self._exceptions.get((day, ""))

    def hours(self, schedule: str, day: date) -> list[tuple[int, int]]:
        """The working intervals of a day in minutes of the local day, in order."""
        exception = self.exception(schedule, day)
        weekday, minutes_off = day.isoweekday(), 0
        if exception:
            if exception["kind"] in DAYS_OFF:
                return []
            if exception["kind"] == "working":
                weekday = int(exception["as_weekday"])
            if exception["is_shortened"] == "true":
                minutes_off = int(self._schedule[schedule]["shortened_minutes"])
        rows = self._hours.get((schedule, weekday), [])
        rows = [r for r in rows if r["valid_from"] <= day.isoformat() < (r["valid_to"] or "9999")]
        spans = [(_minutes(r["starts_at"]), _minutes(r["ends_at"])) for r in rows]
        while minutes_off and spans:
            start, end = spans.pop()
            left = end - start - minutes_off
            if left > 0:
                return [*spans, (start, start + left)]
            minutes_off = -left
        return spans

    def _intervals(self, schedule: str, day: date) -> list[Interval]:
        zone = self.zone(schedule)
        return [(_instant(day, a, zone), _instant(day, b, zone)) for a, b in self.hours(schedule, day)]

    def is_working(self, schedule: str, day: date) -> bool:
        return bool(self.intervals(schedule, day))

    def _onward(self, schedule: str, moment: datetime) -> Iterator[Interval]:
        """The intervals from the moment on, the first one cut by it."""
        day = self.local_day(schedule, moment)
        while True:
            for begin, end in self.intervals(schedule, day):
                if end > moment:
                    yield max(begin, moment), end
            day += DAY

    def _back(self, schedule: str, moment: datetime) -> Iterator[Interval]:
        """The intervals before the moment, the latest first and cut by it."""
        day = self.local_day(schedule, moment)
        while True:
            for begin, end in reversed(self.intervals(schedule, day)):
                if begin < moment:
                    yield begin, min(end, moment)
            day -= DAY

    def worked_seconds(self, schedule: str, start: datetime, end: datetime) -> int:
        """Seconds of working time from `start` to `end`, negative if `end` is the earlier one."""
        if end < start:
            return -self.worked_seconds(schedule, end, start)
        total = NOTHING
        for begin, until in self._onward(schedule, start):
            if begin >= end:
                break
            total += min(until, end) - begin
        return total // SECOND

    def after_worked_seconds(self, schedule: str, start: datetime, seconds: int) -> datetime:
        """The instant that so much working time lies before; a negative amount goes back. The end of an interval and
        the start of the next one are the same distance away: it is the end."""
        left = timedelta(seconds=abs(seconds))
        if seconds < 0:
            for begin, end in self._back(schedule, start):
                if left < end - begin:
                    return end - left
                left -= end - begin
        for begin, end in self._onward(schedule, start):
            if left <= end - begin:
                return begin + left
            left -= end - begin
        raise AssertionError("the calendar never ends")

    def next_working_instant(self, schedule: str, moment: datetime) -> datetime:
        """The moment itself in working time, or the start of the next interval."""
        return next(self._onward(schedule, moment))[0]

    def nth_working_day(self, schedule: str, day: date, count: int) -> date:
        """The so-many-th working day after the day."""
        while count:
            day += DAY
            count -= self.is_working(schedule, day)
        return day

    def working_days_between(self, schedule: str, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`."""
        if end < start:
            return -self.working_days_between(schedule, end, start)
        return sum(self.is_working(schedule, start + DAY * n) for n in range(1, (end - start).days + 1))

    def shifted_day(self, schedule: str, day: date, shift: str) -> date:
        """The day itself if it is working, else the next or the previous working day."""
        step = {"none": NOTHING, "next": DAY, "previous": -DAY}[shift]
        while step and not self.is_working(schedule, day):
            day += step
        return day

    def due(self, schedule: str, start: datetime, amount: int, unit: str, shift: str) -> datetime:
        """The end of a deadline of `amount` units. One in days starts on the day after and ends with its last day."""
        if unit == "hours":
            return start + timedelta(hours=amount)
        if unit == "working_hours":
            return self.after_worked_seconds(schedule, start, amount * 3600)
        day = self.local_day(schedule, start)
        if unit == "working_days":
            last = self.nth_working_day(schedule, day, amount)
        else:
            last = self.shifted_day(schedule, day + timedelta(days=amount), shift)
        return datetime.combine(last, time(23, 59, 59), self.zone(schedule)).astimezone(UTC)


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:5])


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """A time of the local day; 24:00 is the midnight after it."""
    days, rest = divmod(minutes, 1440)
    return datetime.combine(day + days * DAY, time(rest // 60, rest % 60), zone).astimezone(UTC)
