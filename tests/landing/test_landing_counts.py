"""Whatever a source gives, read = new + unchanged + rejected, and no record is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcu.connectors.base import Page
from mcu.landing import ledger
from mcu.landing.load import source_lock
from mcu.landing.run import Run
from mcu.warehouse.connect import connect
from tests.landing.conftest import record, rest_spec, rows

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(["id", "status", "createdAt", "updatedAt", "author", "text", "\x00", "new"])
times = st.sampled_from(
    ["2026-11-01T10:00:00+03:00", "01.11.2026 10:00", "2026-11-01", "вчера", "", "2026-13-01T10:00:00Z"]
)
records = st.one_of(
    st.builds(record, st.integers(0, 5)),
    st.builds(
        lambda n, change: {**record(n), **change}, st.integers(0, 5), st.dictionaries(fields, json_values, max_size=3)
    ),
    st.builds(lambda n, at, to: {**record(n), "createdAt": at, "updatedAt": to}, st.integers(0, 5), times, times),
    json_values,
)
loads = st.lists(st.lists(st.lists(records, max_size=6), max_size=3), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def _warehouse_of_the_module(warehouse: Path) -> None:
    pass


@pytest.mark.usefixtures("_warehouse_of_the_module")
@pytest.mark.parametrize("has_time", [True, False])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(loads)
def test_counts_agree(has_time: bool, given_loads: list[list[list[Any]]]) -> None:
    _empty()
    spec = (
        rest_spec()
        if has_time
        else rest_spec(record={"id": "id", "required": ["id", "status"], "times": ["createdAt"]})
    )
    for number, pages in enumerate(given_loads):
        with source_lock(spec) as conn:
            run = Run(conn, spec)
            run.land(Page(list(page), f"страница {n}") for n, page in enumerate(pages, 1))
            result = run.finish()
        assert result.read == sum(map(len, pages)) == result.new + result.unchanged + result.rejected
        if result.load_id is not None:
            ledger.accept(result.load_id) if number != 1 else ledger.quarantine(result.load_id, "x")
        assert result.new <= rows("select count(*) from raw.demo")[0][0]
        assert "Ветроходов" not in str(rows("select payload from raw.demo union all select payload from ops.rejects"))

    # Loading everything again at once adds only what is still in quarantine.
    with source_lock(spec) as conn:
        run = Run(conn, spec)
        run.land(Page(list(page), "снова") for page in given_loads[-1])
        before = rows("select count(*) from raw.demo"), rows("select count(*) from ops.rejects")
        run.finish()
    assert (rows("select count(*) from raw.demo"), rows("select count(*) from ops.rejects")) == before


def _empty() -> None:
    with connect("loader") as conn:
        conn.execute("drop table if exists raw.demo")
        conn.execute(
            "truncate ops.loads, ops.source_state, ops.rejects, ops.anonymization_log restart identity cascade"
        )
