"""Russian words and figures that depend on a number, by the rules of CLDR (`babel`)."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.dates import get_month_names
from babel.numbers import format_decimal

WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_RUSSIAN = Locale("ru")
MONTHS = tuple(get_month_names(context="stand-alone", locale=_RUSSIAN)[n] for n in range(1, 13))
"""«январь» …"""
MONTHS_GENITIVE = tuple(get_month_names(context="format", locale=_RUSSIAN)[n] for n in range(1, 13))
"""«января» …"""


def counted(number: int, one: str, few: str, many: str) -> str:
    """«1 день», «2 дня», «5 дней»; `one`, `few`, `many` are the forms after 1, 2 and 5."""
    return f"{number} {agreed(number, one, few, many)}"


def agreed(number: float, one: str, few: str, many: str) -> str:
    """The form of a noun after the number; after a fraction it is `few`: «1,5 дня»."""
    return {"one": one, "many": many}.get(_RUSSIAN.plural_form(number), few)


def spelled(number: float, digits: int = 0) -> str:
    """As Russian documents write it: «12 345», «0,5»; the blank is a no-break one."""
    rounded = Decimal(str(number)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return format_decimal(rounded, "#,##0" + ("." + "0" * digits if digits else ""), locale=_RUSSIAN)


def month_title(month: str) -> str:
    """«2026-10» → «октябрь 2026 года»."""
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year} года"


def weekday(day: date) -> str:
    """«суббота»."""
    return WEEKDAYS[day.weekday()]
