"""Checks the source files, and sends the alerts that wait: those held back until working hours, and those that the mail
server did not accept."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from mcu.dag_defaults import task_defaults
from mcu.office_hours import office_hours
from mcu.settings import settings


@dag(
    dag_display_name="Оповещения: отправка ожидающих",
    description="Отправка оповещений, отложенных до рабочего времени или не принятых почтовым сервером",
    doc_md="""
### Что делает
Проверяет описания источников (`dags/sources/*.yml`) и ключ псевдонимов: об ошибке и о её исправлении идёт
оповещение. Отмечает загрузки и расчёты, процесс которых прерван, удаляет их незаконченные файлы и журналы задач старше
`MCU_TASK_LOGS_DAYS` дней. Затем отправляет письма-оповещения, которые ждали рабочего времени или не были приняты
почтовым сервером.

### Когда
Ежечасно с 9 до 18 по будням.

### Если не выполнено
Не работает почта: проверьте `MCU_SMTP_HOST` и остальные `MCU_SMTP_…` (`mcu doctor` подскажет). Письма об этом не будет;
неотправленное остаётся в очереди и уйдёт при следующем запуске.
""",
    schedule=CronTriggerTimetable(office_hours().cron_hourly, timezone=settings().timezone),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=50),
    tags=["оповещения"],
    # No alert on failure: an alert that mail does not work could only go by mail.
    default_args=task_defaults(timedelta(minutes=20), on_failure_callback=None, on_success_callback=None),
)
def watch() -> None:
    @task(task_display_name="Проверить описания источников")
    def check() -> None:
        from mcu.alerts.faulty_specs import report_faulty_specs
        from mcu.alerts.refused_pepper import report_refused_pepper

        for fault in filter(None, (*report_faulty_specs(), report_refused_pepper())):
            print(fault)

    @task(task_display_name="Завершить прерванное", trigger_rule="all_done")
    def finish() -> None:
        """What a dead process left in the ledgers and on the disk, and old logs; each line says what was done."""
        from mcu import leftovers, task_logs
        from mcu.runtime.sweep import sweep

        print(*sweep(), *(f"Удалено незаконченное: {path}" for path in leftovers.sweep()), sep="\n")
        print(f"Удалено старых журналов задач: {task_logs.sweep()}")

    @task(task_display_name="Отправить", trigger_rule="all_done")
    def send() -> None:
        from mcu.alerts import send_pending

        send_pending()

    check() >> finish() >> send()


watch()
