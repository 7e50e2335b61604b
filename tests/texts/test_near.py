"""Whether two texts are near each other, and whether they are about one place."""

from __future__ import annotations

import pytest

from mcu.texts.nearness import nearness, step, text_of
from mcu.texts.places import find_spot, names_place
from mcu.texts.signatures import BANDS, signatures
from mcu.texts.words import plain_words
from mcu.warehouse.dbt import project_variable

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


def _found(*texts: tuple[str, str | None, str | None], is_elsewhere: bool) -> list[tuple]:
    """What the step says of the last of these (text, street, house), a second apart, beside the one before it."""
    rows = []
    for second, (text, street, house) in enumerate(texts):
        others = [str(second - 1)] if second else None
        partners = (None, others) if is_elsewhere else (others, None)
        rows.append((str(second), float(second), 0.0, text, street, house, *partners))
    return [row for row in step(iter(rows)) if row[0] == str(len(texts) - 1)]


def test_a_like_text_about_another_house_or_street_has_no_score() -> None:
    twins = [(PIT.replace("дом 5", "дом 9"), "садов", "9"), (PIT.replace("Садовой", "Лесной"), "лесн", "5")]
    for other in twins:
        assert nearness([text_of(PIT)], [text_of(other[0])])[0] > 90
        assert not _found((PIT, "садов", "5"), other, is_elsewhere=True)
        assert _found((PIT, "садов", "5"), other, is_elsewhere=False)


def test_a_letter_of_two_addresses_told_in_another_order_is_the_same() -> None:
    one, other = " ".join(LETTER), " ".join(LETTER[::-1])
    ((*_, score),) = _found((one, "урицк", None), (other, "просторн", None), is_elsewhere=True)
    assert score > 95
    buckets, sketches = signatures([plain_words(one), plain_words(other)])
    assert (buckets[0] == buckets[1]).sum() > BANDS // 2
    assert (sketches[0] != sketches[1]).sum() <= project_variable("problems")["sketch_bits"]


def test_sketches_tell_a_text_told_again_from_another_one() -> None:
    again = f"Добрый день. {PIT.replace('машины', 'машнны')}, просим принять меры"
    _, sketches = signatures([plain_words(text) for text in (PIT, again, *LETTER)])
    differ = [(sketches[0] != sketch).sum() for sketch in sketches[1:]]
    assert differ[0] <= project_variable("problems")["sketch_bits"] < min(differ[1:])


def test_a_text_is_held_as_long_as_a_later_one_may_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcu.texts.nearness.FORGET_EVERY", 1)
    row = (0.0, PIT, None, None, None)
    first, last = ("first", 0.0, *row, None), ("last", 60.0, 0.0, PIT, None, None, ["first"], None)
    assert [row[:2] for row in step(iter([first, last]))] == [("last", "first")]
    between = ("between", 61.0, 1.0, PIT, None, None, None, None)
    with pytest.raises(KeyError):  # asked for although it lies too far back
        list(step(iter([first, between, last])))


def test_words_that_only_one_text_has_are_forgiven_if_neither_is_much_longer() -> None:
    told = "Лифт в подъезде стоит третью неделю, пожилые люди не могут выйти из дома, диспетчер трубку не берёт"
    again = "Очень просим: диспетчер трубку не берёт, лифт в подъезде стоит третью неделю, выйти пожилые люди не могут"
    longer = f"{told} и ещё много о другом: {PIT}"
    (near,) = nearness([text_of(told)], [text_of(again)])
    (far,) = nearness([text_of("лифт в подъезде стоит третью неделю")], [text_of(longer)])
    assert near >= 80 > far
