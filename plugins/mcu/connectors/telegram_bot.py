"""Messages to a bot: updates of the Bot API by getUpdates.

The service deletes an update when a later one is requested. So every page is saved before the next is requested, and
the first call has no offset: updates that the last run did not confirm come again, which does no harm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mcu.connectors.base import Connector, Page, SourceError, Window
from mcu.connectors.http import HttpClient
from mcu.connectors.params import TelegramBot
from mcu.connectors.social import moment, record

LIMIT = 100
_KINDS = ("message", "edited_message", "channel_post", "edited_channel_post")
_LEFT_OUT = ("reply_to_message", "external_reply", "quote")
_REFUSALS = {
    401: "ключ бота не принят (401). Получите новый ключ у BotFather и обновите секрет соединения.",
    404: "ключ бота не принят (404). Проверьте, что он записан в секрет соединения целиком.",
    409: "сообщения бота уже забирает другая программа или включён webhook (409). Отключите её: иначе часть пропадёт.",
}


class BotConnector(Connector):
    consumes_on_read = True

    def __init__(self, params: TelegramBot, url: str) -> None:
        self._params = params
        self._url = url

    def pages(self, window: Window) -> Iterator[Page]:
        """All waiting updates. The window is ignored: earlier updates are gone."""
        p = self._params
        with HttpClient(self._url, "none", timeout_seconds=p.timeout_seconds, refusals=_REFUSALS) as client:
            form: dict[str, str | int] = {"limit": LIMIT, "timeout": 0}
            number = 0
            while updates := self._ask(client, form):
                number += 1
                yield Page([r for u in updates for r in self._records(u)], f"порция {number}", is_only_copy=True)
                numbers = [
                    u["update_id"] for u in updates if isinstance(u, dict) and isinstance(u.get("update_id"), int)
                ]
                if not numbers or max(numbers) < int(form.get("offset", 0)):
                    raise SourceError(f"{self._where(client)}: номера сообщений не растут. Чтение остановлено.")
                form["offset"] = max(numbers) + 1

    def _where(self, client: HttpClient) -> str:
        return client.place(client.resolve("./bot" + client.key + "/getUpdates"))

    def _ask(self, client: HttpClient, form: dict[str, str | int]) -> list[Any]:
        body, _ = client.post_json(f"./bot{client.key}/getUpdates", form)
        found = body.get("result") if isinstance(body, dict) and body.get("ok") is True else None
        if not isinstance(found, list):
            raise SourceError(f"{self._where(client)}: в ответе нет списка сообщений. Проверьте адрес соединения.")
        return found

    def _records(self, update: Any) -> list[Any]:
        """The message of an update. An official answer comes after the answered message, which carries it in `replies`.
        Of other updates only their kind is kept."""
        if not isinstance(update, dict):
            return [update]
        kind = next((k for k in _KINDS if isinstance(update.get(k), dict)), None)
        if kind is None:
            name = next((k for k in update if k != "update_id"), "")
            ref = f"update_{update['update_id']}" if update.get("update_id") is not None else None
            body = {"update": str(name)[:40]}
            municipality = self._params.municipality
            return [record(body, ref=ref, kind="service", page="bot", municipality=municipality, at=None)]
        message = update[kind]
        answered = message.get("reply_to_message")
        found = [self._record(message, [])]
        if isinstance(answered, dict) and _is_official(message) and not _is_official(answered):
            answer = {"at": moment(message.get("date")), "text": _text(message)}
            found.insert(0, self._record(answered, [answer]))
        return found

    def _record(self, message: dict[str, Any], replies: list[dict[str, Any]]) -> dict[str, Any]:
        chat = message.get("chat") if isinstance(message.get("chat"), dict) else {}
        assert isinstance(chat, dict)
        page = _page(chat)
        answered = message.get("reply_to_message")
        to = _ref(_page(answered.get("chat") or {}), answered) if isinstance(answered, dict) else None
        number = chat.get("id")
        municipality = self._params.chats.get(number) if isinstance(number, int) else None
        is_service = not any(name in message for name in _CONTENT)
        return record(
            {k: v for k, v in message.items() if k not in _LEFT_OUT} | {"text": _text(message)},
            ref=_ref(page, message),
            kind="service" if is_service else "message",
            page=page or "",
            municipality=municipality or self._params.municipality,
            at=moment(message.get("date")),
            edited=moment(message.get("edit_date")),
            is_official=_is_official(message),
            author_link=_link(message),
            answers_to=to,
            replies=replies,
        )


_CONTENT = (
    "text", "caption", "photo", "video", "voice", "audio", "document", "animation", "sticker", "video_note", "location",
    "venue", "contact", "poll",
)  # fmt: skip  # a table
"""A message with none of these is an event of the chat."""


def _page(chat: Any) -> str | None:
    """The chat as a page; None if unknown. The number of a private chat is the person's and may not land; message
    numbers are unique across all private chats of a bot."""
    if not isinstance(chat, dict):
        return None
    number = chat.get("id")
    if chat.get("type") == "private":
        return "private"
    return str(number) if isinstance(number, int) and number < 0 else None


def _ref(page: str | None, message: dict[str, Any]) -> str | None:
    number = message.get("message_id")
    return f"{page}_{number}" if page and isinstance(number, int) else None


def _is_official(message: dict[str, Any]) -> bool:
    """True if a message is written in the name of the chat, forwarded from its channel, or by a bot. Everything else
    is a citizen's, even in the name of a channel of their own."""
    sender, author, chat = message.get("sender_chat"), message.get("from"), message.get("chat")
    if isinstance(sender, dict):
        is_chats = isinstance(chat, dict) and sender.get("id") == chat.get("id")
        return is_chats or message.get("is_automatic_forward") is True
    return isinstance(author, dict) and author.get("is_bot") is True


def _text(message: dict[str, Any]) -> Any:
    return message.get("text", message.get("caption"))


def _link(message: dict[str, Any]) -> str | None:
    for field, path in (("sender_chat", "c/"), ("from", "id")):
        author = message.get(field)
        if isinstance(author, dict) and isinstance(author.get("id"), int):
            return f"https://t.me/{path}{abs(author['id'])}"
    return None
