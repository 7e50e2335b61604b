"""The expected volume beside what came: errors of ours, of the seasonal-naive forecast and of a negative-binomial
regression, and how often the interval holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
import statsmodels.api as sm

from volumes.stream import rows

YEAR_FROM = date(2025, 11, 20)
LEAST_A_DAY = 2
"""The interval of a day is judged where so many are expected: counts of 0 and 1 have no interval of 90 %."""


@dataclass(frozen=True)
class Figures:
    days: int
    error: float
    naive_error: float
    held_share: float

    @property
    def gain(self) -> float:
        """How much smaller our error is than that of the same weekday of the week before."""
        return 1 - self.error / self.naive_error


def read(levels: tuple[str, ...] = ("municipality", "block")) -> pd.DataFrame:
    """The rows of the levels with the count of a week before."""
    found = pd.DataFrame(
        rows(
            "select date_on, level || municipality_code || block_code, day_kind, items_count, expected_count::float8,"
            " low_count::float8, high_count::float8, state from fct_expected_volumes where level = any(%s)"
            " order by 2, 1",
            list(levels),
        ),
        columns=["date_on", "series", "day_kind", "found", "expected", "low", "high", "state"],
    )
    found["week_before"] = found.groupby("series").found.shift(7)
    return found


def judge(data: pd.DataFrame, without: tuple[date, date] | None = None) -> Figures:
    """The last year, without the days of a planted surge and the three weeks after it."""
    year = data[(data.date_on >= YEAR_FROM) & data.week_before.notna() & (data.expected >= LEAST_A_DAY)]
    if without:
        first, last = without
        year = year[(year.date_on < first) | (year.date_on >= last + timedelta(days=21))]
    return Figures(
        len(year),
        float((year.found - year.expected).abs().mean()),
        float((year.found - year.week_before).abs().mean()),
        float(((year.found >= year.low) & (year.found <= year.high)).mean()),
    )


def regression_error(data: pd.DataFrame, series: str) -> tuple[float, float]:
    """(our error, the regression's) in the last year: kinds of days, season and trend, fitted anew before each month on
    all that was known."""
    one = data[data.series == series].reset_index(drop=True)
    days = pd.to_datetime(one.date_on)
    year = 2 * np.pi * days.dt.dayofyear / 365.25
    design = pd.get_dummies(one.day_kind, dtype=float)
    design["trend"] = (days - days.min()).dt.days / 365
    for wave in (1, 2):
        design[f"sin{wave}"], design[f"cos{wave}"] = np.sin(wave * year), np.cos(wave * year)
    ours: list[float] = []
    theirs: list[float] = []
    for month in pd.date_range(pd.Timestamp(2025, 12, 1), periods=11, freq="MS"):
        past, now = days < month, (days >= month) & (days < month + pd.offsets.MonthBegin())
        known = design.loc[past]
        model = sm.GLM(one.found[past], known, family=sm.families.NegativeBinomial(alpha=0.02)).fit_regularized(
            alpha=1e-4, L1_wt=0
        )
        theirs += list((one.found[now] - model.predict(design.loc[now])).abs())
        ours += list((one.found[now] - one.expected[now]).abs())
    return float(np.mean(ours)), float(np.mean(theirs))
