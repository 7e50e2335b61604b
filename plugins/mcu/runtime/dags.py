"""Finds the DAG that a person means by its own name or by that of its source."""

from __future__ import annotations

from mcu.errors import UserError
from mcu.runtime.airflow_api import Airflow, Dag
from mcu.similar import nearest
from mcu.sources.registry import source_files

SECONDS_TO_APPEAR = 90
"""How long Airflow may take to read a source that was declared just now."""


def find_dag(name: str) -> tuple[Airflow, Dag]:
    """The session and the DAG `name`, or that of the source `name`; a source declared just now is waited for.
    Raises UserError with the nearest name."""
    airflow = Airflow()
    own = f"ingest_{name}"
    if name in {path.stem for path in source_files()}:
        airflow.wait_for_dags([own], SECONDS_TO_APPEAR)
    dags = airflow.dags()
    for dag_id in (own, name):
        if dag_id in dags:
            return airflow, dags[dag_id]
    near = nearest(name, [*dags, *(dag_id.removeprefix("ingest_") for dag_id in dags)])
    hint = f" Похожее имя: {near}." if near else ""
    raise UserError(f"DAG или источника «{name}» в Airflow нет.{hint} Все DAG: {airflow.url}/dags")
