"""Exports of Telegram Desktop (`result.json`) of one chat or of a whole account.

All messages of a file are read, service messages too. An answer is stored with the message it answers only if both are
in one file, so exported periods must overlap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from mcu.connectors.base import Page
from mcu.connectors.files.encodings import wide_encoding
from mcu.connectors.files.faults import FileRefused, FileTorn
from mcu.connectors.params import Telegram
from mcu.connectors.social import moment, record

LARGEST = 48 << 20
"""In bytes. An export is read whole, and a larger one would not fit into the memory of a task."""
PAGE_RECORDS = 1_000
_AGAIN = "Выгрузите историю чата заново: «Экспорт истории чата», формат JSON."


def read_telegram(path: Path, params: Telegram, name: str) -> Iterator[Page]:
    """The messages of each chat of an export. Raises FileRefused."""
    if path.stat().st_size > LARGEST:
        raise FileRefused(
            f"Файл «{name}» больше {LARGEST >> 20} МБ. Выгрузите историю чата частями: за меньший период, без вложений."
        )
    for chat in _chats(_body(path, name), name):
        yield from _messages(chat, params, name)


def _body(path: Path, name: str) -> Any:
    content = path.read_bytes()
    encoding = wide_encoding(content)
    try:
        return orjson.loads(content.decode(encoding) if encoding else content)
    except UnicodeDecodeError:
        raise FileRefused(f"Файл «{name}» не читается в кодировке {encoding}. {_AGAIN}") from None
    except orjson.JSONDecodeError as error:
        if "unexpected end" in error.msg:
            raise FileTorn(f"Файл «{name}» записан не до конца: JSON обрывается. {_AGAIN}") from None
        raise FileRefused(f"Файл «{name}» - не JSON или испорчен. {_AGAIN}") from None


def _chats(body: Any, name: str) -> list[dict[str, Any]]:
    """The chats of an export: an export of one chat is that chat itself, an account's export lists its chats."""
    found: list[dict[str, Any]] = []
    if isinstance(body, dict):
        if "messages" in body:
            found = [body]
        for key in ("chats", "left_chats"):
            listed = body.get(key)
            listed = listed.get("list") if isinstance(listed, dict) else listed
            found += [chat for chat in listed if isinstance(chat, dict)] if isinstance(listed, list) else []
    if not found or not all(isinstance(chat.get("messages"), list) for chat in found):
        raise FileRefused(f"Файл «{name}» - не выгрузка Telegram: в нём нет списка сообщений (messages). {_AGAIN}")
    return found


def _messages(chat: dict[str, Any], params: Telegram, name: str) -> Iterator[Page]:
    number = chat.get("id") if isinstance(chat.get("id"), int) else None
    common = {
        "page": str(number or "без номера"),
        "municipality": params.chats.get(number, str(number)) if number is not None else "",
    }
    messages = chat["messages"]
    answers: dict[str, list[dict[str, Any]]] = {}
    for m in messages:
        if isinstance(m, dict) and m.get("from_id") in params.official:
            answer = {"at": _at(m), "text": _text(m.get("text"))}
            answers.setdefault(str(m.get("reply_to_message_id")), []).append(answer)
    for start in range(0, len(messages), PAGE_RECORDS):
        part = messages[start : start + PAGE_RECORDS]
        records = [_record(m, common, answers, params) for m in part]
        yield Page(records, f"чат {number}", range(start + 1, start + 1 + len(part)))


def _record(message: Any, common: dict[str, Any], answers: dict[str, list[dict[str, Any]]], params: Telegram) -> Any:
    if not isinstance(message, dict):
        return message
    number, to = message.get("id"), message.get("reply_to_message_id")
    is_official = message.get("from_id") in params.official
    return record(
        {**message, "text": _text(message.get("text"))},
        ref=f"{common['page']}_{number}" if isinstance(number, int) else None,
        kind="service" if message.get("type") == "service" else "message",
        at=_at(message),
        edited=_edited(message),
        is_official=is_official,
        author_link=_link(message.get("from_id") or message.get("actor_id")),
        answers_to=f"{common['page']}_{to}" if isinstance(to, int) else None,
        replies=answers.get(str(number), []) if not is_official else [],
        **common,
    )


def _at(message: dict[str, Any]) -> Any:
    """The time by the epoch; older exports have only the local time of the exporting machine."""
    return moment(message.get("date_unixtime")) or moment(message.get("date"))


def _edited(message: dict[str, Any]) -> Any:
    if at := moment(message.get("edited_unixtime")):
        return at
    try:  # local time like `date`, whose epoch is known
        local, edited = (datetime.fromisoformat(message[name]) for name in ("date", "edited"))
        seconds = int(message["date_unixtime"]) + (edited - local).total_seconds()
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


def _text(text: Any) -> Any:
    """A text is a string, or a list of strings and of formatted parts."""
    if not isinstance(text, list):
        return text
    parts = [part.get("text") if isinstance(part, dict) else part for part in text]
    return "".join(part for part in parts if isinstance(part, str))


def _link(who: Any) -> str | None:
    """`user123` → https://t.me/id123, as other systems write of the same account."""
    if not isinstance(who, str) or not who.lstrip("abcdefghijklmnopqrstuvwxyz").isdecimal():
        return None
    digits = who.lstrip("abcdefghijklmnopqrstuvwxyz")
    return f"https://t.me/{'id' if who.startswith('user') else 'c/'}{digits}"
