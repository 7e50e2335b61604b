"""Random questions, most of them where deadlines go wrong: on the edges of intervals, at night, at lunch, at week-ends,
around holidays, and amounts that end exactly with an interval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from deadlines.calculator import DAY, SECOND, Calculator
from deadlines.operations import Case

FIRST_DAY = date(2020, 1, 1)
DAYS = 2900
"""Starts are in 2020–2027; the last weeks of 2027 are left to the deadlines that begin before them."""

SCHEDULES = {
    "office": 6,
    "round_the_clock": 1,
    "six_days": 3,
    "night": 2,
    "long_cut": 2,
    "east": 3,
    "berlin": 1,
    "paris_always": 1,
}
"""How often each schedule is asked."""


class Questions:
    """A source of cases; equal seeds give equal ones."""

    def __init__(self, by_hand: Calculator, seed: int) -> None:
        self._by_hand = by_hand
        self._rng = Random(seed)
        self._exceptions = {
            schedule: [d for d in self._all_days() if by_hand.exception(schedule, d)] for schedule in SCHEDULES
        }
        self._kinds: dict[str, Callable[[], Case]] = {
            "worked_seconds": self._between,
            "after_worked_seconds": self._after,
            "next_working_instant": self._at,
            "nth_working_day": lambda: self._on(amount=self._rng.choice([0, 1, 1, 2, 5, self._rng.randrange(1, 90)])),
            "working_days_between": self._days_between,
            "shifted_day": lambda: self._on(shift=self._rng.choice(["none", "next", "next", "previous", "previous"])),
            "due_hours": lambda: self._deadline(1, 100),
            "due_working_hours": lambda: self._deadline(1, 60),
            "due_working_days": lambda: self._deadline(1, 45),
            "due_calendar_days": lambda: self._deadline(1, 65, self._rng.choice(["none", "next", "previous"])),
        }

    def ask(self, operation: str, count: int) -> list[Case]:
        return [self._kinds[operation]() for _ in range(count)]

    @staticmethod
    def _all_days() -> list[date]:
        return [FIRST_DAY + DAY * n for n in range(DAYS)]

    def _schedule(self) -> str:
        return self._rng.choices(list(SCHEDULES), list(SCHEDULES.values()))[0]

    def day(self, schedule: str) -> date:
        """Any day, or one within three days of a day that differs from the ordinary week."""
        if self._exceptions[schedule] and self._rng.random() < 0.5:
            return self._rng.choice(self._exceptions[schedule]) + DAY * self._rng.randrange(-3, 4)
        return FIRST_DAY + DAY * self._rng.randrange(DAYS)

    def moment(self, schedule: str, day: date) -> datetime:
        """Any second of the day, an edge of one of its intervals, the second before or after one, or its midnight."""
        midnight = datetime.combine(day, time(), self._by_hand.zone(schedule)).astimezone(UTC)
        intervals = self._by_hand.intervals(schedule, day)
        luck = self._rng.random()
        if intervals and luck < 0.5:
            return self._rng.choice(self._rng.choice(intervals)) + SECOND * self._rng.choice([-1, 0, 0, 0, 1])
        if luck < 0.6:
            return midnight
        if luck < 0.8:
            return midnight + timedelta(minutes=self._rng.randrange(1440))
        return midnight + timedelta(seconds=self._rng.randrange(86400))

    def _start(self) -> tuple[str, datetime]:
        schedule = self._schedule()
        return schedule, self.moment(schedule, self.day(schedule))

    def _later(self, schedule: str, moment: datetime) -> datetime:
        """An instant of the same day or some days later, seldom before."""
        day = self._by_hand.local_day(schedule, moment)
        days = self._rng.choice([-9, 0, 0, 1, 1, 2, 3, 5, 12, self._rng.randrange(60)])
        return self.moment(schedule, day + DAY * days)

    def _at(self) -> Case:
        return Case(*self._start())

    def _between(self) -> Case:
        schedule, moment = self._start()
        return Case(schedule, moment, until=self._later(schedule, moment))

    def _after(self) -> Case:
        """A number of seconds; in half of the cases the one that ends with an edge; seldom one that goes back."""
        schedule, moment = self._start()
        seconds = self._rng.choice([1, 60, 3600, -3600, self._rng.randrange(1, 900_000)])
        if self._rng.random() < 0.5:
            to_an_edge = self._by_hand.worked_seconds(schedule, moment, self._later(schedule, moment))
            seconds = to_an_edge or seconds
        return Case(schedule, moment, amount=seconds)

    def _on(self, amount: int | None = None, shift: str | None = None) -> Case:
        schedule = self._schedule()
        day = self.day(schedule)
        return Case(schedule, datetime.combine(day, time(), UTC), day=day, amount=amount, shift=shift)

    def _days_between(self) -> Case:
        schedule = self._schedule()
        day = self.day(schedule)
        later = day + DAY * self._rng.randrange(-10, 90)
        return Case(schedule, datetime.combine(day, time(), UTC), day=day, day_to=later)

    def _deadline(self, least: int, most: int, shift: str | None = None) -> Case:
        schedule, moment = self._start()
        return Case(schedule, moment, amount=self._rng.randint(least, most), shift=shift)


def to_whole_minutes(cases: list[Case]) -> list[Case]:
    """The same questions with starts, ends and amounts in whole minutes, of schedules without a change of clocks."""
    return [
        Case(
            c.schedule,
            c.moment.replace(second=0),
            until=c.until and c.until.replace(second=0),
            amount=c.amount and max(c.amount // 60 * 60, 60),
        )
        for c in cases
        if c.schedule not in ("berlin", "paris_always")
    ]
