"""What people type into registers must not identify anybody: each register refuses it before it asks the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from mcu.errors import UserError
from mcu.publications import approval
from mcu.publications.papers import requests
from mcu.registers import recommendations, words
from mcu.slices.saved import Saved, save

DAY = date(2026, 10, 1)
NAMED, CALLED, FLAT = "Петров Иван Сергеевич", "звонить +7 921 123-45-67", "улица Ленина, д. 5, кв. 12"

TYPED: dict[str, Callable[[], object]] = {
    "request, who": lambda: requests.add("murmansk", NAMED, "Справка", DAY, DAY),
    "request, what": lambda: requests.add("murmansk", "ЦУР", f"Справка: {CALLED}", DAY, DAY),
    "answer": lambda: requests.answer(1, DAY, f"Отвечено, {FLAT}"),
    "link": lambda: words.link("R-1", "R-2", "copy", words.Word(reason=NAMED)),
    "unlink": lambda: words.unlink("R-1", "R-2", words.Word(reason=CALLED)),
    "name": lambda: words.name("R-1", f"Протечка: {FLAT}", words.Word()),
    "merge": lambda: words.merge("R-1", "R-2", words.Word(reason=NAMED)),
    "recommendation": lambda: recommendations.add("murmansk", NAMED, "Опыт", unit="МЦУ", on=DAY),
    "decision": lambda: recommendations.decide("REC-1", "declined", unit="МЦУ", on=DAY, reason=CALLED),
    "recall": lambda: approval.recall(1, "Руководитель МЦУ", f"жалоба: {NAMED}"),
    "slice": lambda: save(Saved("own", NAMED, "received", "block", [], None, 5, "")),
}


@pytest.mark.parametrize("register", TYPED)
def test_a_person_is_refused_wherever_people_type(register: str) -> None:
    with pytest.raises(UserError, match="личные данные в реестрах не хранятся"):
        TYPED[register]()
