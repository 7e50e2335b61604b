"""«Инцидент Менеджмент», the old layout; its export has no header row: columns go by letter."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from demo_city.clock import dotted
from demo_city.item import Item
from demo_city.places import TOWNS
from demo_city.reference import reference
from demo_city.systems.base import Truth, items_of
from demo_city.systems.dropped import Dropped, stamped, write_book


class IncidentLegacy(Dropped):
    slug = "incident_legacy"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        items = [i for i in items_of(self.slug, seed, records, "incident") if i.received <= until]
        rows = [_row(item, until) for item in items]
        rows.append(rows[0] | {"A": 7_999_999, "T": "не указана"})
        write_book(home / stamped(self.slug, until, "xlsx"), {}, rows)
        return Truth(Counter(items=len(items)), rejected=1)


def _row(item: Item, until: int) -> dict[str, Any]:
    closed, ref = item.first("closed", until), reference()
    return {
        "A": 7_000_000 + item.number,
        "T": dotted(item.received),
        "U": dotted(closed) if closed else None,
        "V": ref.topic_groups[item.topic],
        "W": f"★ {ref.topic_refs['pos', item.topic][0]}",
        "Y": ref.municipality_refs["pos", item.municipality],
        "Z": TOWNS[item.municipality].districts[item.problem.district],
        "AI": f"'{item.text}",
    }


SYSTEM = IncidentLegacy()
