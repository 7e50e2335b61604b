"""A line of a list: one item with its deadlines, in words. A deadline is described in the unit that its rule counts in,
as `mcu explain` does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

from mcu.plain_text import one_line
from mcu.russian import counted, weekday


class Due(BaseModel):
    """A deadline of an item."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: str
    due: str
    """The last day, or the last minute of a deadline in hours: «20.11.2026», «20.11.2026 16:45»."""
    left: str
    """«осталось 3 рабочих дня», «просрочено на 12 календарных дней»."""
    late_days: int | None
    """Calendar days since the deadline; None while it runs."""
    legal_basis: str

    @property
    def is_overdue(self) -> bool:
        return self.late_days is not None


class Line(BaseModel):
    """One item of a list. `dues` has the worst first; it is empty for an item that no deadline runs for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record_ref: Annotated[str, AfterValidator(one_line)]
    """Its own system gave it: a line break in it would forge a line of the letter."""
    channel: str
    topic: str
    received_on: str
    age_days: int
    recipient: str
    suggested: str | None = None
    """The recipient that is offered for an item that nobody has."""
    dues: tuple[Due, ...] = ()

    @property
    def is_overdue(self) -> bool:
        return any(due.is_overdue for due in self.dues)

    @property
    def late_days(self) -> int:
        """Calendar days since its oldest missed deadline; 0 if none is missed."""
        return max((due.late_days or 0 for due in self.dues), default=0)


DAYS = ("calendar_days", "working_days")


def lines_of(rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Rows of deadlines as lines, one an item, in the order of the rows; rows of one item follow each other."""
    own = Line.model_fields.keys() - {"dues", "received_on", "suggested"}
    lines = []
    for _, given in groupby(rows, key=lambda row: row["feedback_key"]):
        dues = list(given)
        about: dict[str, Any] = {name: dues[0][name] for name in own}
        lines.append(
            Line(
                **about,
                suggested=dues[0].get("suggested"),
                received_on=f"{dues[0]['received_on']:%d.%m.%Y}",
                dues=tuple(_due(row) for row in dues if row["stage"] is not None),
            )
        )
    return lines


def _due(row: Mapping[str, Any]) -> Due:
    at: datetime = row["due_local"]
    due = f"{at:%d.%m.%Y}" if _unit(row) in DAYS else f"{at:%d.%m.%Y %H:%M}"
    return Due(
        stage=row["stage"],
        due=due if row["is_working_day"] else f"{due} ({weekday(at)}, нерабочий день)",
        left=left_in_words(row),
        late_days=_late_days(row) if row["is_overdue"] else None,
        legal_basis=row["legal_basis"],
    )


def left_in_words(row: Mapping[str, Any]) -> str:
    """How much is left, or how long ago it ended: unit, left_amount, left_seconds, left_working_seconds, is_overdue."""
    amount = _amount(row)
    if row["is_overdue"]:
        return f"просрочено на {amount}" if amount else "срок истёк сегодня"
    return f"осталось: {amount}" if amount else "срок истекает сегодня"


def _unit(row: Mapping[str, Any]) -> str:
    """A deadline at the end of a day is that day, whatever its rule counts in: what was promised for a date."""
    is_end_of_day = f"{row['due_local']:%H:%M}" == "23:59"
    return "calendar_days" if is_end_of_day and row["unit"] not in ("working_days", "working_hours") else row["unit"]


def _amount(row: Mapping[str, Any]) -> str:
    unit = _unit(row)
    if unit in DAYS:
        days = abs(int(row["left_amount"] if unit == row["unit"] else _late_days(row)))
        kind = ("календарный", "календарных") if unit == "calendar_days" else ("рабочий", "рабочих")
        return counted(days, f"{kind[0]} день", f"{kind[1]} дня", f"{kind[1]} дней") if days else ""
    seconds = abs(int(row["left_working_seconds" if unit == "working_hours" else "left_seconds"]))
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    parts = [counted(hours, "час", "часа", "часов")] if hours else []
    parts += [f"{minutes} мин"] if (minutes and hours < 24) or not hours else []
    parts += ["рабочего времени"] if unit == "working_hours" else []
    # a debt of thousands of hours is grasped in days
    parts += [f"({counted(_late_days(row), 'день', 'дня', 'дней')})"] if row["is_overdue"] and hours >= 24 else []
    return " ".join(parts)


def _late_days(row: Mapping[str, Any]) -> int:
    now, due = row["now_local"], row["due_local"]
    return int((now.date() - due.date()).days)
