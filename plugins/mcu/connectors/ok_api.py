"""Calls of the API of Одноклассники: signed, its errors in Russian, and lists read to their end.

Every call is signed: `sig` is the MD5 of its sorted parameters and of a secret made of the token and the application's
secret."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mcu.connectors.base import SourceError
from mcu.connectors.http import HttpClient
from mcu.connectors.retries import TransientError

_KEY = "Получите новый ключ доступа и обновите секрет соединения."
_REFUSALS = {
    3: "такого метода нет. Сообщите разработчику.",
    10: "нет права на эту группу. Проверьте права ключа доступа.",
    100: "параметр не принят. Проверьте номер группы в описании источника.",
    101: "ключ приложения не принят. Проверьте секрет соединения.",
    102: f"срок ключа доступа истёк. {_KEY}",
    103: f"ключ доступа не принят. {_KEY}",
    104: "подпись не принята. Проверьте секретный ключ приложения в секрете соединения.",
    160: "номер группы не принят. Проверьте описание источника.",
    300: "группа или обсуждение не найдены. Проверьте описание источника.",
    453: f"нужен ключ доступа. {_KEY}",
}
_TRANSIENT = {
    1: "неизвестный сбой на стороне «Одноклассников»",
    2: "служба временно недоступна",
    8: "слишком много запросов",
    11: "исчерпан предел запросов",
    9999: "внутренняя ошибка «Одноклассников»",
}


_KEY_ERRORS = frozenset((3, 101, 102, 103, 104, 453))
"""Nothing can be read: not this discussion is at fault but the key or our call."""
_HALF_CHARACTER = re.compile("[\ud800-\udfff]").search
_MOST_EMPTY_PAGES = 100
"""In a row, while the list claims to go on."""


class Unreachable(SourceError):
    """Одноклассники do not give this discussion or group: it is deleted or closed. Others they give."""


def signature(params: Mapping[str, Any], token: str, secret: str) -> str:
    """`sig` of a call: MD5 of its sorted `name=value` (all but the token) followed by the session's secret, which is
    the MD5 of token and application secret (apiok.ru, «Подпись запроса»)."""
    session = hashlib.md5(f"{token}{secret}".encode(), usedforsecurity=False).hexdigest()
    signed = "".join(f"{name}={params[name]}" for name in sorted(params) if name not in ("access_token", "session_key"))
    return hashlib.md5(f"{signed}{session}".encode(), usedforsecurity=False).hexdigest()


class OkApi:
    def __init__(self, client: HttpClient, token: str, page_size: int) -> None:
        self._client = client
        self._token = token
        self._page_size = page_size

    def call(self, method: str, **params: Any) -> Any:
        """The decoded answer. Raises SourceError."""
        form = {"method": method, "application_key": self._client.user, "format": "json", **params}
        form["sig"] = signature(form, self._token, self._client.key)
        form["access_token"] = self._token
        return self._client.post_json("fb.do", form, lambda body: _check(method, body))[0]

    def pages(self, method: str, items: str, **params: Any) -> Iterator[list[Any]]:
        """The pages of the list `items`, by anchors. An anchor that comes twice would lead round in a circle. A full
        page is not believed to be the last as long as there is an anchor to ask with."""
        seen: set[str] = set()
        anchor, is_doubted, empty = "", False, 0
        before: list[Any] | None = None
        while True:
            asked = {**params, "count": self._page_size} | ({"anchor": anchor} if anchor else {})
            try:
                answer = self.call(method, **asked)
            except Unreachable:
                if is_doubted:
                    return  # the page before was the last
                raise
            found = answer.get(items) if isinstance(answer, dict) else None
            # An empty list is left out of the answer.
            if not isinstance(answer, dict) or not (found is None or isinstance(found, list)):
                raise SourceError(f"Одноклассники, {method}: в ответе нет списка {items}. Сообщите разработчику.")
            if is_doubted and found == before:
                return
            if found:
                yield found
            before = found
            empty = 0 if found else empty + 1
            has_more, anchor = bool(answer.get("has_more")), id_text(answer, "anchor") or ""
            is_doubted = not has_more and len(found or ()) >= self._page_size and anchor not in ("", *seen)
            if not has_more and not is_doubted:
                return
            if not anchor:
                raise SourceError(f"Одноклассники, {method}: нет отметки следующей страницы. Сообщите разработчику.")
            if empty > _MOST_EMPTY_PAGES:
                raise SourceError(
                    f"Одноклассники, {method}: заявлено продолжение, но страницы пусты. Прочитанное сохранено."
                    " Сообщите разработчику."
                )
            if anchor in seen:
                raise SourceError(
                    f"Одноклассники, {method}: страница повторяет прочитанную раньше. Чтение остановлено, прочитанное"
                    " сохранено; следующий запуск прочитает её заново."
                )
            seen.add(anchor)


def id_text(body: dict[str, Any], field: str) -> str | None:
    """The id of a discussion, a comment or a page as text; None if the field holds none, or half of a character, which
    cannot be requested."""
    value = body.get(field)
    if not value or value is True or not isinstance(value, str | int):
        return None
    return None if isinstance(value, str) and _HALF_CHARACTER(value) else str(value)


def _check(method: str, body: Any) -> None:
    if not isinstance(body, dict) or "error_code" not in body:
        return
    code = body["error_code"] if isinstance(body["error_code"], int) else 0
    where = f"Одноклассники, {method}"
    if code in _TRANSIENT:
        raise TransientError(f"{where}: {_TRANSIENT[code]} ({code}).")
    if code in _REFUSALS:
        what, _, advice = _REFUSALS[code].partition(". ")
        kind = SourceError if code in _KEY_ERRORS else Unreachable
        raise kind(f"{where}: {what} ({code}). {advice}")
    raise Unreachable(f"{where}: запрос отклонён (ошибка {code}). Проверьте описание источника.")
