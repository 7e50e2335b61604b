"""The VK connector against the city's communities and against a service that misbehaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo_city.clock import END
from demo_city.systems.vk import SYSTEM, answer
from mcu.connectors.base import Page, SourceError, Window
from mcu.connectors.vk_api import VERSION
from mcu.landing.intake import Intake
from mcu.sources.opening import open_source
from mcu.sources.registry import get_source
from mcu.sources.spec import SourceSpec
from tests.connectors.forms import Reply, serve
from tests.connectors.vk_schema import VkSchema

TOKEN = "vk1.key-that-no-message-may-show"
GROUP = 990_000_001
READ = {
    "groups.getById": ["groups.id", "groups.name", "groups.screen_name", "groups.members_count"],
    "wall.get": [
        "count", "items.id", "items.from_id", "items.date", "items.edited", "items.text", "items.is_pinned",
        "items.attachments", "items.copy_history", "items.comments.count", "items.likes.count", "items.views.count",
        "items.reposts.count", "items.signer_id", "items.created_by",
    ],
    "wall.getComments": [
        "count", "current_level_count", "items.id", "items.from_id", "items.date", "items.text", "items.deleted",
        "items.attachments", "items.reply_to_comment", "items.reply_to_user", "items.thread.count",
        "items.thread.items", "items.photo_id", "items.pid",
    ],
    "board.getTopics": ["count", "items.id", "items.title", "items.updated", "items.is_fixed"],
    "board.getComments": ["count", "items.id", "items.from_id", "items.date", "items.text", "items.attachments"],
}  # fmt: skip  # a table
"""What the connector and the staging read of each answer."""


@pytest.fixture(scope="module")
def walls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("vk")
    SYSTEM.build(home, 59, 200, END)
    return json.loads((home / "world.json").read_text(encoding="utf-8"))["walls"]


def spec(**connector: Any) -> SourceSpec:
    body = get_source("vk").model_dump()
    body["connector"] |= {"pages": {GROUP: "murmansk"}, "timeout_seconds": 0.5, **connector}
    return SourceSpec.model_validate(body)


class Service:
    """The city's answers; what `fault` gives (not None) is answered instead."""

    def __init__(self, walls: dict[str, Any]) -> None:
        self.walls = walls
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.given: list[tuple[str, Any]] = []
        self.fault: Callable[[str, dict[str, str]], Any] = lambda method, form: None

    def __call__(self, path: str, form: dict[str, str]) -> Any:
        method = path.rpartition("/")[2]
        self.calls.append((method, form))
        found = self.fault(method, form)
        if found is None:
            found = answer(self.walls, method, form, TOKEN)
            self.given.append((method, found))
        return found


def read(service: Service, window: Window | None = None, **connector: Any) -> list[dict[str, Any]]:
    with serve(service) as place:
        pages = open_source(spec(**connector), f"http://:{TOKEN}@{place}").pages(window or Window())
        return [record for page in pages for record in page.records]


