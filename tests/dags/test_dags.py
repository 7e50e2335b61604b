"""The DAGs as Airflow reads them: no import error, a DAG a source, assets between them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ground import ROOT
from mcu.sources.registry import all_sources


@pytest.fixture(scope="module")
def dags(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    os.environ["AIRFLOW_HOME"] = str(tmp_path_factory.mktemp("airflow"))
    os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(ROOT / "dags"))
    assert bag.import_errors == {}
    return dict(bag.dags)


def test_every_source_has_its_dag(dags: dict[str, Any]) -> None:
    ingest = {d.removeprefix("ingest_") for d in dags if d.startswith("ingest_")}
    assert ingest == set(all_sources()) and len(ingest) >= 3


def test_transform_follows_every_source(dags: dict[str, Any]) -> None:
    outlets = {a.name for d in dags.values() if d.dag_id.startswith("ingest_") for t in d.tasks for a in t.outlets}
    listened = {asset.name for asset in dags["transform"].timetable.asset_condition.objects}
    assert listened == outlets == {f"raw/{slug}" for slug in all_sources()}


def test_tasks_are_few_and_tell_of_failures(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        assert len(dag.tasks) <= 3, f"{dag.dag_id}: each task costs seconds of overhead"
        assert dag.catchup is False and dag.max_active_runs == 1
        for task in dag.tasks if dag.dag_id != "watch" else []:
            assert task.has_on_failure_callback, f"{dag.dag_id}.{task.task_id} fails silently"


def test_dag_files_do_no_io_with_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the DAG files opens no connection: the scheduler does it every minute."""
    import runpy

    import httpx
    import psycopg

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a DAG file opened a connection while it was read")

    monkeypatch.setattr(psycopg, "connect", forbidden)
    monkeypatch.setattr(httpx.Client, "send", forbidden)
    for path in sorted(Path(ROOT / "dags").glob("*.py")):
        runpy.run_path(str(path))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"since": "2026-10-01", "until": "2026-11-01"}, ("2026-10-01T00:00:00+03:00", "2026-11-01T00:00:00+03:00")),
        ({"since": "2026-10-01T09:30:00Z", "until": None}, ("2026-10-01T09:30:00+00:00", None)),
        ({"since": None, "until": None}, (None, None)),
    ],
)
def test_a_run_with_dates_fetches_that_period(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], wanted: tuple[Any, Any]
) -> None:
    asked: list[Any] = []

    def load_source(spec: Any, *, since: Any, until: Any) -> list[Any]:
        asked.append((spec.slug, since and since.isoformat(), until and until.isoformat()))
        return []

    monkeypatch.setattr("mcu.landing.load.load_source", load_source)
    monkeypatch.setattr("mcu.alerts.refusals.report_refusals", lambda spec, results: None)
    dags["ingest_pos"].get_task("load").python_callable(params=given)
    assert asked == [("pos", *wanted)]
    assert set(given) == set(dags["ingest_pos"].params)
