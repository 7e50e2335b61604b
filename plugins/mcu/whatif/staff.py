"""The queue of each recipient replayed with another number of hands: the same arrivals, the same order of closing, so
many more or fewer closings a day. With the present hands nothing changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from psycopg.rows import dict_row

from mcu.errors import UserError
from mcu.warehouse.connect import connect
from mcu.warehouse.transform_runs import standing
from mcu.whatif.changes import SupposalRefused


@dataclass(frozen=True)
class Hands:
    """So many hands in place of so many."""

    recipient_code: str
    now: int
    then: int

    @staticmethod
    def of(text: str) -> Hands:
        """«murmansk.zhkh=3:4». Raises SupposalRefused."""
        code, _, hands = (part.strip() for part in text.partition("="))
        now, _, then = hands.partition(":")
        if not (code and now.isdecimal() and then.isdecimal() and int(now) > 0):
            raise SupposalRefused(f"Штат «{text}»: нужно КОД=СЕЙЧАС:БУДЕТ, например murmansk.zhkh=3:4.")
        return Hands(code, int(now), int(then))

    @property
    def factor(self) -> Fraction:
        return Fraction(self.then, self.now)


@dataclass(frozen=True)
class Item:
    """An item of a queue: local days. `closed_on` None: open at `as_of`; `due_on`: of its main deadline."""

    key: str
    received_on: date
    closed_on: date | None
    due_on: date | None


@dataclass(frozen=True)
class Outcome:
    """A queue at the end of the replay."""

    closed: int
    backlog: int
    missed: int
    median_days: int | None


@dataclass(frozen=True)
class StaffReplay:
    """A recipient's queue as it is and as it would have been."""

    title: str
    hands: Hands
    since: date
    as_of: datetime
    before: Outcome
    after: Outcome


def replay_queue(items: Sequence[Item], factor: Fraction, last: date) -> list[Item]:
    """The same items with the days on which they would have been closed by `last`.

    Each day has `factor` times its closings. What is waiting is closed in the order in which it was closed in fact,
    then what is open, by its age. Work that finds nothing waiting is lost; less than a whole item is carried over."""
    order = sorted(items, key=lambda i: (i.closed_on is None, i.closed_on or i.received_on, i.received_on, i.key))
    closings = Counter(item.closed_on for item in items if item.closed_on)
    arrivals: dict[date, list[int]] = {}
    for place, item in enumerate(order):
        arrivals.setdefault(item.received_on, []).append(place)
    days = sorted({*arrivals, *(day for day in closings if day)})
    closed: dict[int, date] = {}
    waiting: set[int] = set()
    work = Fraction(0)
    for day in (day for day in days if day <= last):
        waiting |= set(arrivals.get(day, []))
        work += closings[day] * factor
        for place in sorted(waiting)[: int(work)]:
            waiting.discard(place)
            closed[place] = day
            work -= 1
        if not waiting:
            work = Fraction(0)
    return [replace(item, closed_on=closed.get(place)) for place, item in enumerate(order)]


def outcome(items: Iterable[Item], last: date) -> Outcome:
    """How a queue stands on `last`. An item is missed if it was closed after its deadline, or is open after it."""
    items = list(items)
    spent = sorted((i.closed_on - i.received_on).days for i in items if i.closed_on)
    half = (len(items) + 1) // 2
    return Outcome(
        closed=len(spent),
        backlog=len(items) - len(spent),
        missed=sum(i.due_on is not None and i.due_on < (i.closed_on or last) for i in items),
        median_days=spent[half - 1] if items and half <= len(spent) else None,
    )


def replay_staff(hands: Hands) -> StaffReplay:
    """The last two years of a recipient under other hands. Raises SupposalRefused if it has no items."""
    with connect("transformer") as conn, conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute("set transaction isolation level repeatable read read only")
        run = standing(conn, "published")
        if run is None:
            raise UserError("Витрины ещё не рассчитаны: выполните mcu marts build")
        known = {"as_of": run.as_of, "code": hands.recipient_code}
        rows: list[dict[str, Any]] = cursor.execute(_ITEMS, known).fetchall()
        if not rows:
            codes = [row["recipient_code"] for row in cursor.execute(_RECIPIENTS)]
            raise SupposalRefused(
                f"У исполнителя «{hands.recipient_code}» за два года ничего нет. Можно указать: {', '.join(codes)}."
            )
    items = [Item(str(r["feedback_key"]), r["received_on"], r["closed_on"], r["due_on"]) for r in rows]
    last = rows[0]["last_on"]
    return StaffReplay(
        title=rows[0]["title"],
        hands=hands,
        since=min(item.received_on for item in items),
        as_of=run.as_of,
        before=outcome(items, last),
        after=outcome(replay_queue(items, hands.factor, last), last),
    )


_ITEMS = """
select
    f.feedback_key,
    r.title,
    f.received_on,
    greatest((f.closed_at at time zone m.time_zone)::date, f.received_on) as closed_on,
    (d.due_at at time zone m.time_zone)::date as due_on,
    (%(as_of)s::timestamptz at time zone m.time_zone)::date as last_on
from marts.fct_feedback as f
inner join marts.dim_municipality as m on f.municipality_code = m.municipality_code
inner join marts.dim_recipient as r on f.recipient_code = r.recipient_code
left join marts.fct_deadlines as d on f.feedback_key = d.feedback_key and d.is_main
where
    f.recipient_code = %(code)s
    and f.received_at between %(as_of)s::timestamptz - interval '2 years' and %(as_of)s
order by f.feedback_key
"""
_RECIPIENTS = """
select recipient_code from marts.fct_feedback group by 1 order by count(*) desc, 1 limit 30
"""
