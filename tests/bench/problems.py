"""Matters and problems of a million items: seconds of their models, how they grow, and what a thousand touched items
cost. The texts are those of the city's generator, read through staging as in any run."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.transform import change, fill, own_warehouse
from demo_city import clock
from ground import empty_tables
from mcu.warehouse import dbt
from mcu.warehouse.connect import connect
from mcu.warehouse.raw_tables import ensure_raw_table
from mcu.warehouse.transform import prepare

FOLDERS = ("intermediate/matters", "intermediate/problems")
FACTS = ("fct_problems", "fct_problem_items")
_NO_TESTS = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
TOUCHED = 1_000


@dataclass(frozen=True)
class Result:
    """Seconds are from the first of these models to the last one, all that they read being there: with indexes and
    statistics, without dbt's start."""

    items: int
    problems_found: int
    small_seconds: float
    seconds: float
    touched: int
    touched_seconds: float
    slowest: dict[str, float]
    """Seconds of the models that took longest at `items`."""

    @property
    def growth(self) -> float:
        """Exponent of time over items, from a tenth of them."""
        return math.log(self.seconds / self.small_seconds) / math.log(10)


def run(items: int = 1_000_000) -> Result:
    """Measure at a tenth of `items` and at `items`. Leaves nothing behind."""
    as_of = datetime.fromtimestamp(clock.END, UTC)
    with own_warehouse():
        small = _full(items // 10, as_of)
        large = _full(items, as_of)
        with connect("transformer") as conn:
            (found,) = conn.execute("select count(*) from marts_next.fct_problems").fetchone() or (0,)
        before = _accepted()
        change(TOUCHED)
        touched = _build(dbt.Window(as_of, before, _accepted(), as_of_before=as_of), ",tag:each_run")
    slowest = sorted(large.by_model.items(), key=lambda found: -found[1])[:5]
    return Result(items, found, small.seconds, large.seconds, TOUCHED, touched.seconds, dict(slowest))


@dataclass(frozen=True)
class _Spent:
    seconds: float
    by_model: dict[str, float]


def _full(items: int, as_of: datetime) -> _Spent:
    empty_tables()
    prepare(None)
    fill(items)
    for slug in dbt.feedback_sources() | dbt.other_sources():
        with connect("loader") as conn:
            ensure_raw_table(conn, slug)
    return _build(dbt.Window(as_of, 0, _accepted()), "", "--full-refresh")


def _build(window: dbt.Window, only: str, *more: str) -> _Spent:
    """What matters and problems stand on, then they themselves, then the instant by which the next run knows that it is
    not the first. Only the second is timed."""
    ours = [*(f"path:models/{folder}" for folder in FOLDERS), *FACTS]
    below = [f"+{fact}" for fact in FACTS]
    _run(window, [f"{model}{only}" for model in below], ours, more)
    _run(window, [f"{model}{only}" for model in ours], [], more)
    spent = _spent()
    _run(window, [f"+dim_as_of{only}"], below, more)
    return spent


def _run(window: dbt.Window, chosen: list[str], left_out: list[str], more: Sequence[str]) -> None:
    exclude = ["--exclude", *left_out] if left_out else []
    dbt.run_dbt(["build", "--select", *chosen, *exclude, *_NO_TESTS, *more], window=window)


def _accepted() -> int:
    with connect("loader") as conn:
        (upto,) = conn.execute("select coalesce(max(accept_no), 0) from ops.loads").fetchone() or (0,)
    return int(upto)


def _spent() -> _Spent:
    """Of the last run of dbt."""
    results = json.loads((dbt.state() / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    moments = [
        datetime.fromisoformat(timing[end])
        for r in results
        for timing in r["timing"]
        for end in ("started_at", "completed_at")
    ]
    by_model = {r["unique_id"].rpartition(".")[2]: float(r["execution_time"]) for r in results}
    return _Spent((max(moments) - min(moments)).total_seconds(), by_model)


if __name__ == "__main__":
    print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
