"""Random rules of deadlines and random lives of items, most of them where deadlines go wrong: events at the last second
of a deadline, pauses asked for twice or never answered, resumes without a pause, extensions too late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, product
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from deadlines.calculator import DAY, SECOND, Calculator, Row
from deadlines.deadlines_by_hand import BY_THE_AUTHOR, FORWARDED, LEFT, OPEN, Event, Item, Known
from deadlines.random_cases import SCHEDULES, Questions

COLUMNS = (
    "rule_code", "title", "stage", "municipality_code", "channel_code", "kind", "topic_prefix", "is_key_topic",
    "priority", "season_from", "season_to", "only_if_event", "amount", "unit", "schedule_code", "start_event",
    "stop_event", "pause_event", "resume_event", "counts_unanswered_pause", "ends_on_deferral", "shift",
    "control_amount",
    "extension_amount", "extension_needs_notice", "valid_from", "valid_to", "legal_basis",
)  # fmt: skip  # a table

STAGES = {
    "registration": ("received", "registered", ""),
    "forwarding": ("registered", "passed_on", "passed_on"),
    "forwarding_notice": ("registered", "forwarding_notice", "passed_on"),
    "first_reply": ("received", "first_reply", ""),
    "request": ("requested", "request_answered", "requested"),
    "after_interim": ("interim_reply", "final_reply", ""),
    "final": ("registered", "final_reply", ""),
    "deferred": ("deferred", "deferred_reply", ""),
    "reopened": ("reopened", "reopened_reply", ""),
}
"""Stage → start, stop, the event without which there is no such stage."""

UNITS = {"hours": (1, 200), "working_hours": (1, 50), "calendar_days": (1, 40), "working_days": (1, 25)}
"""Unit → least and most amount."""

SHIFTS = ("none", "next", "previous")
PAUSES = (
    ("paused", "resumed", "true"), ("paused", "resumed", "false"), ("deferred", "reopened", "true"),
    ("", "", ""), ("paused", "resumed", ""), ("deferred", "reopened", "false"), ("paused", "resumed", "true"),
)  # fmt: skip  # a table

ZONES = ("Europe/Moscow", "Asia/Kamchatka", "Europe/Kaliningrad", "Europe/Moscow", "Europe/Berlin", "Asia/Omsk")
MUNICIPALITIES = {f"m{n:02}": ZoneInfo(ZONES[n % len(ZONES)]) for n in range(24)}
"""Codes with rules of their own, and their zones."""
WITHOUT_RULES = {"unknown": ZoneInfo("Europe/Moscow")}

NARROWER: tuple[tuple[Row, ...], ...] = (
    (),
    ({"topic_prefix": "roads."},),
    ({"is_key_topic": "true"},),
    ({"priority": "raised"},),
    ({"season_from": "11-15", "season_to": "03-31"},),
    ({"season_from": "05-01", "season_to": "05-11"}, {"season_from": "12-31", "season_to": "01-08"}),
    ({"topic_prefix": "roads."}, {"topic_prefix": "roads.s", "priority": "raised"}),
    ({"channel_code": "pos"}, {"channel_code": "pos", "kind": "message", "is_key_topic": "false"}),
)
"""What a municipality may have beside its common rule of a stage; no two of a row fit at once and are as specific."""
NATIONAL: tuple[Row, ...] = (
    {}, {"kind": "appeal"}, {"kind": "message", "priority": "raised"},
    {"channel_code": "pos", "kind": "message", "topic_prefix": "roads."},
)  # fmt: skip  # a table

TOPICS = {"roads.repair": False, "roads.snow": True, "social.aid": False, "zhkh.lift": True, "unknown": False}
"""Topic → whether it is a key one; the first four stand so in seeds/topics.csv."""
KINDS = (("pos", "message"), ("pos", "appeal"), ("incident", "open_source_message"), ("registry_written", "appeal"))

STATUSES = ("answered", "answered", "answered", OPEN, OPEN, FORWARDED, LEFT, *BY_THE_AUTHOR)

ORDER = (
    "received", "registered", "assigned", "forwarded", "forwarding_notice", "requested", "request_answered",
    "first_reply", "interim_reply", "extended", "deferred", "paused", "resumed", "final_reply", "marked",
    "rejected_by_author", "reopened", "closed",
)  # fmt: skip  # a table
"""In which order int_events puts what happened at one instant."""


def rules(rng: Random) -> list[Row]:
    """Rules of every unit, schedule and shift for each stage: of the country, of each municipality, some changed."""
    ways = list(product(UNITS, SHIFTS, SCHEDULES))
    rng.shuffle(ways)
    ways_in_turn, pauses = cycle(ways), cycle(PAUSES)
    found: list[Row] = []

    def add(stage: str, **given: str) -> None:
        (unit, shift, schedule), (pause, resume, counts) = next(ways_in_turn), next(pauses)
        start, stop, only_if = STAGES[stage]
        least, most = UNITS[unit]
        amount = rng.randint(least, most)
        found.append(
            dict.fromkeys(COLUMNS, "")
            | {
                "rule_code": f"r{len(found):03}", "title": "tests", "stage": stage, "start_event": start,
                "stop_event": stop, "only_if_event": only_if, "amount": str(amount), "unit": unit,
                "schedule_code": schedule, "shift": shift, "pause_event": pause, "resume_event": resume,
                "counts_unanswered_pause": counts, "ends_on_deferral": rng.choice(["true", "false", ""]),
                "control_amount": rng.choice(["", str(rng.randint(1, amount))]),
                "extension_amount": rng.choice(["0", str(rng.randint(1, most))]),
                "extension_needs_notice": rng.choice(["true", "false", ""]), "valid_from": "2010-01-01",
                "legal_basis": "tests",
            }
            | given
        )  # fmt: skip  # a table

    for stage in STAGES:
        for narrow in NATIONAL:
            add(stage, **narrow)
    for number, code in enumerate(MUNICIPALITIES):
        for stage in STAGES:
            changed_on = f"202{rng.randrange(1, 7)}-{rng.randint(1, 12):02}-15"
            if number % 3:
                add(stage, municipality_code=code)
            else:  # before its own rule there is the country's; then it changes
                add(stage, municipality_code=code, valid_from="2020-06-01", valid_to=changed_on)
                add(stage, municipality_code=code, valid_from=changed_on)
            for narrow in NARROWER[number % len(NARROWER)]:
                add(stage, municipality_code=code, **narrow)
    return found


class Lives:
    """A source of items; equal seeds give equal ones."""

    def __init__(self, calculator: Calculator, rules: list[Row], seed: int) -> None:
        self._calculator = calculator
        self._rng = Random(seed)
        self._questions = Questions(calculator, seed)
        self._final: dict[str, list[Row]] = {}
        for rule in rules:
            if rule["stage"] in ("final", "first_reply"):
                self._final.setdefault(rule["municipality_code"] or "unknown", []).append(rule)

    def items(self, count: int) -> Iterator[Item]:
        for _ in range(count):
            yield self._item()

    def _item(self) -> Item:
        rng = self._rng
        municipality, zone = rng.choice([*MUNICIPALITIES.items(), *WITHOUT_RULES.items()])
        rule = rng.choice(self._final[municipality])
        schedule = rule["schedule_code"]
        received = self._questions.moment(schedule, self._questions.day(schedule))
        registered = self._near(rng.choice([0, 0, 1, 3, 7]), received, schedule) if rng.random() < 0.9 else None
        if registered and registered < received:
            registered = received
        started = registered or received
        due = self._calculator.due(schedule, started, int(rule["amount"]), rule["unit"], rule["shift"])
        days = max((due - received) // DAY + 3, 2)
        events = [Event("received", received), *self._events(started, due, days, schedule)]
        if registered:
            events.append(Event("registered", registered))
        updated = max(e.at for e in events) + timedelta(hours=rng.randrange(200))
        topics = rng.sample(list(TOPICS.items()), 2)
        known = [Known(None, *topics[0], rng.choice(["ordinary", "raised"]))]
        if rng.random() < 0.15:
            known.append(Known(self._at(started, due, days, schedule), *topics[1], rng.choice(["ordinary", "raised"])))
        channel, kind = rng.choice(KINDS)
        return Item(
            key=str(UUID(int=rng.getrandbits(128))),
            municipality=municipality,
            zone=zone,
            channel=channel,
            kind=kind,
            known=tuple(known),
            status=rng.choice(STATUSES),
            received_at=received,
            registered_at=rng.choice([registered, None]),
            updated_at=updated,
            source_due_at=self._at(started, due, days, schedule) if rng.random() < 0.03 else None,
            promised_at=rng.choice([None, None, self._at(started, due, days, schedule) + DAY * rng.choice([0, 40])]),
            events=tuple(sorted(events, key=lambda e: (e.at, ORDER.index(e.code)))),
        )

    def _events(self, started: datetime, due: datetime, days: int, schedule: str) -> Iterator[Event]:
        rng = self._rng

        def at() -> datetime:
            return self._at(started, due, days, schedule)

        for code, share in (
            ("interim_reply", 0.35), ("first_reply", 0.4), ("requested", 0.4), ("request_answered", 0.25),
            ("forwarded", 0.2), ("forwarding_notice", 0.3), ("final_reply", 0.5), ("closed", 0.2), ("extended", 0.4),
            ("extended", 0.05), ("final_reply", 0.1), ("rejected_by_author", 0.05), ("deferred", 0.1),
        ):  # fmt: skip  # a table
            if rng.random() < share:
                yield Event(code, at())
        stop, resume = rng.choice([("paused", "resumed"), ("paused", "resumed"), ("deferred", "reopened")])
        for _ in range(rng.choice([0, 1, 1, 2, 3, 4])):
            since = at()
            until = self._near(rng.choice([0, 0, 1, 2, 4, days]), since, schedule)
            luck = rng.random()
            if luck < 0.93:
                yield Event(stop, since)
            if luck < 0.1:
                yield Event(stop, since + (until - since) / 2)
            if luck > 0.2 and until >= since:
                yield Event(resume, until)
                if luck > 0.9:  # and at once again, in the very instant or a moment to either side of it
                    moment = timedelta(milliseconds=rng.choice([0, 0, 300, -300]))
                    yield Event(stop, until + moment)
                    if luck > 0.95:
                        yield Event(resume, self._near(1, until, schedule))

    def _at(self, started: datetime, due: datetime, days: int, schedule: str) -> datetime:
        """An instant of the deadline or some days around it; often the very last second, or the one after."""
        if self._rng.random() < 0.15:
            moment = due + SECOND * self._rng.choice([-1, 0, 0, 1, 1, 60])
        else:
            moment = self._near(self._rng.randrange(-1, days), started, schedule)
        # exports round to the second, other sources do not
        return moment + timedelta(microseconds=self._rng.choice([0, 0, 0, 999_999]))

    def _near(self, days: int, moment: datetime, schedule: str) -> datetime:
        """An instant of the day so many days later."""
        return self._questions.moment(schedule, self._calculator.local_day(schedule, moment) + DAY * days)
