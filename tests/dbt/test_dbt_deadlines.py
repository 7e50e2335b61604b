"""Deadlines of appeals and incidents through the whole build, by the seeded rules, against those counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from dbt_lives import MOSCOW, Version
from dbt_warehouse import accept, empty, rows, transform

from deadlines.calculator import Calculator
from deadlines.reference_rows import seed, seeds

CASES = 400
SEED = 59
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=MOSCOW)
RULES = {row["rule_code"]: row for row in seed("deadline_rules")}
CALCULATOR = Calculator(seeds().schedules, seeds().days)


def due(rule_code: str, start: datetime, *, extended: bool = False) -> datetime:
    """When the deadline of a seeded rule ends; its schedule lies in the zone of the municipality."""
    rule = RULES[rule_code]
    amount = int(rule["amount"]) + (int(rule["extension_amount"]) if extended else 0)
    return CALCULATOR.due(rule["schedule_code"], start, amount, rule["unit"], rule["shift"])


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
        )  # fmt: skip  # a table
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
        )  # fmt: skip  # a table
    accept("registry", registry)
    accept("incident", incident)
    transform(NOW)
    return warehouse


def test_every_deadline_equals_the_one_counted_by_hand(marts: Path) -> None:
    deadlines = rows("select rule_code, started_at, due_at, is_extended, legal_basis from marts.fct_deadlines")
    assert len(deadlines) == 4 * CASES
    assert {rule for rule, *_ in deadlines} == {
        "fz59_registration", "fz59_final", "im_first_reply", "im_first_reply_2026", "im_first_reply_raised",
        "im_final_after_interim",
    }  # fmt: skip  # a table
    wrong = [
        (code, started, found, expected)
        for code, started, found, extended, _ in deadlines
        if found != (expected := due(code, started, extended=extended))
    ]
    assert wrong == []
    assert all(basis == RULES[code]["legal_basis"] for code, _, _, _, basis in deadlines)


def test_rule_of_the_start_counts(marts: Path) -> None:
    changed_on = date(2026, 7, 1)
    for code, started in rows("select rule_code, started_at from marts.fct_deadlines where stage = 'first_reply'"):
        if code != "im_first_reply_raised":
            since = started.astimezone(MOSCOW).date() >= changed_on
            assert code == ("im_first_reply_2026" if since else "im_first_reply")


def test_extension_counts_only_before_the_deadline_has_ended(marts: Path) -> None:
    found = rows(
        """select d.started_at, e.occurred_at, d.is_extended from marts.fct_deadlines as d
           join marts.fct_feedback_events as e using (feedback_key)
           where d.stage = 'final' and d.rule_code = 'fz59_final' and e.event_code = 'extended'"""
    )
    assert {extended for *_, extended in found} == {True, False}
    for started, moment, extended in found:
        assert extended == (moment <= due("fz59_final", started))
