"""`make demo`: from nothing to a working platform, through the real Airflow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime

from demo_city.settings import city_settings, give_settings
from mcu.docs_site import build_site
from mcu.errors import UserError
from mcu.publications.digest import letters_of
from mcu.runtime import platform, services
from mcu.runtime.airflow_api import Airflow
from mcu.runtime.places import print_places
from mcu.runtime.progress import Steps, console
from mcu.runtime.reconcile import reconcile
from mcu.runtime.superset_sync import SupersetSync
from mcu.settings import settings
from mcu.sources.registry import connected_sources

MONTH = "2026-10"
"""The last whole month of the city's history."""

PUBLICATIONS: dict[str, dict[str, str]] = {
    "publish_indicators": {"month": MONTH},
    "publish_weekly_note": {},
    "publish_deadline_digest": {},
    "publish_monthly_reports": {"month": MONTH},
    "publish_quarterly_rating": {"quarter": "2026-Q3"},
    "publish_yearly_assessment": {"year": "2025"},
}
"""What is made for others, with the configuration of each DAG; the documents wait for their approval."""


def demo() -> None:
    """Start everything, run every DAG to its end and print the result. Safe to rerun: finished steps are skipped,
    interrupted ones resume. Raises UserError if a DAG fails or the counts disagree."""
    with platform.installation_lock():
        give_settings()
        is_city = city_settings().city
        steps = Steps(8 if is_city else 7)
        platform.start_database(steps)
        platform.start_companion(steps)
        platform.start_airflow(steps)
        airflow = Airflow()
        ingest = [f"ingest_{slug}" for slug in connected_sources()]
        airflow.wait_for_dags([*ingest, "transform", *PUBLICATIONS])
        # an empty tile is an error: the demonstration has data for all of them
        with closing(SupersetSync(*["--every-tile"] * is_city)) as superset, ThreadPoolExecutor(1) as beside:
            with steps.step("Загрузка источников") as report:
                _run(airflow, ingest, report)
            with steps.step("Витрины: расчёт и проверка") as report:
                _run(airflow, ["transform"], report)
            site = beside.submit(build_site)  # after the marts: dbt works in one folder
            with steps.step(f"Публикация: индикаторы за {MONTH}, записка, отчёты, сводка") as report:
                _run(airflow, PUBLICATIONS, report, PUBLICATIONS)
            platform.start_superset(steps, superset)
            with steps.step("Документация: сайт"):
                site.result()
    console.print(f"\nВсё готово за {steps.seconds:.0f} с.\n")
    agrees = reconcile()
    _print_letters()
    print_places()
    if not agrees:
        raise UserError("Счёт не сходится: сравните строки таблицы выше (mcu reconcile покажет её снова)")


def _print_letters() -> None:
    """Print how many letters about deadlines have left."""
    as_of = settings().as_of or datetime.now(settings().tz)
    count = letters_of(as_of.astimezone(settings().tz).date())
    console.print(f"Сводка по срокам: писем исполнителям, руководителям блоков и дежурному — {count}.\n")


def _run(
    airflow: Airflow,
    dag_ids: Iterable[str],
    report: Callable[[str], None],
    conf: Mapping[str, dict[str, str]] | None = None,
) -> None:
    """Trigger the DAGs together and wait for their end. Raises UserError with the failed tasks."""
    runs = {}
    for dag_id in dag_ids:
        airflow.unpause(dag_id)
        runs[dag_id] = airflow.trigger(dag_id, (conf or {}).get(dag_id))
    states = airflow.wait(runs, on_progress=lambda states: report(_describe_states(states)))
    failed = [f"{d} ({', '.join(airflow.failed_tasks(d, runs[d]))})" for d, s in states.items() if s == "failed"]
    if failed:
        raise UserError(
            f"Не выполнены: {'; '.join(failed)}. Журнал: {settings().logs / 'airflow'} или {services.airflow_url()}; "
            "исправьте причину и повторите команду: сделанное сохранено."
        )


def _describe_states(states: dict[str, str]) -> str:
    """How many DAGs are done, and which are running."""
    done = sum(state in ("success", "failed") for state in states.values())
    running = [dag_id for dag_id, state in states.items() if state == "running"]
    return (
        f"готово {done} из {len(states)}"
        + (f", идут: {', '.join(running[:4])}" if running else "")
        + (" и другие" if len(running) > 4 else "")
    )
