"""The period that a person asks for when a source is to be read again."""

from __future__ import annotations

from datetime import datetime

from mcu.errors import UserError
from mcu.settings import settings


def instant(text: str | None) -> datetime | None:
    """A date or an instant of ISO 8601; without an offset it is the municipality's time. Raises UserError."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(f"«{text}» - не дата: укажите 2026-11-20 или 2026-11-20T09:00+03:00.") from None
    return found.replace(tzinfo=settings().tz) if found.tzinfo is None else found
