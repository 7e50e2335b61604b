"""What the DAGs share: owner, alerts, retries, time limits and the pool that leaves a slot to the marts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.exceptions import AirflowTaskTimeout

from mcu.alerts.airflow import on_failure, on_success
from mcu.errors import UserError
from mcu.owners import owner_title
from mcu.settings import INGEST_SLOTS, settings
from mcu.warehouse.faults import DatabaseDown

INGEST_POOL = "ingest"

TRANSFORM_PRIORITY = 10
"""Above the 1 of all other tasks."""

OWNER = owner_title("data_engineer")

# A killed task starts again at once: every step is safe to rerun. So does one that lost the database, which may be back
# in a minute. Any other error that we explain (a source that does not answer, a shut gate) and a time-out fail without
# a retry: the next scheduled run is the retry, and the alert goes out.
_INTERRUPTIONS_ONLY = ExceptionRetryPolicy(
    rules=[
        RetryRule(exception=[DatabaseDown], action=RetryAction.RETRY),
        RetryRule(exception=[UserError, AirflowTaskTimeout], action=RetryAction.FAIL),
    ]
)


def task_defaults(limit: timedelta, **others: Any) -> dict[str, Any]:
    """The `default_args` of a DAG whose tasks may each take `limit`; `others` override or add."""
    return {
        "owner": OWNER,
        "execution_timeout": limit,
        "retries": 1,
        "retry_delay": timedelta(seconds=10),
        "retry_policy": _INTERRUPTIONS_ONLY,
        "on_failure_callback": on_failure,
        "on_success_callback": on_success,
        **others,
    }


def publication_defaults() -> dict[str, Any]:
    """The arguments of a DAG that makes documents. A transformation that is still running delays them: the task tries
    again later, whatever the error."""
    return {
        "catchup": False,
        "max_active_runs": 1,
        "dagrun_timeout": timedelta(hours=4),
        "tags": ["публикация"],
        "default_args": task_defaults(
            timedelta(minutes=30), retries=4, retry_delay=timedelta(minutes=15), retry_policy=None
        ),
    }


def moment_of(context: Any) -> datetime:
    """The moment for which a run makes its documents: the one of the settings, else the run's."""
    moment: datetime = settings().as_of or context["dag_run"].run_after
    return moment


def create_pools() -> None:
    """Create the pools in Airflow's own database, or bring them up to date. Runs in Airflow's processes only."""
    from airflow.models.pool import Pool

    Pool.create_or_update_pool(INGEST_POOL, INGEST_SLOTS, "Загрузка источников", include_deferred=True)


if __name__ == "__main__":  # `python -m mcu.dag_defaults`: the server's start (docker-compose.yml)
    create_pools()
