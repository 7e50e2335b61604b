"""`make demo`: from nothing to a working platform, through the real Airflow, and where to look."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from mcu.errors import UserError
from mcu.publications.digest import letters_of
from mcu.runtime import platform, services
from mcu.runtime.airflow_api import Airflow
from mcu.runtime.progress import Steps, console
from mcu.runtime.reconcile import reconcile
from mcu.secrets import secret
from mcu.settings import settings
from mcu.sources.registry import connected_sources

MONTH = "2026-10"
"""The last whole month of the city's history."""


def demo() -> None:
    """Everything up, every DAG run to its end, and the result told. Safe to run again."""
    with platform.alone():
        steps = Steps(8)
        platform.start_database(steps)
        platform.start_city(steps)
        platform.start_airflow(steps)
        airflow = Airflow()
        ingest = [f"ingest_{slug}" for slug in connected_sources()]
        airflow.wait_for_dags([*ingest, "transform", "publish_indicators", "publish_deadline_digest"])
        with steps.step("Загрузка источников") as tell:
            _run(airflow, ingest, tell)
        with steps.step("Витрины: расчёт и проверка") as tell:
            _run(airflow, ["transform"], tell)
        with steps.step(f"Публикация: индикаторы за {MONTH}") as tell:
            _run(airflow, ["publish_indicators"], tell, {"month": MONTH})
        with steps.step("Публикация: сводка по срокам исполнителям") as tell:
            _run(airflow, ["publish_deadline_digest"], tell)
        platform.start_superset(steps, every_tile=bool(settings().city))
    console.print(f"\nВсё готово за {steps.seconds:.0f} с.\n")
    reconcile()
    tell_of_letters()
    where_to_look()


def tell_of_letters() -> None:
    """Print how many recipients have got their list of deadlines."""
    as_of = settings().as_of or datetime.now(settings().tz)
    count = letters_of(as_of.astimezone(settings().tz).date())
    console.print(f"Сводка по срокам: писем исполнителям — {count}.\n")


def _run(airflow: Airflow, dag_ids: list[str], tell: object, conf: dict[str, str] | None = None) -> None:
    """Trigger the DAGs together and wait for them and for whatever of them was under way."""
    runs = {}
    for dag_id in dag_ids:
        airflow.unpause(dag_id)
        runs[dag_id] = airflow.trigger(dag_id, conf)
    states = airflow.wait(runs, progress=lambda s: tell(_told(s)))  # type: ignore[operator]
    failed = [f"{d} ({', '.join(airflow.failed_tasks(d, runs[d]))})" for d, s in states.items() if s == "failed"]
    if failed:
        raise UserError(
            f"Не выполнены: {'; '.join(failed)}. Журнал: {settings().logs / 'airflow'} или {services.airflow_url()}; "
            "исправьте причину и повторите команду: сделанное сохранено."
        )


def _told(states: dict[str, str]) -> str:
    """How many DAGs are done, and which are under way."""
    done = sum(state in ("success", "failed") for state in states.values())
    under_way = [dag_id for dag_id, state in states.items() if state == "running"]
    return (
        f"готово {done} из {len(states)}"
        + (f", идут: {', '.join(under_way[:4])}" if under_way else "")
        + (" и другие" if len(under_way) > 4 else "")
    )


def where_to_look() -> None:
    """Print addresses, logins and the results' places, in lines that can be copied. Passwords are shown once."""
    dashboard = f"{services.superset_url()}/superset/dashboard/obstanovka/"
    told = settings().secrets_dir / ".told"

    def login(user: str, name: str) -> str:
        return f"{user} / " + (f"пароль в {settings().secrets_dir / name}" if told.exists() else secret(name))

    places = {
        "Панель «Обстановка»": (dashboard, login(services.SUPERSET_MCU_USER, "superset_rukovoditel")),
        "Superset, администратор": (services.superset_url(), login(services.SUPERSET_ADMIN, "superset_admin")),
        "Airflow": (services.airflow_url(), login(services.AIRFLOW_USER, "airflow_admin")),
        "Пакет индикаторов": (str(settings().var / "publications"), ""),
        "Письма": (str(settings().var / "mail") if settings().city else settings().alert_to, ""),
        "Командная строка": (f"{Path(sys.executable).parent / 'mcu'} --help", ""),
    }
    console.print("[bold]Куда смотреть[/] (вход: имя / пароль)")
    for what, (where, who) in places.items():
        console.print(f"  {what:<24} {where}" + (f"\n  {'':<24} вход: {who}" if who else ""))
    told.touch(mode=0o600)
