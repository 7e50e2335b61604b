"""Exports of Telegram Desktop (`result.json`) of one chat or of a whole account.

All messages of a file are read, service messages too. An answer is stored with the message it answers only if both are
in one file, so exported periods must overlap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from mcu.connectors import exact_json
from mcu.connectors.base import Page
from mcu.connectors.files.encodings import wide_encoding
from mcu.connectors.files.faults import FileRefused, FileTorn
from mcu.connectors.params import Telegram
from mcu.connectors.social import moment, record

LARGEST = 48 << 20
"""In bytes. An export is read whole, and a larger one would not fit into the memory of a task."""
PAGE_RECORDS = 1_000
_PUBLIC = ("public_", "private_channel")
_PRIVATE = (
    "Чат личный или закрытый: не прочитан. Если это чат муниципалитета, впишите его номер в описание источника (chats)."
)
_SERVICE_FIELDS = (
    "id type date date_unixtime edited edited_unixtime action message_id duration_seconds reply_to_message_id"
)
_OF_SERVICE = frozenset(_SERVICE_FIELDS.split())
"""What lands of a service message. All else of it names people: who came, who was called, who won."""
_AGAIN = "Выгрузите историю чата заново: «Экспорт истории чата», формат JSON."


def read_telegram(path: Path, params: Telegram, name: str) -> Iterator[Page]:
    """The messages of each chat of an export. Raises FileRefused."""
    if path.stat().st_size > LARGEST:
        raise FileRefused(
            f"Файл «{name}» больше {LARGEST >> 20} МБ. Выгрузите историю чата частями: за меньший период, без вложений."
        )
    for chat in _chats(_body(path, name), name):
        if not str(chat.get("type", "public_")).startswith(_PUBLIC) and _number(chat.get("id")) not in params.chats:
            # Neither its name nor its number: both belong to a person.
            yield Page([], "чат", notes=(_PRIVATE,))
            continue
        yield from _messages(chat, params)


def _body(path: Path, name: str) -> Any:
    content = path.read_bytes()
    encoding = wide_encoding(content)
    try:
        return exact_json.loads(content.decode(encoding, "surrogatepass") if encoding else content)
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


def _messages(chat: dict[str, Any], params: Telegram) -> Iterator[Page]:
    number = _number(chat.get("id"))
    common = {
        "page": str(number or "без номера"),
        "municipality": params.chats.get(number, str(number)) if number is not None else "",
    }
    messages = chat["messages"]
    answers: dict[str, list[dict[str, Any]]] = {}
    for m in messages:
        if isinstance(m, dict) and peer(m.get("from_id")) in params.official and _is_of_chat(m, number):
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
    author = peer(message.get("from_id") or message.get("actor_id"))
    is_official = peer(message.get("from_id")) in params.official
    is_service = message.get("type") == "service"
    is_answer = isinstance(to, int) and _is_of_chat(message, _number(common["page"]))
    body = {name: value for name, value in message.items() if name in _OF_SERVICE} if is_service else message
    return record(
        {**body, "text": _text(message.get("text"))},
        ref=f"{common['page']}_{number}" if isinstance(number, int) else None,
        kind="service" if is_service else "message",
        at=_at(message),
        edited=_edited(message),
        is_official=is_official,
        author_link=_link(author),
        answers_to=f"{common['page']}_{to}" if is_answer else None,
        replies=answers.get(str(number), []) if not is_official else [],
        **common,
    )


_KINDS = ("user", "chat", "channel")


def peer(who: Any) -> str | None:
    """`user123`, `chat123` or `channel123`, as exports since 2021 write it. Older ones give a number with the kind in
    the bits above it: 32 bits of number at first, 48 later; −100… is how bots write of a channel."""
    if isinstance(who, str) and not who.lstrip("-").isdecimal():
        return who
    if isinstance(who, bool) or not isinstance(who, int | str) or len(str(who)) > 20:
        return None
    number = int(who)
    if number < 0:
        digits = str(-number)
        return f"channel{digits[3:]}" if digits.startswith("100") and len(digits) == 13 else f"chat{digits}"
    for bits in (48, 32):
        kind = number >> bits
        if kind in (1, 2):
            return f"{_KINDS[kind]}{number & ((1 << bits) - 1)}"
    return f"user{number}"


def _number(who: Any) -> int | None:
    """The bare number of a chat in any of the forms that `peer` reads."""
    digits = (peer(who) or "").lstrip("abcdefghijklmnopqrstuvwxyz")
    return int(digits) if digits.isdecimal() else None


def _is_of_chat(message: dict[str, Any], chat: int | None) -> bool:
    """True unless the message answers one of another chat."""
    to = message.get("reply_to_peer_id")
    if to is None:
        return True
    return _number(to) == chat and not str(to).startswith("user")


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
