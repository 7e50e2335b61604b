"""Official communities in ВКонтакте by API 5.199: posts, comments with their threads, discussions, members.

The API knows no "changed since". So posts are read newest first back to `revisit_days` before the window, each with
all its comments: a late answer to an old comment is seen, and what one run was not given the next one is. Discussions
tell when they were last written to. Calls are POSTed forms, the key among them, so that no address shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from math import inf
from typing import Any

from mcu.connectors.base import Connector, Page, SourceError, Window
from mcu.connectors.http import HttpClient
from mcu.connectors.params import Vk
from mcu.connectors.retries import TransientError
from mcu.connectors.social import moment, record

VERSION = "5.199"
_THREAD = 10
"""So many answers of a thread come with its comment; the API gives no more."""
_ANSWERED = re.compile(r"\[(?:id|club)\d+:bp-\d+_(\d{1,18})\|")
"""Discussions have no threads: an answer names the comment it answers."""
_MOST_HIDDEN = 100
"""Pages in a row that may be empty though the list is told to go on."""

_KEY = "Получите новый ключ доступа и обновите секрет соединения."
_PAGE = "Проверьте номер сообщества и права ключа."
_REFUSALS = {
    4: f"ключ доступа не подходит к подписи. {_KEY}",
    5: f"ключ доступа не принят или истёк. {_KEY}",
    7: f"у ключа доступа нет права на этот раздел. {_KEY}",
    8: "запрос не понят. Проверьте описание источника.",
    15: f"доступ закрыт. {_PAGE}",
    18: "страница удалена или заблокирована. Уберите её из описания источника.",
    19: "содержимое заблокировано. Уберите страницу из описания источника.",
    27: f"ключ сообщества недействителен. {_KEY}",
    28: f"ключ приложения недействителен. {_KEY}",
    30: f"профиль закрыт. {_PAGE}",
    100: f"параметр не принят. {_PAGE}",
    104: f"такой страницы нет. {_PAGE}",
    125: f"номер сообщества не принят. {_PAGE}",
    203: f"доступ к сообществу закрыт. {_PAGE}",
    1117: f"ключ доступа истёк. {_KEY}",
}
_PASSING = {
    1: "неизвестный сбой на стороне ВКонтакте",
    6: "слишком много запросов в секунду",
    9: "слишком много однотипных запросов",
    10: "внутренняя ошибка ВКонтакте",
    29: "исчерпан предел запросов. Чтение продолжится в следующий запуск",
    36: "ВКонтакте не успел ответить",
}
_CLOSED = 212
"""Comments of the post may not be read: there are none for us."""


class _CommentsClosed(SourceError):
    pass


class VkConnector(Connector):
    def __init__(self, params: Vk, url: str) -> None:
        self._params = params
        self._url = url

    def pages(self, window: Window) -> Iterator[Page]:
        """Posts, comments and the day's figures of each community. The end of the window is not asked for: reading on
        to the present harms nothing."""
        p = self._params
        with HttpClient(self._url, "none", timeout_seconds=p.timeout_seconds) as client:
            for group, municipality in p.pages.items():
                yield from _Community(client, p, group, municipality).pages(window)


class _Community:
    def __init__(self, client: HttpClient, params: Vk, group: int, municipality: str) -> None:
        self._client = client
        self._params = params
        self._group = group
        self._common: dict[str, Any] = {"page": str(group), "municipality": municipality}
        self._where = f"сообщество {group}"

    def pages(self, window: Window) -> Iterator[Page]:
        since = window.since.timestamp() if window.since else -inf
        horizon = since - timedelta(days=self._params.revisit_days).total_seconds()
        yield self._figures()
        yield from self._wall(horizon)
        if self._params.boards:
            yield from self._boards(since, horizon)

    def _figures(self) -> Page:
        """Who reads the page, as of the day by the server's own clock: one record a day."""
        answer = self._call("groups.getById", group_id=self._group, fields="members_count")
        groups = answer.get("groups")
        if not isinstance(groups, list) or not groups or not isinstance(groups[0], dict):
            raise SourceError(f"ВКонтакте, {self._where}: такого сообщества нет. {_PAGE}")
        day = self._client.today.isoformat()
        body = {name: groups[0].get(name) for name in ("id", "name", "screen_name", "members_count")}
        found = record(
            body,
            ref=f"page-{self._group}_{day}",
            kind="page",
            at=day,
            is_official=True,
            **self._common,
            figures={"members": body["members_count"]},
        )
        return Page([found], f"{self._where}, сведения")

    # ------------------------------------------------------------ the wall

    def _wall(self, horizon: float) -> Iterator[Page]:
        for number, posts in enumerate(self._walk("wall.get", domain=f"club{self._group}"), 1):
            fresh = [p for p in posts if not isinstance(p, dict) or _seconds(p) >= horizon]
            records = []
            for post in fresh:
                answers: list[dict[str, Any]] = []
                if _number(post) and _count(post.get("comments")):
                    yield from self._comments(post, answers)
                records.append(self._post(post, answers))
            if records:
                yield Page(records, f"{self._where}, стена, страница {number}")
            if _is_behind(posts, horizon, stays_first="is_pinned"):
                return

    def _post(self, post: Any, answers: list[dict[str, Any]]) -> Any:
        if not isinstance(post, dict):
            return post
        ref = f"wall-{self._group}_{_number(post)}" if _number(post) else None
        body = {k: v for k, v in post.items() if k not in ("attachments", "copy_history")}
        body["attachments_count"] = _length(post.get("attachments"))
        figures = (
            {n: _count(post.get(n)) for n in ("views", "likes", "comments", "reposts")} if self._is_ours(post) else {}
        )
        edited = moment(post.get("edited"))
        return self._record(body, ref=ref, kind="post", edited=edited, replies=answers, figures=figures)

    def _comments(self, post: dict[str, Any], answers: list[dict[str, Any]]) -> Iterator[Page]:
        """All comments of a post, threads unfolded. `answers` gets those of the page itself to a citizen's post."""
        wall = {"owner_id": -self._group, "post_id": post.get("id")}
        asked = self._walk("wall.getComments", **wall, sort="asc", thread_items_count=_THREAD)
        try:
            for number, comments in enumerate(asked, 1):
                records: list[Any] = []
                for comment in comments:
                    if not isinstance(comment, dict):
                        records.append(comment)
                        continue
                    thread = self._thread(comment, wall)
                    if self._is_ours(comment) and not self._is_ours(post):
                        answers.append(_answer(comment))
                    said = [comment, *(c for c in thread if isinstance(c, dict))]
                    records += [self._comment(c, post, comment, said) for c in said]
                    records += [c for c in thread if not isinstance(c, dict)]
                yield Page(records, f"{self._where}, запись {post.get('id')}, комментарии, страница {number}")
        except _CommentsClosed:
            return

    def _thread(self, comment: dict[str, Any], wall: dict[str, Any]) -> list[Any]:
        thread = comment.get("thread")
        items = thread.get("items") if isinstance(thread, dict) else None
        nested = items if isinstance(items, list) else []
        if not _number(comment) or _count(thread) <= len(nested):
            return nested
        found: list[Any] = []
        with suppress(_CommentsClosed):
            for page in self._walk("wall.getComments", **wall, comment_id=_number(comment), sort="asc"):
                found += page
        known = [_id(c) for c in found]
        return found + [c for c in nested if _id(c) not in known]

    def _comment(
        self, comment: dict[str, Any], post: dict[str, Any], first: dict[str, Any], thread: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """A comment with what the page answered to it in the thread: by its number or, without one, to the first."""
        wall = f"wall-{self._group}_{_number(post)}"
        number = _number(comment)
        to = _number(comment, "reply_to_comment") or (_number(first) if comment is not first else None)
        ours = [c for c in thread if self._is_ours(c) and c is not first and not self._is_ours(comment)]
        return self._record(
            {k: v for k, v in comment.items() if k not in ("thread", "attachments")}
            | {"attachments_count": _length(comment.get("attachments"))},
            ref=f"{wall}_r{number}" if number else None,
            kind="comment",
            answers_to=f"{wall}_r{to}" if to else wall,
            replies=[_answer(c) for c in ours if (_number(c, "reply_to_comment") or _number(first)) == number],
        )

    # ------------------------------------------------------------ discussions

    def _boards(self, since: float, horizon: float) -> Iterator[Page]:
        for topics in self._walk("board.getTopics", group_id=self._group, order=1):
            for topic in topics:
                if _number(topic) and _seconds(topic, "updated") >= since:
                    yield from self._topic(topic, horizon)
            # Nobody can ask what was said there: it goes on to be refused, so that people hear of it.
            if nameless := [t for t in topics if not _number(t)]:
                yield Page(nameless, f"{self._where}, список обсуждений")
            if _is_behind(topics, since, "updated", stays_first="is_fixed"):
                return

    def _topic(self, topic: dict[str, Any], horizon: float) -> Iterator[Page]:
        """Newest first, so that an answer is met before what it answers: back to the horizon, and on until what was
        answered is found."""
        place = f"topic-{self._group}_{_number(topic)}"
        answers: dict[int, list[dict[str, Any]]] = {}
        asked = self._walk("board.getComments", group_id=self._group, topic_id=topic.get("id"), sort="desc")
        for number, comments in enumerate(asked, 1):
            records: list[Any] = []
            for comment in comments:
                if not isinstance(comment, dict):
                    records.append(comment)
                    continue
                to = _ANSWERED.search(str(comment.get("text")))
                if to and self._is_ours(comment):
                    answers.setdefault(int(to[1]), []).append(_answer(comment))
                own = _number(comment)
                records.append(
                    self._record(
                        {k: v for k, v in comment.items() if k != "attachments"}
                        | {"attachments_count": _length(comment.get("attachments")), "topic_title": topic.get("title")},
                        ref=f"{place}_c{own}" if own else None,
                        kind="topic_comment",
                        answers_to=f"{place}_c{to[1]}" if to else place,
                        replies=answers.pop(own, []) if own else [],
                    )
                )
            yield Page(records, f"{self._where}, обсуждение {topic.get('id')}, страница {number}")
            if not answers and _is_behind(comments, horizon):
                return

    # ------------------------------------------------------------ what all have

    def _is_ours(self, body: dict[str, Any]) -> bool:
        return body.get("from_id") == -self._group

    def _record(self, body: dict[str, Any], **told: Any) -> dict[str, Any]:
        author = body.get("from_id")
        link = None
        if isinstance(author, int) and author:
            link = f"https://vk.com/{'id' if author > 0 else 'club'}{abs(author)}"
        at = moment(body.get("date"))
        return record(body, at=at, is_official=self._is_ours(body), author_link=link, **self._common, **told)

    def _walk(self, method: str, **params: Any) -> Iterator[list[Any]]:
        """The pages of a list. Where it shrinks while being read, what moved into the place read is read again; where
        it grows, some comes twice, which costs nothing. A page that is empty before the end, or repeats another, is
        asked for once more; one still empty is taken for what VK hides (`count` goes on counting what was removed)."""
        offset, total, hidden = 0, None, 0
        full: set[int] = set()
        while True:
            answer = self._page(method, offset, params)
            if self._is_doubtful(answer, offset, full):
                answer = self._page(method, offset, params)
                if answer["items"] and self._is_doubtful(answer, offset, full):
                    raise SourceError(
                        f"ВКонтакте, {self._where}, {method}: страница повторяет прочитанную раньше."
                        " Чтение остановлено, прочитанное сохранено; следующий запуск прочитает её заново."
                    )
            items, now = answer["items"], _total(answer)
            hidden = 0 if items else hidden + 1
            if hidden > _MOST_HIDDEN:
                raise SourceError(
                    f"ВКонтакте, {self._where}, {method}: заявлено записей: {now}, но страницы пусты. Прочитанное"
                    " сохранено. Сообщите разработчику."
                )
            if len(items) >= self._params.page_size:
                full.add(_print_of(items))
            if items:
                yield items
            shrunk = max(0, total - now) if total is not None else 0
            total = now
            if shrunk and offset:
                offset = max(0, offset - shrunk)
                continue
            # Fewer may come than asked for; what is hidden comes not at all.
            offset += len(items) or self._params.page_size
            if offset >= total:
                return

    def _is_doubtful(self, answer: dict[str, Any], offset: int, full: set[int]) -> bool:
        items = answer["items"]
        return _print_of(items) in full if items else offset < _total(answer)

    def _page(self, method: str, offset: int, params: dict[str, Any]) -> dict[str, Any]:
        answer = self._call(method, **params, offset=offset, count=self._params.page_size)
        if not isinstance(answer.get("items"), list) or not isinstance(answer.get("count"), int):
            raise SourceError(f"ВКонтакте, {self._where}, {method}: в ответе нет списка. Сообщите разработчику.")
        return answer

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        form = {**params, "v": VERSION, "access_token": self._client.key}
        body, _ = self._client.post_json(f"method/{method}", form, lambda body: self._check(method, body))
        answer = body.get("response") if isinstance(body, dict) else None
        if not isinstance(answer, dict):
            raise SourceError(f"ВКонтакте, {self._where}, {method}: ответ не по описанию API. Сообщите разработчику.")
        return answer

    def _check(self, method: str, body: Any) -> None:
        error = body.get("error") if isinstance(body, dict) else None
        if not isinstance(error, dict):
            return
        code = error.get("error_code")
        code = code if isinstance(code, int) else 0
        where = f"ВКонтакте, {self._where}, {method}"
        if code == _CLOSED:
            raise _CommentsClosed(f"{where}: комментарии закрыты ({code}).")
        if code in _PASSING:
            raise TransientError(f"{where}: {_PASSING[code]} ({code}).")
        if code in _REFUSALS:
            what, _, advice = _REFUSALS[code].partition(". ")
            raise SourceError(f"{where}: {what.rstrip('.')} ({code}). {advice}".rstrip())
        raise SourceError(f"{where}: ВКонтакте отклонил запрос (ошибка {code}). Проверьте описание источника.")


def _total(answer: dict[str, Any]) -> int:
    """How long the list is: `count` of comments counts those inside threads too."""
    level = answer.get("current_level_count")
    return level if isinstance(level, int) else int(answer["count"])


def _print_of(items: list[Any]) -> int:
    return hash(tuple(str(_id(item)) for item in items))


def _id(item: Any) -> Any:
    return item.get("id") if isinstance(item, dict) else item


def _number(body: Any, name: str = "id") -> int | None:
    """What a post, comment or discussion is named by and asked for; None where there is no such number."""
    value = body.get(name) if isinstance(body, dict) else None
    return value if type(value) is int and value > 0 else None


def _answer(comment: dict[str, Any]) -> dict[str, Any]:
    return {"at": moment(comment.get("date")), "text": comment.get("text")}


def _seconds(body: dict[str, Any], name: str = "date") -> float:
    """The instant of a post or comment; what has none is always new."""
    value = body.get(name)
    return float(value) if isinstance(value, int) else inf


def _is_behind(page: list[Any], horizon: float, name: str = "date", stays_first: str = "") -> bool:
    """Whether a page of a list that goes back in time lies behind the horizon: by the objects on it, without those
    that stand first however old they are. A page that has none of them tells nothing."""
    told = [_seconds(body, name) for body in page if isinstance(body, dict) and not body.get(stays_first)]
    return bool(told) and max(told) < horizon


def _count(info: Any) -> int:
    value = info.get("count") if isinstance(info, dict) else None
    return value if isinstance(value, int) else 0


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0
