"""What is planted in the city, and where.

Plants recur at fixed residues of an item's index, so a city of any size carries them in the same shares and the
generator needs no memory of them. `truth_files` writes down what was planted.
"""

from __future__ import annotations

from typing import Any

from demo_city.clock import END, at

Story = dict[str, Any]

SURGE: Story = {
    "municipality_code": "murmansk", "district": "Первомайский округ", "topic_code": "zhkh.heating",
    "from": at(2026, 10, 5), "to": at(2026, 10, 19), "share": 0.35, "strength": 1.5,
}  # fmt: skip
"""One district without heating for two weeks."""

SILENCE_PAST: Story = {"source_slug": "pos", "from": at(2026, 9, 14), "to": at(2026, 9, 18)}
"""ПОС receives nothing for four days; those messages are moved to the days before."""

SILENCE_NOW: Story = {"source_slug": "registry", "municipality_code": "giaginsky", "from": at(2026, 11, 9), "to": END}
"""The registry of one municipality stops for good; the others go on."""

RENAMED: Story = {
    "recipient_code": "gubkinsky.improvement",
    "at": at(2025, 12, 1),
    "old": "МКУ «Управление благоустройства и озеленения»",
    "new": "МКУ «Центр городской среды»",
}

RULE_CHANGE: Story = {
    "rule_code": "im_first_reply_2026", "source_slug": "incident", "at": at(2026, 7, 1),
    "stage": "first_reply", "before_working_hours": 9, "after_working_hours": 8,
}  # fmt: skip
"""From this instant the first reply to an open-source message is due in 8 working hours; officials answer faster."""

HOLLOW: Story = {"recipient_code": "murmansk.managing_2", "share": 0.6}
"""A managing organisation whose replies say nothing."""

SLOW: Story = {"recipient_code": "novoshakhtinsk.roads", "late_share": 0.45}
"""A road service that answers late nearly every second time."""

ORPHAN_TOPIC = "Нераспознанная тема классификатора"
ORPHAN_CODE = "0009.9999.9999.9999"
ORPHAN_RECIPIENT = "Отдел перспективных вопросов"

PLANTS = (
    "reject", "canary", "orphan_topic", "orphan_recipient", "late_event", "retroactive_edit", "duplicate_row",
    "mass_text", "long_text", "surge", "repeat", "cross_channel_repeat", "hollow_answer", "renamed_recipient",
    "instant_closure",
)  # fmt: skip

REJECTS = {
    "pos": (
        ("no_id", "required_missing"), ("no_municipality", "required_missing"), ("no_created", "required_missing"),
        ("bad_created", "bad_time"), ("bad_registered", "bad_time"),
    ),
    "incident": (
        ("no_id", "required_missing"), ("no_municipality", "required_missing"), ("no_created", "required_missing"),
        ("bad_created", "bad_time"), ("bad_closed", "bad_time"),
    ),
    "registry": (
        ("no_municipality", "required_missing"), ("no_created", "required_missing"), ("no_status", "required_missing"),
    ),
}  # fmt: skip
"""Source → (what is wrong with the record, reason code of its rejection)."""


def fault_of(source: str, number: int) -> str | None:
    """What is wrong with the record `number` of `source`; None for most."""
    every = 499 if source != "registry" else 601
    faults = REJECTS[source]
    return faults[number // every % len(faults)][0] if number % every == 250 else None


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
