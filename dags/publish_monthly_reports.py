"""What leaves each month besides the package: results for ССТУ, open data, the register of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from mcu.dag_defaults import moment_of, publication_defaults
from mcu.settings import settings

if TYPE_CHECKING:
    from mcu.publications.ledger import Publication


@dag(
    dag_display_name="Публикация: ССТУ, открытые данные, реестр запросов",
    description="Ежемесячные результаты для ССТУ.РФ, наборы открытых данных и реестры запросов",
    doc_md="""
### Что делает
За месяц, по каждому муниципальному образованию: результаты рассмотрения вопросов для ССТУ.РФ (JSON, рядом перечень не
прошедших проверку), набор открытых данных (CSV, структура, паспорт), реестр запросов с ответами (DOCX, XLSX). Всё
сохраняется в `var/publications` и ждёт утверждения.

### Когда
2-го числа каждого месяца в 07:20, за предыдущий месяц. Другой месяц: запустите DAG вручную с параметром `month`.

### Если не выполнено
Чаще всего витрины не рассчитаны или не прошли проверку: сначала добейтесь успеха DAG `transform`, затем запустите этот
DAG снова или выполните `mcu publish sstu`, `mcu publish open-data`, `mcu publish requests`. Четыре попытки с перерывом
15 минут делаются сами.
""",
    schedule=CronTriggerTimetable("20 7 2 * *", timezone=settings().timezone),
    params={"month": Param(None, type=["null", "string"], title="Месяц (ГГГГ-ММ); пусто — предыдущий")},
    **publication_defaults(),
)
def publish_monthly_reports() -> None:
    # A task each: without a result for ССТУ the other two leave all the same.
    @task(task_display_name="Результаты для ССТУ")
    def results(**context: Any) -> None:
        from mcu.publications.sstu import publish

        _print(publish(_month(context)))

    @task(task_display_name="Открытые данные")
    def open_data(**context: Any) -> None:
        from mcu.publications.open_data import publish

        _print(publish(_month(context)))

    @task(task_display_name="Реестр запросов")
    def requests(**context: Any) -> None:
        from mcu.publications.papers.requests import publish

        _print(publish(_month(context)))

    results()
    open_data()
    requests()


def _month(context: Any) -> str:
    from mcu.publications.indicators import previous_month

    month: str = context["params"]["month"] or previous_month(moment_of(context))
    return month


def _print(published: list[Publication]) -> None:
    for one in published:
        print(one.message)


publish_monthly_reports()
