"""Official groups in Одноклассники: discussions with their comments, and members.

A connection is `https://APPLICATION_KEY:APPLICATION_SECRET@api.ok.ru/?access_token=TOKEN`. Every call is signed: sig is
the MD5 of its sorted parameters and of a secret made of token and application secret. Discussions come by their last
activity, comments newest first, so that an answer is met before what it answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from math import inf
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mcu.connectors.base import Connector, Page, SourceError, Window
from mcu.connectors.http import HttpClient
from mcu.connectors.params import Ok
from mcu.connectors.retries import TransientError
from mcu.connectors.social import moment, record

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
_PASSING = {
    1: "неизвестный сбой на стороне «Одноклассников»",
    2: "служба временно недоступна",
    8: "слишком много запросов",
    11: "исчерпан предел запросов",
    9999: "внутренняя ошибка «Одноклассников»",
}


def signature(params: Mapping[str, Any], token: str, secret: str) -> str:
    """`sig` of a call: MD5 of `name=value` of all parameters but the token, sorted and put together, and of the
    session's secret, itself the MD5 of token and application secret (apiok.ru, «Подпись запроса»)."""
    session = hashlib.md5(f"{token}{secret}".encode(), usedforsecurity=False).hexdigest()
    told = "".join(f"{name}={params[name]}" for name in sorted(params) if name not in ("access_token", "session_key"))
    return hashlib.md5(f"{told}{session}".encode(), usedforsecurity=False).hexdigest()


class OkConnector(Connector):
    def __init__(self, params: Ok, url: str) -> None:
        self._params = params
        self._url = url
        self._token = parse_qs(urlsplit(url).query).get("access_token", [""])[0]
        if not self._token:
            raise SourceError(
                "Адрес соединения должен иметь вид https://КЛЮЧ_ПРИЛОЖЕНИЯ:СЕКРЕТ@api.ok.ru/?access_token=КЛЮЧ_ДОСТУПА."
            )

    def pages(self, window: Window) -> Iterator[Page]:
        """Members of each group, then the discussions that were alive since the window's start. The end of the window
        is not asked for: reading on to the present harms nothing."""
        with HttpClient(self._url, "none", timeout_seconds=self._params.timeout_seconds) as client:
            self._client = client
            yield self._figures()
            since = window.since.timestamp() if window.since else -inf
            horizon = since - timedelta(days=self._params.revisit_days).total_seconds()
            for number, found in enumerate(self._walk("discussions.getList", "discussions"), 1):
                records: list[Any] = []
                for discussion in found:
                    if _seconds(discussion, "last_activity_date_ms") < since:
                        continue
                    named = _groups_of(discussion)
                    group = next((n for n in named if n in self._params.pages), None)
                    if group is not None:
                        if _name(discussion, "object_id"):
                            yield from self._comments(discussion, group, horizon)
                        records.append(self._post(discussion, group))
                    elif not named:  # whose it is nobody knows: it goes on to be refused
                        records.append(discussion)
                if records:
                    yield Page(records, f"обсуждения, страница {number}")
                if _is_behind(found, "last_activity_date_ms", since):
                    return

    def _figures(self) -> Page:
        """Members of each group as of the day by the server's own clock: one record a group and day."""
        asked = ",".join(map(str, self._params.pages))
        answer = self._call("group.getInfo", uids=asked, fields="uid,name,shortname,members_count")
        groups = answer.get("groups") if isinstance(answer, dict) else answer
        if not isinstance(groups, list):
            raise SourceError("Одноклассники, group.getInfo: в ответе нет списка групп. Сообщите разработчику.")
        day = self._client.today.isoformat()
        records: list[Any] = []
        for group in groups:
            number = self._ours(group.get("uid")) if isinstance(group, dict) else None
            if number is None:  # only ours were asked for: it goes on to be refused, so that people hear of it
                records.append(group)
                continue
            body = {name: group.get(name) for name in ("uid", "name", "shortname")}
            figures = {"members": group.get("members_count")}
            told = self._record(body, number, ref=f"page-{number}_{day}", kind="page", at=day, figures=figures)
            records.append(told | {"is_official": True, "author_link": None})
        return Page(records, "сведения о группах")

    def _ours(self, value: Any) -> int | None:
        """The number of a group that is ours."""
        number = _number(value)
        return number if number in self._params.pages else None

    def _post(self, discussion: dict[str, Any], group: int) -> dict[str, Any]:
        number = _name(discussion, "object_id")
        names = {"likes": "like_count", "comments": "total_comments_count", "reposts": "reshare_count"}
        figures = {name: discussion.get(theirs) for name, theirs in names.items()}
        told = {"author_id": str(discussion.get("owner_uid")), "text": discussion.get("message")}
        return self._record(
            {k: v for k, v in discussion.items() if k not in ("ref_objects", "message", "owner_uid")} | told,
            group,
            ref=f"topic-{number}" if number else None,
            kind="post",
            at=_moment(discussion, "creation_date_ms"),
            figures=figures,
        )

    def _comments(self, discussion: dict[str, Any], group: int, horizon: float) -> Iterator[Page]:
        number = _name(discussion, "object_id")
        place = f"topic-{number}"
        asked = {"discussionId": number, "discussionType": discussion.get("object_type"), "direction": "BACKWARD"}
        answers: dict[str, list[dict[str, Any]]] = {}
        for page, comments in enumerate(self._walk("discussions.getComments", "comments", **asked), 1):
            records: list[Any] = []
            for comment in comments:
                if not isinstance(comment, dict):
                    records.append(comment)
                    continue
                own, to = _name(comment, "id"), _name(comment, "reply_to_comment_id")
                is_ours = self._ours(comment.get("author_id")) == group
                if is_ours and to:
                    answer = {"at": _moment(comment, "date_ms"), "text": comment.get("text")}
                    answers.setdefault(to, []).append(answer)
                records.append(
                    self._record(
                        {k: v for k, v in comment.items() if k != "attachments"},
                        group,
                        ref=f"{place}_c{own}" if own else None,
                        kind="comment",
                        at=_moment(comment, "date_ms"),
                        answers_to=f"{place}_c{to}" if to else place,
                        replies=answers.pop(own, []) if own and not is_ours else [],
                    )
                )
            yield Page(records, f"обсуждение {number}, страница {page}")
            if not answers and _is_behind(comments, "date_ms", horizon):
                return

    def _record(self, body: dict[str, Any], group: int, **told: Any) -> dict[str, Any]:
        author = body.get("author_id")
        is_official = self._ours(author) == group
        link = f"https://ok.ru/{'group' if is_official else 'profile'}/{author}" if _number(author) else None
        whose: dict[str, Any] = {"page": str(group), "municipality": self._params.pages[group]}
        return record(body, is_official=is_official, author_link=link, **whose, **told)

    def _walk(self, method: str, items: str, **params: Any) -> Iterator[list[Any]]:
        """The pages of a list, by anchors. An anchor that was met before would lead round in a circle."""
        met: set[str] = set()
        anchor = ""
        while True:
            asked = {**params, "count": self._params.page_size} | ({"anchor": anchor} if anchor else {})
            answer = self._call(method, **asked)
            found = answer.get(items) if isinstance(answer, dict) else None
            # The list is left out of an answer that has nothing in it.
            if not isinstance(answer, dict) or not (found is None or isinstance(found, list)):
                raise SourceError(f"Одноклассники, {method}: в ответе нет списка {items}. Сообщите разработчику.")
            if found:
                yield found
            if not answer.get("has_more"):
                return
            if not (anchor := _name(answer, "anchor") or ""):
                raise SourceError(f"Одноклассники, {method}: нет отметки следующей страницы. Сообщите разработчику.")
            if anchor in met:
                raise SourceError(
                    f"Одноклассники, {method}: страница повторяет прочитанную раньше. Чтение остановлено, прочитанное"
                    " сохранено; следующий запуск прочитает её заново."
                )
            met.add(anchor)

    def _call(self, method: str, **params: Any) -> Any:
        form = {"method": method, "application_key": self._client.user, "format": "json", **params}
        form["sig"] = signature(form, self._token, self._client.key)
        form["access_token"] = self._token
        return self._client.post_json("fb.do", form, lambda body: _check(method, body))[0]


