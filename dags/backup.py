"""A backup every night: databases, files, publications and secrets, encrypted with the passphrase."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from mcu.dag_defaults import task_defaults
from mcu.secrets import is_given
from mcu.settings import settings

_AT_NIGHT = CronTriggerTimetable("30 1 * * *", timezone=settings().timezone)


@dag(
    dag_display_name="Резервная копия",
    description="Ежедневная зашифрованная резервная копия баз, файлов, публикаций и секретов",
    doc_md="""
### Что делает
Сохраняет три базы данных, принятые файлы, публикации и секреты в папку `MCU_BACKUPS`; всё зашифровано парольной фразой.
Хранит последние копии (`MCU_BACKUPS_KEPT`, по умолчанию 14), более старые удаляет. Возраст последней копии показывает
`mcu doctor`.

### Когда
Ежедневно в 01:30. Пока парольная фраза (секрет `backup_passphrase`) не задана, копии не делаются.

### Если не выполнено
Причина в журнале задачи и в письме: чаще всего нет места или недоступна папка. Устраните её и запустите DAG снова или
выполните `mcu backup`. Проверить копию: `mcu restore ПАПКА --check`.
""",
    schedule=_AT_NIGHT if is_given("backup_passphrase") else None,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=7),
    tags=["резервная копия"],
    default_args=task_defaults(timedelta(hours=3)),
)
def backup() -> None:
    @task(task_display_name="Сделать копию")
    def make() -> None:
        from mcu.backup import back_up

        result = back_up()
        print(f"Резервная копия: {result.folder}")

    make()


backup()
