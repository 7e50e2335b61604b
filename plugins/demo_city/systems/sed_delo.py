"""СЭД «Дело»: a CSV of the registration cards, as its report saves it: code page 1251, semicolons. A card shows the
requests for information that its executor sent to other bodies, one a line of the cell."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

from demo_city.clock import DAY, dotted, in_office_hours
from demo_city.item import Item
from demo_city.payloads import registry
from demo_city.reference import reference
from demo_city.stories import Stories
from demo_city.systems.base import Truth, items_of
from demo_city.systems.dropped import Dropped, stamped

TITLES = (
    "Рег. №", "Дата поступления", "Дата регистрации", "Вид доставки", "Муниципальное образование", "Корреспондент",
    "Телефон", "Адрес корреспондента", "Содержание", "Тематика", "Исполнитель", "Направлено исполнителю", "Состояние",
    "Срок продлён", "Переадресовано", "Куда переадресовано", "Автор уведомлён о переадресации", "Дата ответа",
    "Текст ответа", "Запрос сведений: дата", "Запрос сведений: кому", "Запрос сведений: ответ получен",
    "Связанный документ",
)  # fmt: skip  # a table


class SedDelo(Dropped):
    slug = "sed_delo"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        items = [i for i in items_of(self.slug, seed, records, "registry") if i.received <= until]
        items += Stories(seed).of(self.slug, until)
        rows = [row_of(item, until) for item in items]
        nowhere, never = list(rows[0]), list(rows[-1])
        nowhere[0], nowhere[4] = "БЕЗ-МО", None
        never[0], never[1] = "БЕЗ-ДАТЫ", "31.02.2026"
        path = home / stamped(self.slug, until, "csv")
        with path.open("w", encoding="cp1251", errors="replace", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(["Отчёт: регистрационные карточки"])
            writer.writerows([TITLES, *rows, nowhere, never])
        return Truth(Counter(items=len(items)), rejected=2)


def row_of(item: Item, until: int) -> list[Any]:
    """The card in the order of TITLES."""
    body, ref = registry(item, until), reference()
    registered, assigned = item.first("registered", until), item.first("assigned", until)
    forwarded, extended = item.first("forwarded", until), item.first("extended", until)
    answered = item.first("final_reply", until)
    requests = requests_of(item, until)
    if answered:
        status = "Списан в дело без ответа" if item.result == "LeftWithoutAnswer" else "Исполнен"
    elif forwarded:
        status = "Переадресован"
    else:
        status = "Срок исполнения продлён" if extended else "На исполнении" if assigned else "Зарегистрирован"
    return [
        f"СЭД-{item.ref}", dotted(item.received), _day(registered), body["delivery"],
        ref.municipality_refs["pos", item.municipality], body["author_name"], body["author_phone"],
        body["author_address"], body["text"], ref.topic_refs["pos", item.topic][0], body["recipient"],
        _day(assigned), status, _day(extended), _day(forwarded), body["forwarded_to"],
        _day(item.first("forwarding_notice", until)), _day(answered),
        body["answer_text"], "\n".join(dotted(sent) for sent, _ in requests),
        "\n".join("Государственная жилищная инспекция" for _ in requests),
        "\n".join(dotted(back) if back else "—" for _, back in requests),
        item.copy_of or (f"СЭД-{item.earlier}" if item.earlier else None),
    ]  # fmt: skip  # a table


def requests_of(item: Item, until: int) -> list[tuple[int, int | None]]:
    """(sent, answered) of the requests for information: every fifth appeal has one, every fifteenth two."""
    assigned, answered = item.first("assigned", until), item.first("final_reply", until)
    if not assigned or item.index % 5:
        return []
    found = []
    for number in range(2 if item.index % 3 == 0 else 1):
        sent = in_office_hours(assigned + (1 + 2 * number) * DAY)
        back = in_office_hours(sent + (6 + item.index % 14) * DAY)
        if sent > (answered or until):
            break
        found.append((sent, back if back <= until else None))
    return found


def _day(instant: int | None) -> str | None:
    return dotted(instant) if instant else None


SYSTEM = SedDelo()
