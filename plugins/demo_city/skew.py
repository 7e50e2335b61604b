"""The uneven distribution of messages over topics, seasons, municipalities and recipients."""

from __future__ import annotations

from itertools import accumulate

from demo_city.reference import SOURCES, Reference

TOPIC_COUNTS = {
    "social.children": 2008, "social.aid": 1886, "roads.snow": 1269, "health.booking": 941, "health.refusal": 885,
    "tko.payment": 788, "roads.repair": 718, "health.doctors": 608, "zhkh.managing": 573, "zhkh.heating": 554,
    "tko.removal": 482, "zhkh.hot_water": 421, "zhkh.cold_water": 379, "improvement.snow_yard": 365,
    "roads.potholes": 331, "transport.timetable": 323, "energy.outage": 298, "zhkh.bills": 251,
    "improvement.lamps": 239, "improvement.territory": 236, "zhkh.leaks": 234, "zhkh.capital_repair": 224,
    "improvement.yard_pits": 223, "education.kindergarten": 211, "improvement.dogs": 206,
    "improvement.playground": 194, "tko.dumps": 190, "improvement.greenery": 185, "transport.route": 181,
    "roads.lighting": 179, "zhkh.water_quality": 155, "roads.crossings": 155, "zhkh.maintenance": 135,
    "tko.containers": 134, "education.process": 133, "zhkh.sewage": 132, "zhkh.icicles": 130, "roads.sidewalks": 130,
    "social.benefits_delay": 129, "social.emergency_housing": 125, "transport.stops": 118, "zhkh.burst": 116,
    "zhkh.entrance": 114, "zhkh.lift": 111, "health.medicine": 108, "roads.flooding": 106, "education.food": 101,
    "energy.gas_supply": 100, "energy.gasification": 94, "roads.signs": 94, "improvement.parks": 93,
    "transport.conditions": 93, "transport.drivers": 92, "ecology.air": 90, "social.accessibility": 89,
    "health.ambulance": 89, "social.housing_queue": 87, "improvement.hogweed": 87, "education.school_places": 87,
    "sport.grounds": 86, "culture.events": 84, "energy.voltage": 83, "trade.kiosks": 82, "property.land": 81,
    "property.municipal": 80, "education.heating": 76, "education.camps": 75, "economy.employment": 74,
    "economy.prices": 73, "culture.institutions": 73, "ecology.water": 73, "construction.social": 69,
    "architecture.look": 69, "sport.events": 67, "youth.policy": 64, "consumer.protection": 62,
    "consumer.sanitary": 62, "control.improvement": 61, "control.parking": 61, "sme.support": 60, "minors.rights": 59,
    "improvement.burial": 58,
}  # fmt: skip  # a table
"""Topic → incidents of it in a regional centre over a year."""
_COUNT_OF_OTHERS = 20
"""For a topic that was added to `topics.csv` later."""

MUNICIPALITY_SHARES = {
    "murmansk": 0.40,
    "lomonosovsky": 0.14,
    "gubkinsky": 0.20,
    "giaginsky": 0.07,
    "novoshakhtinsk": 0.19,
}

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
}  # fmt: skip  # a table
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
}  # fmt: skip  # a table
_RECIPIENT = {
    "zhkh.heating": "heat",
    "zhkh.hot_water": "heat",
    "zhkh.cold_water": "water",
    "zhkh.water_quality": "water",
    "zhkh.sewage": "water",
    "zhkh.burst": "water",
    "zhkh.bills": "zhkh",
    "zhkh.capital_repair": "zhkh",
}


def recipient_key(topic: str, theme: str) -> str | None:
    """Which unit answers a topic; None: the managing organisation of the house."""
    return _RECIPIENT.get(topic) or _DEFAULT_RECIPIENT.get(theme)


def topic_tables(ref: Reference) -> dict[tuple[str, int], list[float]]:
    """(source, month) → cumulative shares of the topics, for bisect."""
    tables = {}
    for source in SOURCES:
        for month in range(1, 13):
            weights = [
                TOPIC_COUNTS.get(code, _COUNT_OF_OTHERS)
                * _BY_SOURCE[source].get(theme, 1)
                * SEASONS.get(code, (1,) * 12)[month - 1]
                for code, theme in zip(ref.topic_codes, ref.topic_themes, strict=True)
            ]
            total = sum(weights)
            tables[source, month] = [w / total for w in accumulate(weights)]
    return tables
