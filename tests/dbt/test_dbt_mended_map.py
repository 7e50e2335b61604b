"""A map that was mended is taken up by the next run: all is built anew, the seeds first."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dbt_project_copy import Rows, project_with

from mcu.warehouse import transform as warehouse
from mcu.warehouse.connect import connect

AS_OF = datetime(2031, 1, 1, tzinfo=UTC)


def test_a_mended_map_rebuilds_everything(
    warehouse_runs: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    warehouse.transform(AS_OF)
    assert warehouse.transform(AS_OF).is_noop
    warehouse_runs.clear()

    def mended(rows: Rows) -> Rows:
        return [
            *rows,
            {"source_slug": "pos", "status_ref": "Новый", "status_code": "registered", "valid_from": "2024-01-01"},
        ]

    project_with(monkeypatch, tmp_path, status_map=mended)
    result = warehouse.transform(AS_OF)
    assert result.is_full and not result.is_noop
    assert warehouse_runs == [["build", "--full-refresh"]]
    assert warehouse.transform(AS_OF).is_noop


@pytest.fixture
def warehouse_runs(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What dbt was asked to do; it is not run. The ledger of runs is left as it was found."""
    asked: list[list[str]] = []
    monkeypatch.setattr("mcu.warehouse.transform.run_dbt", lambda args, **_: asked.append(args))
    yield asked
    with connect("admin") as conn:
        conn.execute("delete from ops.transform_runs where as_of = %s", [AS_OF])
