"""Deadlines of a million items with five million events: the models' time as a ratio to a bound and to a peer.

The bound is one hand-written SQL over the same axis that only computes due times; the peer computes the same by
expanding days, as open SLA packages do. All three read the same items, events and rules in one throw-away database.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg

from bench.transform import own_warehouse
from demo_city import clock
from mcu.warehouse.connect import connect
from mcu.warehouse.dbt import Window, run_dbt, state

SQL = Path(__file__).parent / "sql"
STAGES = [
    *("int_milestones", "int_deadline_scopes", "int_clocks", "int_pauses", "int_adjusted_deadlines", "int_deadlines"),
    "fct_deadlines",
]
"""From events to the fact of every stage."""
CITIZEN = ["int_topics", "int_repeats", "int_chains", "fct_feedback", "int_answer_deadlines", "fct_citizen_clocks"]
"""The citizen's clock needs the chains of repeats, the fact of items and a view that went with the deadlines before."""
EVENTS_PER_ITEM = 5
TOUCHED = 1_000
PEER_ITEMS = 20_000
"""The day expansion is measured on fewer items and compared per deadline."""


@dataclass(frozen=True)
class Figure:
    """Seconds over the same `items`; `deadlines_found` is the number of due times found."""

    items: int
    events: int
    deadlines_found: int
    models_seconds: float
    bound_seconds: float
    citizen_seconds: float

    @property
    def ratio(self) -> float:
        return self.models_seconds / self.bound_seconds


@dataclass(frozen=True)
class Result:
    small: Figure
    large: Figure
    touched: int
    touched_seconds: float
    """The same models after so many items were touched."""
    peer_deadlines: int
    peer_seconds: float
    peer_mismatches: int
    """Due times in which the peer differs from the models."""

    @property
    def growth(self) -> float:
        """Exponent of time over items between the two sizes."""
        return math.log(self.large.models_seconds / self.small.models_seconds) / math.log(
            self.large.items / self.small.items
        )

    @property
    def touched_share(self) -> float:
        return self.touched_seconds / self.large.models_seconds

    @property
    def peer_ratio(self) -> float:
        """How many times slower per deadline the day expansion is."""
        return (self.peer_seconds / self.peer_deadlines) / (self.large.models_seconds / self.large.deadlines_found)


def run(items: int = 1_000_000) -> Result:
    """Measure at a tenth of `items` and at `items`. Leaves nothing behind."""
    from mcu.warehouse.transform import transform

    as_of = datetime.fromtimestamp(clock.END, UTC)
    with own_warehouse():
        transform(as_of)  # empty marts: the axis, the rules and the tables to fill
        window = Window(as_of, 0, 0)
        small = _measure(items // 10, window)
        large = _measure(items, window)
        _touch(items)
        _dbt(["run", "--select", *STAGES], window)
        touched = _seconds(STAGES)
        peer_seconds, peer_deadlines, mismatches = _peer(min(PEER_ITEMS, items))
    return Result(small, large, TOUCHED, touched, peer_deadlines, peer_seconds, mismatches)


def _measure(items: int, window: Window) -> Figure:
    with connect("admin", autocommit=True) as conn:
        events = _fill(conn, items)
        conn.execute("set role mcu_transformer")
        conn.execute("set work_mem = '256MB'")  # as the models have it
        bound = _timed(conn, "deadlines_bound")
    _dbt(["run", "--full-refresh", "--select", *STAGES], window)
    stages = _seconds(STAGES)
    _dbt(["run", "--full-refresh", "--select", *CITIZEN], window)
    with connect("admin", autocommit=True) as conn:
        # The ratio means nothing unless both find the same due times.
        ours, theirs, differ = _row(conn, "deadlines_agree")
        if ours != theirs or differ:
            raise AssertionError(f"the bound has {theirs} deadlines, the models {ours}; {differ} differ")
    return Figure(items, events, ours, stages, bound, _seconds(CITIZEN))


def _fill(conn: psycopg.Connection, items: int) -> int:
    conn.execute((SQL / "deadlines_fill.sql").read_text(encoding="utf-8").replace(":items", str(items)))
    (events,) = conn.execute("select count(*) from intermediate_next.int_events").fetchone() or (0,)
    return int(events)


def _touch(items: int) -> None:
    """Answers come to so many items of all years."""
    step = str(max(items // TOUCHED, 1))
    with connect("admin", autocommit=True) as conn:
        conn.execute((SQL / "deadlines_touch.sql").read_text(encoding="utf-8").replace(":step", step))


def _peer(items: int) -> tuple[float, int, int]:
    with connect("admin", autocommit=True) as conn:
        seconds = _timed(conn, "deadlines_day_expansion", items=items)
        deadlines_found, mismatches = _row(conn, "deadlines_peer_agrees")
    return seconds, deadlines_found, mismatches


def _timed(conn: psycopg.Connection, name: str, **given: Any) -> float:
    text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    for key, value in given.items():
        text = text.replace(f":{key}", str(value))
    started = perf_counter()
    conn.execute(text)
    return perf_counter() - started


def _row(conn: psycopg.Connection, name: str) -> tuple[Any, ...]:
    row = conn.execute((SQL / f"{name}.sql").read_text(encoding="utf-8")).fetchone()
    assert row is not None
    return tuple(row)


def _dbt(args: list[str], window: Window) -> None:
    with connect("admin", autocommit=True) as conn:
        conn.execute("checkpoint")
    run_dbt(args, window=window)


def _seconds(models: list[str]) -> float:
    """Seconds of these models in dbt's last run, with indexes and statistics, without dbt's start."""
    results = json.loads((state() / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    times = {r["unique_id"].rpartition(".")[2]: float(r["execution_time"]) for r in results}
    return sum(times[model] for model in models)


if __name__ == "__main__":
    print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
