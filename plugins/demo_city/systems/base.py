"""What a system of the demonstration city is: it makes its records, serves them over its real protocol and knows
what must become of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from fastapi import APIRouter

from demo_city.clock import END
from demo_city.generate import SOURCE_SHARES, City
from demo_city.item import Item
from demo_city.skew import MUNICIPALITY_SHARES

OFFSET = 1_000_003
"""Systems draw from cities of other seeds, so that no item of theirs is in the city's stream."""
LEAST_RECORDS = 40
SHARE = 100
"""A system that draws its own records has one to so many of the city's items, but not less than `LEAST_RECORDS`."""


@dataclass(frozen=True)
class Plan:
    """What is to be built; the same plan gives the same bytes."""

    seed: int
    items: int
    """Items in the city's stream."""
    until: int = END
    """The state is that of this instant (epoch seconds)."""

    @property
    def records(self) -> int:
        """About how many records a system makes that draws its own."""
        return max(LEAST_RECORDS, self.items // SHARE)


@dataclass(frozen=True)
class Truth:
    """What must be found once everything is loaded."""

    facts: Counter[str]
    """Relation of the contract (items, votes, measures, reviews, page_figures, external_figures) → rows in its mart."""
    rejected: int = 0
    """Records that must stand in quarantine."""
    served: int | None = None
    """Records handed over in all, repetitions included, where the system counts them."""
    files: dict[str, int] = field(default_factory=dict)
    """Name of a dropped file → its rows, headers included, where the system counts them."""
    refused_files: Sequence[str] = ()
    """Dropped files that must not be loaded."""


@dataclass(frozen=True)
class Change:
    """What happened in a city that was built before: the platform's next loads bring it."""

    number: int
    """How many changes there have been, this one included."""
    items: Sequence[Item]
    """Valid items of one system."""
    first_new: int
    """Index of the first item that is new; the others were there and are changed."""

    @property
    def at(self) -> int:
        """The instant of the change: after all that was there before."""
        return END + 60 * self.number

    def is_new(self, item: Item) -> bool:
        return item.index >= self.first_new


class Writer(Protocol):
    """A system that is being built."""

    def put(self, item: Item) -> None:
        """Take one item of the city's stream. Only items whose `source` is the system's slug come, in their order."""
        ...

    def finish(self) -> Truth:
        """Complete the state."""
        ...

    def abandon(self) -> None:
        """Release what is open after a failure. May follow `finish`."""
        ...


class System:
    """One feedback system; its source is described by dags/sources/<slug>.yml.

    `home` is the folder of its state, var/city/systems/<slug>; `inbox` is where people drop its files. A system takes
    its items from the city's stream (`open`) or draws its own records (`build`); the rest has defaults.
    """

    slug: str

    def prepare(self) -> None:
        """Prepare what the state stands on outside `home`, such as a database. Runs at every start."""

    def open(self, home: Path, plan: Plan) -> Writer:
        """Begin to write the state into the empty folder `home`."""
        return OwnRecords(lambda: self.build(home, plan.seed, plan.records, plan.until))

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        """Write the whole state, about `records` own records as they stand at `until`, into the empty folder `home`."""
        raise NotImplementedError

    def is_built(self, home: Path, plan: Plan) -> bool:
        """True if the state that `plan` gave is still there."""
        return home.is_dir()

    def deliver(self, home: Path, inbox: Path) -> None:
        """Put what people would drop into the empty folder `inbox`, as plain files."""

    def change(self, home: Path, inbox: Path, change: Change) -> None:
        """Show a change in the living state: in `home`, or as new files in the empty folder `inbox`. Only systems that
        take their items from the city's stream are asked to."""
        raise NotImplementedError

    def routes(self, home: Path, token: str) -> APIRouter | None:
        """What demo_city.serve mounts at /<slug>; each request needs `token`. None: not served over HTTP. `home` may
        be replaced while it is served."""
        return None

    def connection(self, base_url: str, token: str, inbox: Path) -> str:
        """The secret conn_<slug>: address with the key. `base_url` is the city's, without a slash at its end."""
        raise NotImplementedError


class StreamWriter(ABC):
    """The writer of a system that takes its items from the city's stream. It counts what becomes of them."""

    _facts = 0
    _rejected = 0

    def put(self, item: Item) -> None:
        self.write(item)
        self._rejected += bool(item.fault)
        self._facts += not item.fault

    def finish(self) -> Truth:
        served, files, refused = self.close()
        return Truth(Counter(items=self._facts), self._rejected, served, files, refused)

    @abstractmethod
    def write(self, item: Item) -> None:
        """Show the item as the system does."""

    @abstractmethod
    def close(self) -> tuple[int, dict[str, int], Sequence[str]]:
        """Complete the state; what `Truth` calls served, files and refused_files."""

    @abstractmethod
    def abandon(self) -> None: ...


class OwnRecords:
    """The writer of a system that draws its own records: nothing of the stream is for it."""

    def __init__(self, build: Callable[[], Truth]) -> None:
        self._build = build

    def put(self, item: Item) -> None:
        raise AssertionError(f"item {item.index} is of {item.source}, which draws its own records")

    def finish(self) -> Truth:
        return self._build()

    def abandon(self) -> None:
        pass


def items_of(
    slug: str, seed: int, records: int, source: str = "pos", municipality: str | None = None
) -> Iterator[Item]:
    """`records` items with the city's people, topics, places and lives, spread over its two years, for a system to
    show in its own words. They are items of `source` (of one municipality) in a city of the system's own seed."""
    share = SOURCE_SHARES[source] * (MUNICIPALITY_SHARES[municipality] if municipality else 1)
    city = City(seed * OFFSET + Random(slug).randrange(OFFSET), int(records * 1.5 / share) + 100)
    found = [
        item for item in city if item.source == source and not item.fault and municipality in (None, item.municipality)
    ]
    return (found[(number + 1) * len(found) // records - 1] for number in range(records))
