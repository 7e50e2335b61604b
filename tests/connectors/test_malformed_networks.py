"""Malformed records and answers of ВКонтакте and Одноклассники: each load is refused in plain Russian, or its sum
agrees and every record that was given is landed or in quarantine."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo_city.systems import ok, vk
from mcu.errors import UserError
from mcu.landing.load import load_source
from mcu.secrets import put_secret
from tests.connectors.forms import Reply, serve
from tests.connectors.matrix.garbage import ENOUGH, GIVEN, broken, is_plain, mutated, odd_values, report, seeds
from tests.connectors.matrix.http import TOKEN
from tests.connectors.matrix.outcome import refs_of
from tests.connectors.matrix.social import given as spec_of

NOVEMBER = 1_793_516_400
READINGS = ENOUGH // 6
GARBLED = {"min_size": 8, "max_size": 16}
"""Of the records of one reading, some forty."""

Change = tuple[str, int, Any]
"""A mutation of a record or an answer, with its seed and value."""
DATES = (
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Fri, 20 Nov 2026 12:00:00 +99999999999999999999",
    "yesterday",
    "",
    "0",
    "Mon, 01 Jan 0001 00:00:00 GMT",
    "Fri, 20 Nov 2026 12:00:00 -0000",
)


class List(NamedTuple):
    """A list of records in an answer."""

    items: list[Any]
    refs: str
    """What a record_ref begins with, before the record's own number."""
    number: str = "id"
    inner: str | None = None
    """The field of a record that holds further ones, in `items`."""
    has_more: bool = False
    """True if the connector requests further lists by these records."""


class Network(Protocol):
    """A service with its own world: no two share a record."""

    source: str
    system: Any
    pages: dict[int, str]
    codes: tuple[int, ...]

    def __init__(self, number: int) -> None: ...

    def answer(self, path: str, form: dict[str, str]) -> Any: ...

    def listed(self, path: str, form: dict[str, str], body: Any) -> List | None:
        """The records of a good answer."""
        ...

    def error(self, code: Any) -> Any: ...

    def is_owed(self, refs: str, item: Any) -> bool:
        """True if an item of such a list must come out as a record, landed or rejected."""
        ...


class Vk:
    source, system = "vk", vk.SYSTEM
    codes = (1, 5, 6, 15, 100, 212, 9999)

    def __init__(self, number: int) -> None:
        rng, wall = Random(number), vk.Wall("murmansk", number)
        ours = -wall.group
        for day in range(6):
            at, author = NOVEMBER + day * 86_400, 99_000 + day
            post = wall.post(at, "Не чистят снег", author if day % 3 == 2 else ours, rng)
            first = wall.comment(post, at + 60, "Где трактор?", author)
            wall.comment(post, at + 120, "Будет", ours, first)
            wall.comment(post, at + 180, "Спасибо", ours)
        for n in range(12):  # more than come with their comment
            wall.comment(post, at + 240 + n, "И у нас", author + n, first)
        for n in range(2):
            topic = wall.topic("Вопросы", NOVEMBER)
            for _ in range(4):
                comments = wall.say(topic, NOVEMBER + n, "Темно", 99_000)
            wall.say(topic, NOVEMBER + 60, f"[id99000:bp-{wall.group}_{comments['id']}|Имя], починим", ours)
        self.pages = {wall.group: "murmansk"}
        self._group = wall.group
        self._walls = {str(wall.group): wall.state()}

    def answer(self, path: str, form: dict[str, str]) -> Any:
        return vk.answer(self._walls, path.rpartition("/")[2], form, TOKEN)

    def listed(self, path: str, form: dict[str, str], body: Any) -> List | None:
        if "response" not in body:
            return None
        match path.rpartition("/")[2], body["response"]:
            case "groups.getById", answer:
                return List(answer["groups"], "page-")
            case "wall.get", answer:
                return List(answer["items"], f"wall-{self._group}_", has_more=True)
            case "wall.getComments", answer:
                return List(answer["items"], f"wall-{self._group}_{form['post_id']}_r", inner="thread", has_more=True)
            case "board.getTopics", answer:
                return List(answer["items"], "topics: ", has_more=True)
            case "board.getComments", answer:
                return List(answer["items"], f"topic-{self._group}_{form['topic_id']}_c")
        return None

    def error(self, code: Any) -> Any:
        return {"error": {"error_code": code, "error_msg": TOKEN}}

    def is_owed(self, refs: str, item: Any) -> bool:
        """A topic is a record only if its comments cannot be requested."""
        return refs != "topics: " or not (isinstance(item, dict) and type(item.get("id")) is int and item["id"] > 0)


