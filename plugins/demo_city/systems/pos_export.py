"""ПОС where its cabinet only exports: one municipality saves its table of messages from time to time and drops it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from demo_city.clock import DAY, dotted
from demo_city.item import Item
from demo_city.payloads import pos
from demo_city.systems.base import Truth, items_of
from demo_city.systems.dropped import Dropped, letters, stamped, write_book

MUNICIPALITY = "giaginsky"

TITLES = (
    "Номер сообщения", "Вид", "Муниципальное образование", "Дата создания", "Дата регистрации", "Статус", "Категория",
    "Тема", "Ответственная организация", "Заявитель", "Телефон", "Электронная почта", "Адрес проблемы", "Район",
    "Широта", "Долгота", "Текст сообщения", "Дата промежуточного ответа", "Дата ответа", "Текст ответа",
    "Отложено до", "Оценка", "Дата оценки", "Предыдущее сообщение",
)  # fmt: skip  # a table


class PosExport(Dropped):
    slug = "pos_export"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        drawn = items_of(self.slug, seed, records, municipality=MUNICIPALITY)
        items = [item for item in drawn if item.received <= until]
        month_ago = until - 30 * DAY
        for moment in (month_ago, until):
            rows = [_row(item, moment) for item in items if item.received <= moment]
            if moment == until:
                rows += _faulty(rows)
            titles = letters(TITLES)
            above = "Сообщения ПОС за период"
            write_book(home / stamped(self.slug, moment, "xlsx"), titles, (letters(row) for row in rows), above)
        return Truth(Counter(items=len(items)), rejected=2)


def _row(item: Item, moment: int) -> list[Any]:
    body = pos(item, moment)
    author, address, answer = body["author"], body["address"], body["answer"] or {}
    final, interim = item.last("final_reply", moment), item.first("interim_reply", moment)
    registered, marked = item.first("registered", moment), item.first("marked", moment)
    return [
        f"ВЫГ-{body['id']}", body["kind"], body["municipality"], dotted(item.received),
        dotted(registered) if registered else None, body["status"], body["category"], body["topic"],
        body["organization"], author["fullName"], author["phone"], author["email"], address["text"],
        address["district"], str(address["lat"]).replace(".", ",") if address["lat"] else None,
        str(address["lon"]).replace(".", ",") if address["lon"] else None, f"'{body['text']}",
        dotted(interim) if interim else None, dotted(final) if final else None, answer.get("text"),
        dotted(item.deferred_until) if body["deferredUntil"] and item.deferred_until else None, body["rating"],
        dotted(marked) if marked else None, f"ВЫГ-{item.earlier}" if item.earlier else None,
    ]  # fmt: skip  # a table


def _faulty(rows: list[list[Any]]) -> list[list[Any]]:
    """Two rows that must be rejected: one has no municipality, one an invalid date."""
    nowhere, never = list(rows[0]), list(rows[-1])
    nowhere[0], nowhere[2] = "ВЫГ-БЕЗ-МО", None
    never[0], never[3] = "ВЫГ-БЕЗ-ДАТЫ", "45.13.2026"
    return [nowhere, never]


SYSTEM = PosExport()
