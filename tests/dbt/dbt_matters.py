"""The city's stories as records, comments that are taken over without their author, and real texts that are told again
in other words."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

from dbt_lives import MOSCOW, Version
from dbt_warehouse import rows

from demo_city import clock, payloads
from demo_city import stories as city_stories
from demo_city.generate import City
from demo_city.item import Item
from demo_city.systems import sed_delo, sed_sstu
from demo_city.systems.vk import user_id
from mcu.sources.registry import get_source

Ref = tuple[str, str]
"""(source, number)."""
TOPIC = "Ремонт дороги"
START = datetime(2026, 9, 1, 9, 0, tzinfo=MOSCOW)


@dataclass
class Stories:
    """Records by source, and which of them belong together."""

    records: dict[str, list[Version]] = field(default_factory=dict)
    matters: list[list[Ref]] = field(default_factory=list)
    problems: list[list[Ref]] = field(default_factory=list)
    twins: list[Ref] = field(default_factory=list)

    def add(self, slug: str, ref: str, at: datetime, /, **payload: Any) -> Ref:
        self.records.setdefault(slug, []).append(Version(ref, {"id": ref, "number": ref, **payload}, at))
        return slug, ref


def pairs(groups: Iterable[Iterable[Ref]]) -> set[frozenset[Ref]]:
    return {frozenset(pair) for group in groups for pair in combinations(group, 2)}


def groups_of(key: str, relation: str) -> list[list[Ref]]:
    """The items of each group of several, by source and number."""
    found: dict[object, list[Ref]] = {}
    query = f"select g.{key}, f.source_slug, f.record_ref from {relation} as g join marts.fct_feedback as f"
    for group, slug, ref in rows(f"{query} using (feedback_key)"):
        found.setdefault(group, []).append((slug, ref))
    return [group for group in found.values() if len(group) > 1]


def city_records(stories: Stories, seed: int) -> dict[str, list[dict[str, Any]]]:
    """The stories of the city of this seed, by source, as its systems hand them over."""
    shown: dict[str, list[dict[str, Any]]] = {}
    groups: dict[tuple[str, int], list[Ref]] = {}
    for told in city_stories.Stories(seed).told:
        record, ref = _SHOW[told.system](told.item)
        shown.setdefault(told.system, []).append(record)
        groups.setdefault((told.kind, told.group), []).append((told.system, ref))
    for (kind, _), refs in groups.items():
        if kind == "twin":
            stories.twins += refs
        else:
            (stories.problems if kind == "trouble" else stories.matters).append(refs)
    return shown


def plant_comments(stories: Stories, seed: int) -> None:
    """What the city has not: an operator takes a comment over without its author."""
    rng = Random(seed)
    for number in range(8):
        _comment(stories, seed * 100 + number, START + timedelta(days=rng.uniform(0, 60)), rng)


def _pos(item: Item) -> tuple[dict[str, Any], str]:
    return payloads.pos(item, clock.END), str(item.ref)


def _incident(item: Item) -> tuple[dict[str, Any], str]:
    return payloads.incident(item, clock.END), str(item.ref)


def _vk(item: Item) -> tuple[dict[str, Any], str]:
    """A comment as the connector gives it."""
    ref = f"wall-{item.ref}"
    return {
        "ref": ref, "page": "990000001", "municipality": item.municipality, "kind": "comment", "is_official": "false",
        "at": clock.iso(item.received), "text": item.text,
        "author_link": f"https://vk.com/id{user_id(item)}",
    }, ref  # fmt: skip  # a table


def _card(item: Item) -> tuple[dict[str, Any], str]:
    columns = get_source("sed_delo").connector.model_dump()["columns"]
    card = dict(zip(columns, sed_delo.row_of(item, clock.END), strict=True))
    return card, card["number"]


def _appeal(item: Item) -> tuple[dict[str, Any], str]:
    appeal = sed_sstu.appeal_of(item, clock.END)
    return appeal, appeal["number"]


_SHOW = {"pos": _pos, "incident": _incident, "vk": _vk, "sed_delo": _card, "sed_sstu": _appeal}


def pos(stories: Stories, ref: str, at: datetime, text: str, author: str | None = None, **given: Any) -> Ref:
    moment = at.isoformat()
    history = [{"event": "Создано", "at": moment}, {"event": "Зарегистрировано", "at": moment}]
    payload = {
        "kind": "сообщение", "municipality": "город Мурманск", "createdAt": moment, "registeredAt": moment,
        "status": "Назначено", "topic": TOPIC, "organization": "Администрация города Мурманска", "author_key": author,
        "text": text, "history": history,
    }  # fmt: skip  # a table
    return stories.add("pos", ref, at, **(payload | given))


def incident(stories: Stories, ref: str, at: datetime, text: str, author: str | None = None) -> Ref:
    return stories.add(
        "incident", ref, at, municipality="г.о. Мурманск", result="", topic=TOPIC, author_key=author, text=text,
        importance="Обычная", executor="Администрация г. Мурманска", created_at=f"{at:%d.%m.%Y %H:%M}",
    )  # fmt: skip  # a table


def comment(stories: Stories, ref: str, at: datetime, text: str, author: str) -> Ref:
    """A comment on an official page of ВКонтакте: without a topic."""
    return stories.add(
        "vk", ref, at, municipality="город Мурманск", kind="comment", is_official="false", at=at.isoformat(), text=text,
        author_key=author,
    )  # fmt: skip  # a table


def _comment(stories: Stories, number: int, at: datetime, rng: Random) -> None:
    """A comment of ВКонтакте, which an operator takes over as an incident without its author, with his own slips."""
    text = f"Жители просят проверить: {', '.join(rng.sample(_THINGS, 14))}"
    first = comment(stories, f"wall-{number}", at, text, f"{10_000 + number:064x}")
    second = incident(stories, str(3_900_000 + number), at + timedelta(hours=5), retold(text, rng, words=0.0))
    stories.matters.append([first, second])


_THINGS = (
    "бродячие собаки", "тёмный переход", "автобус двадцать третий", "закрытая аптека", "павильон остановки", "рынок",
    "городской пляж", "старый каток", "вход в парк", "почтовое отделение", "школьный забор", "кабинет педиатра",
    "спортивный зал", "сквер ветеранов", "мост через ручей", "ливневая решётка", "шум стройки", "парковка у больницы",
    "дым котельной", "трава на стадионе", "клумбы у вокзала", "библиотека", "расписание электричек", "детский сад",
    "свалка за гаражами", "камера на перекрёстке", "табло маршрутов", "пандус соцзащиты", "фонтан", "лавки в аллее",
)  # fmt: skip  # a table


# --- real texts

_FILLERS = ("очень", "просим", "срочно", "наконец", "пожалуйста", "снова", "уже")


def retold(text: str, rng: Random, *, words: float = 0.08) -> str:
    """The same in other words: typing errors, some words left out or put in, sentences in another order."""
    sentences = [s for s in re.split(r"(?<=\w{4}[.!?])\s+(?=[А-ЯЁ])", text) if s]
    rng.shuffle(sentences)
    told = []
    for word in " ".join(sentences).split():
        roll = rng.random()
        if roll < words / 2:
            continue
        if roll < words:
            told.append(rng.choice(_FILLERS))
        if len(word) > 5 and rng.random() < 0.06:
            at = rng.randrange(1, len(word) - 2)
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        told.append(word)
    return " ".join(told)


def real_texts(stories: Stories, path: Path, again: int) -> set[frozenset[Ref]]:
    """The messages of Курск as messages of the ПОС of another municipality, `again` of them told a second time by
    another author within five days. Returns the pairs."""
    rng = Random(13)
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if len(line["text"]) > 60]
    found = set()
    chosen = set(rng.sample(range(len(lines)), again))
    for number, line in enumerate(lines):
        at = START + timedelta(days=rng.uniform(0, 60))
        given = {"municipality": "Губкинский городской округ", "topic": line["theme"]}
        first = pos(stories, f"К-{number}", at, line["text"], f"{50_000 + number:064x}", **given)
        if number in chosen:
            later, text = at + timedelta(days=rng.uniform(0.1, 5)), retold(re.sub(r"<[^>]+>", " ", line["text"]), rng)
            second = pos(stories, f"К-{number}-2", later, text, f"{60_000 + number:064x}", **given)
            found.add(frozenset((first, second)))
    return found


def noise(seed: int, items: int) -> Iterator[tuple[str, Version]]:
    """The items of a city of this seed, in the shapes of ПОС and «Инцидент», under numbers of their own."""
    show = {"pos": payloads.pos, "incident": payloads.incident}
    for item in City(seed, items):
        if item.fault or item.source not in show:
            continue
        payload: dict[str, Any] = show[item.source](item, clock.END)
        author = sha256(repr(item.author).encode()).hexdigest()
        at = datetime.fromtimestamp(payloads.updated_at(item, clock.END), MOSCOW)
        yield item.source, Version(f"{seed}-{item.ref}", payload | {"author": None, "author_key": author}, at)