def messages(records: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {r["ref"]: r for r in records if r["kind"] != "page" and not r["is_official"]}


def planted(wall: dict[str, Any]) -> set[tuple[str, int]]:
    """(place, number) of all that citizens wrote, counted over the simulator's own state."""
    ours = -wall["info"]["id"]
    found = {("post", p["id"]) for p in wall["posts"] if p["from_id"] != ours}
    for comments in wall["comments"].values():
        for comment in comments:
            found |= {("comment", c["id"]) for c in [comment, *comment["thread"]["items"]] if c["from_id"] != ours}
    for said in wall["said"].values():
        found |= {("topic_comment", c["id"]) for c in said if c["from_id"] != ours}
    return found


@pytest.mark.parametrize("page_size", [1, 2, 3, 7, 100])
def test_every_message_of_citizens_at_every_page_size(walls: dict[str, Any], page_size: int) -> None:
    wall = walls[str(GROUP)]
    found = messages(read(Service(walls), page_size=page_size))
    assert {(r["kind"], r["id"]) for r in found.values()} == planted(wall)
    assert len(found) == len(planted(wall)) > 30


def test_answers_stand_at_what_they_answer(walls: dict[str, Any]) -> None:
    wall = walls[str(GROUP)]
    ours = -GROUP
    expected = sum(c["from_id"] == ours for said in wall["said"].values() for c in said)
    for comments in wall["comments"].values():
        expected += sum(c["from_id"] == ours for first in comments for c in [first, *first["thread"]["items"]])
    found = messages(read(Service(walls)))
    assert sum(len(r["replies"]) for r in found.values()) == expected > 20
    for r in found.values():
        assert all(r["at"] < reply["at"] <= r["changed_at"] for reply in r["replies"])


def test_a_thread_longer_than_ten_is_read_to_its_end(walls: dict[str, Any]) -> None:
    world = json.loads(json.dumps(walls))
    wall = world[str(GROUP)]
    firsts = [c for comments in wall["comments"].values() for c in comments if c["from_id"] > 0]
    first = next(c for c in firsts if not c["thread"]["items"])
    nested = [
        {**first, "id": 100_000 + n, "reply_to_comment": first["id"], "parents_stack": [first["id"]]} for n in range(23)
    ]
    for c in nested:
        del c["thread"]
    nested[22] |= {"from_id": -GROUP, "date": first["date"] + 999}
    first["thread"] |= {"items": nested, "count": 23}
    found = read(Service(world), page_size=10)
    assert {r["id"] for r in found if r["kind"] == "comment"} >= {c["id"] for c in nested}
    assert [len(r["replies"]) for r in found if r.get("id") == first["id"] and r["kind"] == "comment"] == [1]


def test_only_posts_and_discussions_that_can_have_news_are_read(walls: dict[str, Any]) -> None:
    since = datetime.fromtimestamp(END, UTC) - timedelta(days=10)
    service = Service(walls)
    found = read(service, Window(since=since), revisit_days=60, page_size=2)
    horizon = (since - timedelta(days=60)).isoformat()
    posts = [r for r in found if r["kind"] == "post"]
    wall = walls[str(GROUP)]
    assert {p["id"] for p in posts} == {p["id"] for p in wall["posts"] if _iso(p["date"]) >= horizon} != set()
    asked = {form["topic_id"] for method, form in service.calls if method == "board.getComments"}
    assert asked == {str(t["id"]) for t in wall["topics"] if t["updated"] >= since.timestamp()}
    # An answer of these days to a message of a year ago is found with its message.
    world = json.loads(json.dumps(walls))
    topic = max(world[str(GROUP)]["topics"], key=lambda t: len(world[str(GROUP)]["said"][str(t["id"])]))
    said = world[str(GROUP)]["said"][str(topic["id"])]
    late = {
        **said[-1],
        "id": 777_777,
        "from_id": -GROUP,
        "date": END - 60,
        "text": f"[id1:bp-{GROUP}_{said[0]['id']}|X], да",
    }
    said.append(late)
    topic["updated"] = END - 60
    again = messages(read(Service(world), Window(since=since), revisit_days=1))
    ref = f"topic-{GROUP}_{topic['id']}_c{said[0]['id']}"
    assert again[ref]["replies"][-1]["at"] == _iso(END - 60) == again[ref]["changed_at"]


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


@pytest.mark.parametrize("change", ["shrink", "grow"])
def test_a_list_that_changes_while_it_is_read_loses_nothing(walls: dict[str, Any], change: str) -> None:
    world = json.loads(json.dumps(walls))
    posts = world[str(GROUP)]["posts"]
    expected = {p["id"] for p in posts}
    service = Service(world)

    def fault(method: str, form: dict[str, str]) -> None:
        if method == "wall.get" and form["offset"] == "4":
            if change == "shrink":
                expected.discard(posts.pop(0)["id"])
            else:
                posts.insert(0, {**posts[0], "id": 888_888})

    service.fault = fault
    found = {r["id"] for r in read(service, page_size=2, boards=False) if r["kind"] == "post"}
    assert found >= expected and len(expected) > 20


def test_members_are_dated_by_the_servers_clock(walls: dict[str, Any]) -> None:
    def dated(path: str, form: dict[str, str]) -> Reply:
        body = json.dumps(answer(walls, path.rpartition("/")[2], form, TOKEN)).encode()
        return Reply(body=body, headers={"Date": "Fri, 20 Nov 2026 22:30:00 GMT"})

    with serve(dated) as place:
        page = next(iter(open_source(spec(), f"http://:{TOKEN}@{place}").pages(Window())))
    (figures,) = page.records
    # Half past one of the next day in Moscow.
    assert (figures["ref"], figures["at"]) == (f"page-{GROUP}_2026-11-21", "2026-11-21")
    assert figures["figures"] == {"members": walls[str(GROUP)]["info"]["members_count"]}


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (5, "ключ доступа не принят или истёк (5). Получите новый ключ"),
        (6, "слишком много запросов в секунду (6). Попыток: 4."),
        (9, "слишком много однотипных запросов (9). Попыток: 4."),
        (10, "внутренняя ошибка ВКонтакте (10). Попыток: 4."),
        (15, "доступ закрыт (15)"),
        (18, "страница удалена или заблокирована (18)"),
        (29, "исчерпан предел запросов. Чтение продолжится в следующий запуск (29)"),
        (1117, "ключ доступа истёк (1117)"),
        (9999, "ВКонтакте отклонил запрос (ошибка 9999)"),
        ("x", "ВКонтакте отклонил запрос (ошибка 0)"),
    ],
)
def test_an_error_is_reported_in_russian_without_the_key(walls: dict[str, Any], code: Any, message: str) -> None:
    service = Service(walls)
    service.fault = lambda method, form: {"error": {"error_code": code, "error_msg": TOKEN, "request_params": []}}
    with pytest.raises(SourceError) as caught:
        read(service)
    assert message in str(caught.value) and f"сообщество {GROUP}" in str(caught.value)
    assert TOKEN not in str(caught.value) and caught.value.__cause__ is None


