"""«Открытый электронный регион», the portal of the Murmansk region: messages and appeals; a cursor, no total."""

from __future__ import annotations

from typing import Any

from demo_city.clock import iso, local
from demo_city.item import Item
from demo_city.payloads import POS_STATUS, updated_at
from demo_city.places import TOWNS
from demo_city.systems.api_system import ApiSystem, Record, municipality, recipient, topic
from demo_city.systems.base import items_of
from demo_city.systems.paged_api import Api

SLUG = "oer"


def _records(seed: int, records: int, until: int) -> list[Record]:
    found = items_of(SLUG, seed, records, municipality="murmansk")
    return [_request(number, item, until) for number, item in enumerate(found, 1)]


def _request(number: int, item: Item, until: int) -> dict[str, Any]:
    shown = [e for e in item.events if e.at <= until]
    registered, answered = item.first("registered", until), item.last("final_reply", until)
    author = item.author
    return {
        "requestNumber": f"ОЭР/{local(item.received).year}/{number}",
        "requestType": "Обращение" if item.kind == "appeal" else "Сообщение",
        "municipality": municipality(item),
        "submitted": iso(item.received),
        "registered": iso(registered) if registered else None,
        "modified": iso(updated_at(item, until)),
        "state": POS_STATUS[shown[-1].code],
        "theme": topic(item),
        "executor": recipient(item),
        "territory": TOWNS[item.municipality].districts[item.problem.district],
        "content": item.text,
        "reply": {"sent": iso(answered), "content": item.answer} if answered else None,
        "applicant": {"fio": author.full_name, "email": author.email if author.has_email else None},
    }


SYSTEM = ApiSystem(
    slug=SLUG,
    api=Api(
        path="/rest/requests",
        auth="api_key",
        paging="cursor",
        key="requestNumber",
        updated="modified",
        since="modifiedSince",
        page="cursor",
        size="count",
        items="data",
        next="meta.nextCursor",
    ),
    relation="items",
    records=_records,
)
