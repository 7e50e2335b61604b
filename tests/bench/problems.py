"""Matters and problems of a million items: seconds of their models, how they grow, and what a thousand touched items
cost. The texts are those of the city's generator, read through staging as in any run."""

from __future__ import annotations

import json
import math
import sys
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
    """Seconds are those of the models, with indexes and statistics, without dbt's start."""

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
        small = sum(_full(items // 10, as_of).values())
        large = _full(items, as_of)
        with connect("transformer") as conn:
            (found,) = conn.execute("select count(*) from marts_next.fct_problems").fetchone() or (0,)
        before = _accepted()
        change(TOUCHED)
        _build(dbt.Window(as_of, before, _accepted(), as_of_before=as_of), ",tag:each_run")
        touched = sum(_seconds().values())
    slowest = sorted(large.items(), key=lambda found: -found[1])[:5]
    return Result(items, found, small, sum(large.values()), TOUCHED, touched, dict(slowest))


def _full(items: int, as_of: datetime) -> dict[str, float]:
    """Seconds by model."""
    empty_tables()
    prepare(None)
    fill(items)
    for slug in dbt.feedback_sources() | dbt.other_sources():
        with connect("loader") as conn:
            ensure_raw_table(conn, slug)
    _build(dbt.Window(as_of, 0, _accepted()), "", "--full-refresh")
    return _seconds()


def _build(window: dbt.Window, only: str, *more: str) -> None:
    """Matters and problems with what they stand on, and nothing else."""
    chosen = [f"+{model}{only}" for model in (*FACTS, "dim_as_of")]
    dbt.run_dbt(["build", "--select", *chosen, *_NO_TESTS, *more], window=window)


def _accepted() -> int:
    with connect("loader") as conn:
        (upto,) = conn.execute("select coalesce(max(accept_no), 0) from ops.loads").fetchone() or (0,)
    return int(upto)


def _seconds() -> dict[str, float]:
    models = {path.stem for folder in FOLDERS for path in (dbt.PROJECT / "models" / folder).glob("*.sql")}
    results = json.loads((dbt.state() / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    times = {r["unique_id"].rpartition(".")[2]: float(r["execution_time"]) for r in results}
    return {model: times[model] for model in times.keys() & (models | set(FACTS))}


if __name__ == "__main__":
    print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
