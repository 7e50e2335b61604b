"""Streets are named as Russian does: «ул. Ленина» and «на улице Садовой», never «на улице Садовая»."""

from __future__ import annotations

import re

import pymorphy3
import pytest

from demo_city.generate import City
from demo_city.places import STREETS, Street

CASES = {"where": "loct", "along": "datv", "of": "gent"}


@pytest.mark.parametrize("street", STREETS, ids=lambda street: street.short)
def test_each_word_of_a_street_stands_in_its_case(street: Street) -> None:
    morph = pymorphy3.MorphAnalyzer()
    for form, case in CASES.items():
        kind, *name = re.sub(r"^(на|в|по) ", "", getattr(street, form)).split()
        assert any(case in parse.tag for parse in morph.parse(kind)), (form, kind)
        gender = morph.parse(kind)[0].tag.gender
        for word in name:
            parses = morph.parse(word.lower())
            # an adjective agrees with its noun; a name in the genitive or a number does not change
            agrees = any({"ADJF", case, gender} <= parse.tag.grammemes for parse in parses)
            assert agrees or "ADJF" not in parses[0].tag, (form, word)


def test_texts_name_streets_in_the_case_of_their_preposition() -> None:
    texts = " ".join(item.text.replace("&nbsp;", " ") for item in City(59, 1_500))
    assert sum(texts.count(street.where) for street in STREETS) > 300
    assert not re.search(r"(на|по) улице \w+ая\b", texts)
