"""One Airflow DAG for each declared feedback source: load → raw gate → outlet asset `raw/<slug>`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.sdk import DAG, Asset, CronTriggerTimetable, Param, dag, task

from mcu.alerts.airflow import on_failure, on_success
from mcu.settings import settings
from mcu.sources.registry import all_sources
from mcu.sources.spec import SourceSpec


def ingest_dag(spec: SourceSpec) -> DAG:
    """The DAG of one source. Run it with `since`/`until` to fetch a period again."""

    @dag(
        dag_id=f"ingest_{spec.slug}",
        dag_display_name=f"Загрузка: {spec.title}",
        schedule=CronTriggerTimetable(spec.schedule, timezone=settings().timezone) if spec.schedule else None,
        catchup=False,
        max_active_runs=1,
        tags=["источник"],
        doc_md=f"Источник «{spec.title}», соединение `{spec.connector.connection}`, протокол `{spec.connector.type}`.",
        params={
            "since": Param(
                None, type=["null", "string"], title="С какого момента читать заново (ISO 8601; дата - с начала дня)"
            ),
            "until": Param(None, type=["null", "string"], title="По какой момент (ISO 8601)"),
        },
        default_args={"on_failure_callback": on_failure, "on_success_callback": on_success},
    )
    def ingest() -> None:
        @task.short_circuit(task_display_name="Загрузить")
        def load(params: dict[str, Any]) -> list[int]:
            """Ids of the loads that brought something; none of them stops the run here, in peace."""
            from mcu.alerts.refusals import report_refusals
            from mcu.landing.load import load_source

            results = load_source(spec, since=_instant(params["since"]), until=_instant(params["until"]))
            for result in results:
                print(result.message)
            report_refusals(spec, results)
            return [r.load_id for r in results if r.load_id is not None and r.status == "landed"]

        @task(task_display_name="Проверить и принять", outlets=[Asset(f"raw/{spec.slug}")])
        def gate(load_ids: list[int]) -> None:
            """Accept or quarantine each load; fail only when none passed: a bad load holds up no good one."""
            from mcu.quality.gate import raw_gate

            verdicts = [raw_gate(load_id) for load_id in load_ids]
            for verdict in verdicts:
                print(verdict.message)
            if not any(v.passed for v in verdicts):
                verdicts[0].raise_if_blocked()

        gate(load())  # type: ignore[call-arg]  # params come from the context

    return ingest()


def _instant(text: str | None) -> datetime | None:
    """A date or an instant; without an offset it is the municipality's time."""
    found = datetime.fromisoformat(text) if text else None
    return found.replace(tzinfo=settings().tz) if found and found.tzinfo is None else found


for _spec in all_sources().values():
    globals()[f"ingest_{_spec.slug}"] = ingest_dag(_spec)
