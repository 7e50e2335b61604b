"""The rating of responsible recipients over a quarter (000 2.4, 001 3.2б, 002 4.3б, 004 4.2)."""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from mcu.dag_defaults import moment_of, publication_defaults
from mcu.settings import settings


@dag(
    dag_display_name="Публикация: рейтинг за квартал",
    description="Ежеквартальный рейтинг ответственных получателей",
    doc_md="""
### Что делает
Составляет по рейтингу ответственных получателей за квартал на каждое муниципальное образование (DOCX, XLSX, перечень
всех чисел с их источником и опись) и сохраняет в `var/publications`. Рейтинг ждёт утверждения.

### Когда
5-го числа первого месяца квартала в 07:40, за предыдущий квартал. Другой квартал: запустите DAG вручную с параметром
`quarter`.

### Если не выполнено
Чаще всего витрины не рассчитаны или не прошли проверку: сначала добейтесь успеха DAG `transform`, затем запустите этот
DAG снова или выполните `mcu publish rating --quarter ГГГГ-QН`. Четыре попытки с перерывом 15 минут делаются сами.
""",
    schedule=CronTriggerTimetable("40 7 5 1,4,7,10 *", timezone=settings().timezone),
    params={"quarter": Param(None, type=["null", "string"], title="Квартал (ГГГГ-QН); пусто — предыдущий")},
    **publication_defaults(),
)
def publish_quarterly_rating() -> None:
    @task(task_display_name="Составить и сохранить рейтинг")
    def publish(**context: Any) -> None:
        from mcu.publications.papers.period import previous_quarter
        from mcu.publications.papers.quarter import publish

        for published in publish(context["params"]["quarter"] or previous_quarter(moment_of(context))):
            print(published.message)

    publish()


publish_quarterly_rating()
