"""The forecast of four weeks: back-tested over a year on a series whose law is known, and on the arrivals of the city;
beside a seasonal-naive forecast, which says what came in the same weeks of last year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import holidays
import numpy as np
import pytest

from demo_city.clock import local
from demo_city.generate import City
from demo_city.reference import reference
from mcu.workload.forecast import HORIZON, LEAST_DAYS, WEEK, WEEKS, YEAR, Array, forecast, step

SEED, ITEMS = 59, 20_000


@dataclass(frozen=True)
class Outcome:
    week: int
    expected: float
    low: int
    high: int
    came: float
    naive: float

    @property
    def is_held(self) -> bool:
        return self.low <= self.came <= self.high


def working_days(first: date, days: int) -> np.ndarray:
    off = holidays.country_holidays("RU", years=range(first.year, first.year + 4))
    dates = [first + timedelta(no) for no in range(days)]
    return np.array([day.weekday() < 5 and day not in off for day in dates])


def back_test(counts: Array, working: np.ndarray, step_days: int = HORIZON) -> Iterator[Outcome]:
    """Forecasts made on past days of the last year, each with the days before it only, and what came."""
    for origin in range(len(counts) - HORIZON, len(counts) - YEAR, -step_days):
        came, year_ago = counts[origin:], counts[origin - YEAR :]
        for span in forecast(counts[:origin], working[: origin + HORIZON]):
            days = slice(0, HORIZON) if span.week == 0 else slice(WEEK * (span.week - 1), WEEK * span.week)
            sums = float(came[days].sum()), float(year_ago[days].sum())
            yield Outcome(span.week, span.expected, span.low, span.high, *sums)


def judged(found: list[Outcome], name: str) -> tuple[float, float, float]:
    held = float(np.mean([o.is_held for o in found]))
    error = float(np.mean([abs(o.expected - o.came) for o in found]))
    naive = float(np.mean([abs(o.naive - o.came) for o in found]))
    print(f"\n{name}: {len(found)} forecasts, held {held:.3f}, error {error:.2f}, seasonal-naive {naive:.2f}")
    return held, error, naive


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_series_of_known_law(seed: int) -> None:
    """Sixty series: a working-day level of 1 to 12 with a yearly wave, a sixth of it on days off, more spread than
    mere chance has."""
    rng = np.random.default_rng(seed)
    working = working_days(date(2024, 1, 1), 1000 + HORIZON)
    wave = 1 + 0.25 * np.sin(2 * np.pi * np.arange(1000) / 365.25)
    found: list[Outcome] = []
    for level in np.linspace(1, 12, 60):
        mean = level * wave * np.where(working[:1000], 1, 1 / 6)
        found += back_test(rng.poisson(mean * rng.gamma(8, 1 / 8, 1000)).astype(float), working)
    for weeks, name in (([0], "four weeks"), ([1, 2, 3, 4], "single weeks")):
        held, error, naive = judged([o for o in found if o.week in weeks], f"known law, {name}")
        assert 0.85 <= held <= 0.95
        assert error < 0.9 * naive


@pytest.fixture(scope="module")
def city() -> tuple[list[Array], np.ndarray]:
    """Arrivals a day of each municipality × theme that has at least one item a fortnight, and its working days."""
    themes, arrivals = reference().topic_themes, defaultdict[tuple[str, str], list[date]](list)
    for item in City(SEED, ITEMS):
        if not item.fault:
            arrivals[item.municipality, themes[item.topic]].append(local(item.received).date())
    first, last = min(map(min, arrivals.values())), max(map(max, arrivals.values()))
    length = (last - first).days  # the last day is not over
    series = []
    for days in arrivals.values():
        counts = np.bincount([(day - first).days for day in days], minlength=length + 1)[:length].astype(float)
        if counts.sum() >= length / 14:
            series.append(counts)
    return series, working_days(first, length + HORIZON)


def test_the_city_over_a_year(city: tuple[list[Array], np.ndarray]) -> None:
    series, working = city
    assert len(series) > 40
    found = [outcome for counts in series for outcome in back_test(counts, working)]
    held, error, naive = judged([o for o in found if o.week == 0], "city, four weeks")
    assert 0.85 <= held <= 0.95
    assert error < naive
    # one or two items a week: whole counts cannot hold just nine of ten
    held, error, naive = judged([o for o in found if o.week and o.expected >= 5], "city, weeks of five and more")
    assert 0.85 <= held <= 0.96
    assert error < naive


def test_a_week_of_holidays_is_expected_to_be_quiet() -> None:
    """Ten a working day, one a day off: the New Year's week has no working day."""
    working = working_days(date(2024, 1, 1), 728 + HORIZON)
    day = (date(2025, 12, 29) - date(2024, 1, 1)).days
    counts = np.where(working, 10.0, 1.0)[:day]
    weeks = forecast(counts, working[: day + HORIZON])[1:]
    assert [round(span.expected / 10) for span in weeks] == [2, 1, 5, 5]


def test_little_known_is_no_forecast_and_the_last_days_do_not_matter_before_they_come() -> None:
    working = working_days(date(2026, 1, 1), 400)
    assert forecast(np.ones(LEAST_DAYS - 1), working[: LEAST_DAYS - 1 + HORIZON]) == []
    assert forecast(np.zeros(200), working[: 200 + HORIZON]) == []
    assert [span.week for span in forecast(np.ones(200), working[: 200 + HORIZON])] == list(range(WEEKS + 1))


def test_the_step_makes_days_of_counts() -> None:
    working = working_days(date(2026, 1, 1), 200 + HORIZON).tolist()
    (total, *weeks) = step(iter([("m", "b", "all", [*range(50, 200)], [2] * 150, working)]))
    assert total[:4] == ("m", "b", "all", 0) and [week[3] for week in weeks] == [1, 2, 3, 4]
    assert total[4] == pytest.approx(sum(week[4] for week in weeks), abs=0.01)
    assert 50 < total[4] < 62 and total[5] < total[4] < total[6]
