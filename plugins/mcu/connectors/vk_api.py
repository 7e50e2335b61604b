"""Calls of the ВКонтакте API: its errors in Russian, and lists read to their end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mcu.connectors.base import SourceError
from mcu.connectors.http import HttpClient
from mcu.connectors.retries import TransientError

VERSION = "5.199"
_MOST_EMPTY_PAGES = 100
"""In a row, while the list claims to go on."""

_KEY = "Получите новый ключ доступа и обновите секрет соединения."
PAGE_ADVICE = "Проверьте номер сообщества и права ключа."
_REFUSALS = {
    4: f"ключ доступа не подходит к подписи. {_KEY}",
    5: f"ключ доступа не принят или истёк. {_KEY}",
    7: f"у ключа доступа нет права на этот раздел. {_KEY}",
    8: "запрос не понят. Проверьте описание источника.",
    15: f"доступ закрыт. {PAGE_ADVICE}",
    18: "страница удалена или заблокирована. Уберите её из описания источника.",
    19: "содержимое заблокировано. Уберите страницу из описания источника.",
    27: f"ключ сообщества недействителен. {_KEY}",
    28: f"ключ приложения недействителен. {_KEY}",
    30: f"профиль закрыт. {PAGE_ADVICE}",
    100: f"параметр не принят. {PAGE_ADVICE}",
    104: f"такой страницы нет. {PAGE_ADVICE}",
    125: f"номер сообщества не принят. {PAGE_ADVICE}",
    203: f"доступ к сообществу закрыт. {PAGE_ADVICE}",
    1117: f"ключ доступа истёк. {_KEY}",
}
_TRANSIENT = {
    1: "неизвестный сбой на стороне ВКонтакте",
    6: "слишком много запросов в секунду",
    9: "слишком много однотипных запросов",
    10: "внутренняя ошибка ВКонтакте",
    29: "исчерпан предел запросов. Чтение продолжится в следующий запуск",
    36: "ВКонтакте не успел ответить",
}
_CLOSED = 212
"""Comments of the post are closed: there are none for us."""
_KEY_ERRORS = frozenset((4, 5, 8, 27, 28, 1117))
"""Nothing can be read: not this post or this community is at fault but the key or the description of the source."""


class Unreachable(SourceError):
    """ВКонтакте does not give one post, discussion or community: it is deleted, blocked or closed. Others it gives."""


class CommentsClosed(Unreachable):
    """No fault: the owner wants no comments."""


class VkApi:
    """Calls about one community. Parameters are POSTed as a form, so that no address shows the key."""

    def __init__(self, client: HttpClient, where: str, page_size: int) -> None:
        """`where` names the community in messages."""
        self._client = client
        self._where = where
        self._page_size = page_size

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The `response` of the method. Raises SourceError; CommentsClosed if they are."""
        form = {**params, "v": VERSION, "access_token": self._client.key}
        body, _ = self._client.post_json(f"method/{method}", form, lambda body: self._check(method, body))
        answer = body.get("response") if isinstance(body, dict) else None
        if not isinstance(answer, dict):
            raise self._error(method, "ответ не по описанию API. Сообщите разработчику.")
        return answer

    def pages(self, method: str, **params: Any) -> Iterator[list[Any]]:
        """The pages of a list.

        If the list shrinks while it is read, what moved into the place already read is read again. If it grows, some
        items come twice, which does no harm. A page that repeats another, or is empty before the end, is requested
        once more; one that stays empty is items that ВКонтакте hides (`count` still counts what was removed)."""
        offset, total, empty = 0, None, 0
        full: set[int] = set()
        while True:
            answer = self._page(method, offset, params)
            if _is_doubtful(answer, offset, full):
                answer = self._page(method, offset, params)
                if total is not None and offset >= total and _ids_hash(answer["items"]) in full:
                    return  # asked only because the page before was full: the list has no more
                if answer["items"] and _is_doubtful(answer, offset, full):
                    raise self._error(
                        method,
                        "страница повторяет прочитанную раньше. Чтение остановлено, прочитанное сохранено;"
                        " следующий запуск прочитает её заново.",
                    )
            items, now = answer["items"], _total(answer)
            empty = 0 if items else empty + 1
            if empty > _MOST_EMPTY_PAGES:
                raise self._error(
                    method,
                    f"заявлено записей: {now}, но страницы пусты. Прочитанное сохранено. Сообщите разработчику.",
                )
            is_full = len(items) >= self._page_size
            if is_full:
                full.add(_ids_hash(items))
            if items:
                yield items
            shrunk = max(0, total - now) if total is not None else 0
            total = now
            # A count that falls below what was read is no shorter list but a wrong count.
            if shrunk and offset and now >= offset:
                offset = max(0, offset - shrunk)
                continue
            # A page may hold fewer items than asked for; hidden items do not come at all.
            offset += len(items) or self._page_size
            # A full page is never the last, whatever the count says.
            if offset >= total and not is_full:
                return

    def _page(self, method: str, offset: int, params: dict[str, Any]) -> dict[str, Any]:
        answer = self.call(method, **params, offset=offset, count=self._page_size)
        if not isinstance(answer.get("items"), list) or not isinstance(answer.get("count"), int):
            raise self._error(method, "в ответе нет списка. Сообщите разработчику.")
        return answer

    def _check(self, method: str, body: Any) -> None:
        error = body.get("error") if isinstance(body, dict) else None
        if not isinstance(error, dict):
            return
        code = error.get("error_code")
        code = code if isinstance(code, int) else 0
        where = f"ВКонтакте, {self._where}, {method}"
        if code == _CLOSED:
            raise CommentsClosed(f"{where}: комментарии закрыты ({code}).")
        if code in _TRANSIENT:
            raise TransientError(f"{where}: {_TRANSIENT[code]} ({code}).")
        if code in _REFUSALS:
            what, _, advice = _REFUSALS[code].partition(". ")
            kind = SourceError if code in _KEY_ERRORS else Unreachable
            raise kind(f"{where}: {what.rstrip('.')} ({code}). {advice}".rstrip())
        raise Unreachable(f"{where}: ВКонтакте отклонил запрос (ошибка {code}). Проверьте описание источника.")

    def _error(self, method: str, what: str) -> SourceError:
        return SourceError(f"ВКонтакте, {self._where}, {method}: {what}")


def item_id(item: Any) -> Any:
    return item.get("id") if isinstance(item, dict) else item


def _is_doubtful(answer: dict[str, Any], offset: int, full: set[int]) -> bool:
    """True if the page repeats one of the `full` pages, or is empty before the end of the list."""
    items = answer["items"]
    return _ids_hash(items) in full if items else offset < _total(answer)


def _total(answer: dict[str, Any]) -> int:
    """The length of the list: `count` of comments also counts those inside threads."""
    level = answer.get("current_level_count")
    return level if isinstance(level, int) else int(answer["count"])


def _ids_hash(items: list[Any]) -> int:
    return hash(tuple(str(item_id(item)) for item in items))
