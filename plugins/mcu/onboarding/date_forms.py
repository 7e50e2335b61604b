"""The form of dates with slashes. Whether day or month comes first is proven by a number above 12, in any column: one
program wrote the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from mcu.onboarding.example import Column

_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/\d{2,4}\b").match
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
SAMPLE = 200


def slashed_forms(columns: Sequence[Column]) -> dict[str, str]:
    """Column → its form for `record.date_format`. Empty if nothing proves the order, or the proofs contradict."""
    orders = {order for column in columns for value in column.values[:SAMPLE] if (order := _proven(value))}
    if len(orders) != 1:
        return {}
    days = [f"{order}/{year}" for order in orders for year in ("%Y", "%y")]
    found = {column.name: _form(column.values[:SAMPLE], days) for column in columns}
    return {name: form for name, form in found.items() if form}


def _proven(value: str) -> str | None:
    match = _SLASHED(value)
    if match and int(match[1]) > 12:
        return "%d/%m"
    return "%m/%d" if match and int(match[2]) > 12 else None


def _form(values: Sequence[str], days: Sequence[str]) -> str | None:
    """The form that every value has."""
    if not values or not all(map(_SLASHED, values)):
        return None
    forms = (day + time for day in days for time in _TIMES)
    return next((form for form in forms if all(_has(form, value) for value in values)), None)


def _has(form: str, value: str) -> bool:
    try:
        datetime.strptime(value, form)  # noqa: DTZ007  # a form is tried, not an instant
    except ValueError:
        return False
    return True
