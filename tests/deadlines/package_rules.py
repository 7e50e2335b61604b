"""The schedules as rules of the package `businesstimedelta`, for an opinion that is not ours."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytz
from businesstimedelta import BusinessTimeDelta, HolidayRule, Rules, WorkDayRule
from businesstimedelta.rules import Rule

from deadlines.calculator import Calculator, Interval

NOT_IN_PACKAGE = ("round_the_clock", "night", "berlin", "paris_always")
"""An interval up to 24:00 is none for the package: its day ends before midnight or goes over it."""

A_SUNDAY = date(2029, 1, 7)
FAR_AWAY = (datetime(2100, 1, 1, tzinfo=UTC), datetime(2100, 1, 2, tzinfo=UTC))
"""The package always needs a next holiday and a next given time."""


class GivenTimes(Rule):
    """Working times of single dates: the package knows no moved and no short day."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        super().__init__()
        self._intervals = sorted(intervals)
        self._ends = [end for _, end in self._intervals]

    def next(self, dt: datetime) -> Interval:
        start, end = self._intervals[bisect_right(self._ends, dt)]
        return max(start, dt), end


class PackageSchedule:
    """A schedule in the package's words: a rule an interval of the week, all days that differ as holidays, and the
    hours of those of them that are worked."""

    def __init__(self, by_hand: Calculator, schedule: str, first: date, last: date) -> None:
        offset = datetime.combine(first, time(), by_hand.zone(schedule)).utcoffset()
        assert offset is not None
        zone = pytz.FixedOffset(offset // timedelta(minutes=1))  # no change of clocks in these years, and much faster
        weekly: dict[tuple[int, int], list[int]] = {}
        for weekday in range(7):
            # a week of the years before the calendar, without a day that differs
            for span in by_hand.hours(schedule, date(2018, 10, 1) + timedelta(days=weekday)):
                weekly.setdefault(span, []).append(weekday)
        days = [first + timedelta(days=n) for n in range((last - first).days)]
        differ = [day for day in days if by_hand.exception(schedule, day)]
        week = Rules(
            [WorkDayRule(_time(a), _time(b), weekdays, tz=zone) for (a, b), weekdays in weekly.items()]
            + [HolidayRule({*differ, A_SUNDAY}, tz=zone)]
        )
        given = GivenTimes([i for day in differ for i in by_hand.intervals(schedule, day)] + [FAR_AWAY])
        self._rules = Rules([week, given])
        next_of_package = self._rules.next
        self._rules.next = cache(lambda moment: tuple(edge.astimezone(UTC) for edge in next_of_package(moment)))

    def worked_seconds(self, start: datetime, end: datetime) -> int:
        delta = self._rules.difference(start, end)
        return int(delta.timedelta.total_seconds())

    def after_worked_seconds(self, start: datetime, seconds: int) -> datetime:
        found: datetime = start + BusinessTimeDelta(self._rules, seconds=seconds)
        return found


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
