"""The register of judged answers, filled by hand in our template: experts recognise most hollow answers and praise
some of the others. The items are those of the city's stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from demo_city.clock import DAY, local
from demo_city.generate import City
from demo_city.item import Item
from demo_city.systems.base import SHARE, OwnRecords, Plan, Truth, Writer
from demo_city.systems.dropped import Dropped, stamped
from mcu.registers import REGISTERS
from mcu.registers.workbook import filled
from mcu.sources.registry import source_titles

_MOST = 4_000
"""Rows; the checks of the template end some rows later."""


class ExpertMarks(Dropped):
    slug = "expert_marks"

    def open(self, home: Path, plan: Plan) -> Writer:
        return OwnRecords(lambda: _judge(home, plan))

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        return _judge(home, Plan(seed, records * SHARE, until))


def _judge(home: Path, plan: Plan) -> Truth:
    rows = list(_rows(plan))[-_MOST:]
    faulty = rows[0] | {"number": "О-Б/Н", "item": None}
    (home / stamped(ExpertMarks.slug, plan.until, "xlsx")).write_bytes(
        filled(REGISTERS["expert_marks"], [*rows, faulty])
    )
    return Truth(Counter(reviews=len(rows)), rejected=1)


def _rows(plan: Plan) -> Iterator[dict[str, Any]]:
    rng, titles = Random(f"{ExpertMarks.slug} {plan.seed}"), source_titles(is_short=True)
    for item in City(plan.seed, plan.items):
        share, again = rng.random(), rng.random()
        answered = item.last("final_reply", plan.until) or item.last("closed", plan.until)
        if item.fault or not item.answer or not answered or answered > plan.until - 14 * DAY:
            continue
        is_hollow = "hollow_answer" in item.planted
        if share < (0.9 if is_hollow else 0.03):
            yield _row(item, titles[item.source], answered, is_hollow, again)


def _row(item: Item, source: str, answered: int, is_hollow: bool, draw: float) -> dict[str, Any]:
    day = datetime.combine(local(answered).date(), datetime.min.time())
    return {
        "number": f"О-{item.index:07d}",
        "source": source,
        "item": item.ref,
        "reviewed_on": day + timedelta(days=7 + int(draw * 6)),
        "mark": ("1" if draw < 0.6 else "2") if is_hollow else ("5" if draw < 0.6 else "4"),
        "verdict": "Отписка" if is_hollow else "По существу",
        "comment": None,
    }


SYSTEM = ExpertMarks()
