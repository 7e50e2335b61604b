"""Two years of counts whose truth is known: weekdays, holidays, seasons, growth, days that are busier than others, and
what was planted into them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np

from volumes.stream import Told, blocks

MOSCOW = ZoneInfo("Europe/Moscow")
FIRST, LAST = date(2024, 11, 20), date(2026, 11, 20)
PER_DAY = {"murmansk": 30, "gubkinsky": 14, "lomonosovsky": 8}
TOPICS = {
    "roads.snow": 0.18, "zhkh.heating": 0.12, "social.aid": 0.25, "tko.removal": 0.2, "health.booking": 0.15,
    "roads.repair": 0.1,
}  # fmt: skip  # a table
WINTER = (3.2, 2.6, 1.6, 0.4, 0.1, 0.05, 0.05, 0.05, 0.1, 0.4, 1.4, 2.6)
CHANNELS = {"pos": ("pos", 0.5), "incident": ("incident", 0.35), "registry": ("registry_written", 0.15)}
PLACES = {
    "murmansk": ("Ленинский округ", "Октябрьский округ"),
    "gubkinsky": ("Центральная территория", "Троицкая территория"),
    "lomonosovsky": ("Аннинское поселение", "Низинское поселение"),
}
WEEK = (1.3, 1.15, 1.1, 1.05, 1.0, 0.5, 0.4)

SURGE = ("lomonosovsky", "zhkh.heating", "Аннинское поселение", date(2026, 3, 10), date(2026, 3, 20))
CAME_BACK = ("lomonosovsky", "roads.repair", "Низинское поселение")
SURGES = {SURGE: 12, (*CAME_BACK, date(2026, 8, 1), date(2026, 8, 11)): 12, (*CAME_BACK, date(2026, 11, 5), LAST): 6}
"""How many more a day, all by ПОС, while one or less comes otherwise."""
RETURNED = [
    ("gubkinsky", "social.aid", "Троицкая территория"),
    ("murmansk", "tko.removal", "Октябрьский округ"),
]
RETURNED_SINCE = date(2026, 10, 23)
"""From that day on six of ten come again after an answer; one of twelve does otherwise."""
SILENT_TOPIC = ("incident", "gubkinsky", "tko.removal", date(2026, 5, 18), date(2026, 7, 20))
SILENT_NOW = ("registry", "gubkinsky", date(2026, 10, 19), LAST)
TODAY = ("murmansk", "roads.repair")
"""Thirty more this morning."""


def told(seed: int) -> Iterator[Told]:
    """The items in order of their days."""
    rng, block_of = np.random.default_rng(seed), blocks()
    off = holidays.country_holidays("RU", years=[2024, 2025, 2026])
    number = 0
    for day in (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)):
        passed = 0.75 if day == LAST else 1.0  # as_of is 18:00
        for place, mean in PER_DAY.items():
            # a busy day is busy for all topics; the variance is above that of mere chance
            busy = rng.gamma(80, 1 / 80) * _of_calendar(day, off) * (1 + 0.2 * (day - FIRST).days / 730) * passed
            for topic, share in TOPICS.items():
                season = (
                    WINTER[day.month - 1] if topic == "roads.snow" else 1 + 0.2 * np.sin(day.timetuple().tm_yday / 58)
                )
                for source, (channel, part) in CHANNELS.items():
                    count = rng.poisson(mean * share * part * season * busy)
                    if _is_silent(source, place, topic, day):
                        count = 0
                    for _ in range(count):
                        number += 1
                        where = PLACES[place][int(rng.random() > 0.6)]
                        yield _one(number, source, place, channel, day, topic, block_of, where, rng)
        for place, topic, where, extra in _planted(day):
            for _ in range(extra):
                number += 1
                yield _one(number, "pos", place, "pos", day, topic, block_of, where, rng)


def _of_calendar(day: date, off: holidays.HolidayBase) -> float:
    if day in off:
        return 0.35
    before, after = day + timedelta(days=1) in off, day - timedelta(days=1) in off
    return WEEK[day.weekday()] * (0.9 if before else 1.2 if after else 1)


def _is_silent(source: str, place: str, topic: str, day: date) -> bool:
    past, now = SILENT_TOPIC, SILENT_NOW
    return ((source, place, topic) == past[:3] and past[3] <= day < past[4]) or (
        (source, place) == now[:2] and now[2] <= day
    )


def _planted(day: date) -> Iterator[tuple[str, str, str, int]]:
    for (place, topic, where, first, last), extra in SURGES.items():
        if first <= day < last:
            yield place, topic, where, extra
    if day == LAST:
        yield (*TODAY, PLACES[TODAY[0]][0], 30)


def _one(
    number: int, source: str, place: str, channel: str, day: date, topic: str, block_of: dict[tuple[str, str], str],
    where: str, rng: np.random.Generator,
) -> Told:  # fmt: skip  # a table
    at = datetime.combine(day, time(int(rng.integers(8, 18)), int(rng.integers(60))), MOSCOW)
    return Told(
        source, f"T-{number}", place, channel, at, topic, block_of[place, topic], where, f"author {number % 5000}",
        rng.random() < (0.6 if (place, topic, where) in RETURNED and day >= RETURNED_SINCE else 0.08),
    )  # fmt: skip  # a table
