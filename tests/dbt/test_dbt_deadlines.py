"""Terms and the axis against an independent calculator, the calendar against `holidays` and official counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import calendar_by_hand as by_hand
import holidays
import pytest
from dbt_lives import MOSCOW, Version
from dbt_warehouse import accept, empty, rows

from mcu.warehouse.transform import transform

CASES = 400
SEED = 59
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=MOSCOW)
RULES = {row["rule_code"]: row for row in by_hand.seed("deadline_rules")}


def instants(rng: Random, count: int) -> Iterator[datetime]:
    """Random instants of 2024–2026, half of them on the edges: interval ends, midnights, around holidays."""
    day_one = datetime(2024, 1, 1, tzinfo=MOSCOW)
    edges = [(0, 0), (8, 59), (9, 0), (12, 59), (13, 0), (13, 45), (16, 45), (17, 0), (18, 0), (23, 59)]
    for number in range(count):
        day = day_one + timedelta(days=rng.randrange(1050))
        if number % 2:
            hour, minute = rng.choice(edges)
            yield day.replace(hour=hour, minute=minute, second=rng.choice([0, 0, 59]))
        else:
            yield day + timedelta(seconds=rng.randrange(86400))


@pytest.fixture(scope="module")
def marts(warehouse: Path) -> Path:
    """Appeals and incidents that start at `CASES` instants each, through the whole build."""
    empty()
    rng = Random(SEED)
    starts = list(instants(rng, CASES))
    registry, incident = [], []
    for number, start in enumerate(starts):
        extended = start + timedelta(days=rng.choice([5, 29, 40])) if number % 3 == 0 else None
        registry.append(
            Version(
                f"REG-{number}",
                {
                    "id": f"REG-{number}", "municipality": "Мурманск", "received_at": start.isoformat(),
                    "registered_at": start.isoformat(), "status": "На рассмотрении", "delivery": "письменно",
                    "extended_at": extended and extended.isoformat(), "author_key": None, "questions": [],
                },
                NOW,
            )
        )  # fmt: skip
        minute = start.replace(second=0)  # the export of incidents has no seconds
        interim = minute + timedelta(hours=1)
        incident.append(
            Version(
                str(number),
                {
                    "number": number, "municipality": "г.о. Мурманск", "result": "", "topic": "Ремонт дороги",
                    "created_at": f"{minute:%d.%m.%Y %H:%M}", "interim_reply_at": f"{interim:%d.%m.%Y %H:%M}",
                    "importance": "Повышенная" if number % 4 == 0 else "Обычная", "author_key": None,
                },
                NOW,
            )
        )  # fmt: skip
    accept("registry", registry)
    accept("incident", incident)
    transform(NOW)
    return warehouse


def test_every_term_equals_the_one_counted_by_hand(marts: Path) -> None:
    terms = rows("select rule_code, started_at, due_at, is_extended, legal_basis from marts.fct_deadlines")
    assert len(terms) == 4 * CASES
    assert {rule for rule, *_ in terms} == {
        "fz59_registration", "fz59_final", "im_first_reply", "im_first_reply_2026", "im_first_reply_raised",
        "im_final_after_interim",
    }  # fmt: skip
    wrong = [
        (code, started, due, expected)
        for code, started, due, extended, _ in terms
        if due != (expected := by_hand.due(RULES[code], started, MOSCOW, extended=extended))
    ]
    assert wrong == []
    assert all(basis == RULES[code]["legal_basis"] for code, _, _, _, basis in terms)


def test_rule_of_the_start_counts(marts: Path) -> None:
    changed_on = date(2026, 7, 1)
    for code, started in rows("select rule_code, started_at from marts.fct_deadlines where stage = 'first_reply'"):
        if code != "im_first_reply_raised":
            since = started.astimezone(MOSCOW).date() >= changed_on
            assert code == ("im_first_reply_2026" if since else "im_first_reply")


def test_extension_counts_only_before_the_term_has_ended(marts: Path) -> None:
    found = rows(
        """select d.started_at, e.occurred_at, d.is_extended from marts.fct_deadlines as d
           join marts.fct_feedback_events as e using (feedback_key)
           where d.stage = 'final' and d.rule_code = 'fz59_final' and e.event_code = 'extended'"""
    )
    assert {extended for *_, extended in found} == {True, False}
    for started, moment, extended in found:
        assert extended == (moment <= by_hand.due(RULES["fz59_final"], started, MOSCOW))


@pytest.mark.parametrize("schedule", ["office", "round_the_clock"])
def test_axis_counts_as_by_hand(marts: Path, schedule: str) -> None:
    """The macros, through the SQL functions of the same text: between, after, next instant, n-th day, shifts."""
    rng = Random(SEED + 1)
    for start in instants(rng, 150):
        end = start + timedelta(seconds=rng.randrange(1, 40 * 86400))
        seconds, days, shift = (
            rng.randrange(1, 200 * 3600),
            rng.randrange(1, 40),
            rng.choice(["none", "next", "previous"]),
        )
        day = start.date()
        (found,) = rows(
            """select intermediate.worked_seconds(%s, %s, %s), intermediate.after_worked_seconds(%s, %s, %s),
                      intermediate.next_working_instant(%s, %s), intermediate.nth_working_day(%s, %s, %s),
                      intermediate.shifted_day(%s, %s, %s)""",
            schedule, start, end, schedule, start, seconds, schedule, start, schedule, day, days, schedule, day, shift,
        )  # fmt: skip
        assert found == (
            by_hand.worked(start, end, schedule, MOSCOW),
            by_hand.after_worked(start, seconds, schedule, MOSCOW),
            by_hand.next_instant(start, schedule, MOSCOW),
            by_hand.nth_working_day(day, days, schedule),
            by_hand.shifted(day, shift, schedule),
        ), (start, end, seconds, days, shift)


@pytest.mark.parametrize(
    ("year", "days", "hours"),
    [(2020, 248, 1979), (2021, 247, 1972), (2022, 247, 1973), (2023, 247, 1973), (2024, 248, 1979), (2025, 247, 1972),
     (2026, 247, 1972), (2027, 247, 1972)],
)  # fmt: skip
def test_calendar_has_the_official_number_of_days_and_hours(year: int, days: int, hours: int) -> None:
    """Working days and hours of a 40-hour week by the production calendars (domain.md, 6.3, for 2024–2027);
    the presidential non-working days of 2020 and 2021 are not in them."""
    exceptions = {date.fromisoformat(row["date_on"]): row for row in by_hand.seed("calendar_days")}
    day, working, shortened = date(year, 1, 1), 0, 0
    while day.year == year:
        row = exceptions.get(day)
        is_working = row["kind"] in ("working", "shortened", "presidential") if row else day.isoweekday() < 6
        working += is_working
        shortened += bool(is_working and row and row["is_shortened"] == "true")
        day += timedelta(days=1)
    assert (working, working * 8 - shortened) == (days, hours)


def test_calendar_agrees_with_holidays() -> None:
    ours = {date.fromisoformat(row["date_on"]): row["kind"] for row in by_hand.seed("calendar_days")}
    theirs = holidays.country_holidays("RU", years=range(2020, 2028))
    assert {d for d, kind in ours.items() if kind in ("holiday", "day_off")} == {d for d in theirs if d.year < 2028}
    moved = {d for year in range(2020, 2028) for d in holidays.country_holidays("RU", years=year).weekend_workdays}
    assert {d for d, kind in ours.items() if kind == "working"} == moved


def test_zone_of_the_schedules_is_known() -> None:
    assert {ZoneInfo(row["time_zone"]) for row in by_hand.seed("work_schedules")} == {MOSCOW}
