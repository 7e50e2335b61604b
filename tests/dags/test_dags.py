"""The DAGs as Airflow reads them: no import error, a DAG a source, assets between them."""

from __future__ import annotations

import os
import re
import runpy
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from ground import ROOT
from mcu.errors import UserError
from mcu.owners import OWNERS
from mcu.settings import INGEST_SLOTS
from mcu.sources import registry
from mcu.sources.registry import all_sources
from mcu.warehouse.faults import DatabaseDown


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


def test_a_task_reads_the_dag_of_its_source_alone(installation: Path) -> None:
    from airflow.sdk import DAG
    from airflow.sdk.definitions._internal.dag_parsing_context import _airflow_parsing_context_manager

    # as Airflow does before a task; its context leaves the two variables behind
    with patch.dict(os.environ), _airflow_parsing_context_manager(dag_id="ingest_pos", task_id="load"):
        found = runpy.run_path(str(ROOT / "dags" / "ingest_sources.py"))
    assert [value.dag_id for value in found.values() if isinstance(value, DAG)] == ["ingest_pos"]


def test_a_source_without_a_connection_has_no_timetable(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch, installation: Path
) -> None:
    """It would fail each hour; the doctor names it once. With an address it runs by its schedule."""
    factory = runpy.run_path(str(ROOT / "dags" / "ingest_sources.py"))["ingest_dag"]
    vk = all_sources()["vk"]
    vk = vk.model_copy(update={"connector": vk.connector.model_copy(update={"connection": "vk_of_nobody"})})
    assert factory(vk).schedule is None and "нет соединения" in factory(vk).tags
    monkeypatch.setenv("MCU_SECRET_CONN_VK_OF_NOBODY", "https://:x@api.test/")
    assert factory(vk).schedule.expression == vk.schedule and "нет соединения" not in factory(vk).tags


def test_backups_run_once_they_have_a_passphrase(monkeypatch: pytest.MonkeyPatch, installation: Path) -> None:
    def timetable() -> Any:
        return runpy.run_path(str(ROOT / "dags" / "backup.py"))["backup"]().schedule

    monkeypatch.delenv("MCU_SECRET_BACKUP_PASSPHRASE", raising=False)
    assert timetable() is None
    monkeypatch.setenv("MCU_SECRET_BACKUP_PASSPHRASE", "x")
    assert timetable() is not None


def test_transform_follows_every_source(dags: dict[str, Any]) -> None:
    outlets = {a.name for d in dags.values() if d.dag_id.startswith("ingest_") for t in d.tasks for a in t.outlets}
    listened = {asset.name for asset in dags["transform"].timetable.asset_condition.objects}
    assert listened == outlets == {f"raw/{slug}" for slug in all_sources()}


