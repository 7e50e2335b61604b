"""The city's time: its two years, the rhythm in which people write, and office hours.

Instants are whole seconds since the epoch (UTC). All five municipalities use Moscow time, UTC+3 all year.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import accumulate

import holidays

MSK = timezone(timedelta(hours=3), "Europe/Moscow")
CITY_START = datetime(2024, 11, 20, 18, 0, tzinfo=MSK)
CITY_END = datetime(2026, 11, 20, 18, 0, tzinfo=MSK)
START = int(CITY_START.timestamp())
END = int(CITY_END.timestamp())
HOUR = 3_600
DAY = 86_400
_OFFSET = 3 * HOUR


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    """The instant of a local date and time."""
    return int(datetime(year, month, day, hour, minute, tzinfo=MSK).timestamp())


def local(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, MSK)


def iso(instant: int) -> str:
    """`2026-11-20T18:00:00+03:00`"""
    return datetime.fromtimestamp(instant, MSK).isoformat()


def utc(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def dotted(instant: int) -> str:
    """`20.11.2026 18:00`, as a cabinet writes local time."""
    return datetime.fromtimestamp(instant, MSK).strftime("%d.%m.%Y %H:%M")


# --- working days: an approximation, good enough to make officials answer in office hours. The platform's calendar is
# --- not read here: if both used it, tests could not find an error in it.

_FIRST = date(2024, 11, 1)
_FIRST_DAY = (_FIRST - date(1970, 1, 1)).days
_OFF = holidays.country_holidays("RU", years=[2024, 2025, 2026, 2027])
_IS_WORKING = [
    (_FIRST + timedelta(days=i)).weekday() < 5 and _FIRST + timedelta(days=i) not in _OFF for i in range(1_100)
]
_WORKING_DAYS = [i for i, working in enumerate(_IS_WORKING) if working]
_BEFORE = [0, *accumulate(map(int, _IS_WORKING))]
_OPENS, _WORKDAY = 9 * HOUR, 8 * HOUR


def _position(instant: int) -> int:
    """Working seconds (9:00 to 17:00) from the city's first day to `instant`."""
    days, second = divmod(instant + _OFFSET, DAY)
    days -= _FIRST_DAY
    inside = min(max(second - _OPENS, 0), _WORKDAY) if _IS_WORKING[days] else 0
    return _BEFORE[days] * _WORKDAY + inside


def add_working(instant: int, seconds: float) -> int:
    """The instant that lies so many working seconds after `instant`; always inside office hours."""
    days, rest = divmod(_position(instant) + int(seconds), _WORKDAY)
    return (_WORKING_DAYS[days] + _FIRST_DAY) * DAY - _OFFSET + _OPENS + rest


def in_office_hours(instant: int) -> int:
    """`instant` itself if it is in office hours, else an instant of the next working day."""
    moved = add_working(instant, 0)
    return instant if moved == instant else moved + instant % (3 * HOUR)


def working_seconds(start: int, end: int) -> int:
    return _position(end) - _position(start)


# --- the rhythm of writing

_BY_HOUR = (4, 2, 1, 1, 1, 2, 5, 14, 34, 58, 66, 64, 58, 56, 60, 58, 54, 50, 50, 52, 48, 38, 24, 11)
_BY_WEEKDAY = (1.25, 1.15, 1.08, 1.05, 1.0, 0.62, 0.55)
_BY_MONTH = (1.15, 1.1, 1.05, 1.08, 0.95, 0.9, 0.88, 0.9, 0.98, 1.12, 1.1, 1.12)


class Rhythm:
    """Spreads N items over the two years: by hour, weekday, season, growth, and stronger in `surge`."""

    def __init__(self, surge: tuple[int, int], strength: float) -> None:
        weights = []
        for start in range(START, END, HOUR):
            moment = local(start)
            weight = _BY_HOUR[moment.hour] * _BY_WEEKDAY[moment.weekday()] * _BY_MONTH[moment.month - 1]
            weight *= 1 + 0.25 * (start - START) / (END - START)
            weights.append(weight * (strength if surge[0] <= start < surge[1] else 1))
        self._upto = [0.0, *accumulate(weights)]

    def instant(self, share: float) -> int:
        """The instant before which `share` (0–1) of all items arrive."""
        target = share * self._upto[-1]
        hour = min(bisect_right(self._upto, target), len(self._upto) - 1) - 1
        inside = (target - self._upto[hour]) / (self._upto[hour + 1] - self._upto[hour])
        return START + hour * HOUR + int(inside * (HOUR - 1))
