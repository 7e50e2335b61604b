"""Matters of the ПОС that stand open at the end of the city, some of each sort: deferred with a promised date and
without one, reopened, rejected by the author. Each must have a deadline of its own stage."""

from __future__ import annotations

from collections.abc import Callable

from demo_city.clock import DAY, END, HOUR, add_working, in_office_hours
from demo_city.item import Event, Item

PLANT = "open_story"
_SINCE, _UNTIL = END - 30 * DAY, END - 12 * DAY


def plant_open_story(item: Item) -> None:
    """Give the item another life if it is one of those that stay open."""
    fits = item.source == "pos" and item.kind == "message" and _SINCE <= item.received < _UNTIL
    if not fits or item.index % 7 != 4 or item.fault or "instant_closure" in item.planted:
        return
    registered = add_working(item.received, HOUR)
    decided = in_office_hours(registered + 3 * DAY)
    item.events = [
        Event(item.received, "received"), Event(registered, "registered"),
        Event(add_working(registered, HOUR), "assigned", item.recipient),
    ]  # fmt: skip  # a table
    item.mark = item.deferred_until = None
    _STORIES[item.index // 7 % len(_STORIES)](item, decided)
    item.planted.append(PLANT)


def _deferred_with_a_date(item: Item, decided: int) -> None:
    item.events.append(Event(decided, "deferred"))
    item.deferred_until = in_office_hours(END + (5 + item.index % 40) * DAY)


def _deferred_without_one(item: Item, decided: int) -> None:
    item.events.append(Event(decided, "deferred"))


def _reopened(item: Item, decided: int) -> None:
    item.events += [Event(decided, "final_reply", item.recipient), Event(add_working(decided, 12 * HOUR), "reopened")]


def _rejected(item: Item, decided: int) -> None:
    rejected = Event(add_working(decided, 12 * HOUR), "rejected_by_author")
    item.events += [Event(decided, "final_reply", item.recipient), rejected]


_STORIES: tuple[Callable[[Item, int], None], ...] = (
    _deferred_with_a_date, _deferred_without_one, _reopened, _rejected,
)  # fmt: skip  # a table
