"""Whether two texts are near each other, and whether they are about one place."""

from __future__ import annotations

from uuid import uuid4

import pytest

from mcu.texts.nearness import nearness, step
from mcu.texts.places import find_spot, names_place
from mcu.texts.signatures import BANDS, buckets
from mcu.texts.words import plain_words

PIT = "Дорога на улице Садовой, дом 5 вся разбита, машины объезжают ямы по газону второй месяц"
LETTER = (
    "На улице Урицкого вторую неделю не горят фонари, вечером люди идут на ощупь.",
    "Такая же темнота на улице Просторной, просим проверить освещение и сообщить о сроках.",
)


@pytest.mark.parametrize(
    ("text", "street", "house"),
    [
        ("яма на ул. Садовая, д. 5", "садов", "5"),
        ("около дома 7/2 по улице Садовой", "садов", "7/2"),
        ("Прошу отремонтировать проезд на улице Садовой, 72, асфальта нет", "садов", "72"),
        ("проезд Лесной, 4 не чищен", "лесн", "4"),
    ],
)
def test_the_place_that_a_text_names(text: str, street: str, house: str) -> None:
    spot = find_spot(text)
    assert spot and (spot.street, spot.house) == (street, house)


@pytest.mark.parametrize(
    ("text", "street", "house", "expected"),
    [
        ("темно на Просторной, 4", "просторн", "4", True),
        ("темно на Просторной, 14", "просторн", "4", False),
        ("темно на Просторной, 4", "просторн", "4а", False),
        ("дом 4 А по Просторной", "просторн", "4а", True),
        ("улица Красноармйская", "красноармейск", None, True),
        ("улица Лесная", "полев", None, False),
        ("дом 5/12, корпус", "д", "5/12", True),
        ("снова темно", "д", None, False),
    ],
)
def test_a_place_is_found_wherever_it_stands(text: str, street: str, house: str | None, expected: bool) -> None:
    assert names_place(text, street, house) is expected


def test_a_like_text_about_another_house_or_street_has_no_score() -> None:
    twins = [(PIT.replace("дом 5", "дом 9"), ("садов", "9")), (PIT.replace("Садовой", "Лесной"), ("лесн", "5"))]
    for other, place in twins:
        assert nearness([PIT], [other])[0] > 90
        assert not list(step(iter([(uuid4(), uuid4(), PIT, other, ("садов", "5"), place)])))


def test_a_letter_of_two_addresses_told_in_another_order_is_the_same() -> None:
    one, other = " ".join(LETTER), " ".join(LETTER[::-1])
    ((*_, score),) = step(iter([(uuid4(), uuid4(), one, other, ("урицк", None), ("просторн", None))]))
    assert score > 95
    shared = set(buckets([plain_words(one)])[0]) & set(buckets([plain_words(other)])[0])
    assert len(shared) > BANDS // 2


def test_words_that_only_one_text_has_are_forgiven_if_neither_is_much_longer() -> None:
    told = "Лифт в подъезде стоит третью неделю, пожилые люди не могут выйти из дома, диспетчер трубку не берёт"
    again = "Очень просим: диспетчер трубку не берёт, лифт в подъезде стоит третью неделю, выйти пожилые люди не могут"
    longer = f"{told} и ещё много о другом: {PIT}"
    near, far = nearness([told, "лифт в подъезде стоит третью неделю"], [again, longer])
    assert near >= 80 > far
