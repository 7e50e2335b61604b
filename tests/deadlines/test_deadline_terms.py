"""Whole terms through the real models: 40,000 random ones (rule, start, pauses, extension, shift, control, cancelling)
against those counted by hand. No mismatch is let through."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from deadlines import build_terms, random_terms
from deadlines.axis import Axis
from deadlines.calculator import Row
from deadlines.conftest import DATABASE
from deadlines.random_cases import SCHEDULES
from deadlines.reference_rows import corrections, seed
from deadlines.terms_by_hand import Calendars, Clerk, Item, Term
from ground import tell

SEED = 59_2026
ITEMS = int(os.environ.get("MCU_TERMS_ITEMS", "14000"))
SHOWN = 5
TITLE = "Случайные сроки целиком"

TERMS = """
    select feedback_key::text, stage, rule_code, schedule_code, started_at, due_at, control_due_at, done_at,
           cancelled_at, is_extended, paused_amount, paused_seconds, paused_since
    from marts.fct_deadlines"""


@dataclass(frozen=True)
class Terms:
    """The same terms by the models and by hand, by item and stage."""

    items: dict[str, Item]
    rules: dict[str, Row]
    by_models: dict[tuple[str, str], Term]
    by_hand: dict[tuple[str, str], Term]


@pytest.fixture(scope="module")
def terms(axis: Axis, tmp_path_factory: pytest.TempPathFactory) -> Terms:
    rules = random_terms.rules(Random(SEED))
    items = list(random_terms.Lives(axis.by_hand, rules, SEED).items(ITEMS))
    folder = tmp_path_factory.mktemp("terms")
    write(folder, build_terms.RULES, [list(random_terms.COLUMNS), *([*rule.values()] for rule in rules)])
    for name, rows in tables(items).items():
        write(folder, f"intermediate.{name}", rows)
    run_models(folder)
    clerk = Clerk(Calendars(axis.reference.schedules, axis.reference.days, corrections()), rules)
    return Terms(
        items={item.key: item for item in items},
        rules={rule["rule_code"]: rule for rule in rules},
        by_models={(row[0], row[1]): Term(*row) for row in axis.rows(TERMS)},
        by_hand={(term.key, term.stage): term for item in items for term in clerk.terms(item)},
    )


def run_models(folder: Path) -> None:
    from mcu.warehouse.dbt import PROJECT, environment

    project = os.environ.get("MCU_TERMS_PROJECT", str(PROJECT))  # a changed copy, to see the proof fail
    ran = subprocess.run(
        [sys.executable, "-m", "deadlines.build_terms", str(folder)],
        cwd=project,
        env={
            **environment(),
            "DBT_PROJECT_DIR": project,
            "DBT_PROFILES_DIR": project,
            "MCU_DBT_DATABASE": DATABASE,
            "DBT_TARGET_PATH": str(folder / "target"),
            "PYTHONPATH": str(Path(__file__).parents[1]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def write(folder: Path, table: str, rows: Iterable[list[Any]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def tables(items: list[Item]) -> dict[str, list[list[Any]]]:
    """What the sources told of the items, as the models before the clocks leave it; the first row names the columns."""
    feedback: list[list[Any]] = [
        ["feedback_key", "source_slug", "record_ref", "municipality_code", "time_zone", "kind", "channel_code",
         "received_at", "received_on", "registered_at", "status_code", "is_open", "topic_code", "priority",
         "block_code", "recipient_code", "is_fast_track", "source_due_at", "source_updated_at", "load_id"]
    ]  # fmt: skip
    events: list[list[Any]] = [["feedback_key", "event_no", "event_code", "occurred_at", "recipient_code"]]
    known: list[list[Any]] = [
        ["feedback_key", "known_from", "known_to", "priority", "topic_code", "recipient_code", "block_code"]
    ]
    for item in items:
        now = item.known[-1]
        feedback.append(
            [item.key, "pos", item.key, item.municipality, item.zone, item.kind, item.channel, item.received_at,
             item.local_day(item.received_at), item.registered_at, item.status, item.status == "in_work", now.topic,
             now.priority, "unknown", "none", False, item.source_due_at, item.updated_at, 1]
        )  # fmt: skip
        events += [[item.key, number, e.code, e.at, "none"] for number, e in enumerate(item.events, 1)]
        if len(item.known) > 1:
            ends = [str(k.since) for k in item.known[1:]] + ["infinity"]
            known += [
                [item.key, k.since or "-infinity", until, k.priority, k.topic, "none", "unknown"]
                for k, until in zip(item.known, ends, strict=True)
            ]
    return {"int_feedback": feedback, "int_events": events, "int_attribute_history": known}


def test_the_seed_says_of_the_topics_what_the_clerk_knows() -> None:
    keys = {row["topic_code"]: row["is_key"] == "true" for row in seed("topics")}
    assert {topic: keys.get(topic, False) for topic in random_terms.TOPICS} == random_terms.TOPICS


def test_every_term_equals_the_one_counted_by_hand(terms: Terms) -> None:
    wrong = [
        (key, terms.by_models.get(key), terms.by_hand.get(key))
        for key in terms.by_models.keys() | terms.by_hand.keys()
        if terms.by_models.get(key) != terms.by_hand.get(key)
    ]
    lines = [_told(terms, *found) for found in wrong[:SHOWN]]
    assert not wrong, "\n".join([f"seed {SEED}: {len(wrong)} of {len(terms.by_hand)} terms wrong", *lines])
    tell(TITLE, f"seed {SEED}: {len(terms.by_hand)} terms of {ITEMS} items by {len(terms.rules)} rules: all equal")


def test_the_terms_are_of_every_sort(terms: Terms) -> None:
    if ITEMS < 14_000:
        pytest.skip("мало случаев")
    by_rule = [(terms.rules[t.rule_code], t) for t in terms.by_hand.values() if t.rule_code in terms.rules]
    assert len(terms.by_hand) > 40_000
    ways = Counter((rule["unit"], rule["shift"], rule["schedule_code"], rule["stage"]) for rule, _ in by_rule)
    assert {way[:3] for way in ways} == set(product(random_terms.UNITS, random_terms.SHIFTS, SCHEDULES))
    found = Counter(
        sort
        for rule, t in by_rule
        for sort, holds in {
            "paused": t.paused_seconds > 0,
            "paused and extended": t.paused_seconds > 0 and t.is_extended,
            "in a pause that nothing ended": t.paused_since is not None,
            "extended": t.is_extended,
            "extended too late": bool(rule["extension_amount"] != "0" and _extended_after(terms.items[t.key], t)),
            "cancelled": t.cancelled_at is not None,
            "done late": bool(t.done_at and t.done_at > t.due_at),
            "started before it was registered": rule["start_event"] == "registered"
            and terms.items[t.key].first("registered") is None
            and terms.items[t.key].registered_at is None,
            "by a rule of the country": not rule["municipality_code"],
            "by a narrower rule": any(
                rule[name] for name in ("season_from", "priority", "topic_prefix", "is_key_topic")
            ),
            "by a corrected calendar": "@" in (t.schedule_code or ""),
            "of what was known otherwise": len(terms.items[t.key].known) > 1,
        }.items()
        if holds
    )
    found["set by the source"] = len(terms.by_hand) - len(by_rule)
    tell(TITLE, ", ".join(f"{count} {sort}" for sort, count in found.most_common()))
    assert len(found) == 13 and min(found.values()) > 150


def _extended_after(item: Item, term: Term) -> bool:
    extended_at = item.first("extended")
    return extended_at is not None and not term.is_extended and extended_at > term.due_at


def _told(terms: Terms, key: tuple[str, str], found: Term | None, expected: Term | None) -> str:
    term = found or expected
    assert term
    rule = {name: value for name, value in terms.rules.get(term.rule_code, {}).items() if value}
    life = "\n    ".join(f"{e.at} {e.code}" for e in terms.items[key[0]].events)
    return f"{rule}\n  {terms.items[key[0]]}\n    {life}\n  models {found}\n  hand   {expected}"
