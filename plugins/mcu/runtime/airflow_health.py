"""The parts of a running Airflow, as its API reports them; it may answer although its scheduler is dead."""

from __future__ import annotations

import requests

from mcu.runtime.services import AIRFLOW

PARTS = {
    "metadatabase": "база данных Airflow",
    "scheduler": "планировщик",
    "dag_processor": "чтение DAG",
    "triggerer": "триггерер",
}


def dead_parts() -> list[str]:
    """Titles of the parts that do not work. Empty also if Airflow does not answer at all."""
    assert AIRFLOW.health is not None
    try:
        with requests.Session() as session:
            session.trust_env = False
            health = session.get(AIRFLOW.health(), timeout=10).json()
    except requests.RequestException:  # no answer, or an answer that is not JSON
        return []
    return [title for part, title in PARTS.items() if (health.get(part) or {}).get("status") != "healthy"]
