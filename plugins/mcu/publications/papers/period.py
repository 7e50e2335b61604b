"""Months, quarters and years: «2026-10», «2026-Q3», «2026»."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from mcu.errors import UserError
from mcu.russian import month_title
from mcu.settings import settings

ROMAN = ("I", "II", "III", "IV")
_LENGTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Period:
    """`kind`: month, quarter or year."""

    kind: str
    first: date

    @classmethod
    def of(cls, code: str, *kinds: str) -> Period:
        """The period of a code, one of `kinds` (any, if none is given). Raises UserError."""
        found = None
        if re.fullmatch(r"20\d{2}-(0[1-9]|1[0-2])", code):
            found = cls("month", date.fromisoformat(f"{code}-01"))
        elif quarter := re.fullmatch(r"(20\d{2})-Q([1-4])", code):
            found = cls("quarter", date(int(quarter[1]), 3 * int(quarter[2]) - 2, 1))
        elif re.fullmatch(r"20\d{2}", code):
            found = cls("year", date(int(code), 1, 1))
        if found is None or (kinds and found.kind not in kinds):
            looks = {"month": "2026-10 (месяц)", "quarter": "2026-Q3 (квартал)", "year": "2026 (год)"}
            allowed = ", ".join(looks[kind] for kind in kinds or looks)
            raise UserError(f"Период указан как «{code}», а нужен вид: {allowed}.")
        return found

    @property
    def code(self) -> str:
        if self.kind == "month":
            return f"{self.first:%Y-%m}"
        return f"{self.first:%Y}" + (f"-Q{self.quarter}" if self.kind == "quarter" else "")

    @property
    def quarter(self) -> int:
        return (self.first.month + 2) // 3

    @property
    def last(self) -> date:
        return self._shifted(1).first - timedelta(days=1)

    @property
    def before(self) -> Period:
        return self._shifted(-1)

    @property
    def year_ago(self) -> Period:
        return Period(self.kind, self.first.replace(year=self.first.year - 1))

    @property
    def title(self) -> str:
        """«октябрь 2026 года», «III квартал 2026 года», «2026 год»."""
        if self.kind == "month":
            return month_title(self.code)
        if self.kind == "quarter":
            return f"{ROMAN[self.quarter - 1]} квартал {self.first.year} года"
        return f"{self.first.year} год"

    @property
    def slice(self) -> dict[str, Any]:
        return {"first": self.first, "last": self.last}

    def _shifted(self, by: int) -> Period:
        months = self.first.year * 12 + self.first.month - 1 + by * _LENGTHS[self.kind]
        return Period(self.kind, date(months // 12, months % 12 + 1, 1))


def previous_quarter(at: datetime) -> str:
    """The last whole quarter before `at`, by the municipality's clock: «2026-Q3»."""
    today = at.astimezone(settings().tz).date()
    return Period("quarter", date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)).before.code
