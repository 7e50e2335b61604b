"""«BI: ЦУР РФ» and its heat map: the list of a municipality's problems that the regional centre saves for it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from demo_city import truth
from demo_city.clock import DAY, local
from demo_city.item import Item
from demo_city.payloads import pos
from demo_city.reference import reference
from demo_city.systems.base import Truth, items_of
from demo_city.systems.dropped import Dropped, letters, stamped, write_book

TITLES = (
    "№ проблемы", "Муниципалитет", "Проблема", "Тематика", "Место", "Широта", "Долгота", "Выявлена", "Снята с контроля",
    "Статус", "Количество сообщений",
)  # fmt: skip  # a table


class BiRccProblems(Dropped):
    slug = "bi_rcc_problems"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        rng = Random(f"{self.slug} {seed}")
        items = [i for i in items_of(self.slug, seed, records) if i.received <= until]
        rows = [_row(number, item, until, rng) for number, item in enumerate(items, 1)]
        rows.append(_planted())
        nameless = list(rows[0])
        nameless[0], nameless[2] = "П-Б/Н", None
        path = home / stamped(self.slug, until, "xlsx")
        write_book(path, letters(TITLES), map(letters, [*rows, nameless]), "Проблемы муниципалитетов")
        return Truth(Counter(external_problems=len(rows)), rejected=1)


def _row(number: int, item: Item, until: int, rng: Random) -> list[Any]:
    ref, address = reference(), pos(item, until)["address"]
    closed = item.received + rng.randrange(3, 120) * DAY
    is_closed = closed <= until
    topic = ref.topic_refs["*", item.topic][0]
    return [
        f"П-{number:05d}",
        ref.municipality_refs["*", item.municipality],
        f"{topic}: {address['district']}",
        topic,
        address["district"],
        _comma(address["lat"]),
        _comma(address["lon"]),
        _day(item.received),
        _day(closed) if is_closed else None,
        "Снята с контроля" if is_closed else "Активна",
        rng.randrange(3, 90),
    ]


def _planted() -> list[Any]:
    """The surge of the city, as the regional centre lists it."""
    ref, surge = reference(), truth.SURGE
    topic = ref.topic_refs["*", ref.topic_codes.index(surge["topic_code"])][0]
    found = surge["from"] + 3 * DAY
    return [
        truth.SURGE_PROBLEM, ref.municipality_refs["*", surge["municipality_code"]], f"{topic}: {surge['district']}",
        topic, surge["district"], None, None, _day(found), None, "Активна", 120,
    ]  # fmt: skip  # a table


def _comma(degrees: float | None) -> str | None:
    return str(degrees).replace(".", ",") if degrees else None


def _day(instant: int) -> str:
    return f"{local(instant):%d.%m.%Y}"


SYSTEM = BiRccProblems()
