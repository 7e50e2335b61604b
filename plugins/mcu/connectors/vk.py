"""Official communities in ВКонтакте by API 5.199: posts, comments with their threads, discussions, members.

The API has no "changed since". So posts are read newest first back to `revisit_days` before the window, each with all
its comments: a late answer to an old comment is seen, and the next run reads what this one was not given. Discussions
carry the time of their last message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from math import inf
from typing import Any

from mcu.connectors.base import Connector, Page, Window
from mcu.connectors.http import HttpClient
from mcu.connectors.params import Vk
from mcu.connectors.social import moment, record
from mcu.connectors.vk_api import PAGE_ADVICE, CommentsClosed, Unreachable, VkApi, item_id

_THREAD = 10
"""A comment comes with at most so many answers of its thread: the API's maximum."""
_ANSWERED = re.compile(r"\[(?:id|club)\d+:bp-\d+_(\d{1,18})\|")
"""Discussions have no threads: an answer names in its text the comment it answers."""


class VkConnector(Connector):
    def __init__(self, params: Vk, url: str) -> None:
        self._params = params
        self._url = url

    def pages(self, window: Window) -> Iterator[Page]:
        """Posts, comments and the day's figures of each community. The end of the window is ignored: the API does not
        know it, and reading on to the present does no harm. What ВКонтакте does not give, a deleted post or a blocked
        community, becomes a note; SourceError if it gives nothing at all."""
        p = self._params
        with HttpClient(self._url, "none", timeout_seconds=p.timeout_seconds) as client:
            communities = [_Community(client, p, group, municipality) for group, municipality in p.pages.items()]
            has_read = False
            for community in communities:
                for page in community.pages(window):
                    has_read = has_read or bool(page.records)
                    yield page
        refusals = [refusal for community in communities for refusal in community.refusals]
        if refusals and not has_read:
            raise refusals[0]


