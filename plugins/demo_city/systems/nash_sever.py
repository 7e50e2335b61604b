"""«Наш Север», the portal of the Murmansk region: messages with a point on the map and photos; pages by offset."""

from __future__ import annotations

from typing import Any

from demo_city.clock import iso, local
from demo_city.item import Item
from demo_city.payloads import POS_STATUS, address_of, point_of, updated_at
from demo_city.places import TOWNS
from demo_city.reference import reference
from demo_city.systems.api_system import ApiSystem, Record, municipality, recipient, topic
from demo_city.systems.base import items_of
from demo_city.systems.paged_api import Api

SLUG = "nash_sever"


def _records(seed: int, records: int, until: int) -> list[Record]:
    found = items_of(SLUG, seed, records, municipality="murmansk")
    return [_message(number, item, until) for number, item in enumerate(found, 1)]


def _message(number: int, item: Item, until: int) -> dict[str, Any]:
    shown = [e for e in item.events if e.at <= until]
    registered, answered = item.first("registered", until), item.last("final_reply", until)
    latitude, longitude = point_of(item)
    return {
        "number": f"НС-{local(item.received):%y}-{number:05d}",
        "municipality": municipality(item),
        "createdAt": iso(item.received),
        "acceptedAt": iso(registered) if registered else None,
        "answeredAt": iso(answered) if answered else None,
        "changedAt": iso(updated_at(item, until)),
        "category": reference().topic_groups[item.topic],
        "type": topic(item),
        "state": POS_STATUS[shown[-1].code],
        "organization": recipient(item),
        "district": TOWNS[item.municipality].districts[item.problem.district],
        "address": address_of(item),
        "point": {"lat": latitude, "lon": longitude} if latitude else None,
        "photos": item.index % 4,
        "description": item.text,
        "answer": item.answer if answered else None,
        "rating": item.mark if item.first("marked", until) else None,
        "user": {"id": f"ns{item.author.number}", "name": item.author.full_name, "phone": item.author.phone(number)},
    }


SYSTEM = ApiSystem(
    slug=SLUG,
    api=Api(
        path="/api/messages",
        auth="bearer",
        paging="offset",
        key="number",
        updated="changedAt",
        since="changedFrom",
        page="offset",
        size="limit",
        items="messages",
        total="count",
    ),
    relation="items",
    records=_records,
)
