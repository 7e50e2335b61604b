"""What a system of the demonstration city is: it makes its records, serves them over its real protocol and knows
the truth about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Protocol

from fastapi import APIRouter

from demo_city.generate import SOURCE_SHARES, City
from demo_city.item import Item
from demo_city.skew import MUNICIPALITY_SHARES

OFFSET = 1_000_003
"""Systems draw from cities of other seeds, so that no message of theirs is one of the three big ones."""


@dataclass(frozen=True)
class Truth:
    """What must be found after all was loaded."""

    facts: Counter[str]
    """Relation of the contract (items, votes, measures, page_figures, external_figures) → rows in its mart."""
    rejected: int = 0
    """Records that must stand in quarantine."""


class System(Protocol):
    """One feedback system. All of it is a pure function of (seed, records): a second build gives the same bytes."""

    slug: str
    """Of the source whose spec is dags/sources/<slug>.yml."""

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        """Write the state, as it stands at the instant `until` (epoch seconds), into the empty folder `home`
        (var/city/systems/<slug>); about `records` records."""
        ...

    def routes(self, home: Path, token: str) -> APIRouter | None:
        """What demo_city.serve mounts at /<slug>; each request needs `token`. None: not served over HTTP. `home` may
        be made anew while it is served."""
        ...

    def deliver(self, home: Path, inbox: Path) -> None:
        """Put what people would drop into the empty folder `inbox`, as plain files; they are moved to var/inbox/<slug>.
        Nothing for other protocols."""
        ...

    def connection(self, base_url: str, token: str, inbox: Path) -> str:
        """The secret conn_<slug>: address with the key. `base_url` is the city's, without a slash at its end."""
        ...


def items_of(
    slug: str, seed: int, records: int, source: str = "pos", municipality: str | None = None
) -> Iterator[Item]:
    """`records` items with the city's people, topics, places and lives, spread over its two years, for a system to
    show in its own words: those of the big source `source` (of one municipality) in a city of the system's own seed."""
    share = SOURCE_SHARES[source] * (MUNICIPALITY_SHARES[municipality] if municipality else 1)
    city = City(seed * OFFSET + Random(slug).randrange(OFFSET), int(records * 1.5 / share) + 100)
    found = [
        item for item in city if item.source == source and not item.fault and municipality in (None, item.municipality)
    ]
    return (found[(number + 1) * len(found) // records - 1] for number in range(records))
