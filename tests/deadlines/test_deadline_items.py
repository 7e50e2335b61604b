"""Whole deadlines through the real models: 40,000 random ones (rule, start, pauses, extension, shift, control,
cancelling) against those counted by hand. One mismatch fails."""

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

from deadlines import build_deadlines, random_deadlines
from deadlines.axis import Axis
from deadlines.calculator import Row
from deadlines.conftest import DATABASE
from deadlines.deadlines_by_hand import BY_THE_AUTHOR, FORWARDED, LEFT, OPEN, Calendars, Clerk, Deadline, Item
from deadlines.random_cases import SCHEDULES
from deadlines.reference_rows import corrections, seed
from ground import add_evidence

SEED = 59_2026
ITEMS = int(os.environ.get("MCU_DEADLINES_ITEMS", "14000"))
SHOWN = 5
TITLE = "Случайные сроки целиком"
ENDINGS = {"deferred", "closed_without_answer", FORWARDED, LEFT, *BY_THE_AUTHOR}
"""How a stage ends otherwise than in its answer."""
GIVEN = {"source_target", "promised_date"}
"""What stands for a rule where a date was given."""

DEADLINES_OF_MODELS = """
    select feedback_key::text, stage, rule_code, schedule_code, started_at, due_at, control_due_at, done_at,
           cancelled_at, ending, is_extended, paused_amount, paused_seconds, paused_since
    from marts_next.fct_deadlines"""


@dataclass(frozen=True)
class Deadlines:
    """The same deadlines by the models and by hand, by item and stage."""

    items: dict[str, Item]
    rules: dict[str, Row]
    by_models: dict[tuple[str, str], Deadline]
    by_hand: dict[tuple[str, str], Deadline]


@pytest.fixture(scope="module")
def deadlines(axis: Axis, tmp_path_factory: pytest.TempPathFactory) -> Deadlines:
    rules = random_deadlines.rules(Random(SEED))
    items = list(random_deadlines.Lives(axis.by_hand, rules, SEED).items(ITEMS))
    folder = tmp_path_factory.mktemp("deadlines")
    write(folder, build_deadlines.RULES, [list(random_deadlines.COLUMNS), *([*rule.values()] for rule in rules)])
    for name, rows in tables(items).items():
        write(folder, f"intermediate_next.{name}", rows)
    run_models(folder)
    clerk = Clerk(Calendars(axis.reference.schedules, axis.reference.days, corrections()), rules)
    return Deadlines(
        items={item.key: item for item in items},
        rules={rule["rule_code"]: rule for rule in rules},
        by_models={(row[0], row[1]): Deadline(*row) for row in axis.rows(DEADLINES_OF_MODELS)},
        by_hand={(deadline.key, deadline.stage): deadline for item in items for deadline in clerk.deadlines(item)},
    )


