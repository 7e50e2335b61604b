"""How the regional centre counts the same city: from the lives of the items, in plain hours and days, without the
platform's rules. So its figures come near ours, and differ clearly only where `truth.OTHER_COUNTS` plants it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain

from demo_city import truth
from demo_city.clock import DAY, HOUR, add_working, in_office_hours, local
from demo_city.generate import City
from demo_city.item import Item
from demo_city.reference import reference
from demo_city.systems.base import Plan, items_of

_WORKDAY = 8 * HOUR
Month = tuple[int, int]
Cell = tuple[str, Month, str]
"""Municipality, month, code of the figure."""

PAGES = ("ok", "telegram", "vk")
_SYSTEMS: tuple[tuple[str, str, str | None], ...] = (
    *((slug, "pos", None) for slug in ("mail", "telegram_bot")),
    *((slug, "incident", None) for slug in ("incident_api", "incident_legacy", "incident_monitoring", *PAGES)),
    *((slug, "registry", None) for slug in ("paper_register", "sed_delo", "sed_sstu")),
    ("nash_sever", "pos", "murmansk"), ("oer", "pos", "murmansk"), ("pos_export", "pos", "giaginsky"),
)  # fmt: skip  # a table
"""Systems that draw their own items: slug, whose lives they have, of which municipality."""


def figures(plan: Plan) -> dict[Cell, float]:
    """Figure of each municipality and month: a count, or a percentage; those without a denominator are left out."""
    part, whole = Counter[Cell](), Counter[Cell]()
    answered: dict[tuple[bool, str, int, int], int] = {}
    for slug, item in _items(plan):
        # a network knows an account, the others a phone; a page states no topic, so nothing is asked again there
        question = (item.source == "incident", item.municipality, item.author.number, item.topic)
        before = answered.get(question) if slug not in (*PAGES, "telegram_bot") else None
        answered[question] = item.first("final_reply", plan.until) or item.first("closed", plan.until) or plan.until
        for code, instant, is_counted in _counted(item, before, plan.until):
            moment = local(instant)
            cell = (item.municipality, (moment.year, moment.month), code)
            whole[cell] += 1
            part[cell] += is_counted
    return {cell: part[cell] if cell[2] == "BI.NEW" else 100 * part[cell] / of for cell, of in whole.items()}


def planted(cell: Cell, value: float) -> float:
    """The figure as the regional centre gives it: with the difference that is planted for it, if one is."""
    municipality, (year, month), code = cell
    for other in truth.OTHER_COUNTS:
        if (municipality, f"{year}-{month:02d}", code) == (other["municipality_code"], other["month"], other["code"]):
            return value * float(other.get("times", 1)) + float(other.get("plus", 0))
    return value


def _items(plan: Plan) -> Iterator[tuple[str, Item]]:
    stream = ((item.source, item) for item in City(plan.seed, plan.items) if not item.fault)
    drawn = (
        (slug, item)
        for slug, source, municipality in _SYSTEMS
        for item in items_of(slug, plan.seed, plan.records, source, municipality)
    )
    return ((slug, item) for slug, item in chain(stream, drawn) if item.received <= plan.until)


def _counted(item: Item, before: int | None, until: int) -> Iterator[tuple[str, int, bool]]:
    """(code of the figure, instant that decides its month, whether the item counts for it). `before`: when the same
    question was answered."""
    if item.source == "registry" and item.delivery == "телефонограмма":
        return  # a request between bodies
    yield "BI.NEW", item.received, before is None
    yield "BI.REPEAT", item.received, before is not None and before <= item.received
    first, final = item.first("first_reply", until), item.first("final_reply", until)
    if item.source == "incident":
        hours = 4 if item.is_raised else 8 if item.received >= truth.RULE_CHANGE["at"] else 9
        due = add_working(item.received, hours * HOUR)
        if due <= until:
            yield "BI.FIRST", due, bool(first and first <= due)
        final = item.first("closed", until)
        if first and final and final > first:
            yield "BI.ONTIME", final, final <= add_working(first, 7 * _WORKDAY)
    elif final and item.result != "LeftWithoutAnswer" and not item.first("deferred", final):
        days = 8 if item.kind == "message" and reference().topic_is_key[item.topic] else 30
        days += 30 if item.first("extended", final) else 0
        due = (item.first("registered", until) or item.received) + days * DAY
        yield "BI.ONTIME", final, final <= (in_office_hours(due) if item.kind == "appeal" else due)
    if item.mark and (marked := item.last("marked", until)):
        yield "BI.MARK45", marked, item.mark >= 4
