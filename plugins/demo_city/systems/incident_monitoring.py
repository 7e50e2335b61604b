"""«Инцидент Менеджмент», the export of its monitoring: another layout, fewer fields."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from demo_city.clock import dotted
from demo_city.item import Item
from demo_city.places import STREETS, TOWNS
from demo_city.reference import reference
from demo_city.systems.base import Truth, items_of
from demo_city.systems.dropped import Dropped, stamped, write_book

TITLES = {
    "A": "Номер инцидента",
    "T": "Дата создания",
    "U": "Дата закрытия",
    "V": "Группа тем",
    "W": "Муниципальное образование",
    "X": "Населённый пункт",
    "Y": "Улица",
    "Z": "Дом",
    "AC": "Тип инцидента",
    "AI": "Текст инцидента",
    "AR": "Теги",
}


class IncidentMonitoring(Dropped):
    slug = "incident_monitoring"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        items = [i for i in items_of(self.slug, seed, records, "incident") if i.received <= until]
        rows = [_row(item, until) for item in items]
        rows.append(rows[0] | {"A": 5_999_999, "W": None})
        write_book(home / stamped(self.slug, until, "xlsx"), TITLES, rows, "Мониторинг сообщений")
        return Truth(Counter(items=len(items)), rejected=1)


def _row(item: Item, until: int) -> dict[str, Any]:
    closed, ref, problem = item.first("closed", until), reference(), item.problem
    topic = ref.topic_refs["pos", item.topic][0]
    return {
        "A": 5_000_000 + item.number,
        "T": dotted(item.received),
        "U": dotted(closed) if closed else None,
        "V": ref.topic_groups[item.topic],
        "W": ref.municipality_refs["pos", item.municipality],
        "X": TOWNS[item.municipality].districts[problem.district],
        "Y": STREETS[problem.street].short,
        "Z": problem.house,
        "AC": "Решаемый" if item.index % 11 else "Нерешаемый",
        "AI": f"'{item.text}",
        "AR": f"{topic}; {'повышенная важность' if item.is_raised else 'обычная важность'}",
    }


SYSTEM = IncidentMonitoring()