def run_models(folder: Path) -> None:
    from mcu.warehouse.dbt import PROJECT, environment

    # a changed copy of all but the calendar, to see the proof fail
    project = os.environ.get("MCU_DEADLINES_PROJECT", str(PROJECT))
    ran = subprocess.run(
        [sys.executable, "-m", "deadlines.build_deadlines", str(folder)],
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
    """What the sources say of the items, as the models before the clocks leave it; the first row names the columns."""
    feedback: list[list[Any]] = [
        ["feedback_key", "source_slug", "record_ref", "municipality_code", "time_zone", "kind", "channel_code",
         "received_at", "received_on", "registered_at", "status_code", "is_open", "topic_code", "priority",
         "block_code", "recipient_code", "is_fast_track", "source_due_at", "promised_at", "source_updated_at",
         "load_id"]
    ]  # fmt: skip  # a table
    events: list[list[Any]] = [["feedback_key", "event_no", "event_code", "occurred_at", "recipient_code"]]
    known: list[list[Any]] = [
        ["feedback_key", "known_from", "known_to", "priority", "topic_code", "recipient_code", "block_code"]
    ]
    for item in items:
        now = item.known[-1]
        feedback.append(
            [item.key, "pos", item.key, item.municipality, item.zone, item.kind, item.channel, item.received_at,
             item.local_day(item.received_at), item.registered_at, item.status, item.status == OPEN, now.topic,
             now.priority, "unknown", "none", False, item.source_due_at, item.promised_at, item.updated_at, 1]
        )  # fmt: skip  # a table
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
    assert {topic: keys.get(topic, False) for topic in random_deadlines.TOPICS} == random_deadlines.TOPICS


def test_every_deadline_equals_the_one_counted_by_hand(deadlines: Deadlines) -> None:
    wrong = [
        (key, deadlines.by_models.get(key), deadlines.by_hand.get(key))
        for key in deadlines.by_models.keys() | deadlines.by_hand.keys()
        if deadlines.by_models.get(key) != deadlines.by_hand.get(key)
    ]
    lines = [_described(deadlines, *found) for found in wrong[:SHOWN]]
    assert not wrong, "\n".join([f"seed {SEED}: {len(wrong)} of {len(deadlines.by_hand)} deadlines wrong", *lines])
    counts = f"{len(deadlines.by_hand)} deadlines of {ITEMS} items by {len(deadlines.rules)} rules"
    add_evidence(TITLE, f"seed {SEED}: {counts}: all equal")


def test_the_deadlines_are_of_every_sort(deadlines: Deadlines) -> None:
    if ITEMS < 14_000:
        pytest.skip("мало случаев")
    by_rule = [(deadlines.rules[t.rule_code], t) for t in deadlines.by_hand.values() if t.rule_code in deadlines.rules]
    assert len(deadlines.by_hand) > 40_000
    ways = Counter((rule["unit"], rule["shift"], rule["schedule_code"], rule["stage"]) for rule, _ in by_rule)
    assert {way[:3] for way in ways} == set(product(random_deadlines.UNITS, random_deadlines.SHIFTS, SCHEDULES))
    found: Counter[str] = Counter()
    for rule, t in by_rule:
        found.update(_sorts(deadlines.items[t.key], rule, t))
    endings = Counter(t.ending for _, t in by_rule if t.ending)
    given = Counter(t.rule_code for t in deadlines.by_hand.values() if t.rule_code not in deadlines.rules)
    assert set(endings) == ENDINGS and set(given) == GIVEN
    found.update({f"ended: {ending}": count for ending, count in endings.items()})
    found.update({f"by {code}": count for code, count in given.items()})
    add_evidence(TITLE, ", ".join(f"{count} {sort}" for sort, count in found.most_common()))
    assert min(found.values()) > 300, found


def _sorts(item: Item, rule: Row, t: Deadline) -> dict[str, int]:
    """Of which sorts a deadline by a rule is; each sort is named, whether the deadline is of it or not."""
    holds = {
        "paused": t.paused_seconds > 0,
        "paused and extended": t.paused_seconds > 0 and t.is_extended,
        "in a pause that nothing ended": t.paused_since is not None,
        "extended": t.is_extended,
        "extended too late": rule["extension_amount"] != "0" and _extended_after(item, t),
        "cancelled": t.cancelled_at is not None,
        "after a deferral without a promise": t.stage == "deferred",
        "after a return": t.stage == "reopened",
        "done late": t.done_at is not None and t.done_at > t.due_at,
        "started before it was registered": rule["start_event"] == "registered"
        and item.first("registered") is None
        and item.registered_at is None,
        "by a rule of the country": not rule["municipality_code"],
        "by a narrower rule": any(rule[name] for name in ("season_from", "priority", "topic_prefix", "is_key_topic")),
        "by a corrected calendar": "@" in (t.schedule_code or ""),
        "of what was known otherwise": len(item.known) > 1,
    }
    return {sort: int(is_of_it) for sort, is_of_it in holds.items()}


def _extended_after(item: Item, deadline: Deadline) -> bool:
    extended_at = item.first("extended")
    return extended_at is not None and not deadline.is_extended and extended_at > deadline.due_at


def _described(deadlines: Deadlines, key: tuple[str, str], found: Deadline | None, expected: Deadline | None) -> str:
    deadline = found or expected
    assert deadline
    rule = {name: value for name, value in deadlines.rules.get(deadline.rule_code, {}).items() if value}
    life = "\n    ".join(f"{e.at} {e.code}" for e in deadlines.items[key[0]].events)
    return f"{rule}\n  {deadlines.items[key[0]]}\n    {life}\n  models {found}\n  hand   {expected}"
