"""Data classes of the city: a problem, an event, and the item that reports them."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo_city.people import Person


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an item. `at` is in epoch seconds; `recipient` is a recipient's code."""

    at: int
    code: str
    recipient: str | None = None


@dataclass(slots=True)
class Problem:
    """Who wrote about what and where. A repeat shares it with the item it repeats."""

    received: int
    source: str
    municipality: str
    topic: int
    district: int
    street: int
    house: int
    person: int
    repeats_at: float
    """0–1. Below the share of repeats: the item repeats an earlier one."""
    gap: float
    """0–1: how far back the earlier item lies."""
    in_surge: bool


@dataclass(slots=True)
class Item:
    """One обращение or сообщение with its whole life. A source shows the part that has happened by an instant."""

    index: int
    source: str
    number: int
    ref: str | None
    problem: Problem
    received: int
    municipality: str
    topic: int
    kind: str
    recipient: str
    author: Person
    network: str
    text: str
    answer: str
    mark: int | None
    deferred_until: int | None
    flat: int
    has_point: bool
    jitter: tuple[float, float]
    is_raised: bool
    delivery: str
    result: str
    """How it ended: a result code of ССТУ (registry) or the «Итог» of the cabinet (incident)."""
    is_hollow: bool
    fault: str | None
    earlier: str | None
    """Record reference of the item that this one repeats, if the source states it."""
    events: list[Event]
    planted: list[str] = field(default_factory=list)
    repeat_of: tuple[str, str] | None = None
    canaries: list[dict[str, object]] = field(default_factory=list)
    copy_of: str | None = None
    """Reference of the record of another system that this one was made from, if it is stated."""
    seen_from: int = 0
    """A source shows the item only from this instant on (an event that arrives late)."""
    corrected: tuple[int, int] | None = None
    """(from when, seconds): the final events are then shown so much earlier than before."""

    def first(self, code: str, until: int) -> int | None:
        """The first instant of `code` up to `until`."""
        return next((e.at for e in self.events if e.code == code and e.at <= until), None)

    def result_at(self, until: int) -> str:
        """The «Итог» of the cabinet as it stands at `until`."""
        if self.first("closed", until):
            return self.result
        return "Отложено" if self.first("deferred", until) else ""

    def last(self, code: str, until: int) -> int | None:
        """The last instant of `code` up to `until`."""
        return next((e.at for e in reversed(self.events) if e.code == code and e.at <= until), None)