class _Community:
    def __init__(self, client: HttpClient, params: Vk, group: int, municipality: str) -> None:
        self._client = client
        self._params = params
        self._group = group
        self._common: dict[str, Any] = {"page": str(group), "municipality": municipality}
        self._where = f"сообщество {group}"
        self._api = VkApi(client, self._where, params.page_size)
        self.refusals: list[Unreachable] = []

    def pages(self, window: Window) -> Iterator[Page]:
        since = window.since.timestamp() if window.since else -inf
        horizon = since - timedelta(days=self._params.revisit_days).total_seconds()
        yield from self._unless_unreachable(self._figures())
        if self.refusals:
            return  # there is no such community
        yield from self._unless_unreachable(self._wall(horizon))
        if self._params.boards:
            yield from self._unless_unreachable(self._boards(since, horizon))

    def _unless_unreachable(self, pages: Iterator[Page]) -> Iterator[Page]:
        """The pages; if ВКонтакте refuses this part of the community, a note instead of the rest of it."""
        try:
            yield from pages
        except CommentsClosed:
            return
        except Unreachable as refusal:
            self.refusals.append(refusal)
            yield Page([], self._where, notes=(f"Не прочитано: {refusal}",))

    def _figures(self) -> Iterator[Page]:
        """The number of members, one record a day by the server's clock."""
        answer = self._api.call("groups.getById", group_id=self._group, fields="members_count")
        groups = answer.get("groups")
        if not isinstance(groups, list) or not groups or not isinstance(groups[0], dict):
            raise Unreachable(f"ВКонтакте, {self._where}: такого сообщества нет. {PAGE_ADVICE}")
        day = self._client.today.isoformat()
        body = {name: groups[0].get(name) for name in ("id", "name", "screen_name", "members_count")}
        page = record(
            body,
            ref=f"page-{self._group}_{day}",
            kind="page",
            at=day,
            is_official=True,
            **self._common,
            figures={"members": body["members_count"]},
        )
        yield Page([page], f"{self._where}, сведения")

    # ------------------------------------------------------------ the wall

    def _wall(self, horizon: float) -> Iterator[Page]:
        for number, posts in enumerate(self._api.pages("wall.get", domain=f"club{self._group}"), 1):
            fresh = [p for p in posts if not isinstance(p, dict) or _seconds(p) >= horizon]
            records = []
            for post in fresh:
                answers: list[dict[str, Any]] = []
                if _number(post) and _count(post.get("comments")):
                    yield from self._unless_unreachable(self._comments(post, answers))
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
        """All comments of a post with their threads. The page's own answers to a citizen's post go into `answers`."""
        wall = {"owner_id": -self._group, "post_id": post.get("id")}
        asked = self._api.pages("wall.getComments", **wall, sort="asc", thread_items_count=_THREAD)
        for number, comments in enumerate(asked, 1):
            records: list[Any] = []
            for comment in comments:
                if not isinstance(comment, dict):
                    records.append(comment)
                    continue
                thread = self._thread(comment, wall)
                if self._is_ours(comment) and not self._is_ours(post):
                    answers.append(_answer(comment))
                whole = [comment, *(c for c in thread if isinstance(c, dict))]
                records += [self._comment(c, post, comment, whole) for c in whole]
                records += [c for c in thread if not isinstance(c, dict)]
            yield Page(records, f"{self._where}, запись {post.get('id')}, комментарии, страница {number}")

    def _thread(self, comment: dict[str, Any], wall: dict[str, Any]) -> list[Any]:
        thread = comment.get("thread")
        items = thread.get("items") if isinstance(thread, dict) else None
        nested = items if isinstance(items, list) else []
        if not _number(comment) or _count(thread) <= len(nested):
            return nested
        found: list[Any] = []
        with suppress(CommentsClosed):
            for page in self._api.pages("wall.getComments", **wall, comment_id=_number(comment), sort="asc"):
                found += page
        known = [item_id(c) for c in found]
        return found + [c for c in nested if item_id(c) not in known]

    def _comment(
        self, comment: dict[str, Any], post: dict[str, Any], first: dict[str, Any], thread: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """A comment with the page's answers to it in the thread `first` began. An answer without a number of what it
        answers belongs to `first`."""
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
        for topics in self._api.pages("board.getTopics", group_id=self._group, order=1):
            for topic in topics:
                if _number(topic) and _seconds(topic, "updated") >= since:
                    yield from self._unless_unreachable(self._topic(topic, horizon))
            # Their comments cannot be requested: landing rejects such topics, so that people learn of them.
            if unnumbered := [t for t in topics if not _number(t)]:
                yield Page(unnumbered, f"{self._where}, список обсуждений")
            if _is_behind(topics, since, "updated", stays_first="is_fixed"):
                return

    def _topic(self, topic: dict[str, Any], horizon: float) -> Iterator[Page]:
        """Comments of a discussion, newest first, so that an answer is read before what it answers: back to the
        horizon, and further until every answered comment is found."""
        place = f"topic-{self._group}_{_number(topic)}"
        answers: dict[int, list[dict[str, Any]]] = {}
        asked = self._api.pages("board.getComments", group_id=self._group, topic_id=topic.get("id"), sort="desc")
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

    # ------------------------------------------------------------ every record

    def _is_ours(self, body: dict[str, Any]) -> bool:
        return body.get("from_id") == -self._group

    def _record(self, body: dict[str, Any], **fields: Any) -> dict[str, Any]:
        author = body.get("from_id")
        link = None
        if isinstance(author, int) and author:
            link = f"https://vk.com/{'id' if author > 0 else 'club'}{abs(author)}"
        at = moment(body.get("date"))
        return record(body, at=at, is_official=self._is_ours(body), author_link=link, **self._common, **fields)


def _number(body: Any, name: str = "id") -> int | None:
    """The number of a post, comment or discussion; None if the field is no such number."""
    value = body.get(name) if isinstance(body, dict) else None
    return value if type(value) is int and value > 0 else None


def _answer(comment: dict[str, Any]) -> dict[str, Any]:
    return {"at": moment(comment.get("date")), "text": comment.get("text")}


def _seconds(body: dict[str, Any], name: str = "date") -> float:
    """The time of a post or comment; infinite if unknown, so that it counts as new."""
    value = body.get(name)
    return float(value) if isinstance(value, int) else inf


def _is_behind(page: list[Any], horizon: float, name: str = "date", stays_first: str = "") -> bool:
    """True if a page of a list sorted newest first lies before the horizon. Pinned items (field `stays_first`) do not
    count: they stand first however old they are. A page without other items proves nothing."""
    times = [_seconds(body, name) for body in page if isinstance(body, dict) and not body.get(stays_first)]
    return bool(times) and max(times) < horizon


def _count(info: Any) -> int:
    value = info.get("count") if isinstance(info, dict) else None
    return value if isinstance(value, int) else 0


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0
