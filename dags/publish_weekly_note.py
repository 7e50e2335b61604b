"""The weekly analytical note to the head of administration (001 3.2а, 002 4.3а), on Monday morning."""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from mcu.dag_defaults import publication_defaults
from mcu.settings import settings


@dag(
    dag_display_name="Публикация: еженедельная аналитическая записка",
    description="Еженедельная аналитическая записка главе администрации",
    doc_md="""
### Что делает
Составляет по записке за прошедшую неделю на каждое муниципальное образование: DOCX (и PDF, если есть LibreOffice),
перечень всех чисел с их источником (JSON) и опись; сохраняет в `var/publications`. Записка ждёт утверждения:
DAG `send_publications` или `mcu publications approve`.

### Когда
По понедельникам в 07:30, за прошедшую неделю. Другая неделя: запустите DAG вручную с параметром `week`.

### Если не выполнено
Чаще всего витрины не рассчитаны или не прошли проверку: сначала добейтесь успеха DAG `transform`, затем запустите этот
DAG снова или выполните `mcu publish note --week ГГГГ-WНН`. Четыре попытки с перерывом 15 минут делаются сами.
""",
    schedule=CronTriggerTimetable("30 7 * * 1", timezone=settings().timezone),
    params={"week": Param(None, type=["null", "string"], title="Неделя (ГГГГ-WНН); пусто — последняя законченная")},
    **publication_defaults(),
)
def publish_weekly_note() -> None:
    @task(task_display_name="Составить и сохранить записку")
    def publish(**context: Any) -> None:
        from mcu.publications.note import publish

        for published in publish(context["params"]["week"]):
            print(published.message)

    publish()


publish_weekly_note()
