"""The calendar of 2020–2027 against the package `holidays`, and the axis against the yearly numbers of the production
calendars. Equal but for the exceptions that are named here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import holidays
import pytest

from deadlines.axis import Axis
from deadlines.reference_rows import Row, seed

YEARS = range(2020, 2028)

PRESIDENTIAL = {
    "Указ Президента РФ от 25.03.2020 № 206": ("2020-03-30", "2020-04-03", 5),
    "Указ Президента РФ от 02.04.2020 № 239": ("2020-04-06", "2020-04-30", 19),
    "Указ Президента РФ от 28.04.2020 № 294": ("2020-05-06", "2020-05-08", 3),
    "Указ Президента РФ от 29.05.2020 № 345": ("2020-06-24", "2020-06-24", 1),
    "Указ Президента РФ от 01.06.2020 № 354": ("2020-07-01", "2020-07-01", 1),
    "Указ Президента РФ от 23.04.2021 № 242": ("2021-05-04", "2021-05-07", 4),
    "Указ Президента РФ от 20.10.2021 № 595": ("2021-11-01", "2021-11-03", 3),
}
"""The only days that the production calendars count as working and the axis does not: non-working days by decrees.
Decree → first day, last day, number of days that would have been working ones."""

OFFICIAL = {2020: (248, 1979), 2021: (247, 1972), 2022: (247, 1973), 2023: (247, 1973),
            2024: (248, 1979), 2025: (247, 1972), 2026: (247, 1972), 2027: (247, 1972)}  # fmt: skip  # a table
"""Working days and hours of a 40-hour week. 2020–2023: the published production calendars."""

WORKING_SATURDAYS = {2024: {"04-27", "11-02", "12-28"}, 2025: {"11-01"}, 2026: set(), 2027: {"02-20"}}
SHORTENED = {
    2024: {"02-22", "03-07", "05-08", "06-11", "11-02"},
    2025: {"03-07", "04-30", "06-11", "11-01"},
    2026: {"04-30", "05-08", "06-11", "11-03"},
    2027: {"02-20", "04-30", "06-11", "11-03"},
}


def days_of(*kinds: str) -> set[date]:
    return {date.fromisoformat(row["date_on"]) for row in seed("calendar_days") if row["kind"] in kinds}


def test_days_off_are_those_of_holidays() -> None:
    theirs = holidays.country_holidays("RU", years=YEARS)
    assert days_of("holiday", "day_off") == {day for day in theirs if day.year in YEARS}


def test_working_saturdays_are_those_of_holidays() -> None:
    theirs = {day for year in YEARS for day in holidays.country_holidays("RU", years=year).weekend_workdays}
    assert days_of("working") == theirs


def test_presidential_days_are_those_of_the_seven_decrees() -> None:
    ours: dict[str, list[Row]] = {}
    for row in seed("calendar_days"):
        if row["kind"] == "presidential":
            ours.setdefault(row["legal_basis"], []).append(row)
    assert {act: (rows[0]["date_on"], rows[-1]["date_on"], len(rows)) for act, rows in ours.items()} == PRESIDENTIAL


def test_a_shortened_day_stands_right_before_a_holiday() -> None:
    """ТК РФ, ст. 95: a day off between them takes the shortening away."""
    day_before = {day - timedelta(days=1) for day in days_of("holiday")}
    shortened = {date.fromisoformat(r["date_on"]) for r in seed("calendar_days") if r["is_shortened"] == "true"}
    moved = days_of("working")  # takes the length of the day that it was swapped with
    assert shortened - moved <= day_before
    ordinary = {day for day in day_before if day.isoweekday() < 6} - days_of("holiday", "day_off")
    assert {day for day in ordinary if day.year in YEARS} <= shortened


@pytest.mark.parametrize("year", OFFICIAL)
def test_axis_has_the_official_days_and_hours(axis: Axis, year: int) -> None:
    """The office's week has 40 hours: 8 h 15 min on four days, 7 h on Friday; counted here at 8 hours a day."""
    ((days, shortened),) = axis.rows(
        f"""select count(*), count(*) filter (where is_shortened) from intermediate_next.int_work_days
            where schedule_code = 'office' and is_working and extract(year from date_on) = {year}"""
    )
    decreed = [r for r in seed("calendar_days") if r["kind"] == "presidential" and r["date_on"].startswith(str(year))]
    assert len(decreed) == sum(n for first, _, n in PRESIDENTIAL.values() if first.startswith(str(year)))
    days += len(decreed)
    shortened += sum(row["is_shortened"] == "true" for row in decreed)
    assert (days, days * 8 - shortened) == OFFICIAL[year]


@pytest.mark.parametrize("year", SHORTENED)
def test_axis_has_the_named_saturdays_and_shortened_days(axis: Axis, year: int) -> None:
    found = axis.rows(
        f"""select to_char(date_on, 'MM-DD'), extract(isodow from date_on) = 6, is_shortened
            from intermediate_next.int_work_days
            where schedule_code = 'office' and is_working and extract(year from date_on) = {year}"""
    )
    assert {day for day, is_saturday, _ in found if is_saturday} == WORKING_SATURDAYS[year]
    assert {day for day, _, is_shortened in found if is_shortened} == SHORTENED[year]


def test_office_works_forty_hours_a_week_and_an_hour_less_before_a_holiday(axis: Axis) -> None:
    found = dict(
        axis.rows(
            """select date_on::text, seconds from intermediate_next.int_work_days
               where schedule_code = 'office' and date_on between '2026-06-01' and '2026-06-14'"""
        )
    )
    assert sum(found[day] for day in _days("2026-06-01", 7)) == 40 * 3600
    assert found["2026-06-10"] - found["2026-06-11"] == 3600
    assert found["2026-06-12"] == 0


def test_region_goes_before_the_country(axis: Axis) -> None:
    """The harder schedule of the tests works on a national holiday and rests on its region's; the office does not."""
    found = axis.rows(
        """select schedule_code, to_char(date_on, 'MM-DD'), seconds from intermediate_next.int_work_days
           where schedule_code in ('east', 'office')
             and date_on in ('2026-04-14', '2026-04-15', '2026-06-12', '2026-09-12')
           order by 1, 2"""
    )
    east, office = ([(day, s) for code, day, s in found if code == name] for name in ("east", "office"))
    assert east == [("04-14", 7 * 3600), ("04-15", 0), ("06-12", 8 * 3600), ("09-12", 7 * 3600)]
    assert office == [("04-14", 29700), ("04-15", 29700), ("06-12", 0), ("09-12", 0)]


def test_presidential_days_can_be_worked(axis: Axis) -> None:
    """With presidential_days_off: false the axis has the official year of 2020 and 2021."""
    found = axis.rows(
        f"""select extract(year from date_on)::integer, count(*) from ({axis.without_presidential}) as d
            where schedule_code = 'office' and as_weekday < 6 and extract(year from date_on) in (2020, 2021)
            group by 1"""
    )
    assert dict(found) == {year: OFFICIAL[year][0] for year in (2020, 2021)}


def _days(first: str, count: int) -> Iterator[str]:
    for n in range(count):
        yield (date.fromisoformat(first) + timedelta(days=n)).isoformat()
