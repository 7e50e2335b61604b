"""The assessment of a year, plan against fact (002 4.4), by 20 December."""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from mcu.dag_defaults import moment_of, publication_defaults
from mcu.settings import settings


@dag(
    dag_display_name="Публикация: ежегодная оценка показателей",
    description="Ежегодная оценка достижения плановых значений показателей",
    doc_md="""
### Что делает
Сопоставляет фактические значения показателей за год с плановыми и составляет по оценке на каждое муниципальное
образование (DOCX, XLSX, перечень всех чисел с их источником и опись); сохраняет в `var/publications`. Оценка ждёт
утверждения.

### Когда
15 декабря в 07:00, за текущий год по закончившимся месяцам: срок оценки — 20 декабря. Другой год: запустите DAG вручную
с параметром `year`.

### Если не выполнено
Чаще всего витрины не рассчитаны или не прошли проверку: сначала добейтесь успеха DAG `transform`, затем запустите этот
DAG снова или выполните `mcu publish assessment --year ГГГГ`. Четыре попытки с перерывом 15 минут делаются сами.
""",
    schedule=CronTriggerTimetable("0 7 15 12 *", timezone=settings().timezone),
    params={"year": Param(None, type=["null", "string"], title="Год (ГГГГ); пусто — текущий")},
    **publication_defaults(),
)
def publish_yearly_assessment() -> None:
    @task(task_display_name="Составить и сохранить оценку")
    def publish(**context: Any) -> None:
        from mcu.publications.papers.assessment import publish

        year = context["params"]["year"] or f"{moment_of(context).astimezone(settings().tz):%Y}"
        for published in publish(year):
            print(published.message)

    publish()


publish_yearly_assessment()
