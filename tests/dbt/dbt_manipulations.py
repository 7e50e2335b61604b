"""Three manipulations, each by pairs of an honest and a gaming recipient with the same facts: interim replies that buy
time, closing without an answer, a tiny number of easy items. Whatever judges recipients may accept these items."""

from __future__ import annotations

from typing import Any

from dbt_lives import Version
from dbt_planted import NOW, at, message
from dbt_warehouse import accept

HONEST, GAMING, TINY = (
    "Администрация города Мурманска", "Комитет имущественных и земельных отношений", "Отдел транспорта и связи"
)  # fmt: skip  # a table
HONEST_CODE, GAMING_CODE, TINY_CODE = "murmansk.administration", "murmansk.property", "murmansk.transport"


def replied(ref: str, received: str, replies: list[tuple[str, str]], executor: str) -> Version:
    """An incident of the API with each of its replies."""
    first = min((when for _, when in replies), default=None)
    moment = at(received).isoformat()
    return Version(
        ref,
        {
            "incidentId": ref, "municipality": "город Мурманск", "createdAt": moment, "changedAt": moment,
            "firstReplyAt": first and at(first).isoformat(), "topic": "Ремонт дороги", "executor": executor,
            "state": "Решено" if any(kind == "final" for kind, _ in replies) else "В работе", "author_key": None,
            "replies": [{"kind": kind, "at": at(when).isoformat()} for kind, when in replies],
        },
        NOW,
    )  # fmt: skip  # a table


def of_both(prefix: str, count: int, make: Any) -> list[Version]:
    return [make(f"{prefix}-{name}-{n}", n, who) for name, who in (("H", HONEST), ("G", GAMING)) for n in range(count)]


# Monday 03.08.2026, 10:00. The first reply came two days late for both; both solved the matter on the same day.
# The gaming one asked for patience every week.
def with_interims(ref: str, n: int, who: str) -> Version:
    more = [("interim", f"2026-08-{day}T10:00") for day in ("10", "17", "24")] if who == GAMING else []
    return replied(
        ref, "2026-08-03T10:00", [("interim", "2026-08-06T10:00"), *more, ("final", "2026-08-28T10:00")], who
    )


# ten messages due on 01.07.2026: the honest one answered two of them late; the gaming one closed all of them at once
def closed_or_answered(ref: str, n: int, who: str) -> Version:
    if who == GAMING:
        step, status = ("Закрыто", "2026-06-02T10:00"), "Закрыто"
    else:
        step, status = ("Ответ дан", "2026-07-03T10:00" if n < 2 else "2026-06-20T10:00"), "Ответ дан"
    return message(ref, "2026-06-01T10:00", step, status=status, organization=who)


EASY = [
    message(f"EASY-{n}", "2026-06-01T10:00", ("Ответ дан", "2026-06-01T12:00"), status="Ответ дан", organization=TINY)
    for n in range(2)
]


INTERIM = of_both("INTERIM", 6, with_interims)
CLOSED = of_both("CLOSED", 10, closed_or_answered)


def accept_manipulations(*others: Version) -> None:
    """Loads with the items of all three; `others` are messages of the ПОС that come in the same load."""
    accept("pos", [*CLOSED, *EASY, *others])
    accept("incident_api", INTERIM)
