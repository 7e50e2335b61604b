"""A question: which measure, by what, of which period, of which part."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from mcu.russian import MONTHS
from mcu.slices.catalogue import SliceRefused, catalogue

MOST_DIMENSIONS = 3
LEAST_N = 5
"""Cells of fewer records are hidden unless a question says otherwise; accepted by default."""

PREVIOUS, YEAR_AGO = "предыдущий", "год-назад"


@dataclass(frozen=True)
class Period:
    """Days from `first` up to, not with, `end`."""

    first: date
    end: date

    @property
    def title(self) -> str:
        last = self.end - timedelta(days=1)
        if (self.first.day, self.end.day) == (1, 1):
            since, until = (f"{MONTHS[day.month - 1]} {day.year}" for day in (self.first, last))
            return since if since == until else f"{since} — {until}"
        return f"{self.first:%d.%m.%Y} — {last:%d.%m.%Y}"

    @property
    def months(self) -> int:
        """From the month of `first` to that of `end`."""
        return (self.end.year - self.first.year) * 12 + self.end.month - self.first.month

    def is_one(self, unit: Literal["week", "month", "quarter", "year"]) -> bool:
        """Is it exactly one week, month, quarter or year of the calendar?"""
        if unit == "week":
            return self.first.weekday() == 0 and self.end - self.first == timedelta(days=7)
        months = {"month": 1, "quarter": 3, "year": 12}[unit]
        begins = self.first.day == 1 and (self.first.month - 1) % months == 0
        return begins and self.end.day == 1 and self.months == months

    @staticmethod
    def of(text: str) -> Period:
        """«2026», «2026-Q3», «2026-10», «2026-W46», «2026-10-15», or two of them: «2026-01..2026-10»."""
        first, _, last = text.partition("..")
        begins, ends = _span(first), _span(last or first)
        if begins.first >= ends.end:
            raise SliceRefused(f"Период «{text}»: начало позже конца.")
        return Period(begins.first, ends.end)

    def against(self, text: str) -> Period:
        """PREVIOUS: the same number of months (else days) right before; YEAR_AGO; or a period of its own."""
        is_whole = (self.first.day, self.end.day) == (1, 1)
        try:
            if text == YEAR_AGO:
                return Period(_months(self.first, -12), _months(self.end, -12))
            if text == PREVIOUS:
                first = _months(self.first, -self.months) if is_whole else self.first - (self.end - self.first)
                return Period(first, self.first)
        except (ValueError, OverflowError):  # before the first year of the calendar
            raise SliceRefused(f"Периода «{text}» у периода {self.title} нет.") from None
        return Period.of(text)


@dataclass(frozen=True)
class Question:
    """`where`: dimension → the value that it must have, by code. `least_n`: cells of fewer records are hidden."""

    measure: str
    by: tuple[str, ...]
    period: Period
    against: Period | None = None
    where: dict[str, str] = field(default_factory=dict)
    least_n: int = LEAST_N

    def __post_init__(self) -> None:
        known = catalogue()
        known.measure(self.measure)
        for name in (*self.by, *self.where):
            known.dimension(self.measure, name)
        if not 1 <= len(self.by) <= MOST_DIMENSIONS or len(set(self.by)) < len(self.by):
            raise SliceRefused(f"Признаков нужно от одного до {MOST_DIMENSIONS}, разных.")
        if self.against and any(known.dimensions[name].time for name in self.by):
            raise SliceRefused(
                "По времени разрез уже сравнивает: расширьте период, а период для сравнения не указывайте."
            )
        if self.against and self.against.first < self.period.end and self.period.first < self.against.end:
            raise SliceRefused(
                f"Период для сравнения ({self.against.title}) пересекается с периодом разреза ({self.period.title}): "
                "по разности открылось бы скрытое. Укажите период, который кончается раньше или начинается позже."
            )
        if self.least_n < 1:
            raise SliceRefused("Наименьшее число записей: нужно целое число не меньше 1.")


def ask(
    measure: str,
    by: str,
    period: str,
    against: str | None = None,
    where: list[str] | None = None,
    least_n: int = LEAST_N,
) -> Question:
    """A question as people write it. Raises SliceRefused, which names what is allowed."""
    given = Period.of(period)
    conditions: dict[str, str] = {}
    for one in where or []:
        name, sign, value = one.partition("=")
        if not sign or not value.strip():
            raise SliceRefused(f"Условие «{one}»: нужно ПРИЗНАК=ЗНАЧЕНИЕ, например municipality=murmansk.")
        conditions[name.strip()] = value.strip()
    names = tuple(name.strip() for name in by.split(",") if name.strip())
    return Question(measure, names, given, given.against(against) if against else None, conditions, least_n)


def _span(text: str) -> Period:
    text = text.strip()
    try:
        if found := re.fullmatch(r"(\d{4})", text):
            first = date(int(found[1]), 1, 1)
            return Period(first, _months(first, 12))
        if found := re.fullmatch(r"(\d{4})-[QКqк]([1-4])", text):
            first = date(int(found[1]), 3 * int(found[2]) - 2, 1)
            return Period(first, _months(first, 3))
        if found := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text):
            first = date(int(found[1]), int(found[2]), 1)
            return Period(first, _months(first, 1))
        if found := re.fullmatch(r"(\d{4})-W(\d{2})", text):
            first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
            return Period(first, first + timedelta(days=7))
        first = date.fromisoformat(text)
        return Period(first, first + timedelta(days=1))
    except (ValueError, OverflowError):
        raise SliceRefused(
            f"Период «{text}» не читается. Можно указать год 2026, квартал 2026-Q3, месяц 2026-10, неделю 2026-W46, "
            "день 2026-10-15 или от и до: 2026-01..2026-10."
        ) from None


def _months(day: date, count: int) -> date:
    """The day so many months later; the 29th of February of another year is the 28th."""
    month = day.year * 12 + day.month - 1 + count
    year, month = divmod(month, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