def _check(method: str, body: Any) -> None:
    if not isinstance(body, dict) or "error_code" not in body:
        return
    code = body["error_code"] if isinstance(body["error_code"], int) else 0
    where = f"Одноклассники, {method}"
    if code in _PASSING:
        raise TransientError(f"{where}: {_PASSING[code]} ({code}).")
    if code in _REFUSALS:
        what, _, advice = _REFUSALS[code].partition(". ")
        raise SourceError(f"{where}: {what} ({code}). {advice}")
    raise SourceError(f"{where}: запрос отклонён (ошибка {code}). Проверьте описание источника.")


def _number(value: Any) -> int | None:
    """The number of a group or a person, given as a number or in digits."""
    told = str(value) if isinstance(value, int | str) else ""
    return int(told) if told.isdecimal() and len(told) < 20 else None


def _name(body: dict[str, Any], field: str) -> str | None:
    """What a discussion, a comment or a page is named by and asked for: text or a number."""
    value = body.get(field)
    return str(value) if value and isinstance(value, str | int) and value is not True else None


def _groups_of(discussion: Any) -> list[int]:
    """The groups that a discussion names."""
    refs = discussion.get("ref_objects") if isinstance(discussion, dict) else None
    told = [r.get("id") for r in refs if isinstance(r, dict)] if isinstance(refs, list) else []
    owner = discussion.get("owner_uid") if isinstance(discussion, dict) else None
    return [n for n in map(_number, [*told, owner]) if n is not None]


def _moment(body: dict[str, Any], name: str) -> Any:
    """Milliseconds since the epoch as an ISO instant."""
    value = body.get(name)
    return moment(value // 1_000) if isinstance(value, int) else moment(value)


def _seconds(body: Any, name: str) -> float:
    """The instant of a discussion or comment; what has none is always new."""
    value = body.get(name) if isinstance(body, dict) else None
    return value / 1_000 if isinstance(value, int) else inf


def _is_behind(page: list[Any], name: str, horizon: float) -> bool:
    """Whether a page of a list that goes back in time lies behind the horizon, by the objects on it: a page that has
    none tells nothing."""
    told = [_seconds(body, name) for body in page if isinstance(body, dict)]
    return bool(told) and max(told) < horizon
