"""Sends what waits: alerts held back until working hours, and those that the mail server did not take."""

from __future__ import annotations

from airflow.sdk import CronTriggerTimetable, dag, task

from mcu.office_hours import office_hours
from mcu.settings import settings


@dag(
    dag_display_name="Оповещения: отправка ожидающих",
    schedule=CronTriggerTimetable(office_hours().cron_hourly, timezone=settings().timezone),
    catchup=False,
    max_active_runs=1,
    tags=["оповещения"],
)
def watch() -> None:
    # No failure callback here: an alert that mail does not work could only go by mail.
    @task(task_display_name="Отправить")
    def send() -> None:
        from mcu.alerts import send_pending

        send_pending()

    send()


watch()
