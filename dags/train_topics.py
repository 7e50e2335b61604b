"""Once a week the model of topics learns from what has come, and from what people have corrected."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from mcu.dag_defaults import task_defaults
from mcu.settings import settings


@dag(
    dag_display_name="Темы: обучение модели",
    description="Обучение модели, которая подсказывает тему по тексту сообщения",
    doc_md="""
### Что делает
Обучает модель на последних обезличенных текстах, тема которых известна от источника или исправлена сотрудником. Модель
подсказывает тему там, где источник её не называет, и воздерживается, если не уверена. Имён и редких слов в ней нет.
Сколько подсказок верны и что с чем модель путает: `mcu topics show`. Если текстов мало, темы подсказываются по словам.

### Когда
По воскресеньям в 05:00. Следующий расчёт витрин подскажет темы заново по новой модели.

### Если не выполнено
Прежняя модель остаётся в силе. Причина в журнале задачи: чаще всего не отвечает база данных. Устраните её и запустите
DAG снова или выполните `mcu topics train`.
""",
    schedule=CronTriggerTimetable("0 5 * * 0", timezone=settings().timezone),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    tags=["витрины"],
    default_args=task_defaults(timedelta(hours=1)),
)
def train_topics() -> None:
    @task(task_display_name="Обучить")
    def train() -> None:
        from mcu.texts.topics.train import train as run

        print(run())

    train()


train_topics()
