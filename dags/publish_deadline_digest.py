"""The deadline digest: each recipient's own list of what is overdue and what falls due, by mail on working mornings."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from mcu.alerts.airflow import on_failure, on_success
from mcu.office_hours import office_hours
from mcu.settings import settings


@dag(
    dag_display_name="Публикация: сводка по срокам исполнителям",
    # Every day: which one is working is the calendar's to say (moved Saturdays are, holidays are not).
    schedule=CronTriggerTimetable(office_hours().cron_at_opening, timezone=settings().timezone),
    catchup=False,
    max_active_runs=1,
    tags=["публикация"],
    # A transformation may be under way, the mail server away for a moment.
    default_args={
        "on_failure_callback": on_failure,
        "on_success_callback": on_success,
        "retries": 3,
        "retry_delay": timedelta(minutes=10),
    },
)
def publish_deadline_digest() -> None:
    @task(task_display_name="Разослать сводку")
    def publish() -> None:
        from mcu.publications.digest import publish_now

        # by the clock of the sending, not of the run: one that Airflow catches up on at night mails nobody
        print(publish_now().message)

    publish()


publish_deadline_digest()
