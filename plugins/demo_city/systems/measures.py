"""The register of measures, filled by hand in our template: поручения, мероприятия, road maps, projects, plans."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from demo_city import truth
from demo_city.clock import END, START, local
from demo_city.reference import reference, rows
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
        measures = [_row(number, records, until, rng) for number in range(records)]
        planted = [planted_row(number, measure) for number, measure in enumerate(truth.MEASURES, 1)]
        for number, row in enumerate(measures):
            if row["kind"] == "Мероприятие":
                row["parent"] = measures[number - number % len(_KINDS)]["number"]
        faulty = measures[0] | {"number": "М-Б/Н", "municipality": None}
        book = filled(REGISTERS["measures"], [*measures, *planted, faulty])
        (home / stamped(self.slug, until, "xlsx")).write_bytes(book)
        return Truth(Counter(measures=records + len(planted)), rejected=1)


def _row(number: int, records: int, until: int, rng: Random) -> dict[str, Any]:
    ref, kind = reference(), _KINDS[number % len(_KINDS)]
    blocks = [found for found in rows("sector_blocks") if ref.executors_of(found["block_code"])]
    block = blocks[number // len(_KINDS) * 5 % len(blocks)]
    executors = ref.executors_of(block["block_code"])
    today = _day(until)
    since = _day(START + number * (until - START) // records)
    planned = since + timedelta(days=rng.randrange(14, 150))
    done = planned + timedelta(days=rng.randrange(-20, 25))
    is_done = done <= today and rng.random() < 0.85
    return {
        "number": f"М-{number + 1:04d}",
        "kind": kind,
        "municipality": ref.municipality_refs["*", block["municipality_code"]],
        "title": _TITLES[kind].format(block["title"]),
        "block": block["title"],
        "responsible": ref.recipient_ref("*", executors[number % len(executors)], END),
        "basis": f"Протокол совещания от {since:%d.%m.%Y} № {number % 60 + 1}",
        "planned_on": planned,
        "done_on": done if is_done else None,
        "progress": 100 if is_done else rng.randrange(0, 95, 5),
        "status": "Исполнено" if is_done else "На исполнении" if since <= today else "Не начато",
        "parent": None,
        "topic": None,
        "place": None,
        "problem": None,
    }


def planted_row(number: int, measure: truth.Story) -> dict[str, Any]:
    """A measure that names the topic and place of the complaints: one is done on paper only."""
    ref, code = reference(), str(measure["municipality_code"])
    topic = ref.topic_codes.index(str(measure["topic_code"]))
    municipality = ref.municipality_refs["*", code]
    done = _day(measure["done"])
    return {
        "number": f"М-Ж{number:03d}",
        "kind": "Мероприятие",
        "municipality": municipality,
        "title": measure["title"],
        "block": next(block for place, block in lists.blocks() if place == municipality),
        "responsible": next(name for place, name in lists.recipients() if place == municipality),
        "basis": f"Протокол совещания от {done - timedelta(days=3):%d.%m.%Y} № {number}",
        "planned_on": done,
        "done_on": done,
        "progress": 100,
        "status": "Исполнено",
        "parent": None,
        "topic": ref.topic_refs["*", topic][0],
        "place": measure["district"],
        "problem": measure.get("problem"),
    }


def _day(instant: int) -> datetime:
    return datetime.combine(local(instant).date(), datetime.min.time())


SYSTEM = Measures()
