"""`make demo`: from nothing to a working platform, through the real Airflow."""

from __future__ import annotations

from collections.abc import Callable
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
from mcu.settings import settings
from mcu.sources.registry import connected_sources

MONTH = "2026-10"
"""The last whole month of the city's history."""


def demo() -> None:
    """Start everything, run every DAG to its end and print the result. Safe to rerun: finished steps are skipped,
    interrupted ones resume. Raises UserError if a DAG fails."""
    with platform.installation_lock():
        give_settings()
        is_city = city_settings().city
        steps = Steps(9 if is_city else 8)
        platform.start_database(steps)
        platform.start_companion(steps)
        platform.start_airflow(steps)
        airflow = Airflow()
        ingest = [f"ingest_{slug}" for slug in connected_sources()]
        airflow.wait_for_dags([*ingest, "transform", "publish_indicators", "publish_deadline_digest"])
        with steps.step("Загрузка источников") as report:
            _run(airflow, ingest, report)
        with steps.step("Витрины: расчёт и проверка") as report:
            _run(airflow, ["transform"], report)
        with steps.step(f"Публикация: индикаторы за {MONTH}") as report:
            _run(airflow, ["publish_indicators"], report, {"month": MONTH})
        with steps.step("Публикация: сводка по срокам исполнителям") as report:
            _run(airflow, ["publish_deadline_digest"], report)
        platform.start_superset(steps, every_tile=is_city)
        with steps.step("Документация: сайт"):
            build_site()
    console.print(f"\nВсё готово за {steps.seconds:.0f} с.\n")
    reconcile()
    _print_letters()
    print_places()


def _print_letters() -> None:
    """Print how many recipients have got their list of deadlines."""
    as_of = settings().as_of or datetime.now(settings().tz)
    count = letters_of(as_of.astimezone(settings().tz).date())
    console.print(f"Сводка по срокам: писем исполнителям — {count}.\n")


def _run(
    airflow: Airflow, dag_ids: list[str], report: Callable[[str], None], conf: dict[str, str] | None = None
) -> None:
    """Trigger the DAGs together and wait for their end. Raises UserError with the failed tasks."""
    runs = {}
    for dag_id in dag_ids:
        airflow.unpause(dag_id)
        runs[dag_id] = airflow.trigger(dag_id, conf)
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
