"""The life of an item, by source: who gets it, when it is answered, how it ends.

Most answers are in time and some are late. Delays are drawn in plain days and hours, without the platform's rules of
deadlines. Events after the city's end are drawn too; sources do not show them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from demo_city import truth
from demo_city.clock import DAY, HOUR, add_working, in_office_hours
from demo_city.item import Event, Item

_RESULTS = (
    (0.52, "Explained"),
    (0.63, "Supported"),
    (0.70, "SupportedMeasures"),
    (0.78, "NotSupported"),
    (0.97, "Answered"),
    (1.01, "LeftWithoutAnswer"),
)


def _is_slow(item: Item, rng: Random) -> bool:
    return bool(item.recipient == truth.SLOW["recipient_code"] and rng.random() < truth.SLOW["late_share"])


def _lognormal(median: float, sigma: float, rng: Random) -> float:
    return median * math.exp(sigma * rng.gauss(0, 1))


def _pos(item: Item, is_key: bool, rng: Random) -> None:
    draw = rng.random
    start = item.received
    slow = _is_slow(item, rng)
    registered = (
        add_working(start, draw() * 6 * HOUR)
        if draw() < 0.96
        else in_office_hours(start + int((3.5 + 3 * draw()) * DAY))
    )
    assigned = add_working(registered, draw() * 5 * HOUR)
    events = item.events
    events += [Event(start, "received"), Event(registered, "registered")]
    due = 8 if is_key and item.kind == "message" else 30
    days = _lognormal(3.6, 0.6, rng) if due == 8 else _lognormal(13, 0.5, rng)
    if slow:
        days = due * (1.1 + draw())
    reply = max(in_office_hours(registered + int(days * DAY)), add_working(assigned, HOUR))
    if draw() < 0.1:
        events.append(Event(assigned, "assigned", f"{item.municipality}.administration"))
        events.append(Event(_between(assigned, reply, 0.3 * draw()), "forwarded", item.recipient))
    else:
        events.append(Event(assigned, "assigned", item.recipient))
    fate = draw()
    if fate < 0.07:
        events.append(Event(_between(assigned, reply, 0.4 + 0.4 * draw()), "interim_reply", item.recipient))
    elif fate < 0.10 and item.kind == "appeal":
        events.append(Event(in_office_hours(registered + int((22 + 6 * draw()) * DAY)), "extended"))
        reply = in_office_hours(registered + int((34 + 24 * draw()) * DAY))
    elif fate < 0.13:
        events.append(Event(reply, "deferred"))
        item.deferred_until = reply + int((50 + 130 * draw()) * DAY)
        reply = in_office_hours(item.deferred_until - int(20 * draw() * DAY))
    elif fate > 0.995:
        return _order(events)
    if truth.is_instant_closure(item.index):
        reply = assigned + 240
        events.append(Event(reply + 120, "closed"))
        item.planted.append("instant_closure")
    events.append(Event(reply, "final_reply", item.recipient))
    closing = reply + 10 * DAY
    if draw() < 0.24:
        item.mark = (
            1 + int(draw() * 3) if item.is_hollow or slow else (1, 2, 3, 4, 4, 4, 5, 5, 5, 5, 5)[int(draw() * 11)]
        )
        marked = reply + int(draw() ** 2 * 5 * DAY) + 600
        events.append(Event(marked, "marked"))
        if item.mark <= 2 and draw() < 0.4:
            events.append(Event(marked + 300, "reopened"))
            again = in_office_hours(marked + int((2 + 9 * draw()) * DAY))
            events.append(Event(again, "final_reply", item.recipient))
            closing = again + 10 * DAY
    if events[-1].code != "closed" and not truth.is_instant_closure(item.index):
        events.append(Event(closing, "closed"))
    _order(events)


def _registry(item: Item, is_key: bool, rng: Random) -> None:
    draw = rng.random
    start = item.received
    registered = (
        add_working(start, draw() * 15 * HOUR)
        if draw() < 0.95
        else in_office_hours(start + int((4 + 4 * draw()) * DAY))
    )
    assigned = add_working(registered, HOUR + draw() * 9 * HOUR)
    events = item.events
    events += [Event(start, "received"), Event(registered, "registered")]
    fate = draw()
    if fate < 0.04:
        item.result = "Transferred"
        sent = in_office_hours(registered + int((1 + 6.5 * draw() ** 2) * DAY))
        events.append(Event(sent, "forwarded", f"{item.municipality}.region"))
        if (later := truth.notice_days(item.index)) is not None:
            events.append(Event(in_office_hours(sent + later * DAY + HOUR), "forwarding_notice"))
        return
    events.append(Event(assigned, "assigned", item.recipient))
    days = 32 + 14 * draw() if _is_slow(item, rng) else _lognormal(18.5, 0.33, rng)
    if 0.04 <= fate < 0.11:
        events.append(Event(in_office_hours(registered + int((23 + 5 * draw()) * DAY)), "extended"))
        days = 33 + 25 * draw()
    elif fate > 0.997:
        return
    roll = draw()
    item.result = next(code for share, code in _RESULTS if roll < share)
    reply = max(in_office_hours(registered + int(days * DAY)), add_working(assigned, HOUR))
    events.append(Event(reply, "final_reply", item.recipient))
    _order(events)


def _incident(item: Item, is_key: bool, rng: Random) -> None:
    draw = rng.random
    start = item.received
    quicker = start >= truth.RULE_CHANGE["at"]
    hours = _lognormal(2.7 if quicker else 3.2, 0.75, rng)
    if item.is_raised:
        hours /= 2
    if _is_slow(item, rng):
        hours = 10 + 20 * draw()
    events = item.events
    events.append(Event(start, "received"))
    first = add_working(start, hours * HOUR)
    first -= first % 60
    if truth.is_instant_closure(item.index):
        quick = start + 60 * (2 + item.index % 7)
        events += [Event(quick, "first_reply", item.recipient), Event(quick, "closed", item.recipient)]
        item.result = "Решено"
        item.planted.append("instant_closure")
        return
    events.append(Event(first, "first_reply", item.recipient))
    fate = draw()
    if fate < 0.05:
        deferred = add_working(first, draw() * 40 * HOUR)
        closed = add_working(deferred, _lognormal(110, 0.5, rng) * HOUR)
        events.append(Event(deferred, "deferred"))
    elif fate < 0.30:
        interim = add_working(first, draw() * 6 * HOUR)
        closed = add_working(interim, _lognormal(26, 0.55, rng) * HOUR)
        events.append(Event(interim, "interim_reply", item.recipient))
    elif fate < 0.65:
        closed = first
    elif fate < 0.99:
        closed = add_working(first, _lognormal(12, 0.9, rng) * HOUR)
    else:
        return
    item.result = "Решено" if draw() < (0.55 if item.is_hollow else 0.82) else "Не решено"
    events.append(Event(closed, "closed", item.recipient))
    _to_minutes(events)


def _between(start: int, end: int, share: float) -> int:
    """An instant in office hours at `share` (0–1) of the way from `start` to `end`."""
    return min(in_office_hours(start + int((end - start) * share) + 60), end - 60)


def _order(events: list[Event]) -> None:
    events.sort(key=lambda e: e.at)


def _to_minutes(events: list[Event]) -> None:
    """Cut the seconds: the cabinet exports minutes."""
    events[:] = [Event(e.at - e.at % 60, e.code, e.recipient) for e in events]


LIVES: dict[str, Callable[[Item, bool, Random], None]] = {"pos": _pos, "incident": _incident, "registry": _registry}
