"""The monthly package of indicators for the regional centre (ЦУР), ready by the third working day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from mcu.alerts.airflow import on_failure, on_success
from mcu.settings import settings


@dag(
    dag_display_name="Публикация: ежемесячные индикаторы для ЦУР",
    # The second calendar day is never later than the third working day.
    schedule=CronTriggerTimetable("0 7 2 * *", timezone=settings().timezone),
    catchup=False,
    max_active_runs=1,
    tags=["публикация"],
    params={"month": Param(None, type=["null", "string"], title="Месяц (ГГГГ-ММ); пусто — предыдущий")},
    default_args={"on_failure_callback": on_failure, "on_success_callback": on_success},
)
def publish_indicators() -> None:
    # A transformation under way holds the publication up: it is tried again.
    @task(task_display_name="Составить и сохранить пакет", retries=4, retry_delay=timedelta(minutes=15))
    def publish(params: dict[str, Any], **context: Any) -> None:
        from mcu.publications.indicators import previous_month
        from mcu.publications.indicators import publish as publish_month

        run_after = settings().as_of or context["dag_run"].run_after
        print(publish_month(params["month"] or previous_month(run_after)).message)

    publish()  # type: ignore[call-arg]


publish_indicators()
