"""Whole deadlines by hand: which rule counts, from when, what pauses and extensions do to it, and when it ends. Step by
step, as a clerk would do it with a calendar. Shares nothing with the models but the reference rows.

The rules of counting are those of seeds/_seeds.yml and docs/decisions.md:

* The most specific rule in force on the local day of the start wins, the municipality before all else. A deadline that
  the source itself set wins over any rule. The item's attributes and the calendar are taken as they were known when the
  stage was closed.
* A clock stops at `pause_event` until the next `resume_event`. A pause without a resume before the closing counts until
  the closing, and only where the rule says so. Before the start and after the closing nothing pauses.
* If a pause and a resume come at one instant, a stopped clock is resumed first, a running one is paused first.
* A pause or an extension after the deadline changes nothing; at its last second it is in time.
* Deadlines are kept to the second.
* A reply before the final answer is an interim one. What closed an item "without an answer" is none, though dated.
* Each stage ends for itself: in its own answer, in a deferral where the rule says so, or with the item. A deferral runs
  until the date promised first, or by a rule; a return starts a stage of its own, whatever was answered before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from deadlines.calculator import DAY, SECOND, Calculator, Row

DAYS = ("calendar_days", "working_days")
SELECTORS = ("channel_code", "kind", "topic_prefix", "is_key_topic", "priority", "season_from")
FORWARDED, LEFT, OPEN = "forwarded", "left_without_answer", "in_work"
BY_THE_AUTHOR = ("deleted_by_author", "withdrawn")
RETURNS = ("reopened", "rejected_by_author")


@dataclass(frozen=True)
class Event:
    code: str
    at: datetime


@dataclass(frozen=True)
class Known:
    """What was known of the item from an instant on; None: since ever."""

    since: datetime | None
    topic: str
    is_key: bool
    priority: str


@dataclass(frozen=True)
class Item:
    """An item and its life in order."""

    key: str
    municipality: str
    zone: ZoneInfo
    channel: str
    kind: str
    known: tuple[Known, ...]
    status: str
    received_at: datetime
    registered_at: datetime | None
    updated_at: datetime
    source_due_at: datetime | None
    promised_at: datetime | None
    events: tuple[Event, ...]

    @property
    def counted(self) -> tuple[Event, ...]:
        """Events before the receipt complete nothing; one at midnight of its day has no time of day and counts."""
        received = min((e.at for e in self.events if e.code == "received"), default=None)
        if received is None:
            return self.events
        midnight = received.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        return tuple(
            e for e in self.events if e.at >= received or e.at.astimezone(self.zone).replace(tzinfo=None) == midnight
        )

    def first(self, *codes: str) -> datetime | None:
        return next((e.at for e in self.counted if e.code in codes), None)

    def last(self, *codes: str) -> datetime | None:
        return next((e.at for e in reversed(self.counted) if e.code in codes), None)

    @property
    def answers(self) -> list[datetime]:
        """Final answers in order. Of an item left without one only those count that came back later."""
        found = [e.at for e in self.counted if e.code == "final_reply"]
        if self.status != LEFT:
            return found
        returned = self.last(*RETURNS)
        return [at for at in found if returned and at < returned]

    def answer(self, since: datetime | None = None) -> datetime | None:
        return next((at for at in self.answers if since is None or at >= since), None)

    @property
    def standing_answer(self) -> datetime | None:
        """The last answer, if nothing came back after it."""
        last, returned = max(self.answers, default=None), self.last(*RETURNS)
        return last if last and (returned is None or last > returned) else None

    @property
    def ending(self) -> tuple[str, datetime] | None:
        """How and when the item ended without an answer."""
        if self.status == OPEN or self.standing_answer:
            return None
        if self.status == FORWARDED:
            return FORWARDED, self.last("forwarded") or self.last("closed") or self.updated_at
        if self.status in BY_THE_AUTHOR:
            return self.status, self.last("closed") or self.updated_at
        if self.status == LEFT:
            name = LEFT if self.kind == "appeal" else "closed_without_answer"
            return name, self.last("closed") or self.last("final_reply") or self.updated_at
        return "closed_without_answer", self.last("closed") or self.updated_at

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


@dataclass(frozen=True)
class Deadline:
    """A row of fct_deadlines."""

    key: str
    stage: str
    rule_code: str
    schedule_code: str | None
    started_at: datetime
    due_at: datetime
    control_due_at: datetime | None
    done_at: datetime | None
    cancelled_at: datetime | None
    ending: str | None = None
    is_extended: bool = False
    paused_amount: int = 0
    paused_seconds: int = 0
    paused_since: datetime | None = None


@dataclass(frozen=True)
class End:
    """How a stage ended: in its answer, or otherwise."""

    done: datetime | None
    how: str | None
    cancelled: datetime | None


@dataclass(frozen=True)
class Pause:
    """`until` is None while it lasts."""

    since: datetime
    until: datetime | None


class Calendars:
    """The calendar as it was known from day to day."""

    def __init__(self, schedules: Sequence[Row], days: Sequence[Row], corrections: Sequence[Row]) -> None:
        self._rows = schedules, days, corrections
        self._schedules = {row["schedule_code"]: row for row in schedules}
        self._known = cache(self._known_since)

    def on(self, schedule: str, day: date | None) -> tuple[str, Calculator]:
        """The calculator of a schedule by what was known on a day, or is known by now, and how the models name it."""
        own = self._schedules[schedule]
        since = max(
            (
                row["known_from"]
                for row in self._rows[2]
                if own["follows_calendar"] == "true"
                and row["region"] in ("", own["region"])
                and (day is None or row["known_from"] <= day.isoformat())
            ),
            default="",
        )
        return (f"{schedule}@{since}" if since else schedule), self._known(since)

    def _known_since(self, since: str) -> Calculator:
        schedules, days, corrections = self._rows
        known = sorted((row for row in corrections if row["known_from"] <= since), key=lambda row: row["known_from"])
        return Calculator(schedules, [*days, *known])


class Clerk:
    """Counts the deadlines of items by rows of deadline_rules."""

    def __init__(self, calendars: Calendars, rules: Sequence[Row]) -> None:
        self._calendars = calendars
        self._rules: dict[str, list[Row]] = {}
        for rule in rules:
            self._rules.setdefault(rule["stage"], []).append(rule)

    def deadlines(self, item: Item) -> list[Deadline]:
        """The deadlines of all stages."""
        found = [self._deadline(item, *chosen) for rules in self._rules.values() if (chosen := _choose(item, rules))]
        deferred = item.first("deferred")
        given = [
            ("source_target", "final", item.received_at, item.source_due_at, item.answer()),
            ("promised_date", "deferred", deferred, _promised(item), deferred and item.answer(deferred)),
        ]
        for code, stage, started, due, done in given:
            if started is None or due is None:
                continue
            ended = End(done, *(item.ending or (None, None)))
            found = [deadline for deadline in found if deadline.stage != stage] + [
                Deadline(
                    item.key, stage, code, None, _whole(started), due, None,
                    _whole_or_none(ended.done), _whole_or_none(ended.cancelled), ended.how,
                )
            ]  # fmt: skip  # a table
        return found

    def _deadline(self, item: Item, rule: Row, started: datetime, end: End) -> Deadline:
        started, closed = _whole(started), _whole_or_none(end.done or end.cancelled)
        extended_at = _whole_or_none(item.first("extended"))
        if not int(rule["extension_amount"] or 0) or (extended_at and extended_at <= started):
            extended_at = None
        closing = end.done or end.cancelled
        axis, calculator = self._calendars.on(rule["schedule_code"], closing and item.local_day(closing))
        count = Count(calculator, rule, item, started)
        for pause in _pauses(item, rule, started, closed):
            if extended_at and extended_at <= pause.since:
                count, extended_at = count.extended(extended_at), None
            count = count.stopped(pause)
        if extended_at:
            count = count.extended(extended_at)
        return Deadline(
            item.key, rule["stage"], rule["rule_code"], axis, started, count.due(), count.control_due(),
            _whole_or_none(end.done), _whole_or_none(end.cancelled), end.how,
            count.is_extended, count.amount, count.seconds, count.open_since,
        )  # fmt: skip  # a table


@dataclass(frozen=True)
class Count:
    """A deadline in the course of counting."""

    calculator: Calculator
    rule: Row
    item: Item
    started: datetime
    is_extended: bool = False
    amount: int = 0
    """Days of a deadline in days, seconds of a deadline in hours: what pauses have added."""
    seconds: int = 0
    open_since: datetime | None = None

    def extended(self, moment: datetime) -> Count:
        """After an extension: while the clock stands the deadline cannot have ended."""
        in_time = self.open_since is not None or moment <= self.due()
        return replace(self, is_extended=True) if in_time else self

    def stopped(self, pause: Pause) -> Count:
        """After a pause."""
        if self.open_since or pause.since > self.due():
            return self
        if pause.until is None:
            return replace(self, open_since=pause.since)
        real = (pause.until - pause.since) // SECOND
        worked = self.calculator.worked_seconds(self.rule["schedule_code"], pause.since, pause.until)
        days = self.item.local_day(pause.since), self.item.local_day(pause.until)
        amount = {
            "hours": lambda: real,
            "working_hours": lambda: worked,
            "calendar_days": lambda: (days[1] - days[0]).days,
            "working_days": lambda: self.calculator.working_days_between(self.rule["schedule_code"], *days),
        }[self.rule["unit"]]()
        seconds = worked if self.rule["unit"].startswith("working") else real
        return replace(self, amount=self.amount + amount, seconds=self.seconds + seconds)

    def due(self) -> datetime:
        return self._end(int(self.rule["amount"]), self.rule["shift"])

    def control_due(self) -> datetime | None:
        """The internal deadline is shifted back, never on."""
        if not self.rule["control_amount"]:
            return None
        return self._end(int(self.rule["control_amount"]), "none" if self.rule["shift"] == "none" else "previous")

    def _end(self, amount: int, shift: str) -> datetime:
        amount += int(self.rule["extension_amount"] or 0) * self.is_extended
        schedule, unit = self.rule["schedule_code"], self.rule["unit"]
        if unit == "hours":
            return self.started + timedelta(hours=amount) + SECOND * self.amount
        if unit == "working_hours":
            return self.calculator.after_worked_seconds(schedule, self.started, amount * 3600 + self.amount)
        amount += self.amount
        day = self.item.local_day(self.started)
        if unit == "working_days":
            last = self.calculator.nth_working_day(schedule, day, amount)
        else:
            last = self.calculator.shifted_day(schedule, day + DAY * amount, shift)
        return datetime.combine(last, time(23, 59, 59), self.item.zone).astimezone(UTC)


def _choose(item: Item, rules: Sequence[Row]) -> tuple[Row, datetime, End] | None:
    """The rule of a stage, its start and its end."""
    best: list[tuple[int, Row, datetime, End]] = []
    for rule in rules:
        if rule["municipality_code"] not in ("", item.municipality):
            continue
        started = _moment(item, rule["start_event"])
        if rule["start_event"] == "registered" and not started:
            started = item.received_at
        if not started or (rule["only_if_event"] and not _moment(item, rule["only_if_event"])):
            continue
        end = _end(item, rule, started)
        if _fits(item, rule, _known_at(item, end.done or end.cancelled), item.local_day(started)):
            best.append((_specificity(rule), rule, started, end))
    best.sort(key=lambda found: found[0])
    if not best:
        return None
    assert [specificity for specificity, *_ in best].count(best[-1][0]) == 1, f"two rules equally specific: {best}"
    return best[-1][1:]


def _end(item: Item, rule: Row, started: datetime) -> End:
    done = _moment(item, rule["stop_event"])
    if rule["stop_event"] == "registered":
        return End(done, None, None)
    deferred = item.first("deferred")
    if rule["ends_on_deferral"] == "true" and deferred and deferred >= started and (not done or deferred < done):
        return End(None, "deferred", deferred)
    if rule["stop_event"] == "forwarding_notice":  # the author is to be told, however the item ended
        return End(done, None, None)
    return End(done, *(item.ending or (None, None)))


def _promised(item: Item) -> datetime | None:
    """The end of the promised day. A day before the deferral promises nothing; the law knows no deferral of appeals."""
    deferred = item.first("deferred")
    if item.kind == "appeal" or item.promised_at is None or deferred is None:
        return None
    end = datetime.combine(item.local_day(item.promised_at), time(23, 59, 59), item.zone).astimezone(UTC)
    return end if end >= deferred else None


def _fits(item: Item, rule: Row, known: Known, day: date) -> bool:
    season = rule["season_from"], rule["season_to"]
    on = f"{day:%m-%d}"
    in_season = not season[0] or (
        season[0] <= on <= season[1] if season[0] <= season[1] else on >= season[0] or on <= season[1]
    )
    return (
        in_season
        and rule["valid_from"] <= day.isoformat() < (rule["valid_to"] or "9999")
        and rule["channel_code"] in ("", item.channel)
        and rule["kind"] in ("", item.kind)
        and known.topic.startswith(rule["topic_prefix"])
        and rule["is_key_topic"] in ("", "true" if known.is_key else "false")
        and rule["priority"] in ("", known.priority)
    )


def _specificity(rule: Row) -> int:
    return 10 * bool(rule["municipality_code"]) + sum(bool(rule[name]) for name in SELECTORS)


def _known_at(item: Item, closed: datetime | None) -> Known:
    """What was known when the stage was closed; of an open one, what is known last."""
    if closed is None:
        return item.known[-1]
    return [k for k in item.known if k.since is None or k.since <= closed][-1]


def _moment(item: Item, event: str) -> datetime | None:
    """The instant that starts or stops a clock."""
    match event:
        case "received":
            return item.received_at
        case "registered":
            return item.registered_at or item.first("registered")
        case "passed_on":  # to another body; from one executor to the next is no such thing
            return item.last("forwarded") if item.status == FORWARDED else None
        case "first_reply":
            return min(filter(None, (item.first("first_reply", "interim_reply"), item.answer())), default=None)
        case "interim_reply":  # a reply before the answer
            reply, answer = item.first("first_reply", "interim_reply"), item.answer()
            return reply if reply and (answer is None or reply < answer) else None
        case "final_reply":
            return item.answer()
        case "deferred_reply":
            deferred = item.first("deferred")
            return deferred and item.answer(deferred)
        case "reopened":
            return item.last(*RETURNS)
        case "reopened_reply":
            returned = item.last(*RETURNS)
            return returned and next((at for at in item.answers if at > returned), None)
        case "requested" | "request_answered" | "deferred" | "forwarding_notice":
            return item.first(event)
        case _:
            raise AssertionError(event)


def _pauses(item: Item, rule: Row, started: datetime, closed: datetime | None) -> list[Pause]:
    """What stopped the clock by the rule, in order, cut by the start and the closing."""
    if not rule["pause_event"]:
        return []
    codes_at: dict[datetime, set[str]] = {}
    for event in item.events:
        if event.code in (rule["pause_event"], rule["resume_event"]):
            codes_at.setdefault(event.at, set()).add(event.code)
    stops: list[Pause] = []
    since: datetime | None = None
    for instant, codes in codes_at.items():
        moment = _whole(instant)
        first_stands = since is not None
        if since and rule["resume_event"] in codes:
            if closed is None or moment <= closed or rule["counts_unanswered_pause"] == "true":
                stops.append(Pause(since, moment))
            since = None
        # paused and resumed at one instant is no pause at all
        if since is None and rule["pause_event"] in codes and (first_stands or rule["resume_event"] not in codes):
            since = moment
    if since and rule["counts_unanswered_pause"] == "true":
        stops.append(Pause(since, None))
    return [
        Pause(max(stop.since, started), min(filter(None, (stop.until, closed)), default=None))
        for stop in stops
        if (stop.until is None or stop.until > started) and (closed is None or max(stop.since, started) < closed)
    ]


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _whole_or_none(moment: datetime | None) -> datetime | None:
    return moment and _whole(moment)
