"""Dates and times as people and programs write them: the one place that reads them. Landing rewrites odd forms to
ISO 8601, so the gate and dbt meet only forms that PostgreSQL reads.

Read: ISO 8601 («2026-11-02», «2026-11-02T10:00:00+03:00», its week and basic forms) and the Russian
«02.11.2026 [10:00[:00]]». A source may declare a form of its own (`record.date_format`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

FIRST_YEAR = 1990
"""No event and no deadline of a municipality is older."""
YEARS_AHEAD = 5
"""An event may stand so many years ahead: a wrong clock is a warning of the gate, a wrong year is an error."""
YEARS_AHEAD_OF_DUE = 50
"""A deadline may."""

FORMS = "ГГГГ-ММ-ДД или ДД.ММ.ГГГГ, с временем чч:мм:сс и смещением +чч:мм или без них"

_LARGEST_OFFSET = timedelta(hours=14)

_PLACEHOLDERS = {
    date(1, 1, 1),  # 1C, .NET, Go
    date(1, 1, 3),  # the same in the Julian calendar
    date(100, 1, 1),  # Access
    date(1000, 1, 1),  # MySQL
    date(1582, 10, 15),  # first day of the calendar
    date(1601, 1, 1),  # Windows
    date(1677, 9, 21),  # pandas
    date(1753, 1, 1),  # SQL Server
    date(1800, 1, 1),
    date(1858, 11, 17),  # VMS
    date(1899, 12, 30),  # OLE, Delphi
    date(1899, 12, 31),  # Excel
    date(1900, 1, 1),
    date(1901, 12, 13),  # 32 bits, the lowest
    date(1904, 1, 1),  # Excel of a Mac
    date(1970, 1, 1),  # Unix
    date(1980, 1, 1),  # DOS
    date(2038, 1, 19),  # 32 bits, the highest
    date(2079, 6, 6),  # SQL Server, smalldatetime
    date(2099, 12, 31),
    date(2100, 1, 1),
    date(2262, 4, 11),  # pandas
    date(2999, 12, 31),
    date(3000, 1, 1),
    date(3999, 12, 31),  # 1C
    date(4000, 1, 1),
    date(4712, 12, 31),  # Oracle
    date(5999, 12, 31),
    date(9999, 1, 1),
    date(9999, 12, 31),
}
"""Days that programs write where there is no date. They count only outside the plausible years."""

_WORDS = {
    "нет", "нет даты", "нет данных", "н/д", "б/д", "не указано", "не указана", "не указан", "не задано", "не задана",
    "не заполнено", "не определено", "не установлен", "не установлена", "отсутствует", "пусто", "без даты", "бессрочно",
    "none", "null", "nil", "nan", "nat", "n/a", "na", "undefined", "invalid date", "infinity", "-infinity", "(null)",
}  # fmt: skip  # a table

_BLANK = re.compile(r"[\s.,:;/\\_0\-–—−TZ+*?]*", re.ASCII | re.IGNORECASE).fullmatch
"""Masks without a digit but zero: «  .  .    », «00.00.0000 0:00:00», «-»."""
_DAY_ZERO = re.compile(r"(?:1900-0?1-00|00?\.0?1\.1900|0?1/00?/1900)(?:[T\s][\d:.,]*)?Z?", re.ASCII).fullmatch
"""The zero of Excel as a date."""
_DOT_NET = re.compile(r"\\?/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\\?/", re.ASCII).fullmatch
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d|\d{8}|\d{4}-?W\d\d-?[1-7])"
    r"(?:[T\s]\s*(\d\d(?::?\d\d(?::?\d\d(?:[.,]\d{1,9})?)?)?)"
    r"\s*(?:(Z|UTC|GMT)|([+-]\d\d(?::?\d\d(?::\d\d)?)?)(?:\[[\w/+-]+\])?)?)?",
    re.ASCII | re.IGNORECASE,
).fullmatch
_LOCAL = re.compile(
    r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s*(?:г\.?|года))?"
    r"(?:,?[T\s]\s*(?:в\s+)?(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
).fullmatch

_WITH_OFFSET = {"--T::Z", "-- ::Z", "--T::+:", "--T::-:", "-- ::+:", "-- ::-:", "--"}
_USUAL = _WITH_OFFSET | {"--T:", "-- :", "--T::", "-- ::"}
"""Every third sign, from the fifth on, of the usual forms of ISO: «2026-11-02T10:00:00+03:00»[4::3]."""
_READ_BY_DBT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?"
    r"|\d\d\.\d\d\.\d{4}(?: \d{1,2}:\d\d(?::\d\d)?)?",
    re.ASCII,
).fullmatch
"""Forms that land as they came: the macro `instant` and the gate read them."""

_from_iso = datetime.fromisoformat


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or time: the instant, and the text that lands."""

    instant: datetime
    text: str


