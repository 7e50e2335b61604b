"""Which dated rows of a seed hold on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from mcu.settings import settings


def is_in_force(row: Mapping[str, str]) -> bool:
    """True if the row holds today, from `valid_from` up to, not with, `valid_to`; a row without dates always holds."""
    today = (settings().as_of or datetime.now(UTC)).astimezone(settings().tz).date().isoformat()
    return is_in_force_on(row, today)


def is_in_force_on(row: Mapping[str, str], day: str) -> bool:
    """The same for the ISO date `day`."""
    return row.get("valid_from", "") <= day and (not row.get("valid_to") or day < row["valid_to"])
