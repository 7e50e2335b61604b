"""The saved statistical slices of the month before, one workbook a municipality."""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from mcu.dag_defaults import moment_of, publication_defaults
from mcu.settings import settings


@dag(
    dag_display_name="Публикация: статистические разрезы",
    description="Сохранённые статистические разрезы за месяц",
    doc_md="""
### Что делает
Считает сохранённые разрезы (`mcu slice list`) за прошедший месяц, по книге XLSX на каждое муниципальное образование, и
сохраняет в `var/publications`. Ячейки, в которых записей мало, скрыты. Если сохранённых разрезов нет, не делает ничего.
Книга ждёт утверждения: DAG `send_publications` или `mcu publications approve`.

### Когда
3-го числа каждого месяца в 07:00, за предыдущий месяц. Другой месяц: запустите DAG вручную с параметром `month`.

### Если не выполнено
Если в ошибке названы разрезы, остальные уже опубликованы: исправьте названные (`mcu slice save`) или удалите
(`mcu slice remove`). Иначе чаще всего витрины не рассчитаны или не прошли проверку: сначала добейтесь успеха DAG
`transform`, затем запустите этот DAG снова или выполните `mcu publish slices --month ГГГГ-ММ`. Четыре попытки с
перерывом 15 минут делаются сами.
""",
    schedule=CronTriggerTimetable("0 7 3 * *", timezone=settings().timezone),
    params={"month": Param(None, type=["null", "string"], title="Месяц (ГГГГ-ММ); пусто — предыдущий")},
    **publication_defaults(),
)
def publish_slices() -> None:
    @task(task_display_name="Посчитать и сохранить разрезы")
    def publish(**context: Any) -> None:
        from mcu.publications.indicators import previous_month
        from mcu.publications.slices import publish

        for published in publish(context["params"]["month"] or previous_month(moment_of(context))):
            print(published.message)

    publish()


publish_slices()
