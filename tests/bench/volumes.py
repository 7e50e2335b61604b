"""Expected volumes over a million items: seconds of the models, and how they grow."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

from bench import deadlines
from bench.transform import own_warehouse
from demo_city import clock
from mcu.warehouse.connect import connect
from mcu.warehouse.dbt import Window

MODELS = [
    "int_volumes_before", "int_daily_volumes", "int_expected_days", "int_day_factors", "int_expected_levels",
    "fct_expected_volumes", "rpt_volume_surges", "rpt_volume_contributions", "rpt_silences",
]  # fmt: skip  # a table
_REST = """
truncate intermediate_next.int_repeats, intermediate_next.int_topics;
insert into intermediate_next.int_repeats (feedback_key, is_repeat, is_duplicate)
select feedback_key, false, false from intermediate_next.int_feedback;
insert into intermediate_next.int_topics (feedback_key, source_slug, record_ref, topic_code, topic_source, block_code)
select feedback_key, source_slug, record_ref, topic_code, 'source', block_code from intermediate_next.int_feedback;
analyze intermediate_next.int_repeats; analyze intermediate_next.int_topics;
"""


@dataclass(frozen=True)
class Result:
    items: int
    small_seconds: float
    """Over a tenth of the items."""
    large_seconds: float

    @property
    def growth(self) -> float:
        """Exponent of time over items between the two sizes."""
        return math.log10(self.large_seconds / self.small_seconds)


def run(items: int = 1_000_000) -> Result:
    """Measure at a tenth of `items` and at `items`. Leaves nothing behind."""
    from mcu.warehouse.transform import transform

    as_of = datetime.fromtimestamp(clock.END, UTC)
    with own_warehouse():
        transform(as_of)
        window = Window(as_of, 0, 0)
        return Result(items, _measure(items // 10, window), _measure(items, window))


def _measure(items: int, window: Window) -> float:
    with connect("admin", autocommit=True) as conn:
        deadlines._fill(conn, items)
        conn.execute(_REST)
    deadlines._dbt(["run", "--full-refresh", "--select", *MODELS], window)
    return deadlines._seconds(MODELS)


if __name__ == "__main__":
    print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
