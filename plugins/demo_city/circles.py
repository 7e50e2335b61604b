"""Messages of the ПОС that executors hand to each other: four transfers or more, and back to hands they were in."""

from __future__ import annotations

from itertools import pairwise

from demo_city import truth
from demo_city.clock import HOUR, in_office_hours
from demo_city.item import Event, Item

PLANT = "circle"
_OTHERS = ("administration", "zhkh", "roads")


def plant_circle(item: Item) -> None:
    """Hand the item round between its order and what comes after it, if it is one of those."""
    if not truth.is_circle(item.index) or item.source != "pos" or item.fault or "open_story" in item.planted:
        return
    ordered = next((no for no, event in enumerate(item.events) if event.code == "assigned"), None)
    later = [event for event in item.events if event.code not in ("received", "registered", "assigned", "forwarded")]
    if ordered is None or not later or later[0].at - item.events[ordered].at < 48 * HOUR:
        return
    start, step = item.events[ordered].at, (later[0].at - item.events[ordered].at) // 8
    one, two = [code for key in _OTHERS if (code := f"{item.municipality}.{key}") != item.recipient][:2]
    hands = [one, two, one, item.recipient, one, item.recipient][: 4 + item.index % 2 * 2]
    handed = [
        Event(in_office_hours(start + step * (no + 1)), "forwarded", recipient) for no, recipient in enumerate(hands)
    ]
    if handed[-1].at >= later[0].at or any(a.at >= b.at for a, b in pairwise(handed)):
        return  # holidays lie between
    kept = [event for event in item.events if event.code not in ("assigned", "forwarded")]
    order = Event(start, "assigned", item.recipient)
    item.events = sorted([*kept, order, *handed], key=lambda event: event.at)
    item.planted.append(PLANT)
