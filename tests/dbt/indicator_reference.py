"""Every indicator counted anew in plain Python from exported facts; shares no line with the models."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from dbt_warehouse import rows

from mcu.warehouse.dbt import PROJECT

Row = dict[str, Any]
Key = tuple[str, date]
"""Municipality and the first day of the month."""
Figure = tuple[Fraction | None, int]
"""Numerator (of a median or percentile: the value; None: it has none) and denominator."""

FACTS = ("fct_feedback", "fct_feedback_events", "fct_deadlines", "fct_questions", "dim_municipality")
RETURNS = {"reopened", "rejected_by_author"}
ON_SUBSTANCE = {"Supported", "NotSupported", "Explained", "Answered"}


class Facts:
    """The rows of the facts, and the instant that they are true for."""

    def __init__(self, as_of: datetime) -> None:
        self.as_of = as_of
        self.of: dict[str, list[Row]] = {}
        for table in FACTS:
            names = [name for (name,) in rows(_COLUMNS, table)]
            self.of[table] = [dict(zip(names, row, strict=True)) for row in rows(f"select * from marts.{table}")]
        self.zone = {m["municipality_code"]: ZoneInfo(m["time_zone"]) for m in self.of["dim_municipality"]}
        self.item = {f["feedback_key"]: f for f in self.of["fct_feedback"]}
        self.citizens = [f for f in self.of["fct_feedback"] if f["kind"] != "body_request"]
        self.promises = [d for d in self.of["fct_deadlines"] if d["answer"] is not None]
        with (PROJECT / "seeds" / "automatic_channels.csv").open(encoding="utf-8") as file:
            self.automatic = list(csv.DictReader(file))

    def month(self, row: Row, moment: datetime) -> Key:
        zone = self.zone[row["municipality_code"]]
        return row["municipality_code"], moment.astimezone(zone).date().replace(day=1)

    def until(self, moment: datetime | None) -> bool:
        return moment is not None and moment <= self.as_of


_COLUMNS = """
    select column_name from information_schema.columns where table_schema = 'marts' and table_name = %s
    order by ordinal_position
