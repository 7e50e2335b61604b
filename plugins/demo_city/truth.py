"""What is planted in the city, and where.

Plants recur at fixed residues of an item's index, so a city of any size carries them in the same shares and the
generator needs no memory of them. `truth_files` writes down what was planted.
"""

from __future__ import annotations

from typing import Any

from demo_city.clock import END, at

Story = dict[str, Any]

SURGE: Story = {
    "municipality_code": "murmansk",
    "district": "Первомайский округ",
    "topic_code": "zhkh.heating",
    "from": at(2026, 10, 5),
    "to": at(2026, 10, 19),
    "share": 0.35,
    "strength": 1.5,
}
"""One district without heating for two weeks."""

SURGE_PROBLEM = "П-Ж0001"
"""The surge's number in the regional centre's list of problems."""

_OF_SURGE = {name: SURGE[name] for name in ("municipality_code", "topic_code", "district")}
MEASURES: list[Story] = [
    _OF_SURGE
    | {"title": "Восстановить подачу тепла", "done": at(2026, 10, 7), "verdict": "goes_on", "problem": SURGE_PROBLEM},
    _OF_SURGE | {"title": "Заменить участок теплотрассы", "done": at(2026, 10, 20), "verdict": "confirmed"},
]
"""Measures on the surge: one is marked done while it goes on (on paper only), one ends it. `verdict`: what must be
found."""

SILENCE_PAST: Story = {"source_slug": "pos", "from": at(2026, 9, 14), "to": at(2026, 9, 18)}
"""ПОС receives nothing for four days; those messages are moved to the days before."""

SILENCE_NOW: Story = {
    "source_slug": "registry",
    "municipality_code": "novoshakhtinsk",
    "from": at(2026, 11, 2),
    "to": END,
}
"""The registry of one municipality stops for good; the others go on."""

RENAMED: Story = {
    "recipient_code": "gubkinsky.improvement",
    "at": at(2025, 12, 1),
    "old": "МКУ «Управление благоустройства и озеленения»",
    "new": "МКУ «Центр городской среды»",
}

RULE_CHANGE: Story = {
    "rule_code": "im_first_reply_2026",
    "source_slug": "incident",
    "at": at(2026, 7, 1),
    "stage": "first_reply",
    "before_working_hours": 9,
    "after_working_hours": 8,
}
"""From this instant the first reply to an open-source message is due in 8 working hours; officials answer faster."""

HOLLOW: Story = {"recipient_code": "murmansk.managing_2", "share": 0.6}
"""A managing organisation whose replies say nothing."""

SLOW: Story = {"recipient_code": "novoshakhtinsk.roads", "late_share": 0.45}
"""A road service that answers late nearly every second time."""

OTHER_COUNTS: tuple[Story, ...] = (
    {
        "municipality_code": "novoshakhtinsk", "month": "2026-08", "code": "BI.NEW", "times": 0.75,
        "cause": "ЦУР не получил письменные обращения за август",
    },
    {
        "municipality_code": "murmansk", "month": "2026-06", "code": "BI.ONTIME", "plus": -14.0,
        "cause": "ЦУР считает срок со дня поступления, а не регистрации",
    },
    {
        "municipality_code": "gubkinsky", "month": "2026-09", "code": "BI.REPEAT", "plus": 12.0,
        "cause": "ЦУР считает повторными и дубликаты других заявителей",
    },
    {
        "municipality_code": "murmansk", "month": "2026-10", "code": "BI.FIRST", "plus": -20.0,
        "cause": "ЦУР ещё применяет срок первого ответа до изменения",
    },
)  # fmt: skip  # a table
"""Figures of the regional centre that differ from ours, and why: `times` and `plus` are how."""

ORPHAN_TOPIC = "Нераспознанная тема классификатора"
ORPHAN_CODE = "0009.9999.9999.9999"
ORPHAN_RECIPIENT = "Отдел перспективных вопросов"

PLANTS = (
    "reject", "canary", "orphan_topic", "orphan_recipient", "late_event", "retroactive_edit", "duplicate_row",
    "mass_text", "long_text", "surge", "repeat", "cross_channel_repeat", "hollow_answer", "renamed_recipient",
    "instant_closure", "open_story", "circle",
)  # fmt: skip  # a table

REJECTS = {
    "pos": (
        ("no_id", "required_missing"),
        ("no_municipality", "required_missing"),
        ("no_created", "required_missing"),
        ("bad_created", "bad_time"),
        ("bad_registered", "bad_time"),
    ),
    "incident": (
        ("no_id", "required_missing"),
        ("no_municipality", "required_missing"),
        ("no_created", "required_missing"),
        ("bad_created", "bad_time"),
        ("bad_closed", "bad_time"),
    ),
    "registry": (
        ("no_municipality", "required_missing"),
        ("no_created", "required_missing"),
        ("no_status", "required_missing"),
    ),
}
"""Source → (what is wrong with the record, reason code of its rejection)."""


def fault_of(source: str, number: int) -> str | None:
    """What is wrong with the record `number` of `source`; None for most."""
    every = 499 if source != "registry" else 601
    faults = REJECTS[source]
    return faults[number // every % len(faults)][0] if number % every == 250 else None


def notice_days(index: int) -> int | None:
    """Days from the forwarding of an appeal to the notice of it to its author (59-ФЗ, ст. 8, ч. 3); None: never."""
    return (0, 0, 1, 0, 9, 0, 1, 0, None, 0)[index % 10]


def is_canary(index: int) -> bool:
    return index % 151 == 7


def is_orphan_topic(index: int) -> bool:
    return index % 1_009 == 21


def is_orphan_recipient(index: int) -> bool:
    return index % 1_013 == 33


def is_late_event(index: int) -> bool:
    return index % 211 == 11


def is_retroactive(index: int) -> bool:
    return index % 157 == 19


def is_duplicate_row(index: int) -> bool:
    return index % 131 == 3


def is_mass_text(index: int) -> bool:
    return index % 97 == 50


def is_long_text(index: int) -> bool:
    return index % 1_511 == 5


def is_instant_closure(index: int) -> bool:
    return index % 173 == 29


def is_circle(index: int) -> bool:
    return index % 61 == 30
