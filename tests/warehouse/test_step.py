"""A step: rows of SQL go through Python into a table; an error shows no text."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from dbt_common.exceptions import DbtRuntimeError

from mcu.warehouse.connect import connect
from mcu.warehouse.copies import next_name
from mcu.warehouse.step import PACKAGE, Row, Step, StepJob, rows_table

SCHEMA = next_name("intermediate")
QUERY = "select n as key, 'секрет ' || n as text from generate_series(1, 3) as n"


def _job(monkeypatch: pytest.MonkeyPatch, step: Step) -> StepJob:
    module: Any = ModuleType("given")
    module.step = step
    monkeypatch.setitem(sys.modules, f"{PACKAGE}.given", module)
    meta = {"step": "given", "columns": {"key": "integer", "marks": "bigint[]"}}
    return StepJob({"config": {"meta": meta}, "schema": SCHEMA, "alias": "stepped"}, None)


def _stored() -> list[Row]:
    with connect("transformer") as conn:
        return conn.execute(f"select * from {SCHEMA}.{rows_table('stepped')} order by 1").fetchall()


def test_rows_pass_through_the_step(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lengths(rows: Iterator[Row]) -> Iterator[Row]:
        return ((key, [len(text), -key]) for key, text in rows if key != 2)

    assert _job(monkeypatch, lengths).submit(QUERY) == 2
    assert _stored() == [(1, [8, -1]), (3, [8, -3])]
    assert _job(monkeypatch, lambda rows: iter([])).submit(QUERY) == 0
    assert _stored() == []


def _quote_a_text(text: str) -> Row:
    raise ValueError(text)


@pytest.mark.parametrize(
    "broken",
    [lambda key, text: _quote_a_text(text), lambda key, text: (key, text), lambda key, text: (text, [])],
    ids=["raises", "writes text for numbers", "writes text for a number"],
)
def test_an_error_shows_no_text(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, broken: Callable[[int, str], Row]
) -> None:
    """dbt prints it, and an alert shows what dbt printed."""
    job = _job(monkeypatch, lambda rows: (broken(*row) for row in rows))
    with pytest.raises(DbtRuntimeError) as caught:
        job.submit(QUERY)
    assert "секрет" not in str(caught.value)
    assert str(caught.value).strip()
