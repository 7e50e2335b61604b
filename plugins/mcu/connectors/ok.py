"""Official groups in Одноклассники: discussions with their comments, and members.

A connection is `https://APPLICATION_KEY:APPLICATION_SECRET@api.ok.ru/?access_token=TOKEN`. Discussions come by their
last activity, comments newest first, so that an answer is read before what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from math import inf
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mcu.connectors.base import Connector, Page, SourceError, Window
from mcu.connectors.http import HttpClient
from mcu.connectors.ok_api import OkApi, Unreachable, id_text
from mcu.connectors.params import Ok
from mcu.connectors.social import moment, record


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
        """Members of each group, then the discussions active since the window's start. The end of the window is
        ignored: the API does not know it, and reading on to the present does no harm."""
        with HttpClient(self._url, "none", timeout_seconds=self._params.timeout_seconds) as client:
            self._client = client
            self._miscounted: list[tuple[str, int, int]] = []
            """Number of a discussion, comments that it claims, comments that it gave."""
            self._api = OkApi(client, self._token, self._params.page_size)
            yield self._figures()
            since = window.since.timestamp() if window.since else -inf
            horizon = since - timedelta(days=self._params.revisit_days).total_seconds()
            for page, found in enumerate(self._api.pages("discussions.getList", "discussions"), 1):
                records: list[Any] = []
                for discussion in found:
                    if _seconds(discussion, "last_activity_date_ms") < since:
                        continue
                    named = _groups_of(discussion)
                    group = next((n for n in named if n in self._params.pages), None)
                    if group is not None:
                        if number := id_text(discussion, "object_id"):
                            yield from self._unless_unreachable(self._comments(discussion, group, horizon), number)
                        records.append(self._post(discussion, group))
                    elif not named:  # it names no group: landing rejects it, so that people learn of it
                        records.append(discussion)
                if records:
                    yield Page(records, f"обсуждения, страница {page}")
                if _is_behind(found, "last_activity_date_ms", since):
                    break
            yield from self._doubts()

    def _unless_unreachable(self, pages: Iterator[Page], number: str) -> Iterator[Page]:
        """The pages; if Одноклассники refuse the discussion, a note instead of the rest of it."""
        try:
            yield from pages
        except Unreachable as refusal:
            yield Page([], f"обсуждение {number}", notes=(f"Не прочитано обсуждение {number}: {refusal}",))

    def _doubts(self) -> Iterator[Page]:
        """Discussions that claim another number of comments than they gave."""
        if self._miscounted:
            named = ", ".join(f"{n} (заявлено {claimed}, отдано {read})" for n, claimed, read in self._miscounted[:3])
            more = " и другие" if len(self._miscounted) > 3 else ""
            note = f"Число комментариев не то, что заявлено: обсуждение {named}{more}. Прочитаны все отданные."
            yield Page([], "обсуждения", notes=(note,))

    def _figures(self) -> Page:
        """The number of members, one record a group and day by the server's clock."""
        asked = ",".join(map(str, self._params.pages))
        answer = self._api.call("group.getInfo", uids=asked, fields="uid,name,shortname,members_count")
        groups = answer.get("groups") if isinstance(answer, dict) else answer
        if not isinstance(groups, list):
            raise SourceError("Одноклассники, group.getInfo: в ответе нет списка групп. Сообщите разработчику.")
        day = self._client.today.isoformat()
        records: list[Any] = []
        for group in groups:
            number = self._ours(group.get("uid")) if isinstance(group, dict) else None
            if number is None:  # only our groups were requested: landing rejects it, so that people learn of it
                records.append(group)
                continue
            body = {name: group.get(name) for name in ("uid", "name", "shortname")}
            figures = {"members": group.get("members_count")}
            page = self._record(body, number, ref=f"page-{number}_{day}", kind="page", at=day, figures=figures)
            records.append(page | {"is_official": True, "author_link": None})
        met = {self._ours(group.get("uid")) for group in groups if isinstance(group, dict)}
        missing = ", ".join(str(number) for number in self._params.pages if number not in met)
        note = f"Одноклассники не дали сведений о группах: {missing}. Проверьте их номера и права ключа доступа."
        return Page(records, "сведения о группах", notes=(note,) if missing else ())

    def _ours(self, value: Any) -> int | None:
        """The number of a group, if it is one of ours."""
        number = _number(value)
        return number if number in self._params.pages else None

    def _post(self, discussion: dict[str, Any], group: int) -> dict[str, Any]:
        number = id_text(discussion, "object_id")
        names = {"likes": "like_count", "comments": "total_comments_count", "reposts": "reshare_count"}
        figures = {name: discussion.get(theirs) for name, theirs in names.items()}
        renamed = {"author_id": str(discussion.get("owner_uid")), "text": discussion.get("message")}
        return self._record(
            {k: v for k, v in discussion.items() if k not in ("ref_objects", "message", "owner_uid")} | renamed,
            group,
            ref=f"topic-{number}" if number else None,
            kind="post",
            at=_moment(discussion, "creation_date_ms"),
            figures=figures,
        )

    def _comments(self, discussion: dict[str, Any], group: int, horizon: float) -> Iterator[Page]:
        number = id_text(discussion, "object_id")
        place = f"topic-{number}"
        kind = id_text(discussion, "object_type") or "GROUP_TOPIC"  # the usual one, where none can be asked for
        asked = {"discussionId": number, "discussionType": kind, "direction": "BACKWARD"}
        answers: dict[str, list[dict[str, Any]]] = {}
        ids: set[str | None] = set()
        for page, comments in enumerate(self._api.pages("discussions.getComments", "comments", **asked), 1):
            records: list[Any] = []
            for comment in comments:
                if not isinstance(comment, dict):
                    records.append(comment)
                    continue
                own, to = id_text(comment, "id"), id_text(comment, "reply_to_comment_id")
                ids.add(own)
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
        claimed = discussion.get("total_comments_count")
        if type(claimed) is int and claimed != len(ids):
            self._miscounted.append((str(number), claimed, len(ids)))

    def _record(self, body: dict[str, Any], group: int, **fields: Any) -> dict[str, Any]:
        author = body.get("author_id")
        is_official = self._ours(author) == group
        link = f"https://ok.ru/{'group' if is_official else 'profile'}/{author}" if _number(author) else None
        owner: dict[str, Any] = {"page": str(group), "municipality": self._params.pages[group]}
        return record(body, is_official=is_official, author_link=link, **owner, **fields)


