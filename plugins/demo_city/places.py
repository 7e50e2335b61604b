"""Districts, streets and coordinates of the five municipalities: real geography, invented houses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Town:
    name: str
    latitude: float
    longitude: float
    districts: tuple[str, ...]


TOWNS = {
    "murmansk": Town("г. Мурманск", 68.97, 33.08, ("Ленинский округ", "Октябрьский округ", "Первомайский округ")),
    "lomonosovsky": Town(
        "Ломоносовский район",
        59.86,
        29.85,
        ("Аннинское поселение", "Виллозское поселение", "Горбунковское поселение", "Низинское поселение"),
    ),
    "gubkinsky": Town(
        "г. Губкин",
        51.28,
        37.54,
        ("Центральная территория", "Троицкая территория", "Боброводворская территория", "Скороднянская территория"),
    ),
    "giaginsky": Town(
        "Гиагинский район", 44.86, 40.06, ("станица Гиагинская", "станица Дондуковская", "посёлок Гончарка")
    ),
    "novoshakhtinsk": Town(
        "г. Новошахтинск", 47.76, 39.93, ("Центр", "посёлок Самбек", "посёлок Соколово-Кундрюченский")
    ),
}


@dataclass(frozen=True, slots=True)
class Street:
    """A street as an address names it, and in the cases that sentences need."""

    short: str
    """«ул. Садовая», «пр-т Мира»."""
    where: str
    """«на улице Садовой», «на проспекте Мира»."""
    along: str
    """«по улице Садовой», «по проспекту Мира»."""
    of: str
    """«улицы Садовой», «проспекта Мира»."""


def _street(name: str, declined: str = "") -> Street:
    """`declined`: an adjective after a preposition and in the genitive; a name in the genitive never changes."""
    after = declined or name
    return Street(f"ул. {name}", f"на улице {after}", f"по улице {after}", f"улицы {after}")


STREETS = (
    _street("Центральная", "Центральной"), _street("Школьная", "Школьной"), _street("Ленина"),
    Street("пр-т Мира", "на проспекте Мира", "по проспекту Мира", "проспекта Мира"),
    _street("Садовая", "Садовой"), _street("Строителей"), _street("Молодёжная", "Молодёжной"), _street("Гагарина"),
    Street("пер. Зелёный", "в переулке Зелёном", "по переулку Зелёному", "переулка Зелёного"),
    _street("Лесная", "Лесной"), _street("Набережная", "Набережной"), _street("Полевая", "Полевой"),
    Street("б-р Победы", "на бульваре Победы", "по бульвару Победы", "бульвара Победы"),
    _street("8 Марта"), _street("Вокзальная", "Вокзальной"),
    Street("пер. Северный", "в переулке Северном", "по переулку Северному", "переулка Северного"),
)  # fmt: skip  # a table
