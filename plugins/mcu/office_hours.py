"""The office hours of the administration: the rows of the schedule `office` in the seed `work_schedules`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from mcu.seeds.in_force import is_in_force
from mcu.warehouse.dbt import PROJECT

SCHEDULE = "office"


@dataclass(frozen=True)
class OfficeHours:
    """The ordinary week as a whole: from the earliest opening to the latest closing, without lunch and short days.

    `opens` and `closes` are minutes of the local day; `weekdays` counts from 1, Monday. Holidays are not known here:
    only the axis of working time (`int_work_intervals`) has them.
    """

    opens: int
    closes: int
    weekdays: tuple[int, ...]

    def contain(self, local: datetime) -> bool:
        """True if the office is open at a moment, given in the local zone."""
        return local.isoweekday() in self.weekdays and self.opens <= local.hour * 60 + local.minute < self.closes

    @property
    def cron_hourly(self) -> str:
        """Every full hour from the opening to the closing, both included."""
        weekdays = ",".join(str(day % 7) for day in self.weekdays)
        return f"0 {-(-self.opens // 60)}-{min(self.closes // 60, 23)} * * {weekdays}"

    @property
    def cron_at_opening(self) -> str:
        """Every day at the opening: a moved Saturday may be a working day too."""
        return f"{self.opens % 60} {self.opens // 60} * * *"


@cache
def office_hours() -> OfficeHours:
    """The hours in force now."""
    with (PROJECT / "seeds" / "work_schedules.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["schedule_code"] == SCHEDULE and is_in_force(row)]
    return OfficeHours(
        opens=min(_minutes(row["starts_at"]) for row in rows),
        closes=max(_minutes(row["ends_at"]) for row in rows),
        weekdays=tuple(sorted({int(row["weekday"]) for row in rows})),
    )


def _minutes(clock: str) -> int:
    """Minutes of the day of `HH:MM`; 24:00 is the next midnight."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
