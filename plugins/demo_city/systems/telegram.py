"""Chats of official channels in Telegram, as Telegram Desktop exports them: one `result.json` a chat, dropped into the
folder."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from demo_city.clock import START, local
from demo_city.item import Item
from demo_city.places import TOWNS
from demo_city.systems.base import System, Truth, items_of
from demo_city.systems.page_replies import posts_of_page, replies_of

CHATS = {"murmansk": 1_990_000_001, "gubkinsky": 1_990_000_003, "novoshakhtinsk": 1_990_000_005}
"""Municipalities with a chat; people of the others write in the first one."""


def chat_of(item: Item) -> str:
    return item.municipality if item.municipality in CHATS else next(iter(CHATS))


class Telegram(System):
    slug = "telegram"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        rng = Random(f"telegram {seed}")
        chats: dict[str, list[dict[str, Any]]] = {code: [] for code in CHATS}
        for code, messages in chats.items():
            messages.append(_service(START, code, "create_channel", title=f"{TOWNS[code].name}: чат"))
            for at, text in posts_of_page(until, max(3, records // 10), rng):
                messages.append(_message(at, f"channel{CHATS[code]}", TOWNS[code].name, text))
        facts: Counter[str] = Counter()
        for item in items_of(self.slug, seed, records, "incident"):
            if item.received <= until:
                self._write(chats[chat_of(item)], item, until)
                facts["items"] += 1
        for code, messages in chats.items():
            body = {"name": f"{TOWNS[code].name}: чат", "type": "public_supergroup", "id": CHATS[code]}
            body["messages"] = _numbered(messages)
            path = home / f"result_{code}.json"
            path.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
        return Truth(facts)

    def _write(self, messages: list[dict[str, Any]], item: Item, until: int) -> None:
        who = f"user{99_00_000_000 + item.author.number}"
        name = f"{item.author.name} {item.author.surname}"
        message = _message(item.received, who, name, item.text)
        if item.index % 4 == 0:  # a part of the text is formatted
            head, _, tail = item.text.partition(" ")
            message["text"] = [{"type": "bold", "text": head}, f" {tail}"]
        if item.index % 13 == 0:
            edited = item.received + 300
            message |= {"edited": _local(edited), "edited_unixtime": str(edited)}
        messages.append(message)
        code = chat_of(item)
        for at, text in replies_of(item, until):
            answer = _message(at, f"channel{CHATS[code]}", TOWNS[code].name, text)
            messages.append(answer | {"answers": message})

    def deliver(self, home: Path, inbox: Path) -> None:
        for path in sorted(home.glob("*.json")):
            draft = inbox / f".{path.name}"
            draft.write_bytes(path.read_bytes())
            draft.replace(inbox / path.name)

    def connection(self, base_url: str, token: str, inbox: Path) -> str:
        return f"file://{inbox}"


def _local(at: int) -> str:
    return local(at).strftime("%Y-%m-%dT%H:%M:%S")


def _message(at: int, who: str, name: str, text: str) -> dict[str, Any]:
    return {
        "type": "message",
        "date": _local(at),
        "date_unixtime": str(at),
        "from": name,
        "from_id": who,
        "text": text,
        "text_entities": [{"type": "plain", "text": text}],
    }


def _service(at: int, code: str, action: str, **more: str) -> dict[str, Any]:
    return {
        "type": "service",
        "date": _local(at),
        "date_unixtime": str(at),
        "actor": TOWNS[code].name,
        "actor_id": f"channel{CHATS[code]}",
        "action": action,
        "text": "",
        **more,
    }


def _numbered(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the order of time, each with its number; an answer names the number of what it answers."""
    messages.sort(key=lambda m: int(m["date_unixtime"]))
    number = {id(m): n for n, m in enumerate(messages, 1)}
    done = []
    for m in messages:
        body = {"id": number[id(m)], **m}
        if answered := body.pop("answers", None):
            body["reply_to_message_id"] = number[id(answered)]
        done.append(body)
    return done


SYSTEM = Telegram()
