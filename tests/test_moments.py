"""Dates and times are read right, are no date, or are refused: nothing between."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu.moments import Moments, NotAMoment, is_date_form

MOSCOW = ZoneInfo("Europe/Moscow")
USUAL = Moments(MOSCOW, 2031)
TEN = datetime(2026, 11, 2, 10, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("value", "instant", "text"),
    [
        ("2026-11-02T10:00:00+03:00", TEN, "2026-11-02T10:00:00+03:00"),
        ("2026-11-02", TEN.replace(hour=0), "2026-11-02"),
        ("02.11.2026 10:00", TEN, "02.11.2026 10:00"),
        ("2026-W45-1", TEN.replace(hour=0), "2026-11-02"),
        ("20261102T070000Z", TEN, "2026-11-02T07:00:00+00:00"),
        ("2026-11-02T07Z", TEN, "2026-11-02T07:00:00+00:00"),
        ("2026-11-02 10:00:00 +0300", TEN, "2026-11-02T10:00:00+03:00"),
        ("2026-11-02T10:00:00+03:00[Europe/Moscow]", TEN, "2026-11-02T10:00:00+03:00"),
        ("2.11.2026 г., 10:00", TEN, "2026-11-02T10:00:00"),
        ("/Date(1793602800000)/", TEN, "2026-11-02T07:00:00+00:00"),
    ],
)
def test_a_form_is_read_and_lands_as_staging_reads_it(value: str, instant: datetime, text: str) -> None:
    moment = USUAL.read(value)
    assert moment is not None and (moment.instant, moment.text) == (instant, text)


@pytest.mark.parametrize(
    "value",
    ["01.01.0001 0:00:00", "1899-12-29T21:29:43Z", "1969-12-31T19:00:00-05:00", "9999-12-30T21:00:00Z", "1601-01-01",
     "31.12.3999", "1900-01-00", "00.01.1900 0:00:00", "  .  .    ", "0000-00-00", "н/д", "NaT", "-"],
)  # fmt: skip  # a table
def test_a_placeholder_is_no_date(value: str) -> None:
    assert USUAL.read(value) is None


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("02.11.0206", "bad_year"),
        ("2206-11-02T10:00:00+03:00", "bad_year"),
        ("02/11/2026", "bad_time"),
        ("02.11.26", "bad_time"),
        ("31.02.2026", "bad_time"),
        ("2026-11-02T10:00:00+23:59", "bad_time"),
        ("2026-11", "bad_time"),
        (46328, "bad_time"),
    ],
)
def test_what_cannot_be_is_refused(value: object, code: str) -> None:
    with pytest.raises(NotAMoment) as caught:
        USUAL.read(value)
    assert caught.value.code == code


def test_a_declared_form_is_read_and_leaves_no_guess() -> None:
    moments = Moments(MOSCOW, 2031, form="%m.%d.%Y")
    moment = moments.read("11.02.2026")
    assert moment is not None and moment.text == "2026-11-02"
    assert moments.read("2026-11-02") == moment
    with pytest.raises(NotAMoment):
        moments.read("13.11.2026")


def test_a_declared_zone_lands_with_its_offset() -> None:
    moments = Moments(ZoneInfo("Asia/Vladivostok"), 2031, writes_offset=True)
    moment = moments.read("02.11.2026 10:00")
    assert moment is not None and moment.text == "2026-11-02T10:00:00+10:00"
    assert moments.usual("2026-11-02T10:00:00") is None
    day = moments.read("2026-11-02")
    assert day is not None and day.text == "2026-11-02"


@pytest.mark.parametrize(("form", "is_one"), [("%m/%d/%Y", True), ("%d.%m.%y %H:%M", True), ("%d", False), ("", False)])
def test_a_form_reads_a_whole_date(form: str, is_one: bool) -> None:
    assert is_date_form(form) is is_one


@given(st.text(max_size=30) | st.from_regex(r"[0-9T:+Z. W-]{6,30}", fullmatch=True))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        moment = USUAL.read(text)
    except NotAMoment:
        return
    assert moment is None or 1990 <= moment.instant.astimezone(MOSCOW).year <= 2032


@given(st.datetimes(datetime(1990, 1, 2), datetime(2031, 12, 30)), st.integers(-12, 14))  # noqa: DTZ001
def test_what_was_written_is_read(when: datetime, hours: int) -> None:
    written = when.replace(tzinfo=UTC).astimezone(ZoneInfo(f"Etc/GMT{-hours:+d}")).isoformat()
    moment = USUAL.read(written)
    assert moment is not None and moment.instant == when.replace(tzinfo=UTC)
    again = USUAL.read(moment.text)
    assert again == moment, "what lands is read as it was"


@given(st.dates(date(1990, 1, 2), date(2031, 12, 30)))
def test_a_pure_day_stands(day: date) -> None:
    for text in (day.isoformat(), f"{day:%d.%m.%Y}", f"{day:%G-W%V-%u}"):
        moment = USUAL.read(text)
        assert moment is not None and moment.instant.date() == day
        assert abs(moment.instant - datetime.combine(day, datetime.min.time(), MOSCOW)) < timedelta(1)
