"""Rows of work_schedules and calendar_days: the seeds', and those that make the tests' schedules harder."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ground import ROOT, SHARED_DATA

Row = dict[str, str]

SCHEDULE_COLUMNS = (
    "schedule_code", "title", "time_zone", "region", "weekday", "interval_no", "starts_at", "ends_at",
    "shortened_minutes", "follows_calendar", "valid_from", "valid_to", "legal_basis",
)  # fmt: skip  # a table
DAY_COLUMNS = ("date_on", "kind", "is_shortened", "as_weekday", "region", "title", "legal_basis")
CORRECTION_COLUMNS = ("known_from", *DAY_COLUMNS)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OWN_HOURS = 8
"""From 8 on a weekday is a pattern of hours that only a row of calendar_days names: a date with hours of its own."""


@cache
def seed(name: str) -> list[Row]:
    """The rows of a seed as text."""
    with (ROOT / "dbt_project" / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Reference:
    """Rows of the two tables."""

    schedules: list[Row]
    days: list[Row]

    def __add__(self, other: Reference) -> Reference:
        return Reference(self.schedules + other.schedules, self.days + other.days)


def seeds() -> Reference:
    return Reference(seed("work_schedules"), seed("calendar_days"))


def schedule(
    code: str,
    hours: dict[int, str],
    *,
    zone: str = "Europe/Moscow",
    region: str = "",
    shortened: int = 0,
    follows: bool = True,
) -> list[Row]:
    """A schedule from weekday → «09:00-13:00 13:45-18:00»."""
    return [
        dict(
            zip(
                SCHEDULE_COLUMNS,
                (code, code, zone, region, str(weekday), str(number), *span.split("-"), str(shortened),
                 "true" if follows else "false", "1990-01-01", "", "tests"),
                strict=True,
            )
        )
        for weekday, spans in hours.items()
        for number, span in enumerate(spans.split(), 1)
    ]  # fmt: skip  # a table


def day(on: str, kind: str, region: str, *, shortened: bool = False, as_weekday: int | str = "") -> Row:
    """A row of the calendar of one region."""
    values = (on, kind, "true" if shortened else "false", str(as_weekday), region, on, "tests")
    return dict(zip(DAY_COLUMNS, values, strict=True))


def _week(hours: str, *days: int) -> dict[int, str]:
    return dict.fromkeys(days or (1, 2, 3, 4, 5), hours)


def harder() -> Reference:
    """Schedules that the seeds have none of: no minutes off before a holiday, three intervals, a six-day week, a night
    shift over midnight, a cut that goes back over lunch or takes the whole day, changes of clocks, a region's days."""
    schedules = [
        *schedule("six_days", _week("08:00-12:00 12:30-15:30 16:00-17:30") | {6: "09:00-13:00"}),
        *schedule("night", _week("00:00-06:00 20:00-24:00"), shortened=90),
        *schedule("long_cut", _week("09:00-13:00 13:45-16:45", 1, 2, 3, 4) | {5: "09:00-12:20"}, shortened=200),
        *schedule(
            "east",
            _week("09:00-13:00 14:00-18:00") | {OWN_HOURS: "10:00-12:00 15:00-20:00"},
            zone="Asia/Kamchatka",
            region="край",
            shortened=60,
        ),
        *schedule(
            "berlin",
            _week("09:00-18:00") | {6: "22:00-24:00", 7: "00:00-24:00"},
            zone="Europe/Berlin",
            follows=False,
        ),
        *schedule("paris_always", _week("00:00-24:00", 1, 2, 3, 4, 5, 6, 7), zone="Europe/Paris", follows=False),
    ]
    days = [
        day
        for year in range(2020, 2028)
        for day in (
            # the region's own holiday, the short day before it, a Saturday with hours of its own;
            # and the country's holiday worked there: the region's row wins
            _regional(f"{year}-04-15", "holiday"),
            _regional(f"{year}-04-14", "shortened", shortened=True),
            _regional(f"{year}-09-12", "working", as_weekday=OWN_HOURS),
            _regional(f"{year}-06-12", "working", as_weekday=1),
        )
    ]
    return Reference(schedules, days)


def corrections() -> list[Row]:
    """Days corrected later: before they came and when they were past, one of them twice, one in a region only."""

    def known(since: str, on: str, kind: str, region: str = "", **more: Any) -> Row:
        return {"known_from": since, **day(on, kind, region, **more)}

    return [
        known("2022-03-01", "2022-03-12", "working", as_weekday=5),
        known("2022-03-01", "2022-04-08", "day_off"),
        known("2024-09-10", "2024-09-06", "day_off"),
        known("2024-09-10", "2024-09-20", "holiday"),
        known("2024-09-10", "2024-09-28", "working", as_weekday=1, shortened=True),
        known("2024-10-01", "2024-09-20", "shortened", shortened=True),
        known("2025-05-20", "2025-05-26", "day_off", "край"),
    ]


def _regional(on: str, kind: str, **more: Any) -> Row:
    return day(on, kind, "край", **more)


def vectors() -> list[dict[str, Any]]:
    """The vectors of two Ruby packages, each with the code of its schedule; none where the data is absent."""
    path = SHARED_DATA / "business_time_vectors.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    codes: dict[str, str] = {}
    for vector in found:
        given = json.dumps([vector[key] for key in ("working_hours", "holidays", "holiday_hours", "time_zone")])
        vector["schedule"] = codes.setdefault(given, vector["id"])
    return found


def of_vectors() -> Reference:
    """The vectors' calendars in our two tables: a schedule and a region each; a date with hours of its own is a working
    day that takes the hours of a weekday which no week has."""
    schedules: list[Row] = []
    days: list[Row] = []
    for vector in vectors():
        code = vector["schedule"]
        if code != vector["id"]:
            continue
        hours = {WEEKDAYS.index(name) + 1: _spans(spans) for name, spans in vector["working_hours"].items()}
        days += [day(on, "holiday", code) for on in vector["holidays"]]
        for number, (on, spans) in enumerate(vector["holiday_hours"].items(), OWN_HOURS):
            hours[number] = _spans(spans)
            days.append(day(on, "working", code, as_weekday=number))
        schedules += schedule(code, hours, zone=vector["time_zone"], region=code)
    return Reference(schedules, days)


def _spans(spans: list[list[str]]) -> str:
    return " ".join("-".join(span) for span in spans)


def write(path: Path, columns: tuple[str, ...], rows: list[Row]) -> None:
    """A CSV that `copy … csv header` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
