"""The connector of Одноклассники against the city's groups and against a service that misbehaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo_city.clock import END
from demo_city.systems.ok import APPLICATION, FIRST_GROUP, SYSTEM, answer
from mcu.connectors.base import SourceError, Window
from mcu.connectors.ok_api import signature
from mcu.sources.opening import open_source
from mcu.sources.registry import get_source
from mcu.sources.spec import SourceSpec
from tests.connectors.forms import Reply, serve

TOKEN = "tkn-that-no-message-may-show"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("ok")
    SYSTEM.build(home, 59, 120, END)
    return json.loads((home / "world.json").read_text(encoding="utf-8"))


def spec(**connector: Any) -> SourceSpec:
    body = get_source("ok").model_dump()
    body["connector"] |= {"timeout_seconds": 0.5, **connector}
    return SourceSpec.model_validate(body)


def read(
    world: dict[str, Any],
    window: Window | None = None,
    fault: Callable[[dict[str, str]], Any] = lambda form: None,
    notes: list[str] | None = None,
    **connector: Any,
) -> list[dict[str, Any]]:
    def service(path: str, form: dict[str, str]) -> Any:
        assert path == "/ok/fb.do"
        found = fault(form)
        return answer(world, form, TOKEN) if found is None else found

    with serve(service) as place:
        url = SYSTEM.connection(f"http://{place}", TOKEN, None)
        pages = list(open_source(spec(**connector), url).pages(window or Window()))
        if notes is not None:
            notes += [note for page in pages for note in page.notes]
        return [record for page in pages for record in page.records]


def test_a_signature_by_hand() -> None:
    """Worked out with `md5sum`: md5(tokensecret), then md5(a=1b=2 and that)."""
    assert signature({"b": 2, "a": 1, "access_token": "token"}, "token", "secret") == "64836688d8366e99ad27ea727c7037de"


@pytest.mark.parametrize("page_size", [1, 3, 10, 100])
def test_every_comment_with_its_answers(world: dict[str, Any], page_size: int) -> None:
    groups = {g["uid"] for g in world["groups"]}
    planted = [c for found in world["comments"].values() for c in found]
    found = [r for r in read(world, page_size=page_size) if r["kind"] == "comment"]
    assert len({r["ref"] for r in found}) == len(found) == len(planted) > 150
    citizens = [r for r in found if not r["is_official"]]
    assert len(citizens) == sum(c["author_id"] not in groups for c in planted) == 120
    assert sum(len(r["replies"]) for r in citizens) == len(planted) - 120
    assert all(r["author_link"].startswith("https://ok.ru/profile/99") for r in citizens)


def test_only_discussions_that_are_alive_are_read(world: dict[str, Any]) -> None:
    last = max(d["last_activity_date_ms"] for d in world["discussions"]) / 1_000
    since = datetime.fromtimestamp(last, UTC) - timedelta(days=20)
    asked: list[str] = []

    def watch(form: dict[str, str]) -> None:
        if form["method"] == "discussions.getComments":
            asked.append(form["discussionId"])

    read(world, Window(since=since), watch, page_size=2)
    alive = {d["object_id"] for d in world["discussions"] if d["last_activity_date_ms"] >= since.timestamp() * 1_000}
    assert set(asked) == alive and 0 < len(alive) < len(world["discussions"])


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"error_code": 102, "error_msg": TOKEN}, "срок ключа доступа истёк (102). Получите новый"),
        ({"error_code": 104, "error_msg": TOKEN}, "подпись не принята (104)"),
        ({"error_code": 10, "error_msg": TOKEN}, "нет права на эту группу (10)"),
        ({"error_code": 8, "error_msg": TOKEN}, "слишком много запросов (8). Попыток: 4."),
        ({"error_code": 9999, "error_msg": TOKEN}, "внутренняя ошибка «Одноклассников» (9999). Попыток: 4."),
        ({"error_code": {}, "error_msg": TOKEN}, "запрос отклонён (ошибка 0)"),
        ({}, "нет списка"),
        ("x", "нет списка"),
        (Reply(500), "ошибка на стороне источника (500)"),
        (Reply(429, headers={"Retry-After": "0.01"}), "слишком много запросов (429)"),
        (Reply(body=b'{"groups": [', kind="application/json"), "не целый JSON"),
    ],
)
def test_a_failure_is_reported_in_russian_without_the_key(world: dict[str, Any], fault: Any, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(world, fault=lambda form: fault)
    assert message in str(caught.value)
    assert TOKEN not in str(caught.value) and TOKEN[::-1] not in str(caught.value)


def test_a_wrong_secret_is_reported_by_the_signature(world: dict[str, Any]) -> None:
    def service(path: str, form: dict[str, str]) -> Any:
        return answer(world, form, TOKEN)

    with serve(service) as place, pytest.raises(SourceError, match="подпись не принята"):
        url = f"http://{APPLICATION}:wrong@{place}/?access_token={TOKEN}"
        list(open_source(spec(), url).pages(Window()))


def test_an_address_without_a_token() -> None:
    with pytest.raises(SourceError, match="access_token=КЛЮЧ_ДОСТУПА"):
        open_source(spec(), "https://key:secret@api.ok.ru/")


def test_an_anchor_that_leads_in_a_circle(world: dict[str, Any]) -> None:
    def circle(form: dict[str, str]) -> Any:
        return {"discussions": [], "anchor": "7", "has_more": True} if form["method"] == "discussions.getList" else None

    with pytest.raises(SourceError, match="страница повторяет прочитанную раньше"):
        read(world, fault=circle)


@pytest.mark.parametrize("junk", [None, 1, "x", [], {}, {"id": [], "author_id": {}, "date_ms": "x"}])
def test_what_is_no_comment_goes_on_to_be_refused(world: dict[str, Any], junk: Any) -> None:
    def fault(form: dict[str, str]) -> Any:
        return {"comments": [junk]} if form["method"] == "discussions.getComments" else None

    assert len(read(world, fault=fault)) > 5


def test_a_page_of_junk_is_not_the_end_of_a_discussion(world: dict[str, Any]) -> None:
    def fault(form: dict[str, str]) -> Any:
        is_first = form["method"] == "discussions.getComments" and "anchor" not in form
        return {"comments": [None], "anchor": "0", "has_more": True} if is_first else None

    since = Window(since=datetime.fromtimestamp(END, UTC) - timedelta(days=300))
    count = len(read(world, since))
    again = read(world, since, fault)
    assert len([r for r in again if r is not None]) == count < len(again)


def test_a_next_page_that_cannot_be_asked_for_is_reported(world: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match="нет отметки следующей страницы"):
        read(world, fault=lambda form: {"discussions": [], "has_more": True} if "List" in form["method"] else None)


def test_members_of_our_groups_only(world: dict[str, Any]) -> None:
    found = [r for r in read(world, pages={FIRST_GROUP: "murmansk"}) if r["kind"] == "page"]
    assert [(r["page"], r["figures"], r["municipality"]) for r in found] == [
        (str(FIRST_GROUP), {"members": world["groups"][0]["members_count"]}, "murmansk")
    ]


# ---------------------------------------------------------------- counts and marks that contradict themselves


def lying(world: dict[str, Any], **lie: Any) -> Callable[[dict[str, str]], Any]:
    """The true answer with these fields in each page of a list."""

    def answered(form: dict[str, str]) -> Any:
        true = answer(world, form, TOKEN)
        return {**true, **lie} if isinstance(true, dict) and "has_more" in true else None

    return answered


@pytest.mark.parametrize("page_size", [3, 10])
def test_a_full_page_that_claims_to_be_the_last_is_not_believed(world: dict[str, Any], page_size: int) -> None:
    refs = {r["ref"] for r in read(world)}
    notes: list[str] = []
    found = read(world, fault=lying(world, has_more=False), notes=notes, page_size=page_size)
    assert {r["ref"] for r in found} == refs and not notes


def test_a_last_page_that_is_full_ends_by_a_repeated_anchor_page_or_refusal(world: dict[str, Any]) -> None:
    comment = {"id": "c1", "date_ms": END * 1_000, "author_id": "1", "text": "x"}
    further: list[Any] = [
        {"comments": [comment], "anchor": "7", "has_more": False},
        {"comments": [comment], "anchor": "8", "has_more": False},
        {"error_code": 100, "error_msg": "x"},
        {"has_more": False},
    ]
    for next_page in further:

        def fault(form: dict[str, str], next_page: Any = next_page) -> Any:
            if form["method"] != "discussions.getComments":
                return None
            return next_page if "anchor" in form else {"comments": [comment], "anchor": "7", "has_more": False}

        notes: list[str] = []
        found = read(world, fault=fault, notes=notes, page_size=1)
        assert any(r["kind"] == "comment" for r in found) and not any("Не прочитано" in note for note in notes)


def test_empty_pages_that_claim_to_go_on_come_to_an_end(world: dict[str, Any]) -> None:
    anchors = iter(range(10_000))

    def fault(form: dict[str, str]) -> Any:
        is_list = form["method"] == "discussions.getList"
        return {"anchor": f"a{next(anchors)}", "has_more": True} if is_list else None

    with pytest.raises(SourceError, match="страницы пусты"):
        read(world, fault=fault)


@pytest.mark.parametrize("claimed", [0, 10**6])
def test_a_discussion_that_claims_another_number_of_comments_is_reported(world: dict[str, Any], claimed: int) -> None:
    lied = {**world, "discussions": [{**d, "total_comments_count": claimed} for d in world["discussions"]]}
    refs = {r["ref"] for r in read(world)}
    notes: list[str] = []
    assert {r["ref"] for r in read(lied, notes=notes)} == refs
    assert len(notes) == 1 and f"заявлено {claimed}, отдано" in notes[0]


@pytest.mark.parametrize("code", [300, 777])
def test_a_discussion_that_is_not_given_stops_no_other(world: dict[str, Any], code: int) -> None:
    gone = next(number for number, found in world["comments"].items() if found)
    every = {r["ref"] for r in read(world)}
    notes: list[str] = []

    def fault(form: dict[str, str]) -> Any:
        return {"error_code": code, "error_msg": TOKEN} if form.get("discussionId") == gone else None

    refs = {r["ref"] for r in read(world, fault=fault, notes=notes)}
    assert refs == {ref for ref in every if not ref.startswith(f"topic-{gone}_c")}
    (note,) = notes
    assert gone in note and (f"({code})" in note or f"ошибка {code}" in note)


@pytest.mark.parametrize("field", ["object_id", "object_type"])
def test_half_of_a_character_that_would_be_asked_for_stops_no_other(world: dict[str, Any], field: str) -> None:
    odd = next(number for number, found in world["comments"].items() if found)
    every = {r["ref"] for r in read(world)}

    def fault(form: dict[str, str]) -> Any:
        if form["method"] != "discussions.getList":
            return None
        body = answer(world, form, TOKEN)
        found = [d | {field: "\ud83d"} if d["object_id"] == odd else d for d in body["discussions"]]
        return Reply(body=json.dumps(body | {"discussions": found}).encode())

    refs = {r["ref"] for r in read(world, fault=fault)}
    assert {ref for ref in every if not ref.startswith(f"topic-{odd}")} <= refs


def test_a_group_without_an_answer_is_reported(world: dict[str, Any]) -> None:
    notes: list[str] = []
    read({**world, "groups": world["groups"][1:]}, notes=notes)
    assert len(notes) == 1 and str(FIRST_GROUP) in notes[0]
