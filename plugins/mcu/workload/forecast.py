"""How many items come in the next four weeks, with an interval that holds nine of ten outcomes.

A day counts by its place in the working calendar: a day off is worth `share of a working day`, estimated from the
series. The level is the mean of past days, recent ones weighing more; the season is what the same weeks of last year
were beside the level of that time, drawn towards none while little is known. The interval is as wide as the series'
own past forecasts were wrong, and never narrower than mere chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]

WEEK, WEEKS, YEAR = 7, 4, 364
HORIZON = WEEK * WEEKS
HALF_LIFE = 70.0
"""Days after which a day weighs half in the level."""
LEAST_DAYS = 91
"""Days that a series must have been known for."""
SEASON_ITEMS = 60.0
"""So many items of last year weigh as much as «no season»."""
SPREAD_ORIGINS = 4.0
"""So many past forecasts weigh as much as mere chance in the width of the interval."""
Z = 1.75
"""Usual distances on each side that hold nine of ten: more than of a normal law (1.645), since the usual distance is
itself known from some dozen forecasts only."""
ROUNDING = 0.25
"""A bound takes in a count that lies so near outside: whole counts cannot hold just nine of ten."""


@dataclass(frozen=True)
class Span:
    """What is expected in one week, or (week 0) in all four."""

    week: int
    expected: float
    low: int
    high: int


def forecast(counts: Array, working: npt.NDArray[np.bool_]) -> list[Span]:
    """The spans after the last day of `counts`, one number a day; `working` goes on for four weeks after it. Empty if
    too little is known."""
    series = _Series(counts, working)
    today = len(counts)
    if today < LEAST_DAYS or counts.sum() < WEEKS:
        return []
    (expected,) = series.expected(np.array([today]))
    origins = np.arange(today - HORIZON, max(LEAST_DAYS, today - YEAR) - 1, -WEEK)
    weekly, total = series.distances(origins)
    spans = [Span(0, float(expected.sum()), *_interval(float(expected.sum()), _spread(total)))]
    spread = _spread(weekly)
    return spans + [Span(no + 1, float(mean), *_interval(float(mean), spread)) for no, mean in enumerate(expected)]


class _Series:
    """Sums over days, from which the forecast of any past day is a few subtractions."""

    def __init__(self, counts: Array, working: npt.NDArray[np.bool_]) -> None:
        self.counts = counts
        known = working[: len(counts)]
        # a day off beside a working day, drawn towards a fifth
        off, on = counts[~known].sum() + 1, counts[known].sum() + 5
        share = min(off / ((~known).sum() + 5) / (on / (known.sum() + 5)), 1.5)
        self.days = np.where(working, 1.0, share)
        self._came = np.concatenate([[0.0], np.cumsum(counts)])
        self._worth = np.concatenate([[0.0], np.cumsum(self.days)])
        keep = 0.5 ** (1 / HALF_LIFE)
        level, came, worth = [0.0], 0.0, 0.0
        for count, day in zip(counts.tolist(), self.days.tolist(), strict=False):
            came, worth = came * keep + count, worth * keep + day
            level.append(came / worth if worth else 0.0)
        self._level = np.array(level)

    def expected(self, origins: Days) -> Array:
        """What the days before each origin make expect of each of its four weeks: a row an origin."""
        worth = np.diff(self._worth[_ends(origins)], axis=1)
        found: Array = (self._level[origins] * self._season(origins))[:, None] * worth
        return found

    def _season(self, origins: Days) -> Array:
        """The four weeks a year ago, and two more on each side, beside the level of their time."""
        then = origins - YEAR
        is_known = then >= LEAST_DAYS
        then = np.where(is_known, then, LEAST_DAYS)
        first, last = then - 2 * WEEK, np.minimum(then + HORIZON + 2 * WEEK, len(self._came) - 1)
        came = self._came[last] - self._came[first]
        usual = self._level[then] * (self._worth[last] - self._worth[first])
        season = np.clip((came + SEASON_ITEMS) / (usual + SEASON_ITEMS), 0.4, 2.5)
        found: Array = np.where(is_known, season, 1.0)
        return found

    def distances(self, origins: Days) -> tuple[Array, Array]:
        """How far from what was expected the weeks of each origin lay, and all four together; chance is one."""
        expected, came = self.expected(origins), np.diff(self._came[_ends(origins)], axis=1)
        return _root(came) - _root(expected), _root(came.sum(axis=1)) - _root(expected.sum(axis=1))


def _ends(origins: Days) -> Days:
    return origins[:, None] + WEEK * np.arange(WEEKS + 1)


def _root(count: Any) -> Any:
    """On this scale chance has one standard deviation, however large the count."""
    return 2 * np.sqrt(count + 0.375)


def _spread(distances: Array) -> float:
    """The usual distance, never below that of chance. Origins lie a week apart and their spans overlap: four of them
    say as much as one."""
    weight = distances.shape[0] / WEEKS
    mean_square = float(np.mean(np.square(distances))) if distances.size else 1.0
    return float(max((SPREAD_ORIGINS + weight * mean_square) / (SPREAD_ORIGINS + weight), 1.0) ** 0.5)


def _interval(expected: float, spread: float) -> tuple[int, int]:
    middle, half = _root(expected), Z * spread
    low = (max(middle - half, _root(0)) / 2) ** 2 - 0.375
    high = ((middle + half) / 2) ** 2 - 0.375
    return int(np.ceil(low - ROUNDING)), int(np.floor(high + ROUNDING))


def step(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """(municipality, block, recipient, days with items, items of them, is each day from the first to the last of the
    forecast a working one) → (municipality, block, recipient, week, expected, low, high). Days are numbers from 0."""
    for municipality, block, recipient, days, items, working in rows:
        is_working = np.array(working, dtype=bool)
        counts = np.zeros(len(is_working) - HORIZON)
        counts[np.array(days, dtype=int)] = items
        first = min(days)
        for span in forecast(counts[first:], is_working[first:]):
            yield municipality, block, recipient, span.week, round(span.expected, 3), span.low, span.high