class Ok:
    source, system = "ok", ok.SYSTEM
    codes = (1, 8, 10, 102, 104, 9999)

    def __init__(self, number: int) -> None:
        group = str(ok.FIRST_GROUP + number)
        discussions = [_discussion(group, number * 100 + n) for n in range(7)]
        self._world = {
            "groups": [{"uid": group, "name": "Группа", "members_count": number}],
            "discussions": discussions,
            "comments": {d["object_id"]: _said(group, n) for n, d in enumerate(discussions)},
        }
        self.pages = {int(group): "murmansk"}

    def answer(self, path: str, form: dict[str, str]) -> Any:
        return ok.answer(self._world, form, TOKEN)

    def listed(self, path: str, form: dict[str, str], body: Any) -> List | None:
        match form["method"]:
            case "group.getInfo":
                return List(body, "page-", "uid")
            case "discussions.getList" if "discussions" in body:
                return List(body["discussions"], "topic-", "object_id", has_more=True)
            case "discussions.getComments" if "comments" in body:
                return List(body["comments"], f"topic-{form['discussionId']}_c")
        return None

    def error(self, code: Any) -> Any:
        return {"error_code": code, "error_msg": TOKEN}

    def is_owed(self, refs: str, item: Any) -> bool:
        """Discussions of groups that are not ours are ignored."""
        if refs != "topic-" or not isinstance(item, dict):
            return True
        refs = item.get("ref_objects")
        groups = [g.get("id") for g in refs if isinstance(g, dict)] if isinstance(refs, list) else []
        named = {str(g) for g in [*groups, item.get("owner_uid")] if isinstance(g, str | int) and str(g).isdecimal()}
        return not named or bool(named & set(map(str, self.pages)))


def _discussion(group: str, number: int) -> dict[str, Any]:
    at = (NOVEMBER + number) * 1_000
    return {
        "object_id": str(number),
        "object_type": "GROUP_TOPIC",
        "title": "Снег",
        "message": "Не чистят снег",
        "owner_uid": group,
        "creation_date_ms": at,
        "last_activity_date_ms": at,
        "total_comments_count": 4,
        "like_count": 3,
        "reshare_count": 1,
        "ref_objects": [{"type": "GROUP", "id": group}],
    }


def _said(group: str, first: int) -> list[dict[str, Any]]:
    common = {"text": "Где трактор?", "type": "ACTIVE_MESSAGE", "author_name": "Имя Фамилия", "like_count": 0}
    at = (NOVEMBER + first) * 1_000
    comments = [{**common, "id": f"MTY:{n}", "date_ms": at + n, "author_id": str(99_000 + n)} for n in range(4)]
    return [*comments, {**common, "id": "MTY:9", "date_ms": at + 9, "author_id": group, "reply_to_comment_id": "MTY:2"}]