def _number(value: Any) -> int | None:
    """The number of a group or a person, given as a number or in digits."""
    digits = str(value) if isinstance(value, int | str) else ""
    return int(digits) if digits.isdecimal() and len(digits) < 20 else None


def _groups_of(discussion: Any) -> list[int]:
    """The groups that a discussion names."""
    refs = discussion.get("ref_objects") if isinstance(discussion, dict) else None
    named = [r.get("id") for r in refs if isinstance(r, dict)] if isinstance(refs, list) else []
    owner = discussion.get("owner_uid") if isinstance(discussion, dict) else None
    return [n for n in map(_number, [*named, owner]) if n is not None]


def _moment(body: dict[str, Any], name: str) -> Any:
    """Milliseconds since the epoch as an ISO instant."""
    value = body.get(name)
    return moment(value // 1_000) if isinstance(value, int) else moment(value)


def _seconds(body: Any, name: str) -> float:
    """The time of a discussion or comment; infinite if unknown, so that it counts as new."""
    value = body.get(name) if isinstance(body, dict) else None
    return value / 1_000 if isinstance(value, int) else inf


def _is_behind(page: list[Any], name: str, horizon: float) -> bool:
    """True if a page of a list sorted newest first lies before the horizon. A page without objects proves nothing."""
    times = [_seconds(body, name) for body in page if isinstance(body, dict)]
    return bool(times) and max(times) < horizon
