"""Builds the axis in the database of the environment's dbt variables, in a process of its own: seeds, the rows of three
CSV files beside them, the calendar models, the functions; and compiles the texts of the tests' queries.

    python build_axis.py FOLDER   with a CSV for each of TABLES and operations.json → compiled.json
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import psycopg
from dbt.cli.main import dbtRunner

from mcu.warehouse.dbt import variables

VARIABLES = variables() | {"calendar_from": "1991-11-01"}
"""The oldest vector is of 1991."""

MARK = "\n-- next --\n"
TABLES = ("work_schedules", "calendar_days", "calendar_corrections")
MODELS = ("int_schedules", "int_calendar_days", "int_work_intervals", "int_work_days")


def main(folder: Path) -> None:
    runner = dbtRunner()

    def dbt(*args: str, **variables: Any) -> Any:
        outcome = runner.invoke([*args, "--vars", json.dumps(VARIABLES | variables), "--log-level", "error"])
        if not outcome.success:
            raise SystemExit(f"dbt {args[0]}: {outcome.exception or outcome.result}")
        return outcome.result

    runner = dbtRunner(manifest=dbt("parse"))
    dbt("seed", "--select", *TABLES)
    with psycopg.connect(
        host=os.environ["MCU_DBT_HOST"], port=os.environ["MCU_DBT_PORT"], user=os.environ["MCU_DBT_USER"],
        password=os.environ["DBT_ENV_SECRET_PASSWORD"], dbname=os.environ["MCU_DBT_DATABASE"],
    ) as conn:  # fmt: skip  # a table
        for table in TABLES:
            rows = (folder / f"{table}.csv").read_text(encoding="utf-8")
            columns = rows.partition("\n")[0]
            with conn.cursor().copy(
                f"copy reference_next.{table} ({columns}) from stdin (format csv, header match)"
            ) as copy:
                copy.write(rows)
    dbt("build", "--select", *MODELS, "resource_type:function", "--exclude", "resource_type:unit_test")
    operations = json.loads((folder / "operations.json").read_text(encoding="utf-8"))
    compiled = dbt("compile", "--quiet", "--inline", MARK.join(operations.values()))
    texts = compiled.results[-1].node.compiled_code.split(MARK)
    calendar = dbt("compile", "--quiet", "--select", "int_calendar_days", presidential_days_off=False)
    answer = {
        "macros": dict(zip(operations, texts, strict=True)),
        "without_presidential": calendar.results[0].node.compiled_code,
    }
    (folder / "compiled.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
