"""From accepted loads to checked marts: dbt build → mart gate → outlet asset `marts`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, AssetAny, AssetOrTimeSchedule, CronTriggerTimetable, dag, task

from mcu.dag_defaults import TRANSFORM_PRIORITY, task_defaults
from mcu.settings import settings
from mcu.sources.registry import all_sources

RAW = [Asset(f"raw/{slug}") for slug in all_sources()]
MARTS = Asset("marts")


@dag(
    dag_display_name="Витрины: расчёт и проверка",
    description="Расчёт витрин по принятым загрузкам и проверка результата",
    doc_md="""
### Что делает
Рассчитывает витрины (dbt) по загрузкам, принятым после прошлого расчёта, и проверяет их. Если изменились справочники
или модели, пересчитывает всё. Расчёт идёт в отдельной копии: дашборд и публикации читают прежние витрины, пока новые не
прошли проверку, и переходят на новые сразу все. Источник, в описании которого ошибка, остаётся в витринах с последними
принятыми данными, об ошибке идёт письмо.

### Когда
Как только принята загрузка любого источника, и ежедневно в 03:30. Идёт раньше загрузок: у них отдельный пул.

### Если не выполнено
* **Рассчитать**: письмо и журнал задачи называют модель или тест. Исправьте строку справочника или модель и запустите
  DAG снова; прежние витрины остаются на месте.
* **Проверить**: критическая проверка не пройдена, публикации остановлены, на дашборде остаются прежние показатели и
  отметка, с какого времени. Проверки названы в письме и на дашборде. Устраните причину и запустите DAG снова.
""",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("30 3 * * *", timezone=settings().timezone), assets=AssetAny(*RAW)
    ),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    tags=["витрины"],
    default_args=task_defaults(timedelta(hours=3), priority_weight=TRANSFORM_PRIORITY, weight_rule="absolute"),
)
def transform() -> None:
    @task.short_circuit(task_display_name="Рассчитать")
    def build(**context: Any) -> dict[str, Any] | None:
        """The run that the gate must check, also one that a killed task built and did not check. None ends here."""
        from mcu.alerts.faulty_specs import report_faulty_specs
        from mcu.warehouse import transform as warehouse

        for fault in report_faulty_specs():
            print(fault)
        as_of = settings().as_of or context["dag_run"].run_after
        result = warehouse.transform(max(as_of, warehouse.as_of_of_marts(default=as_of)))  # never back in time
        print(result.message)
        if result.is_checked:
            return None
        return {"run_id": result.run_id, "as_of": result.as_of.isoformat(), "accepted_upto": result.accepted_upto}

    @task(task_display_name="Проверить", outlets=[MARTS])
    def gate(run: dict[str, Any], **context: Any) -> None:
        from mcu.quality.gate import mart_gate

        verdict = mart_gate()
        print(verdict.message)
        verdict.raise_if_blocked()
        context["outlet_events"][MARTS].extra = run

    gate(build())  # type: ignore[arg-type]  # what build returns, at run time


transform()
