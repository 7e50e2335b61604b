"""The register of measures, filled by hand in our template: поручения, мероприятия, road maps, projects, plans."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from demo_city.clock import START, local
from demo_city.systems.base import Truth
from demo_city.systems.dropped import Dropped, stamped
from mcu.registers import REGISTERS, lists
from mcu.registers.workbook import filled

_KINDS = ("Дорожная карта", "Мероприятие", "Мероприятие", "Поручение", "Паспорт проекта", "Мероприятие", "План")
_TITLES = {
    "Дорожная карта": "Дорожная карта по устранению первопричин: {}",
    "Мероприятие": "Провести обследование и устранить недостатки: {}",
    "Поручение": "Доложить о состоянии дел: {}",
    "Паспорт проекта": "Проект «{}: шаг навстречу»",
    "План": "План работы на квартал: {}",
}


class Measures(Dropped):
    slug = "measures"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        rng = Random(f"{self.slug} {seed}")
        rows = [_row(number, records, until, rng) for number in range(records)]
        for number, row in enumerate(rows):
            if row["kind"] == "Мероприятие":
                row["parent"] = rows[number - number % len(_KINDS)]["number"]
        faulty = rows[0] | {"number": "М-Б/Н", "municipality": None}
        (home / stamped(self.slug, until, "xlsx")).write_bytes(filled(REGISTERS["measures"], [*rows, faulty]))
        return Truth(Counter(measures=records), rejected=1)


def _row(number: int, records: int, until: int, rng: Random) -> dict[str, Any]:
    recipients, kind = lists.recipients(), _KINDS[number % len(_KINDS)]
    staffed = {place for place, _ in recipients}
    blocks = [found for found in lists.blocks() if found[0] in staffed]
    municipality, block = blocks[number // len(_KINDS) * 5 % len(blocks)]
    responsible = [name for place, name in recipients if place == municipality]
    today = _day(until)
    since = _day(START + number * (until - START) // records)
    planned = since + timedelta(days=rng.randrange(14, 150))
    done = planned + timedelta(days=rng.randrange(-20, 25))
    is_done = done <= today and rng.random() < 0.85
    return {
        "number": f"М-{number + 1:04d}", "kind": kind, "municipality": municipality,
        "title": _TITLES[kind].format(block), "block": block, "responsible": responsible[number % len(responsible)],
        "basis": f"Протокол совещания от {since:%d.%m.%Y} № {number % 60 + 1}", "planned_on": planned,
        "done_on": done if is_done else None, "progress": 100 if is_done else rng.randrange(0, 95, 5),
        "status": "Исполнено" if is_done else "На исполнении" if since <= today else "Не начато", "parent": None,
    }  # fmt: skip


def _day(instant: int) -> datetime:
    return datetime.combine(local(instant).date(), datetime.min.time())


SYSTEM = Measures()
