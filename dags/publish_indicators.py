"""The monthly package of indicators for the regional centre (ЦУР), ready by the third working day."""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from mcu.dag_defaults import moment_of, publication_defaults
from mcu.settings import settings


@dag(
    dag_display_name="Публикация: ежемесячные индикаторы для ЦУР",
    description="Ежемесячный пакет индикаторов для ЦУР",
    doc_md="""
### Что делает
Составляет по пакету индикаторов за месяц на каждое муниципальное образование (XLSX, CSV, JSON со схемой и опись) и
сохраняет в `var/publications`. Если цифры опубликованного месяца изменились, выпускает новую редакцию с перечнем
различий.

### Когда
2-го числа каждого месяца в 07:00, за предыдущий месяц. Другой месяц: запустите DAG вручную с параметром `month`.

### Если не выполнено
Чаще всего витрины не рассчитаны или не прошли проверку: сначала добейтесь успеха DAG `transform`, затем запустите этот
DAG снова или выполните `mcu publish indicators --month ГГГГ-ММ`. Четыре попытки с перерывом 15 минут делаются сами.
""",
    # The second calendar day is never later than the third working day.
    schedule=CronTriggerTimetable("0 7 2 * *", timezone=settings().timezone),
    params={"month": Param(None, type=["null", "string"], title="Месяц (ГГГГ-ММ); пусто — предыдущий")},
    **publication_defaults(),
)
def publish_indicators() -> None:
    @task(task_display_name="Составить и сохранить пакет")
    def publish(**context: Any) -> None:
        from mcu.publications.indicators import previous_month
        from mcu.publications.indicators import publish as publish_month

        for published in publish_month(context["params"]["month"] or previous_month(moment_of(context))):
            print(published.message)

    publish()


publish_indicators()