@pytest.mark.parametrize("code", [6, 9, 29])
def test_a_limit_of_rate_is_waited_out(walls: dict[str, Any], code: int) -> None:
    service = Service(walls)
    left = [3]

    def fault(method: str, form: dict[str, str]) -> Any:
        left[0] -= 1
        return {"error": {"error_code": code, "error_msg": "x"}} if left[0] >= 0 else None

    service.fault = fault
    assert len(messages(read(service))) == len(planted(walls[str(GROUP)]))


def test_closed_comments_are_no_error(walls: dict[str, Any]) -> None:
    service = Service(walls)
    closed = {"error": {"error_code": 212, "error_msg": "Access to post comments denied"}}
    service.fault = lambda method, form: closed if method == "wall.getComments" else None
    assert {r["kind"] for r in read(service)} == {"page", "post", "topic_comment"}


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(401), "не принял ключ доступа (401)"),
        (Reply(500), "ошибка на стороне источника (500)"),
        (Reply(body=b"<html>", kind="text/html"), "вместо JSON пришло «text/html»"),
        (Reply(body=b'{"response": {"count": 1, "items": [', kind="application/json"), "не целый JSON"),
        (Reply(body=b'{"response": {}}', is_cut=True), "оборвался на середине"),
        (Reply(delay=1), "ответа нет дольше 0.5 с"),
        ([], "ответ не по описанию API"),
        ({"response": []}, "ответ не по описанию API"),
        ({"response": {"groups": []}}, "такого сообщества нет"),
    ],
)
def test_a_failure_of_the_service(walls: dict[str, Any], reply: Any, message: str) -> None:
    service = Service(walls)
    service.fault = lambda method, form: reply
    with pytest.raises(SourceError) as caught:
        read(service)
    assert message in str(caught.value) and TOKEN not in str(caught.value)


def test_a_page_that_comes_again_stops_reading_once_it_lasts(walls: dict[str, Any]) -> None:
    service = Service(walls)
    times = [1]

    def fault(method: str, form: dict[str, str]) -> Any:
        if method == "wall.get" and form["offset"] == "10" and times[0] > 0:
            times[0] -= 1
            return answer(walls, method, form | {"offset": "0"}, TOKEN)
        return None

    service.fault = fault
    assert len(messages(read(service, page_size=10))) == len(planted(walls[str(GROUP)]))
    times[0] = 99
    with pytest.raises(SourceError, match="страница повторяет прочитанную раньше"):
        read(service, page_size=10)


@pytest.mark.parametrize(
    "junk", [None, 7, "x", [], {}, {"id": []}, {"id": 5, "from_id": {}, "date": "вчера", "text": 3}]
)
def test_what_is_no_message_goes_on_to_be_refused(walls: dict[str, Any], junk: Any) -> None:
    service = Service(walls)
    service.fault = lambda method, form: (
        {"response": {"count": 1, "items": [junk]}} if method != "groups.getById" else None
    )
    assert len(read(service)) >= 2


