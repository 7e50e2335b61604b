"""From accepted loads to checked marts: dbt build → mart gate → outlet asset `marts`."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Asset, AssetAny, AssetOrTimeSchedule, CronTriggerTimetable, chain, dag, task

from mcu.alerts.airflow import on_failure, on_success
from mcu.settings import settings
from mcu.sources.registry import all_sources

RAW = [Asset(f"raw/{slug}") for slug in all_sources()]
MARTS = Asset("marts")


@dag(
    dag_display_name="Витрины: расчёт и проверка",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("30 3 * * *", timezone=settings().timezone), assets=AssetAny(*RAW)
    ),
    catchup=False,
    max_active_runs=1,
    tags=["витрины"],
    default_args={"on_failure_callback": on_failure, "on_success_callback": on_success},
)
def transform() -> None:
    @task.short_circuit(task_display_name="Рассчитать")
    def build(**context: Any) -> bool:
        """Whether there is anything to check: also what a killed run had built and not checked."""
        from mcu.warehouse import transform as warehouse

        as_of = settings().as_of or context["dag_run"].run_after
        result = warehouse.transform(max(as_of, warehouse.as_of_of_marts(default=as_of)))  # never back in time
        print(result.message)
        return not result.is_checked

    @task(task_display_name="Проверить", outlets=[MARTS])
    def gate() -> None:
        from mcu.quality.gate import mart_gate
        from mcu.warehouse.transform import as_of_of_marts

        verdict = mart_gate(as_of_of_marts())
        print(verdict.message)
        verdict.raise_if_blocked()

    chain(build(), gate())


transform()
