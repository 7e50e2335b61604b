"""An incremental run gives what a full one gives, after random sequences of loads: MCU_DBT_SEQUENCES of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from dbt_in_one_process import dbt_in_one_process
from dbt_lives import NOW, SLUGS, START, Version, quiet_message, version
from dbt_warehouse import FACTS, accept, empty, facts, one, rows, transform

from mcu.registers import words

SEQUENCES = int(os.environ.get("MCU_DBT_SEQUENCES", "1"))


def load_some(rng: Random, now: datetime, *, records: int, known: int) -> None:
    """One load of one source: records among the first `known` numbers, so that many come again changed."""
    slug = rng.choice(SLUGS)
    numbers = rng.sample(range(known), k=min(records, known))
    accept(slug, [version(rng, slug, number, now) for number in numbers])


def say_something(rng: Random) -> None:
    """What people say of items that have come: any action, of any two of them."""
    refs = [
        f"{slug}:{ref}" for slug, ref in rows("select source_slug, record_ref from marts.fct_feedback order by 1, 2")
    ]
    one, other, third = rng.sample(refs, 3)
    by = words.Word("куратор")
    words.link(one, other, rng.choice(("copy", "continuation", "reference")), by)
    for say in rng.sample((words.unlink, words.merge, words.restore), 2):
        say(*rng.sample((one, other, third), 2), by)
    for (taken_back,) in rows(
        "select source_slug || ':' || record_ref from marts.fct_feedback where feedback_key in"
        " (select feedback_key from ops.problem_edits where action = 'split') limit 1"
    ):
        words.restore(taken_back, None, by)
    words.split(rng.choice(refs), by)
    words.name(rng.choice(refs), "Дорога", by)


@pytest.fixture(scope="module")
def filled(warehouse: Path) -> Iterator[set[str]]:
    """The facts that had rows after some sequence; while it lives, runs are quick."""
    empty()
    with dbt_in_one_process():
        yield set()


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_incremental_equals_full(filled: set[str], seed: int) -> None:
    empty()
    rng = Random(1000 + seed)
    oldest = quiet_message(START, createdAt="2025-03-01T10:00:00+03:00", history=[])
    now = START + timedelta(days=70)
    for slug in SLUGS:
        accept(slug, [version(rng, slug, number, now) for number in range(30)])
    # one author's chain, in which each message repeats the one before; then the middle one turns out to be another's
    chain = [quiet_message(START, 800 + n, 70 - 20 * n, author_key="e" * 64, topic="Ремонт дороги") for n in range(3)]
    accept("pos", chain)
    transform(now)
    middle = {**chain[1].payload, "author_key": "f" * 64}
    accept("pos", [Version(chain[1].record_ref, middle, START + timedelta(minutes=1))])
    # the copies take turns, each catches up with what the other one saw, and the last one is compared: another one for
    # an even seed than for an odd one; a run may also be asked for an earlier instant
    for step, hours in enumerate(rng.sample([1, 24 * 12, -24 * 35], 3 - seed % 2)):
        now += timedelta(hours=hours)
        for _ in range(rng.choice([1, 3])):
            load_some(rng, now, records=rng.choice([1, 4, 12]), known=40)
        if step:  # one item far in the past comes, and then is dated otherwise
            accept("pos", [oldest])
            oldest = quiet_message(now, createdAt="2026-02-01T10:00:00+03:00", history=[])
        say_something(rng)
        result = transform(now)
        assert not result.is_full
    incremental = facts()
    assert transform(now, full=True).is_full
    full = facts()
    for table in FACTS:
        assert incremental[table] == full[table], f"{table} differs, seed {seed}"
    filled.update(table for table in FACTS if full[table])


def test_each_fact_had_rows_to_compare(filled: set[str]) -> None:
    """An early instant may leave one of them without rows, but not every sequence ends with one."""
    assert filled == set(FACTS)


def test_what_comes_after_the_instant_of_a_run_counts_in_the_next_one(filled: set[str]) -> None:
    """Nothing is loaded in between, and the month of the answer is long past."""
    empty()
    asked, answered, returned = NOW - timedelta(days=60), NOW - timedelta(days=50), NOW + timedelta(minutes=10)
    steps = {"Создано": asked, "Зарегистрировано": asked, "Ответ дан": answered, "Возобновлено": returned}
    history = [{"event": event, "at": at.isoformat()} for event, at in steps.items()]
    answer = {"text": "Готово", "at": answered.isoformat()}
    accept("pos", [quiet_message(returned, days_ago=60, answer=answer, history=history)])
    came_back = "select sum(numerator) from marts.fct_indicator_values where indicator_code = 'reopened_share'"
    transform(NOW)
    assert one(came_back) == 0
    assert not transform(NOW + timedelta(hours=1)).is_full
    assert one(came_back) == 1