def test_half_of_a_character_costs_only_itself(walls: dict[str, Any]) -> None:
    text = "Снег \ud83d и \\ud83d, \udc00😀\ud83d"
    posts = [{"id": n, "from_id": 5, "date": END, "text": said} for n, said in ((2, "Темно 😀"), (1, text))]
    body = {"response": {"count": 2, "items": posts}}
    service = Service(walls)
    service.fault = lambda method, form: Reply(body=json.dumps(body).encode()) if method == "wall.get" else None
    found = [record for record in read(service, boards=False) if record["kind"] == "post"]
    assert [record["text"] for record in found] == ["Темно 😀", text]
    batch = Intake(spec(), datetime.now(UTC)).take(Page(found, "стена"))
    whole, half = (record["ref"] for record in found)
    assert batch.refs == [whole] and [reject.record_ref for reject in batch.rejects] == [half]
    assert batch.rejects[0].code == "unwritable" and "Снег ? и" in batch.rejects[0].payload


def test_a_page_of_junk_is_not_the_end_of_the_wall(walls: dict[str, Any]) -> None:
    service = Service(walls)
    junk = {"response": {"count": len(walls[str(GROUP)]["posts"]), "items": [None, 7]}}
    service.fault = lambda method, form: junk if method == "wall.get" and form["offset"] == "0" else None
    since = Window(since=datetime.fromtimestamp(END, UTC) - timedelta(days=300))
    assert len([r for r in read(service, since, page_size=2) if isinstance(r, dict) and r["kind"] == "post"]) > 5


def test_an_impossible_count_is_reported(walls: dict[str, Any]) -> None:
    service = Service(walls)
    service.fault = lambda method, form: {"response": {"count": 2**62, "items": []}} if method == "wall.get" else None
    with pytest.raises(SourceError, match="страницы пусты"):
        read(service)


# ---------------------------------------------------------------- conformance


@pytest.fixture(scope="module")
def schema(shared_data: Path) -> VkSchema:
    return VkSchema(shared_data / "vk_api_schema_5.199")


def test_every_answer_of_the_city_is_by_the_schema(walls: dict[str, Any], schema: VkSchema) -> None:
    service = Service(walls)
    for group in walls:
        read(service, page_size=9, pages={int(group): "murmansk"})
    assert {method for method, _ in service.given} == set(READ)
    compiled = {method: schema.response(method) for method in READ}
    for method, body in service.given:
        assert schema.faults(compiled[method], body) == [], method
    refused = answer(walls, "wall.get", {"v": VERSION, "access_token": "no"}, TOKEN)
    assert schema.faults(schema.error(), {"inner_type": "base_error", **refused["error"]}) == []


def test_the_schema_would_find_a_fault(walls: dict[str, Any], schema: VkSchema) -> None:
    body = answer(walls, "wall.get", {"v": VERSION, "access_token": TOKEN, "domain": f"club{GROUP}"}, TOKEN)
    strict = schema.response("wall.get")
    assert schema.faults(strict, body) == []
    post = body["response"]["items"][0]
    for fault in ({"likes": {"count": 1}}, {"unheard_of": 1}, {"date": "вчера"}, {"post_type": "letter"}):
        assert schema.faults(strict, {"response": {"count": 1, "items": [post | fault]}}), fault
    assert schema.faults(strict, {"response": {"items": []}})


def test_every_field_that_is_read_and_every_parameter_stands_in_the_schema(
    walls: dict[str, Any], schema: VkSchema
) -> None:
    for method, fields in READ.items():
        answered = schema.response(method)
        assert [f for f in fields if not schema.fields(answered, f"response.{f}")] == [], method
    service = Service(walls)
    read(service)
    for method, form in service.calls:
        known = {p["name"] for p in schema.methods(method)["parameters"]}
        assert set(form) - known == {"v", "access_token"}, method


def test_expected_fields_are_the_schemas_or_ours(walls: dict[str, Any], schema: VkSchema) -> None:
    known = {"ref", "kind", "page", "municipality", "at", "changed_at", "is_official", "author_link", "answers_to"}
    known |= {"replies", "figures", "attachments_count", "topic_title", "members_count", "name", "screen_name"}
    for method in ("wall.get", "wall.getComments", "board.getComments"):
        known |= set(schema.response(method)["properties"]["response"]["properties"]["items"]["items"]["properties"])
    spec = get_source("vk")
    named = {*spec.expected_fields, *spec.optional_fields}
    assert named <= known
    assert {name for r in read(Service(walls)) for name in r} <= named