def test_a_faulty_source_file_takes_its_own_dag_only(
    dags: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are read, and the marts follow them."""
    from airflow.dag_processing.dagbag import DagBag

    folder = tmp_path / "sources"
    shutil.copytree(registry.FOLDER, folder)
    monkeypatch.setattr(registry, "FOLDER", folder)
    for slug, change in {"pos": ("slug: pos", "slug: ["), "vk": ('schedule: "20 ', 'schedule: "61 ')}.items():
        path = folder / f"{slug}.yml"
        path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    bag = DagBag(str(ROOT / "dags"))
    assert bag.import_errors == {}
    assert set(bag.dags) == set(dags) - {"ingest_pos", "ingest_vk"}
    listened = {asset.name for asset in bag.dags["transform"].timetable.asset_condition.objects}
    assert listened == {f"raw/{slug}" for slug in all_sources()} and "raw/registry" in listened


@pytest.mark.parametrize("name", ["watch", "transform"])
def test_a_faulty_source_file_is_reported_by_what_runs_regularly(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    class Reported(Exception):
        pass

    def transform(as_of: Any) -> None:
        raise Reported

    monkeypatch.setattr("mcu.alerts.faulty_specs.report_faulty_specs", lambda: ["pos.yml: неизвестное поле"])
    monkeypatch.setattr("mcu.alerts.refused_pepper.report_refused_pepper", lambda: "")
    monkeypatch.setattr("mcu.warehouse.transform.as_of_of_marts", lambda default: default)
    monkeypatch.setattr("mcu.warehouse.transform.transform", transform)
    task = dags[name].get_task({"watch": "check", "transform": "build"}[name])
    with suppress(Reported):
        task.python_callable(
            **({"dag_run": SimpleNamespace(run_after=datetime.now(UTC))} if name == "transform" else {})
        )
    assert "pos.yml: неизвестное поле" in capsys.readouterr().out


def test_every_dag_explains_itself_and_ends(dags: dict[str, Any]) -> None:
    """Description and instructions in Russian, an owner, a tag, and limits of time on the run and on each task."""
    for dag in dags.values():
        assert dag.tags and dag.description and re.search("[а-я]{4}", dag.description), dag.dag_id
        assert all(part in (dag.doc_md or "") for part in ("Что делает", "Когда", "Если не выполнено")), dag.dag_id
        assert dag.dagrun_timeout is not None, dag.dag_id
        for task in dag.tasks:
            assert task.owner in OWNERS.values(), f"{dag.dag_id}.{task.task_id}: {task.owner}"
            assert task.execution_timeout and task.execution_timeout < dag.dagrun_timeout, task.task_id
            assert task.retries >= 1, f"{dag.dag_id}.{task.task_id}: a killed task is not started again"


def test_loads_leave_a_slot_to_the_marts(dags: dict[str, Any], installation: Path) -> None:
    from mcu.runtime.services import airflow_env

    pools = {d.dag_id: {(t.pool, t.priority_weight) for t in d.tasks} for d in dags.values()}
    assert {pool for dag_id, found in pools.items() if dag_id.startswith("ingest_") for pool in found} == {
        ("ingest", 1)
    }
    assert pools["transform"] == {("default_pool", 10)}
    assert int(airflow_env()["AIRFLOW__CORE__PARALLELISM"]) > INGEST_SLOTS > 3  # three sources may hang


def test_airflow_gives_a_load_more_time_than_its_source_does(dags: dict[str, Any]) -> None:
    """So the load ends itself, in words, and Airflow's limit is for a process that hangs."""
    for slug, spec in all_sources().items():
        limit = dags[f"ingest_{slug}"].get_task("load").execution_timeout
        assert timedelta(minutes=spec.load_minutes) < limit <= timedelta(minutes=spec.load_minutes + 10)


def test_an_explained_error_or_a_timeout_is_not_retried_and_an_interruption_is(dags: dict[str, Any]) -> None:
    from airflow.sdk import RetryAction
    from airflow.sdk.exceptions import AirflowTaskTimeout

    task = dags["ingest_pos"].get_task("load")
    errors = (UserError("источник не отвечает"), AirflowTaskTimeout(), OSError("lost"), DatabaseDown("нет базы"))
    actions = [task.retry_policy.evaluate(error, try_number=1, max_tries=task.retries).action for error in errors]
    assert actions == [RetryAction.FAIL, RetryAction.FAIL, RetryAction.DEFAULT, RetryAction.RETRY]


@pytest.mark.parametrize("second_is_good", [True, False])
def test_the_asset_event_of_a_load_carries_number_and_counts(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch, second_is_good: bool
) -> None:
    """Only accepted loads are named; without one the task fails and there is no event."""
    from mcu.quality.gate import GateBlocked, GateVerdict

    monkeypatch.setattr("mcu.quality.gate.raw_gate", lambda load_id: GateVerdict(load_id == 8 and second_is_good))
    gate = dags["ingest_pos"].get_task("gate")
    (raw,) = gate.outlets
    events = {raw: SimpleNamespace(extra={})}
    loads = [{"load_id": n, "read": 10, "new": n, "rejected": 0} for n in (7, 8)]
    if second_is_good:
        gate.python_callable(loads, outlet_events=events)
        assert events[raw].extra == {"loads": [loads[1]]}
    else:
        with pytest.raises(GateBlocked):
            gate.python_callable(loads, outlet_events=events)
        assert events[raw].extra == {}


def test_the_asset_event_of_the_marts_carries_the_run(dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from mcu.quality.gate import GateVerdict

    monkeypatch.setattr("mcu.quality.gate.mart_gate", lambda: GateVerdict(True))
    gate = dags["transform"].get_task("gate")
    (marts,) = gate.outlets
    events, run = {marts: SimpleNamespace(extra={})}, {"run_id": 3, "as_of": "2026-11-20", "accepted_upto": 41}
    gate.python_callable(run, outlet_events=events)
    assert events[marts].extra == run


def test_tasks_are_few_and_report_failures(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        assert len(dag.tasks) <= 3, f"{dag.dag_id}: each task costs seconds of overhead"
        assert dag.catchup is False and dag.max_active_runs == 1
        for task in dag.tasks if dag.dag_id != "watch" else []:
            assert task.has_on_failure_callback, f"{dag.dag_id}.{task.task_id} fails silently"


def test_dag_files_do_no_io_with_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the DAG files opens no connection: the scheduler does it every minute."""
    import psycopg
    import requests

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a DAG file opened a connection while it was read")

    monkeypatch.setattr(psycopg, "connect", forbidden)
    monkeypatch.setattr(requests.Session, "send", forbidden)
    for path in sorted(Path(ROOT / "dags").glob("*.py")):
        runpy.run_path(str(path))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"since": "2026-10-01", "until": "2026-11-01"}, ("2026-10-01T00:00:00+03:00", "2026-11-01T00:00:00+03:00")),
        ({"since": "2026-10-01T09:30:00Z", "until": None}, ("2026-10-01T09:30:00+00:00", None)),
        ({"since": None, "until": None}, (None, None)),
    ],
)
def test_a_run_with_dates_fetches_that_period(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], expected: tuple[Any, Any]
) -> None:
    asked: list[Any] = []

    def load_source(spec: Any, *, since: Any, until: Any) -> list[Any]:
        asked.append((spec.slug, since and since.isoformat(), until and until.isoformat()))
        return []

    monkeypatch.setattr("mcu.landing.load.load_source", load_source)
    monkeypatch.setattr("mcu.alerts.refusals.report_refusals", lambda spec, results: None)
    dags["ingest_pos"].get_task("load").python_callable(params=given)
    assert asked == [("pos", *expected)]
    assert set(given) == set(dags["ingest_pos"].params)
