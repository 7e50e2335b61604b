"""Days as people type them."""

from __future__ import annotations

from datetime import date, datetime

from mcu.errors import UserError


def day_of(text: str | None) -> date:
    """The day of «2026-11-20»; without a text today, by the municipality's clock. Raises UserError."""
    from mcu.settings import settings

    if text is None:
        return (settings().as_of or datetime.now(settings().tz)).astimezone(settings().tz).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"День указан как «{text}», а нужен вид ГГГГ-ММ-ДД, например 2026-11-20.") from None