class NotAMoment(ValueError):
    """`code`: «bad_time», a form that is not read; «bad_year», a year that cannot be."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Moments:
    """Reads the values of one field of a source."""

    def __init__(self, zone: tzinfo, last_year: int, *, form: str | None = None, writes_offset: bool = False) -> None:
        """`zone`: of values without an offset; `form`: the source's own form (strptime). `writes_offset`: what has no
        offset lands with one, because dbt would read it in the municipality's zone."""
        self._zone = zone
        self._last_year = last_year
        self._form = form
        self._writes_offset = writes_offset
        self._first, self._behind = str(FIRST_YEAR), str(last_year + 1)
        self._shapes = _WITH_OFFSET if writes_offset else _USUAL
        self._read = lru_cache(maxsize=10_000)(self._read_text)  # the same days come again and again

    def usual(self, value: Any) -> datetime | None:
        """The time of a usual form, which lands as it came. None proves nothing. Raises TypeError, ValueError or
        LookupError for what is no text or no day."""
        if value[4::3] in self._shapes and self._first <= value < self._behind and value[20:22] < "15":
            return _from_iso(value)
        return None

    def read(self, value: Any) -> Moment | None:
        """The moment; None if the value says that there is no date. Raises NotAMoment."""
        if isinstance(value, datetime):
            value = value.isoformat()
        if type(value) is not str:
            raise NotAMoment("bad_time")
        return self._read(value)

    def instant(self, value: Any) -> datetime | None:
        """The instant of a text as it lands; None if it is none, or must be rewritten first."""
        try:
            found = self.usual(value)
            if found is None:
                moment = self.read(value)
                return moment.instant if moment and moment.text == value else None
        except (ValueError, TypeError, LookupError):
            return None
        return found if found.tzinfo is not None else found.replace(tzinfo=self._zone)

    def _read_text(self, value: str) -> Moment | None:
        text = value.strip()
        if _BLANK(text) or text.casefold() in _WORDS or _DAY_ZERO(text):
            return None
        try:
            found, is_day = _parsed(text, self._form)
        except (ValueError, OverflowError):
            raise NotAMoment("bad_time") from None
        offset = found.utcoffset()
        if offset is not None and abs(offset) > _LARGEST_OFFSET:
            raise NotAMoment("bad_time")
        if not FIRST_YEAR <= found.year <= self._last_year:
            if _is_placeholder(found.date()):
                return None
            raise NotAMoment("bad_year")
        if offset is not None:
            has_seconds = offset.seconds % 60  # PostgreSQL and JSON schemas know no such offset
            landed = (found.astimezone(UTC) if has_seconds else found).isoformat()
        elif is_day:
            landed = found.date().isoformat()
        else:
            landed = (found.replace(tzinfo=self._zone) if self._writes_offset else found).isoformat()
        lands_as_it_came = _READ_BY_DBT(value) and not self._form and (is_day or offset or not self._writes_offset)
        instant = found if offset is not None else found.replace(tzinfo=self._zone)
        return Moment(instant, value if lands_as_it_came else landed)


def is_date_form(form: str) -> bool:
    """Whether a strptime form reads day, month and year: it reads back what it writes."""
    probe = datetime(2026, 11, 25)  # noqa: DTZ001  # a form is tried, not an instant
    try:
        return datetime.strptime(probe.strftime(form), form).date() == probe.date()  # noqa: DTZ007
    except ValueError:
        return False


def _parsed(text: str, form: str | None) -> tuple[datetime, bool]:
    """(time, without a zone if none is written; whether it is a pure day). Raises ValueError."""
    text = text.replace("−", "-")
    if iso := _ISO(text):
        day, time, utc, offset = iso.groups()
        if time is None:
            return _from_iso(day.upper()), True
        return _from_iso(f"{day.upper()}T{time.replace(',', '.')}{'Z' if utc else offset or ''}"), False
    if form is not None:
        return datetime.strptime(text, form), not re.search("%[HIXTcsR]", form)  # noqa: DTZ007  # as written
    if local := _LOCAL(text):
        day, month, year, hour, minute, second, fraction, offset = local.groups()
        found = datetime(  # noqa: DTZ001  # as written
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int(f"{fraction or 0:0<6}"[:6]),
        )
        return (_from_iso(f"{found.isoformat()}{offset}") if offset else found), hour is None
    if dot_net := _DOT_NET(text):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(dot_net[1])), False
    raise ValueError("no form fits")


def _is_placeholder(day: date) -> bool:
    """Whether it is a placeholder, perhaps moved by a time zone."""
    return any(abs((day - empty).days) <= 1 for empty in _PLACEHOLDERS)