"""


def counted(pairs: Iterable[tuple[Key, bool]]) -> dict[Key, Figure]:
    """Of (key, is it in the numerator)."""
    found: dict[Key, list[bool]] = defaultdict(list)
    for key, is_part in pairs:
        found[key].append(is_part)
    return {key: (Fraction(sum(parts)), len(parts)) for key, parts in found.items()}


def received(facts: Facts, part: Callable[[Row], bool]) -> dict[Key, Figure]:
    return counted((facts.month(f, f["received_at"]), part(f)) for f in facts.citizens if facts.until(f["received_at"]))


def ended(facts: Facts, stage: str, part: Callable[[Row], bool], kind: str | None = None) -> dict[Key, Figure]:
    return counted(
        (facts.month(d, d["due_at"]), part(d))
        for d in facts.of["fct_deadlines"]
        if d["stage"] == stage
        and d["due_at"] < facts.as_of
        and (d["is_met"] or d["is_missed"])
        and (kind is None or facts.item[d["feedback_key"]]["kind"] == kind)
    )


def owes(f: Row) -> bool:
    if f["final_reply_at"] is not None:
        return True
    is_law = f["status_code"] == "left_without_answer" and f["kind"] == "appeal"
    return f["status_code"] not in {"forwarded", "deleted_by_author", "withdrawn"} and not is_law


def days(f: Row, name: str, unit: int = 86400) -> Fraction:
    seconds = (f[name] - f["received_at"]).total_seconds()
    return max(Fraction(str(seconds)) / unit, Fraction(0))


def quantile(facts: Facts, share: Fraction, times: Iterator[tuple[Key, Fraction | None]]) -> dict[Key, Figure]:
    """The least time that at least `share` of all did not exceed; None is longer than any."""
    found: dict[Key, list[Fraction | None]] = defaultdict(list)
    for key, time in times:
        found[key].append(time)
    result: dict[Key, Figure] = {}
    for key, all_times in found.items():
        known = sorted(time for time in all_times if time is not None)
        reached = [t for n, t in enumerate(known, 1) if Fraction(n, len(all_times)) >= share]
        result[key] = (reached[0] if reached else None, len(all_times))
    return result


def answer_times(facts: Facts) -> Iterator[tuple[Key, Fraction | None]]:
    for f in facts.citizens:
        if facts.until(f["received_at"]) and owes(f):
            yield facts.month(f, f["received_at"]), days(f, "final_reply_at") if f["final_reply_at"] else None


def first_times(facts: Facts) -> Iterator[tuple[Key, Fraction | None]]:
    for f in facts.citizens:
        is_ours = f["kind"] == "open_source_message" and (f["first_reply_at"] is not None or owes(f))
        if is_ours and facts.until(f["received_at"]):
            yield facts.month(f, f["received_at"]), days(f, "first_reply_at", 3600) if f["first_reply_at"] else None


def deferred(facts: Facts) -> dict[Key, Figure]:
    found: dict[tuple[Any, Key], bool] = {}
    for e in facts.of["fct_feedback_events"]:
        f = facts.item[e["feedback_key"]]
        is_answer = e["event_code"] == "final_reply" and f["status_code"] != "left_without_answer"
        is_deferral = e["event_code"] == "deferred"
        if f["kind"] != "body_request" and (is_answer or is_deferral) and facts.until(e["occurred_at"]):
            key = (f["feedback_key"], facts.month(f, e["occurred_at"]))
            found[key] = found.get(key, False) or is_deferral
    return counted((key, part) for (_, key), part in found.items())


def reopened(facts: Facts) -> dict[Key, Figure]:
    events: dict[Any, list[Row]] = defaultdict(list)
    for e in facts.of["fct_feedback_events"]:
        if facts.until(e["occurred_at"]):
            events[e["feedback_key"]].append(e)
    found: dict[tuple[Any, Key], bool] = {}
    for item, own in events.items():
        f = facts.item[item]
        if f["kind"] == "body_request" or f["status_code"] == "left_without_answer":
            continue
        for e in own:
            if e["event_code"] == "final_reply":
                key = (item, facts.month(f, e["occurred_at"]))
                came_back = any(r["event_code"] in RETURNS and r["occurred_at"] >= e["occurred_at"] for r in own)
                found[key] = found.get(key, False) or came_back
    return counted((key, part) for (_, key), part in found.items())


def on_time(facts: Facts) -> dict[Key, Figure]:
    return counted(
        (facts.month(d, d["done_at"] or d["cancelled_at"]), d["is_met"])
        for d in facts.promises
        if d["answer"] == "final"
        and (d["done_at"] is not None or d["ending"] == "closed_without_answer")
        and facts.until(d["done_at"] or d["cancelled_at"])
    )


def overdue(facts: Facts) -> dict[Key, Figure]:
    found: dict[tuple[Any, Key], bool] = {}
    for d in facts.promises:
        if d["due_at"] < facts.as_of and (d["is_met"] or d["is_missed"]):
            key = (d["feedback_key"], facts.month(d, d["due_at"]))
            found[key] = found.get(key, False) or d["is_missed"]
    return counted((key, part) for (_, key), part in found.items())


def marked(facts: Facts, channel: str | None = None) -> dict[Key, Figure]:
    return counted(
        (facts.month(f, f["marked_at"]), f["mark"] >= 4)
        for f in facts.citizens
        if f["mark"] is not None and facts.until(f["marked_at"]) and channel in (None, f["channel_code"])
    )


def answered(facts: Facts) -> Iterator[Row]:
    return (f for f in facts.citizens if facts.until(f["final_reply_at"]))


def mean_of_pos(facts: Facts) -> dict[Key, Figure]:
    found: dict[Key, list[Fraction]] = defaultdict(list)
    for f in answered(facts):
        if f["channel_code"] == "pos":
            seconds = Fraction(str((f["final_reply_at"] - f["received_at"]).total_seconds()))
            found[facts.month(f, f["final_reply_at"])].append(seconds / 86400)
    return {key: (sum(times, Fraction(0)), len(times)) for key, times in found.items()}


def supported(facts: Facts) -> dict[Key, Figure]:
    found = []
    for q in facts.of["fct_questions"]:
        f = facts.item[q["feedback_key"]]
        if q["result_code"] in ON_SUBSTANCE and f["kind"] == "appeal" and facts.until(f["final_reply_at"]):
            found.append((facts.month(f, f["final_reply_at"]), q["result_code"] == "Supported"))
    return counted(found)


def automatic(facts: Facts, f: Row) -> bool:
    return any(
        a["channel_code"] == f["channel_code"]
        and date.fromisoformat(a["valid_from"]) <= f["received_on"]
        and (not a["valid_to"] or f["received_on"] < date.fromisoformat(a["valid_to"]))
        for a in facts.automatic
    )


def social_bodies(facts: Facts) -> dict[Key, Figure]:
    found: dict[tuple[str, Key], bool] = {}
    for f in facts.citizens:
        if f["recipient_code"] in ("none", "unknown") or not facts.until(f["received_at"]):
            continue
        key = (f["recipient_code"], facts.month(f, f["received_at"]))
        answers = f["kind"] == "open_source_message" and facts.until(f["first_reply_at"])
        found[key] = found.get(key, False) or answers
    return counted((key, part) for (_, key), part in found.items())


COUNTS: dict[str, Callable[[Facts], dict[Key, Figure]]] = {
    "new_count": lambda facts: received(facts, lambda f: not f["is_repeat"] and not f["is_duplicate"]),
    "repeat_share": lambda facts: received(facts, lambda f: f["is_repeat"]),
    "duplicate_share": lambda facts: received(facts, lambda f: f["is_duplicate"]),
    "received_count": lambda facts: received(facts, lambda f: True),
    "auto_delivery_share": lambda facts: received(facts, lambda f: automatic(facts, f)),
    "overdue_share": overdue,
    "deferred_share": deferred,
    "on_time_share": on_time,
    "first_reply_on_time_share": lambda facts: ended(facts, "first_reply", lambda d: d["is_met"]),
    "registration_on_time_share": lambda facts: ended(facts, "registration", lambda d: d["is_met"]),
    "forwarding_on_time_share": lambda facts: ended(facts, "forwarding", lambda d: d["is_met"]),
    "extended_share": lambda facts: ended(facts, "final", lambda d: d["is_extended"], "appeal"),
    "satisfaction_share": marked,
    "pos_high_mark_share": lambda facts: marked(facts, "pos"),
    "mark_response_share": lambda facts: counted(
        (facts.month(f, f["final_reply_at"]), f["mark"] is not None) for f in answered(facts)
    ),
    "answer_median_days": lambda facts: quantile(facts, Fraction(1, 2), answer_times(facts)),
    "answer_p90_days": lambda facts: quantile(facts, Fraction(9, 10), answer_times(facts)),
    "first_reply_median_hours": lambda facts: quantile(facts, Fraction(1, 2), first_times(facts)),
    "pos_answer_days": mean_of_pos,
    "supported_share": supported,
    "reopened_share": reopened,
    "social_bodies_share": social_bodies,
}
"""Code → numerator and denominator by municipality and month."""


def value(aggregation: str, figure: Figure | None) -> Decimal | None:
    """What the catalogue says the value is, to six digits."""
    numerator, denominator = figure or (Fraction(0), 0)
    if aggregation == "count":
        return Decimal(int(numerator or 0))
    if not denominator or numerator is None:
        return None
    exact = numerator if aggregation in ("median", "percentile") else numerator / denominator
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.000001"), ROUND_HALF_UP)
