"""ПОС, «Общественные голосования»: polls, votes and public discussions with the votes of each option."""

from __future__ import annotations

from random import Random
from typing import Any

from demo_city.clock import DAY, START, iso, local
from demo_city.people import person
from demo_city.places import STREETS
from demo_city.reference import reference
from demo_city.systems.api_system import ApiSystem, Record
from demo_city.systems.paged_api import Api

SLUG = "pos_votes"

_KINDS = ("Опрос", "Опрос", "Голосование", "Голосование", "Общественное обсуждение")
_TITLES = {
    "Опрос": "Как вы оцениваете состояние {of}?",
    "Голосование": "Что построить в первую очередь {where}?",
    "Общественное обсуждение": "Проект благоустройства сквера {where}",
}
_OPTIONS = {
    "Опрос": ("Хорошо", "Удовлетворительно", "Плохо", "Затрудняюсь ответить"),
    "Голосование": ("Детская площадка", "Спортивная площадка", "Парковка", "Ничего не менять"),
    "Общественное обсуждение": ("Поддерживаю", "Не поддерживаю"),
}


def _records(seed: int, records: int, until: int) -> list[Record]:
    rng = Random(f"{SLUG} {seed} {records}")
    step = (until - START) / records
    return [_vote(number, START + int(number * step), until, rng) for number in range(records)]


def _vote(number: int, started: int, until: int, rng: Random) -> dict[str, Any]:
    ref, kind = reference(), _KINDS[number % 5]
    ended = started + rng.randrange(7, 60) * DAY
    options = _OPTIONS[kind][: 2 + rng.randrange(3)]
    street = STREETS[rng.randrange(len(STREETS))]
    votes = [int(rng.paretovariate(1.2) * 20) for _ in options]
    return {
        "id": f"OBS-{local(started).year}-{number + 1:05d}",
        "type": kind,
        "municipality": ref.municipality_refs["*", ref.municipalities[number // 5 % len(ref.municipalities)]],
        "title": _TITLES[kind].format(of=street.of, where=street.where),
        "startedAt": iso(started),
        "endedAt": iso(ended),
        "updatedAt": iso(min(ended, until)),
        "state": "Завершено" if ended <= until else "Идёт",
        "initiator": {"fullName": person(rng.randrange(1_000)).full_name},
        "options": [{"title": title, "votes": count} for title, count in zip(options, votes, strict=True)],
    }


SYSTEM = ApiSystem(
    slug=SLUG,
    api=Api(
        path="/api/v1/votes",
        auth="bearer",
        paging="page",
        key="id",
        updated="updatedAt",
        since="updatedFrom",
        page="page",
        size="size",
        items="items",
        total="total",
    ),
    relation="votes",
    records=_records,
    rows=lambda record: len(record["options"]),
)
