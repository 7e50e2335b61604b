"""A system of an `Api` and a function that makes its records; every fiftieth record has no municipality."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from demo_city.item import Item
from demo_city.reference import reference
from demo_city.systems.base import System, Truth
from demo_city.systems.paged_api import Api

Record = dict[str, Any]


@dataclass(frozen=True)
class ApiSystem(System):
    slug: str
    api: Api
    relation: str
    """What a record becomes."""
    records: Callable[[int, int, int], list[Record]]
    """(seed, records, until) → the records of the system."""
    rows: Callable[[Record], int] = lambda record: 1
    """How many rows of the relation a record becomes."""

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        made = self.records(seed, records, until)
        for record in made[25::50]:
            record["municipality"] = None
        self.api.store(home, made)
        good = [record for record in made if record["municipality"]]
        return Truth(Counter({self.relation: sum(map(self.rows, good))}), len(made) - len(good))

    def routes(self, home: Path, token: str) -> APIRouter:
        return self.api.routes(home, token)

    def connection(self, base_url: str, token: str, inbox: Path) -> str:
        return self.api.connection(base_url, self.slug, token)


def municipality(item: Item) -> str:
    return str(reference().municipality_refs["*", item.municipality])


def topic(item: Item) -> str:
    names: list[str] = reference().topic_refs["*", item.topic]
    return names[item.index % len(names)]


def recipient(item: Item) -> str:
    return reference().recipient_ref("*", item.recipient, item.received)
