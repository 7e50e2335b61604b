"""Two places are one trouble, or one matter, only if something says so that knows both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from dbt_in_one_process import dbt_in_one_process
from dbt_lives import NOW
from dbt_matters import START, Ref, Stories, groups_of, incident, pos
from dbt_warehouse import accept, empty, transform

TROUBLE = "Который день во дворе не работает уличное освещение, вечером страшно ходить с детьми"
PETITION = (
    "Просим включить в план ремонта внутриквартальный проезд: после дождей стоит вода, скорая помощь объезжает двор "
    "кругом, люди идут по газону, а коммунальные службы второй год отвечают, что средств в бюджете не предусмотрено"
)
SAME_AUTHOR, OTHER_AUTHOR = "a1" * 32, "a2" * 32


@pytest.fixture(scope="module")
def groups(warehouse: Path) -> Iterator[tuple[list[set[Ref]], list[set[Ref]]]]:
    """Problems and matters of the messages below."""
    empty()
    told = Stories()
    first, second = f"{TROUBLE}. Улица Садовая, дом 5", f"{TROUBLE}. Улица Полевая, дом 17"
    for number, text in enumerate((first, first, TROUBLE, second, TROUBLE, second), 1):
        pos(told, f"П-{number}", START + timedelta(hours=number), text, f"{number:064x}")
    pos(told, "А-1", START + timedelta(days=40), "Яма на дороге у дома 3 по улице Лесной", SAME_AUTHOR)
    pos(told, "А-2", START + timedelta(days=41), "Разбит асфальт, улица Ленина, дом 60", SAME_AUTHOR)
    pos(told, "А-3", START + timedelta(days=42), "Снова пишу про яму: улица Лесная, дом 3", SAME_AUTHOR)
    for number, house in enumerate(("Ленина, дом 61", "Лесная, дом 4", "Лесная, дом 4"), 4):
        pos(told, f"А-{number}", START + timedelta(days=44 + number), f"Яма на дороге, улица {house}", OTHER_AUTHOR)
    for number, house in enumerate(("Вокзальная, дом 7", "Набережная, дом 9"), 1):
        at = START + timedelta(days=55, hours=number)
        pos(told, f"В-{number}", at, f"{PETITION}. Улица {house}", f"{90 + number:064x}")
    incident(told, "3902", START + timedelta(days=55, hours=5), PETITION)
    pos(told, "Б-1", START + timedelta(days=60), "Яма в переулке. Переулок Зелёный, дом 3", "b1" * 32)
    incident(told, "3901", START + timedelta(days=61), "В проезде по переулку Зелёному, дом 3, яма", "c1" * 32)
    for number, text in enumerate(("Разбита дорога, точка на карте", "Улица Полярные Зори, дом 3: асфальта нет"), 1):
        at = START + timedelta(days=50, hours=number)
        pos(told, f"Г-{number}", at, text, f"{80 + number:064x}", address={"lat": "68.95012", "lon": "33.08014"})
    pos(told, "Д-2", START + timedelta(days=25), "Прошу ответить по существу", parentId="Д-1")
    with dbt_in_one_process("+fct_problem_items +fct_feedback"):
        for slug, versions in told.records.items():
            accept(slug, versions)
        assert transform(NOW).is_full
        yield (
            [set(group) for group in groups_of("problem_key", "marts.fct_problem_items")],
            [set(group) for group in groups_of("matter_key", "intermediate.int_matters")],
        )


def test_a_message_without_an_address_follows_one_and_joins_no_two_houses(
    groups: tuple[list[set[Ref]], list[set[Ref]]],
) -> None:
    """It follows the one that is most alike: the fifth message is the third one, word by word."""
    problems, _ = groups
    of_houses = [{number for _, number in group} for group in problems if any(n.startswith("П") for _, n in group)]
    assert sorted(map(sorted, of_houses)) == [["П-1", "П-2", "П-3", "П-5"], ["П-4", "П-6"]]


def test_one_author_about_two_houses_has_two_matters(groups: tuple[list[set[Ref]], list[set[Ref]]]) -> None:
    """Whatever the order of the houses."""
    _, matters = groups
    of_authors = [{number for _, number in group} for group in matters if any(n.startswith("А") for _, n in group)]
    assert sorted(map(sorted, of_authors)) == [["А-1", "А-3"], ["А-5", "А-6"]]


def test_a_text_that_two_people_sent_is_taken_over_from_one(groups: tuple[list[set[Ref]], list[set[Ref]]]) -> None:
    """An operator writes it down without its author and house: one of the two messages, not both, is its matter."""
    _, matters = groups
    (taken,) = (group for group in matters if ("incident", "3902") in group)
    assert len(taken) == 2


def test_a_street_is_one_in_whatever_case_it_is_written(groups: tuple[list[set[Ref]], list[set[Ref]]]) -> None:
    problems, _ = groups
    assert {("pos", "Б-1"), ("incident", "3901")} in problems


def test_a_point_on_the_map_is_a_place(groups: tuple[list[set[Ref]], list[set[Ref]]]) -> None:
    """Who names the street joins who marked the point before him."""
    problems, _ = groups
    assert {("pos", "Г-1"), ("pos", "Г-2")} in problems


def test_what_a_source_calls_a_continuation_finds_its_first_item_when_that_comes_later(
    groups: tuple[list[set[Ref]], list[set[Ref]]],
) -> None:
    late = Stories()
    first = pos(late, "Д-1", START + timedelta(days=20), "Не горит фонарь у школы")
    accept("pos", late.records["pos"])
    assert not transform(NOW + timedelta(minutes=1)).is_full
    matters = [set(group) for group in groups_of("matter_key", "intermediate.int_matters")]
    assert {first, ("pos", "Д-2")} in matters
