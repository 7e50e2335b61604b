"""«Инцидент Менеджмент» where its API is open: incidents with every reply, interim and final; pages from 0."""

from __future__ import annotations

from typing import Any

from demo_city.clock import iso
from demo_city.item import Item
from demo_city.payloads import updated_at
from demo_city.places import TOWNS
from demo_city.reference import reference
from demo_city.systems.api_system import ApiSystem, Record, municipality, recipient, topic
from demo_city.systems.base import items_of
from demo_city.systems.paged_api import Api
from demo_city.texts import INTERIM_REPLY

SLUG = "incident_api"


def _records(seed: int, records: int, until: int) -> list[Record]:
    return [_incident(item, until) for item in items_of(SLUG, seed, records, "incident")]


def _incident(item: Item, until: int) -> dict[str, Any]:
    first, interim = item.first("first_reply", until), item.first("interim_reply", until)
    closed, deferred = item.first("closed", until), item.first("deferred", until)
    replies = [
        {"kind": kind, "at": iso(at), "text": text}
        for kind, at, text in (("interim", interim, INTERIM_REPLY), ("final", closed, item.answer))
        if at
    ]
    return {
        "incidentId": 7_000_000 + item.number,
        "municipality": municipality(item),
        "settlement": TOWNS[item.municipality].districts[item.problem.district],
        "createdAt": iso(item.received),
        "firstReplyAt": iso(first) if first else None,
        "deferredAt": iso(deferred) if deferred else None,
        "changedAt": iso(updated_at(item, until)),
        "state": item.result_at(until) or "В работе",
        "importance": "high" if item.is_raised else "normal",
        "topicGroup": reference().topic_groups[item.topic],
        "topic": topic(item),
        "executor": recipient(item),
        "network": item.network,
        "text": item.text,
        "replies": replies,
        "author": {"name": f"{item.author.name} {item.author.surname}", "url": item.author.link(item.network)},
    }


SYSTEM = ApiSystem(
    slug=SLUG,
    api=Api(
        path="/v2/incidents", auth="bearer", paging="page", key="incidentId", updated="changedAt",
        since="changed_since", page="page_index", size="page_size", items="data.list", total="data.total", first_page=0,
    ),
    relation="items",
    records=_records,
)  # fmt: skip  # a table
