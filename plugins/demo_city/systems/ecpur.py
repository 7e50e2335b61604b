"""ЕЦПУР, the single digital platform of the region's government: поручения, мероприятия and their deadlines."""

from __future__ import annotations

from random import Random
from typing import Any

from demo_city.clock import DAY, START, iso, local
from demo_city.people import person
from demo_city.places import STREETS
from demo_city.reference import reference, rows
from demo_city.systems.api_system import ApiSystem, Record
from demo_city.systems.paged_api import Api

SLUG = "ecpur"

_KINDS = ("Дорожная карта", "Мероприятие", "Мероприятие", "Поручение", "Мероприятие", "Поручение", "Паспорт проекта")
_TITLES = {
    "Дорожная карта": "Дорожная карта по устранению первопричин обращений: {}",
    "Мероприятие": "Провести работы по направлению «{}» {}",
    "Поручение": "Представить предложения по направлению «{}»",
    "Паспорт проекта": "Паспорт проекта «{}»",
}


def _records(seed: int, records: int, until: int) -> list[Record]:
    rng = Random(f"{SLUG} {seed} {records}")
    blocks = [block for block in rows("sector_blocks") if block["municipality_code"] == "murmansk"]
    step = (until - START) / records
    made: list[Record] = []
    for number in range(records):
        block = blocks[number // len(_KINDS) % len(blocks)]
        made.append(_measure(number, START + int(number * step), until, block, rng))
    for number, record in enumerate(made):
        roadmap = made[number - number % len(_KINDS)]
        record["parent"] = roadmap["uid"] if record is not roadmap and record["docType"] == "Мероприятие" else None
    return made


def _measure(number: int, since: int, until: int, block: dict[str, str], rng: Random) -> dict[str, Any]:
    ref, kind = reference(), _KINDS[number % len(_KINDS)]
    planned = since + rng.randrange(14, 150) * DAY
    done = planned + rng.randrange(-20, 25) * DAY
    is_done = done <= until and rng.random() < 0.9
    is_withdrawn = not is_done and rng.random() < 0.1
    executors = ref.executors_of(block["block_code"])
    touched = done if is_done else min(since + rng.randrange(1, 60) * DAY, until)
    return {
        "uid": f"{kind[0]}{number + 1:05d}-{local(since):%y}",
        "docType": kind,
        "municipality": ref.municipality_refs["*", "murmansk"],
        "name": _TITLES[kind].format(block["title"], STREETS[rng.randrange(len(STREETS))].where),
        "block": block["title"],
        "executor": ref.recipient_ref("*", executors[number % len(executors)], since),
        "ground": f"Протокол оперативного совещания от {local(since):%d.%m.%Y} № {number % 60 + 1}",
        "term": local(planned).date().isoformat(),
        "completed": local(done).date().isoformat() if is_done else None,
        "percent": 100 if is_done else rng.randrange(0, 95, 5),
        "state": "Исполнено" if is_done else "Снято с контроля" if is_withdrawn else "На исполнении",
        "changed": iso(touched),
        "author": {"fio": person(rng.randrange(1_000)).full_name},
    }


SYSTEM = ApiSystem(
    slug=SLUG,
    api=Api(
        path="/odata/assignments", auth="basic", paging="next_link", key="uid", updated="changed", since="changedAfter",
        page="skip", size="top", items="value", total="count", next="nextLink",
    ),
    relation="measures",
    records=_records,
)  # fmt: skip  # a table
