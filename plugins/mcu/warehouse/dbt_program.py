"""dbt with one thing more: a model may be computed by our own Python (materialization `step`).

A process that runs dbt starts with this module. The three properties are those that dbt gives an adapter for Python
models; its PostgreSQL adapter has none."""

from __future__ import annotations

from typing import Any

from dbt.adapters.contracts.connection import AdapterResponse
from dbt.adapters.postgres.impl import PostgresAdapter
from dbt.cli.main import cli

from mcu.warehouse.step import StepJob


def teach_steps() -> None:
    """Let dbt's adapter of this process run steps."""

    def rows_of(_: PostgresAdapter, count: Any) -> AdapterResponse:
        return AdapterResponse(_message=f"STEP {count}", code="STEP", rows_affected=count)

    given = {
        "python_submission_helpers": property(lambda _: {"step": StepJob}),
        "default_python_submission_method": property(lambda _: "step"),
        "generate_python_submission_response": rows_of,
    }
    for name, value in given.items():
        setattr(PostgresAdapter, name, value)


if __name__ == "__main__":
    teach_steps()
    cli()
