"""An answer by a template: blanks filled in, words of the office around it; and what is none."""

from __future__ import annotations

import pytest

from mcu.texts.templates import step

PLAN = "Работы по вашему вопросу включены в план и будут завершены до {дата}. Контроль поручен {подразделение}."
SNOW = "Участок {адрес} убран {дата}, обработан противогололёдным материалом. Работу принял {подразделение}."


def used(reply: str) -> list[str]:
    return [code for _, code, _ in step(iter([("key", reply, ["plan", "snow"], [PLAN, SNOW])]))]


LONG = " ".join(f"Также сообщаем о работах по адресу номер {n}, срок уточняется." for n in range(9))


@pytest.mark.parametrize(
    ("reply", "codes"),
    [
        (PLAN.format(дата="01.12.2026", подразделение="отделу дорог"), ["plan"]),
        (PLAN.format(дата="5 мая!", подразделение="ЖКХ").upper(), ["plan"]),
        ("Добрый день. " + SNOW.format(адрес="Садовая, 5", дата="03.02.2026", подразделение="отдел"), ["snow"]),
        ("Работы включены в план.", []),
        ("Ваше обращение рассмотрено. Меры приняты.", []),
        (f"{PLAN} {LONG}", []),
        ("", []),
    ],
)
def test_an_answer_is_by_the_nearest_template_or_by_none(reply: str, codes: list[str]) -> None:
    assert used(reply) == codes
