"""Nouns after numbers, and recipients' names in the cases that the documents use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from mcu.russian import agreed

Case = Literal["genitive", "dative", "instrumental"]

NOUNS: dict[str, tuple[str, str, str]] = {
    "обращение": ("обращение", "обращения", "обращений"),
    "по обращению": ("обращению", "обращениям", "обращениям"),
    "мероприятие": ("мероприятие", "мероприятия", "мероприятий"),
    "по просроченному": ("просроченному мероприятию", "просроченным мероприятиям", "просроченным мероприятиям"),
    "исполнение": ("мероприятия", "мероприятий", "мероприятий"),
    "день": ("день", "дня", "дней"),
    "неделя": ("неделю", "недели", "недель"),
    "рабочий день": ("рабочий день", "рабочих дня", "рабочих дней"),
    "заявитель": ("заявитель", "заявителя", "заявителей"),
    "по показателю": ("показателю", "показателям", "показателям"),
    "место": ("место", "места", "мест"),
    "ответ": ("ответ", "ответа", "ответов"),
    "конфликтная ситуация": ("конфликтная ситуация", "конфликтные ситуации", "конфликтных ситуаций"),
    "ошибка": ("ошибка коммуникации", "ошибки коммуникации", "ошибок коммуникации"),
    "отписка": ("отписка", "отписки", "отписок"),
    "голос": ("голос", "голоса", "голосов"),
    "оценка": ("оценку", "оценки", "оценок"),
    "загрузка": ("загрузка удержана", "загрузки удержаны", "загрузок удержано"),
    "источник": ("источник не отвечает", "источника не отвечают", "источников не отвечают"),
}
"""After 1, 2 and 5."""


def noun(name: str, number: float) -> str:
    """The form of a noun of NOUNS after a number."""
    return agreed(number, *NOUNS[name])


class Names:
    """Names of recipients in cases, from the reviewed seed `recipient_cases`."""

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        self._cases = {row["title"]: row for row in rows}

    def inflected(self, title: str, case: Case) -> str | None:
        """The name in a case; None if nobody has reviewed it: the sentence must then do without."""
        row = self._cases.get(title)
        return row[case] if row else None

    def of(self, title: str) -> str:
        """«у Управления образования», or «у исполнителя «…»»."""
        return self.inflected(title, "genitive") or f"исполнителя «{title}»"

    def to(self, title: str) -> str:
        """«Управлению образования», or «Исполнителю «…»»."""
        return self.inflected(title, "dative") or f"Исполнителю «{title}»"
