"""What is supposed, as rows of reference data."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mcu.errors import UserError
from mcu.russian import counted

Rows = list[dict[str, str]]

UNITS = {
    "calendar_days": ("календарный день", "календарных дня", "календарных дней"),
    "working_days": ("рабочий день", "рабочих дня", "рабочих дней"),
    "working_hours": ("рабочий час", "рабочих часа", "рабочих часов"),
    "hours": ("час", "часа", "часов"),
}
"""Unit of a rule → its forms after 1, 2 and 5."""
GENITIVE = {
    "calendar_days": "календарного дня",
    "working_days": "рабочего дня",
    "working_hours": "рабочего часа",
    "hours": "часа",
}
"""After «вместо 1»."""
DAYS = {
    "выходной": {"kind": "day_off", "is_shortened": "false", "as_weekday": ""},
    "рабочий": {"kind": "working", "is_shortened": "false"},
    "сокращённый": {"kind": "shortened", "is_shortened": "true", "as_weekday": ""},
}


class SupposalRefused(UserError):
    """A supposal that cannot be replayed; the message says what is allowed."""

    code = "supposal_refused"


@dataclass(frozen=True)
class RuleChange:
    """Another length of a deadline; the control deadline keeps its distance."""

    rule_code: str
    amount: int
    unit: str | None = None

    @staticmethod
    def of(text: str) -> RuleChange:
        """«pos_final=8», «pos_final=8:working_days». Raises SupposalRefused."""
        found = re.fullmatch(r"\s*(\w+)\s*=\s*(\d{1,4})\s*(?::\s*(\w+)\s*)?", text)
        if not found or int(found[2]) < 1:
            raise SupposalRefused(
                f"Правило «{text}»: нужно КОД=СРОК, например pos_final=8 или pos_final=8:working_days."
            )
        if found[3] and found[3] not in UNITS:
            listed = ", ".join(f"{code} ({many})" for code, (_, _, many) in UNITS.items())
            raise SupposalRefused(f"Единицы «{found[3]}» нет. Можно указать: {listed}.")
        return RuleChange(found[1], int(found[2]), found[3])

    def apply(self, rows: Rows) -> Rows:
        """Raises SupposalRefused with all rules."""
        codes = [row["rule_code"] for row in rows]
        if self.rule_code not in codes:
            listed = ", ".join(f"{row['rule_code']} ({row['title']})" for row in rows)
            raise SupposalRefused(f"Правила «{self.rule_code}» нет. Можно указать: {listed}.")
        return [self._changed(row) if row["rule_code"] == self.rule_code else row for row in rows]

    def title(self, rows: Rows) -> str:
        """«Ответ на сообщение в ПОС: 8 календарных дней вместо 30»."""
        row = next(row for row in rows if row["rule_code"] == self.rule_code)
        now, before = self.unit or row["unit"], row["amount"]
        if now != row["unit"]:
            many = UNITS[row["unit"]][-1]
            before = counted(int(before), GENITIVE[row["unit"]], many, many)
        return f"{row['title']} ({self.rule_code}): {counted(self.amount, *UNITS[now])} вместо {before}"

    def _changed(self, row: dict[str, str]) -> dict[str, str]:
        ahead = int(row["amount"]) - int(row["control_amount"])
        control = max(self.amount - ahead, 0)
        return {**row, "amount": str(self.amount), "control_amount": str(control), "unit": self.unit or row["unit"]}


@dataclass(frozen=True)
class DayChange:
    """Another kind of a day, known from the beginning."""

    day: date
    kind: str

    @staticmethod
    def of(text: str) -> DayChange:
        """«2026-11-05=выходной». Raises SupposalRefused."""
        day, _, kind = (part.strip() for part in text.partition("="))
        if kind not in DAYS:
            raise SupposalRefused(
                f"День «{text}»: нужно ДАТА=ВИД, вид — {', '.join(DAYS)}. Например, 2026-11-05=выходной."
            )
        try:
            return DayChange(date.fromisoformat(day), kind)
        except ValueError:
            raise SupposalRefused(f"Дата «{day}» не читается: нужен вид ГГГГ-ММ-ДД.") from None

    def apply(self, rows: Rows) -> Rows:
        """`rows` of calendar_days; a row of the day is replaced."""
        weekday = {"as_weekday": str(min(self.day.isoweekday(), 5))} if self.kind == "рабочий" else {}
        row = {"date_on": self.day.isoformat(), "region": "", "title": "Предположение", "legal_basis": "Предположение"}
        return [*self.apart(rows), {**row, **DAYS[self.kind], **weekday}]

    def apart(self, rows: Rows) -> Rows:
        """`rows` without those of the day."""
        return [row for row in rows if row["date_on"] != self.day.isoformat()]

    @property
    def title(self) -> str:
        return f"{self.day:%d.%m.%Y} — {self.kind} день"


def apply(project: Path, rules: list[RuleChange], days: list[DayChange]) -> list[str]:
    """Change the seeds of a copy of the dbt project; what is supposed, in Russian."""
    said: list[str] = []
    for rule in rules:
        before = _edit(project, "deadline_rules", rule.apply)
        said.append(rule.title(before))
    for day in days:
        _edit(project, "calendar_days", day.apply)
        _edit(project, "calendar_corrections", day.apart)
        said.append(day.title)
    return said


def _edit(project: Path, seed: str, change: Callable[[Rows], Rows]) -> Rows:
    """Change a seed; its rows before."""
    path = project / "seeds" / f"{seed}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, fields = list(reader), list(reader.fieldnames or [])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(change(rows))
    return rows
