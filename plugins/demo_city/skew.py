"""The uneven distribution of messages over topics, seasons, municipalities and recipients."""

from __future__ import annotations

from itertools import accumulate

from demo_city.reference import SOURCES, Reference

TOPIC_COUNTS = (
    2008, 1886, 1269, 941, 885, 788, 718, 608, 573, 554, 482, 421, 379, 365, 331, 323, 298, 251, 239, 236, 234, 224,
    223, 211, 206, 194, 190, 185, 181, 179, 155, 155, 135, 134, 133, 132, 130, 130, 129, 125, 118, 116, 114, 111, 108,
    106, 101, 100, 94, 94, 93, 93, 92, 90, 89, 89, 87, 87, 87, 86, 84, 83, 82, 81, 80, 76, 75, 74, 73, 73, 73, 69, 69,
    67, 64, 62, 62, 61, 61, 60, 59, 58,
)  # fmt: skip
"""Incidents by rank of their topic in a regional centre over a year; `topics.csv` stands in this order."""

MUNICIPALITY_SHARES = {
    "murmansk": 0.40, "lomonosovsky": 0.14, "gubkinsky": 0.20, "giaginsky": 0.07, "novoshakhtinsk": 0.19,
}  # fmt: skip

_WINTER = (3.2, 2.8, 1.8, 0.2, 0.05, 0.02, 0.02, 0.02, 0.05, 0.3, 1.4, 2.6)
_SUMMER = (0.05, 0.05, 0.1, 0.6, 1.8, 2.6, 2.6, 2.2, 1.2, 0.3, 0.05, 0.05)
_THAW = (0.7, 0.9, 2.2, 2.6, 1.4, 0.7, 0.8, 0.7, 0.7, 0.9, 0.7, 0.6)
_HEATING = (1.9, 1.7, 1.3, 0.7, 0.2, 0.05, 0.05, 0.1, 1.2, 2.6, 1.8, 1.8)
_NO_HOT_WATER = (0.5, 0.5, 0.6, 0.9, 2.0, 2.2, 2.2, 1.8, 1.2, 0.7, 0.5, 0.5)
_DARK = (1.6, 1.3, 0.9, 0.6, 0.4, 0.3, 0.3, 0.6, 1.0, 1.5, 1.8, 1.8)
_ENROLMENT = (0.6, 0.7, 1.0, 1.8, 1.9, 1.6, 1.2, 1.4, 0.9, 0.5, 0.5, 0.4)
SEASONS: dict[str, tuple[float, ...]] = {
    "roads.snow": _WINTER, "improvement.snow_yard": _WINTER, "zhkh.icicles": _WINTER,
    "improvement.greenery": _SUMMER, "improvement.hogweed": _SUMMER, "improvement.parks": _SUMMER,
    "education.camps": _SUMMER, "trade.kiosks": _SUMMER, "improvement.playground": _SUMMER,
    "roads.potholes": _THAW, "roads.flooding": _THAW, "zhkh.leaks": _THAW, "improvement.yard_pits": _THAW,
    "zhkh.heating": _HEATING, "education.heating": _HEATING, "zhkh.hot_water": _NO_HOT_WATER,
    "roads.lighting": _DARK, "improvement.lamps": _DARK,
    "education.kindergarten": _ENROLMENT, "education.school_places": _ENROLMENT,
}  # fmt: skip
"""Topic → weight of each month, January first."""

_BY_SOURCE = {
    "pos": {"social": 0.8, "health": 0.9},
    "incident": {"social": 0.5, "property": 0.3, "zhkh": 1.4, "roads": 1.4, "improvement": 1.5, "transport": 1.5},
    "registry": {"social": 1.4, "property": 6.0, "zhkh": 1.2, "improvement": 0.7, "health": 0.5, "construction": 2.0},
}

_DEFAULT_RECIPIENT = {
    "improvement": "improvement", "tko": "tko", "energy": "zhkh", "education": "education", "health": "health",
    "roads": "roads", "transport": "transport", "social": "social", "ecology": "tko", "culture": "culture",
    "sport": "culture", "youth": "culture", "minors": "social", "construction": "property", "architecture": "property",
    "property": "property", "economy": "economy", "trade": "economy", "sme": "economy", "consumer": "economy",
    "control": "control",
}  # fmt: skip
_RECIPIENT = {
    "zhkh.heating": "heat", "zhkh.hot_water": "heat", "zhkh.cold_water": "water", "zhkh.water_quality": "water",
    "zhkh.sewage": "water", "zhkh.burst": "water", "zhkh.bills": "zhkh", "zhkh.capital_repair": "zhkh",
}  # fmt: skip


def recipient_key(topic: str, theme: str) -> str | None:
    """Which unit answers a topic; None: the managing organisation of the house."""
    return _RECIPIENT.get(topic) or _DEFAULT_RECIPIENT.get(theme)


def topic_tables(ref: Reference) -> dict[tuple[str, int], list[float]]:
    """(source, month) → cumulative shares of the topics, for bisect."""
    tables = {}
    for source in SOURCES:
        for month in range(1, 13):
            weights = [
                count * _BY_SOURCE[source].get(theme, 1) * SEASONS.get(code, (1,) * 12)[month - 1]
                for code, theme, count in zip(ref.topic_codes, ref.topic_themes, TOPIC_COUNTS, strict=True)
            ]
            total = sum(weights)
            tables[source, month] = [w / total for w in accumulate(weights)]
    return tables
