"""The deadline digest: on working mornings each recipient gets its own list of overdue and soon due deadlines, the head
of each sector block one about the block, the duty one of what nobody has."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from mcu.dag_defaults import task_defaults
from mcu.office_hours import office_hours
from mcu.settings import settings


@dag(
    dag_display_name="Публикация: сводка по срокам исполнителям",
    description="Ежедневная сводка исполнителям: нарушенные и истекающие сроки",
    doc_md="""
### Что делает
Отправляет каждому исполнителю письмо со списком его нарушенных сроков и сроков, истекающих в ближайшие три рабочих дня;
руководителю каждого отраслевого блока — письмо о блоке; дежурному — список «ничьих», у которых нет исполнителя.
Сначала самые давние нарушения. Сведений о гражданах и текстов в письме нет.

### Когда
Ежедневно в 09:00. В нерабочие дни и вне рабочего времени писем не отправляет. Кому уже отправлено сегодня, тому
повторно не уйдёт, пока список не изменится.

### Если не выполнено
Витрины не рассчитаны или не прошли проверку (DAG `transform`) либо недоступна почта; причина в журнале задачи и письме.
Три попытки с перерывом 10 минут делаются сами. Позже: `mcu publish digest`; показать без отправки:
`mcu publish digest --dry-run`.
""",
    # Every day: the working calendar decides, since moved Saturdays are working days and holidays are not.
    schedule=CronTriggerTimetable(office_hours().cron_at_opening, timezone=settings().timezone),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=3),
    tags=["публикация"],
    # A transformation may still be running, or the mail server be away for a moment: try again, whatever the error.
    default_args=task_defaults(timedelta(minutes=20), retries=3, retry_delay=timedelta(minutes=10), retry_policy=None),
)
def publish_deadline_digest() -> None:
    @task(task_display_name="Разослать сводку")
    def publish() -> None:
        from mcu.publications.digest import publish_now

        # By the clock of the sending, not of the run: a run that Airflow catches up on at night sends nothing.
        print(publish_now().message)

    publish()


publish_deadline_digest()
