"""A bot of the МЦУ and its chats, by the Bot API.

POST /telegram_bot/bot<token>/getUpdates   a form with offset, limit; updates before the offset are dropped
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response

from demo_city.item import Item
from demo_city.places import TOWNS
from demo_city.systems.base import System, Truth, items_of
from demo_city.systems.page_replies import replies_of

CHATS = {code: -1_001_990_000_001 - number for number, code in enumerate(TOWNS)}
"""Chats that the bot reads. Some people write to the bot itself: the API never shows it its own answers to them."""
_FIRST_UPDATE = 500_000_001


class TelegramBot(System):
    slug = "telegram_bot"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        dated: list[tuple[int, str, dict[str, Any]]] = []
        facts: Counter[str] = Counter()
        for number, item in enumerate(items_of(self.slug, seed, records), 1):
            if item.received <= until:
                dated += self._updates(item, number, until)
                facts["items"] += 1
        dated.sort(key=lambda update: update[0])
        updates = [{"update_id": _FIRST_UPDATE + n, kind: body} for n, (_, kind, body) in enumerate(dated)]
        (home / "updates.json").write_text(json.dumps(updates, ensure_ascii=False), encoding="utf-8")
        return Truth(facts)

    def _updates(self, item: Item, number: int, until: int) -> list[tuple[int, str, dict[str, Any]]]:
        """(when, kind, body): the message, its correction, the answers of the chat, each with what it answers."""
        who = 99_00_000_000 + item.author.number
        person = {
            "id": who,
            "is_bot": False,
            "first_name": item.author.name,
            "last_name": item.author.surname,
            "username": f"zhitel_{item.author.number}",
            "language_code": "ru",
        }
        chat: dict[str, Any] = {"id": who, "type": "private", "first_name": item.author.name}
        is_private = item.municipality == "murmansk" and item.index % 13 == 5
        if not is_private:
            chat = {"id": CHATS[item.municipality], "type": "supergroup", "title": "Обсуждение"}
        message = {"message_id": number * 10, "from": person, "chat": chat, "date": item.received, "text": item.text}
        found = [(item.received, "message", message)]
        if item.index % 9 == 0 and item.received + 120 <= until:
            edited = message | {"edit_date": item.received + 120, "text": f"{item.text} Добавлю: вопрос не решён."}
            found.append((item.received + 120, "edited_message", edited))
        if not is_private:
            anonymous = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
            for nth, (at, text) in enumerate(replies_of(item, until), 1):
                answer = {
                    "message_id": number * 10 + nth,
                    "from": anonymous,
                    "sender_chat": chat,
                    "chat": chat,
                    "date": at,
                    "text": text,
                    "reply_to_message": message,
                }
                found.append((at, "message", answer))
        elif item.index % 2 == 0:
            left = {"chat": chat, "from": person, "date": item.received, "new_chat_member": {"status": "kicked"}}
            found.append((item.received + 60, "my_chat_member", left))
        return found

    def routes(self, home: Path, token: str) -> APIRouter:
        router = APIRouter()
        confirmed = [0]

        @router.post("/bot{key}/getUpdates")
        async def get_updates(key: str, request: Request) -> Response:
            if key != token:
                return _json({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
            form = {name: int(str(value)) for name, value in (await request.form()).items()}
            confirmed[0] = max(confirmed[0], form.get("offset", 0))
            updates = json.loads((home / "updates.json").read_text(encoding="utf-8"))
            waiting = [u for u in updates if u["update_id"] >= confirmed[0]]
            return _json({"ok": True, "result": waiting[: min(form.get("limit", 100), 100)]})

        return router

    def connection(self, base_url: str, token: str, inbox: Path) -> str:
        scheme, _, rest = base_url.partition("://")
        return f"{scheme}://:{token}@{rest}/{self.slug}"


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status_code=status, media_type="application/json")


SYSTEM = TelegramBot()