class Service:
    """The network with some of its records and answers changed, identified by the order in which they first come."""

    def __init__(self, network: Network, records: dict[int, Change], answers: dict[int, Change]) -> None:
        self.network, self.records, self.answers = network, records, answers
        self.calls = self.malformed = 0
        self.is_regular = True
        """True if each record was given once: then each comes out once."""
        self.whole: set[str] = set()
        self.owed = 0
        """How many records must come out."""
        self._stands: dict[str, list[Any]] = {}
        """What replaces a record, by the record_ref that it should have."""

    def __call__(self, path: str, form: dict[str, str]) -> Any:
        number, self.calls = self.calls, self.calls + 1
        kind, seed, value = self.answers.get(number, ("", 0, None))
        try:
            body = self.network.answer(path, form)
            found = self.network.listed(path, form, body)
        except (ValueError, KeyError):  # it asks with a mark that it was given
            return Reply(400)
        self.malformed += bool(kind)
        match kind:
            case "" | "date":
                if found:
                    found.items[:] = self._changed(found)
                return Reply(body=json.dumps(body).encode(), headers={"Date": DATES[seed % len(DATES)]} if kind else {})
            case "status":
                return Reply(Random(seed).choice([204, 301, 400, 418, 429, 500, 503]))
            case "error":
                body = self.network.error(value if seed % 3 == 0 else Random(seed).choice(self.network.codes))
        self.is_regular = False
        body = {"mutated": mutated(body, seed, value), "value": value}.get(kind, body)
        text = json.dumps(body).encode()
        return Reply(body=broken(text, seed) if kind == "broken" else text)

    def _changed(self, found: List) -> list[Any]:
        result: list[Any] = []
        for item in found.items:
            ref = f"{found.refs}{item[found.number]}"
            if ref not in self._stands:
                self._stands[ref] = self._meet(item, found, ref)
            for stands in self._stands[ref]:
                inner = stands.get(found.inner) if stands is item and found.inner else None
                if inner:
                    inner = inner | {"items": self._changed(List(inner["items"], found.refs))}
                result.append(item | {found.inner: inner} if inner else stands)
        return result

    def _meet(self, item: Any, found: List, ref: str) -> list[Any]:
        """What is given for a record from now on; it is counted."""
        kind, seed, value = self.records.get(len(self._stands), ("", 0, None))
        name = Random(seed).choice(list(item))
        bare = {field: value for field, value in item.items() if field != found.inner}
        stands: dict[str, list[Any]] = {
            "mutated": [mutated(bare, seed, value)],
            "value": [value],
            "field": [{**bare, name: value}],
            "twice": [item, {**bare, "text": "Другое"}] if found.refs != "page-" else [item],
        }
        given = stands.get(kind, [item])
        self.malformed += bool(kind)
        self.owed += sum(self.network.is_owed(found.refs, one) for one in given)
        self.is_regular &= kind != "twice" or not found.has_more
        if not kind and found.refs not in ("page-", "topics: "):
            self.whole.add(ref)
        return given


def changes(*kinds: str) -> st.SearchStrategy[Change]:
    return st.tuples(st.sampled_from(kinds), seeds, odd_values)


@pytest.mark.parametrize("network", [Vk, Ok])
def test_a_network(network: type[Network], empty_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcu.connectors.retries.BACKOFF_SECONDS", 0.0)
    now: list[Service] = []
    spec = spec_of(network.source, "malformed", page_size=3, timeout_seconds=5)
    seen = {"негодных": 0, "загрузок": 0, "отказов": 0, "прочитано": 0, "отклонено": 0}

    @settings(GIVEN, max_examples=READINGS)
    @given(
        st.dictionaries(st.integers(0, 50), changes("mutated", "mutated", "value", "field", "twice"), **GARBLED),
        st.integers(0, 25),
        changes("mutated", "mutated", "value", "error", "broken", "status", "date"),
    )
    def one(records: dict[int, Change], number: int, answer: Change) -> None:
        service = Service(network(len(now)), records, {number: answer})  # of some twenty answers
        now.append(service)
        connector = spec.connector.model_copy(update={"pages": service.network.pages})
        try:
            result = load_source(spec.model_copy(update={"connector": connector}))[-1]
        except UserError as error:
            assert is_plain(str(error)) and TOKEN not in str(error), error
            seen["отказов"] += 1
            return
        finally:
            seen["загрузок"] += 1
            seen["негодных"] += service.malformed
        seen["прочитано"] += result.read
        seen["отклонено"] += result.rejected
        assert result.read == result.new + result.unchanged + result.rejected
        assert (result.read == service.owed) if service.is_regular else (result.read >= service.owed)
        assert not (service.whole - refs_of(spec.slug))

    with serve(lambda path, form: now[-1](path, form)) as place:
        put_secret("conn_malformed", network.system.connection(f"http://{place}", TOKEN, None))
        one()
    report(network.system.slug, ", ".join(f"{name} {count}" for name, count in seen.items()))
    assert seen["негодных"] >= ENOUGH and 0 < seen["отказов"] < seen["загрузок"] / 2 and seen["отклонено"]
