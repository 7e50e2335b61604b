"""The author's pseudonym and the removal of personal fields."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from mcu.privacy.identity import normal_identity
from mcu.privacy.masking import mask
from mcu.privacy.pseudonyms import Privacy
from tests.landing.conftest import rest_spec


@pytest.mark.parametrize(
    "spellings",
    [
        ["+7 (946) 123-45-67", "89461234567", "8 946 123 45 67", "9461234567", "7-946-123-45-67", 79461234567],
        ["Petrov@Example.com", " petrov@example.com "],
        ["https://vk.com/ID1", "vk.com/id1/", "http://m.vk.com/id1", "www.vk.com/id1"],
        ["durov_1", "Durov_1"],
        ["Ветроходов Пётр  Ильич", "ветроходов петр ильич", "ВЕТРОХОДОВ ПЕТР ИЛЬИЧ "],
    ],
)
def test_one_person_one_spelling(spellings: list[Any]) -> None:
    assert len({normal_identity(s) for s in spellings}) == 1
    assert normal_identity(spellings[0])


def test_different_people_differ() -> None:
    people = [
        "+7 946 123-45-67",
        "+7 946 123-45-68",
        "a@example.com",
        "vk.com/id1",
        "ok.ru/id1",
        "Пётр Ильич",
        "Анна",
        "+1 946 123-45-67",
    ]
    assert len({normal_identity(p) for p in people}) == len(people)


NOBODY = [
    "",
    "   ",
    "-",
    "—",
    "...",
    "Аноним",
    "аноним.",
    "АНОНИМНО",
    "Не указано",
    "не  указан",
    "нет",
    "Нет данных",
    "н/д",
    "None",
    "0000000000",
    "+7 (000) 000-00-00",
    "8 999 999-99-99",
    "+79999999999",
    "11111",
    0,
    "https://vk.com/",
    "5",
]


@pytest.mark.parametrize("nothing", NOBODY)
def test_nobody(nothing: str) -> None:
    assert normal_identity(nothing) == ""


def test_a_name_is_an_identity_only_with_an_address() -> None:
    p = privacy(identity=["author.phone", "author.name"], address=["address.text", "address.flat"], drop=["author"])
    name = {"name": "Ветроходов Пётр Ильич"}

    def key(author: dict[str, str], address: dict[str, str] | None = None) -> Any:
        item: dict[str, Any] = {"author": dict(author), "address": address}
        p.apply(item)
        return item["author_key"]

    home = {"text": "ул. Садовая, д. 5", "flat": "17"}
    assert key(name) is None
    assert key(name, {"text": " "}) is None
    assert key(name, home) == key({"name": "ВЕТРОХОДОВ ПЕТР ИЛЬИЧ"}, {"text": "Ул Садовая д.5", "flat": "17"})
    assert key(name, home) != key(name, {**home, "flat": "18"})
    assert key({**name, "phone": "+7 946 123-45-67"}, home) == key({"phone": "89461234567"})
    assert key({"name": "Аноним"}, home) is None


def test_text_in_any_other_field_is_masked() -> None:
    p = privacy(text=["text"], verbatim=["code", "steps.at"])
    name, number = "Ветроходов П.И.", "8 946 123-45-67"
    item: dict[str, Any] = {
        "id": number,
        "code": number,
        "text": name,
        "executor": name,
        "topic": "Снег",
        "address": {"district": f"звонить {number}", "flat": 5},
        "tags": [name, 5],
        "steps": [{"at": number, "comment": f"ответил {name}"}, {"at": None, "who": [{"name": name}]}],
    }
    p.apply(item)
    assert item == {
        "id": number,
        "code": number,
        "text": "[ФИО]",
        "executor": "[ФИО]",
        "topic": "Снег",
        "address": {"district": "звонить [ТЕЛЕФОН]", "flat": 5},
        "tags": ["[ФИО]", 5],
        "steps": [{"at": number, "comment": "ответил [ФИО]"}, {"at": None, "who": [{"name": "[ФИО]"}]}],
    }
    assert p.take_actions()["steps", "masked [ФИО]"] == 2


def test_the_words_of_our_references_land_verbatim() -> None:
    """A masked topic or recipient would be an orphan."""
    seeds = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
    for path in seeds.glob("*_map.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                (ref,) = (value for name, value in row.items() if name.endswith("_ref"))
                assert mask(ref) == ref


def privacy(**personal: Any) -> Privacy:
    return Privacy(rest_spec(record={"id": "id"}, personal=personal))


@pytest.fixture(autouse=True)
def _installation(installation: Path) -> None:
    """The pepper belongs to the installation of the tests."""


def test_the_first_filled_field_makes_the_key() -> None:
    p = privacy(identity=["author.phone", "author.mail"], drop=["author"])
    first = {"author": {"phone": None, "mail": "a@example.com"}}
    second = {"author": {"phone": " ", "mail": "A@example.com", "name": "x"}, "id": 1}
    p.apply(first)
    p.apply(second)
    assert first == {"author_key": second["author_key"]} and len(second["author_key"]) == 64
    assert second == {"id": 1, "author_key": second["author_key"]}


def test_nobody_has_no_key() -> None:
    p = privacy(identity=["author.phone"])
    items: list[dict[str, Any]] = [
        {},
        {"author": None},
        {"author": {}},
        {"author": {"phone": ""}},
        {"author": {"phone": ["x"]}},
    ]
    for item in items:
        p.apply(item)
        assert item["author_key"] is None


def test_the_pepper_decides_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = set()
    for pepper in ("one", "two"):
        monkeypatch.setenv("MCU_SECRET_PEPPER", pepper)
        item: dict[str, Any] = {"author": "89461234567"}
        privacy(identity=["author"]).apply(item)
        keys.add(item["author_key"])
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"author": {"name": "x", "city": "y"}}, {"author": {"city": "y"}}),
        ({"author": "Ветроходов"}, {}),  # not the declared object: it may hold anything
        ({"author": [{"name": "x"}, {"name": "y", "city": "z"}]}, {"author": [{}, {"city": "z"}]}),
        ({"author": 5}, {}),
        ({"other": 1}, {"other": 1}),
    ],
)
def test_removal_by_path(given: dict[str, Any], left: dict[str, Any]) -> None:
    privacy(drop=["author.name"]).apply(given)
    assert given == left


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"reply": {"text": "звоните 89460000000"}}, {"reply": {"text": "звоните [ТЕЛЕФОН]"}}),
        ({"reply": [{"text": "89460000000"}, {"text": None}]}, {"reply": [{"text": "[ТЕЛЕФОН]"}, {"text": None}]}),
        ({"reply": "89460000000"}, {"reply": "[ТЕЛЕФОН]"}),
        (
            {"reply": {"text": ["89460000000", {"a@example.com": 1}]}},
            {"reply": {"text": ["[ТЕЛЕФОН]", {"[ПОЧТА]": 1}]}},
        ),
        ({"reply": {"text": 89460000000}}, {"reply": {"text": "[ТЕЛЕФОН]"}}),
        ({"reply": {"text": 5, "at": "x"}}, {"reply": {"text": 5, "at": "x"}}),
    ],
)
def test_free_text_of_any_shape(given: dict[str, Any], left: dict[str, Any]) -> None:
    privacy(text=["reply.text"]).apply(given)
    assert given == left


def test_actions_are_counted_without_data() -> None:
    p = privacy(identity=["author"], drop=["flat"], text=["text"])
    for n in range(3):
        p.apply({"author": f"+7946123000{n}", "flat": None if n else "5", "text": "a@example.com b@example.com"})
    assert p.take_actions() == {
        ("author", "pseudonym"): 3,
        ("author", "removed"): 3,
        ("flat", "removed"): 1,
        ("text", "masked [ПОЧТА]"): 6,
    }
    assert not p.take_actions()
