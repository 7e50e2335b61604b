"""The working-time axis in a database of its own beside the warehouse: the seeds, and the schedules of the tests."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deadlines import reference_rows
from deadlines.axis import Axis
from deadlines.calculator import Calculator
from deadlines.operations import OPERATIONS

DATABASE = "deadlines"


@pytest.fixture(scope="session")
def axis(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Axis]:
    """Seeds, harder schedules and those of the vectors, built once by dbt."""
    from mcu.warehouse.connect import connect, url
    from mcu.warehouse.dbt import PROJECT, environment

    with connect("admin", autocommit=True) as conn:
        conn.execute(f"create database {DATABASE} owner mcu_transformer")
    folder = tmp_path_factory.mktemp("axis")
    extra = reference_rows.harder() + reference_rows.of_vectors()
    reference_rows.write(folder / "work_schedules.csv", reference_rows.SCHEDULE_COLUMNS, extra.schedules)
    reference_rows.write(folder / "calendar_days.csv", reference_rows.DAY_COLUMNS, extra.days)
    reference_rows.write(
        folder / "calendar_corrections.csv", reference_rows.CORRECTION_COLUMNS, reference_rows.corrections()
    )
    (folder / "operations.json").write_text(json.dumps({name: o.macro for name, o in OPERATIONS.items()}))
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("build_axis.py")), str(folder)],
        cwd=PROJECT,
        env={**environment(), "MCU_DBT_DATABASE": DATABASE, "DBT_TARGET_PATH": str(folder / "target")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    reference = reference_rows.seeds() + extra
    with psycopg.connect(url("transformer"), dbname=DATABASE, autocommit=True, options="-c timezone=UTC") as conn:
        compiled = json.loads((folder / "compiled.json").read_text(encoding="utf-8"))
        yield Axis(
            conn,
            compiled["macros"],
            compiled["without_presidential"],
            reference,
            Calculator(reference.schedules, reference.days),
        )
