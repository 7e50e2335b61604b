"""Every noun of the documents in every form, and every name of a recipient in every case, against forms that were
written down by hand and not taken from the program."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pytest

from ground import ROOT, add_evidence
from mcu.publications.note.words import NOUNS, noun

FORMS = {
    "обращение": "обращение обращения обращений",
    "по обращению": "обращению обращениям обращениям",
    "мероприятие": "мероприятие мероприятия мероприятий",
    "исполнение": "мероприятия мероприятий мероприятий",
    "день": "день дня дней",
    "неделя": "неделю недели недель",
    "голос": "голос голоса голосов",
    "оценка": "оценку оценки оценок",
    "по показателю": "показателю показателям показателям",
    "заявитель": "заявитель заявителя заявителей",
    "место": "место места мест",
    "ответ": "ответ ответа ответов",
    "отписка": "отписка отписки отписок",
    "по просроченному": "просроченному_мероприятию просроченным_мероприятиям просроченным_мероприятиям",
    "рабочий день": "рабочий_день рабочих_дня рабочих_дней",
    "загрузка": "загрузка_удержана загрузки_удержаны загрузок_удержано",
    "источник": "источник_не_отвечает источника_не_отвечают источников_не_отвечают",
    "конфликтная ситуация": "конфликтная_ситуация конфликтные_ситуации конфликтных_ситуаций",
    "ошибка": "ошибка_коммуникации ошибки_коммуникации ошибок_коммуникации",
}
"""Noun → its forms after 1, 2 and 5, as a Russian writes them; a blank within a form is «_»."""

HEADS = {
    "Администрация": ("Администрации", "Администрации", "Администрацией"),
    "Управление": ("Управления", "Управлению", "Управлением"),
    "Сектор": ("Сектора", "Сектору", "Сектором"),
    "Отдел": ("Отдела", "Отделу", "Отделом"),
    "Комитет": ("Комитета", "Комитету", "Комитетом"),
    "Управляющая организация": ("Управляющей организации", "Управляющей организации", "Управляющей организацией"),
    "Профильный орган": ("Профильного органа", "Профильному органу", "Профильным органом"),
    "МКУ": ("МКУ", "МКУ", "МКУ"),
    "МУП": ("МУП", "МУП", "МУП"),
}
"""The head of a name → genitive, dative, instrumental; what follows the head stays as it is."""

NUMBERS = [*range(0, 250), *range(970, 1015), 1_000_000, 1_000_001, 1_000_002, 1_000_011, 111_112]


def form(number: int) -> int:
    """Which form a number takes: 11–14 take the last one whatever they end in."""
    if 11 <= number % 100 <= 14:
        return 2
    return 0 if number % 10 == 1 else 1 if 2 <= number % 10 <= 4 else 2


def test_300_numbers_take_the_right_form_of_every_noun() -> None:
    assert len(NUMBERS) == 300 and FORMS.keys() == NOUNS.keys(), "a new noun is written down here too"
    for name, forms in FORMS.items():
        expected = [one.replace("_", " ") for one in forms.split()]
        for number in NUMBERS:
            assert noun(name, number) == expected[form(number)], (name, number)
        shown = ", ".join(f"{number} {noun(name, number)}" for number in (1, 2, 5, 11, 21, 104, 112))
        add_evidence("Nouns after numbers", f"{name}: {shown}")
    assert noun("день", 1.5) == "дня", "after a fraction"


def test_every_recipient_is_in_each_case_as_it_is_written_by_hand() -> None:
    seed = (ROOT / "dbt_project" / "seeds" / "recipient_cases.csv").read_text(encoding="utf-8")
    rows, heads = list(csv.DictReader(io.StringIO(seed))), Counter[str]()
    for row in rows:
        head = next(head for head in sorted(HEADS, key=len, reverse=True) if row["title"].startswith(f"{head} "))
        rest = row["title"].removeprefix(head)
        assert (row["genitive"], row["dative"], row["instrumental"]) == tuple(f"{one}{rest}" for one in HEADS[head])
        heads[head] += 1
    assert heads.keys() == HEADS.keys() and heads.total() == len(rows) > 50
    for head, count in heads.most_common():
        add_evidence("Names of recipients in cases", f"{count:>3} {head}: {', '.join(HEADS[head])}")


@pytest.mark.parametrize("wrong", ["Управления", "управлению", "Управление"])
def test_a_naive_inflection_would_be_seen(wrong: str) -> None:
    assert wrong != HEADS["Управление"][1]
