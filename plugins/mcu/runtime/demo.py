"""`make demo`: from nothing to a working platform, through the real Airflow, and where to look."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.table import Table

from mcu.errors import UserError
from mcu.runtime import platform, services
from mcu.runtime.airflow_api import Airflow
from mcu.runtime.progress import Steps, console
from mcu.secrets import secret
from mcu.settings import settings
from mcu.sources.registry import all_sources
from mcu.warehouse.connect import connect

MONTH = "2026-10"
"""The last whole month of the city's history."""


def demo() -> None:
    """Everything up, every DAG run to its end, and the result told. Safe to run again."""
    with platform.alone():
        steps = Steps(7)
        platform.start_database(steps)
        platform.start_city(steps)
        platform.start_airflow(steps)
        airflow = Airflow()
        ingest = [f"ingest_{slug}" for slug in all_sources()]
        airflow.wait_for_dags([*ingest, "transform", "publish_indicators"])
        with steps.step("Загрузка источников") as tell:
            _run(airflow, ingest, tell)
        with steps.step("Витрины: расчёт и проверка") as tell:
            _run(airflow, ["transform"], tell)
        with steps.step(f"Публикация: индикаторы за {MONTH}") as tell:
            _run(airflow, ["publish_indicators"], tell, {"month": MONTH})
        platform.start_superset(steps)
    console.print(f"\nВсё готово за {steps.seconds:.0f} с.\n")
    reconcile()
    where_to_look()


def _run(airflow: Airflow, dag_ids: list[str], tell: object, conf: dict[str, str] | None = None) -> None:
    """Trigger the DAGs together and wait for them and for whatever of them was under way."""
    runs = {}
    for dag_id in dag_ids:
        airflow.unpause(dag_id)
        runs[dag_id] = airflow.trigger(dag_id, conf)
    states = airflow.wait(runs, progress=lambda s: tell(", ".join(f"{d}: {v}" for d, v in s.items())))  # type: ignore[operator]
    failed = [f"{d} ({', '.join(airflow.failed_tasks(d, runs[d]))})" for d, s in states.items() if s == "failed"]
    if failed:
        raise UserError(
            f"Не выполнены: {'; '.join(failed)}. Журнал: {settings().logs / 'airflow'} или {services.airflow_url()}; "
            "исправьте причину и повторите команду: сделанное сохранено."
        )


def reconcile() -> bool:
    """Print the counts of each step, source by source; whether they agree."""
    with connect("admin") as conn:
        loads = conn.execute(
            """
            select l.source_slug, sum(l.read_count), sum(l.new_count), sum(l.unchanged_count), sum(l.rejected_count)
            from ops.loads l where l.status = 'accepted' group by 1
            """
        ).fetchall()
        facts = dict(
            conn.execute(
                "select source_slug, (raw_records, in_feedback, missing, extra)::text from marts.reconciliation"
            ).fetchall()
        )
        quarantined = dict(
            conn.execute(
                "select source_slug, count(*) from ops.rejects where replayed_at is null group by 1"
            ).fetchall()
        )
    columns = ("Источник", "Прочитано", "Новых версий", "Без изменений", "Отклонено")
    columns += ("Записей", "В фактах", "Потеряно", "Лишних")
    table = Table(*columns, title="Сверка: от источника до факта")
    agree = True
    for slug, read, new, unchanged, rejected in sorted(loads):
        raw, found, missing, extra = facts.get(slug, "(0,0,0,0)").strip("()").split(",")
        agree &= int(missing) == 0 and int(extra) == 0 and read == new + unchanged + rejected
        agree &= quarantined.get(slug, 0) <= rejected or slug not in quarantined
        table.add_row(slug, str(read), str(new), str(unchanged), str(rejected), raw, found, missing, extra)
    console.print(table)
    console.print("[green]Счёт сходится: ничего не потеряно.[/]\n" if agree else "[red]Счёт не сходится![/]\n")
    return agree


def where_to_look() -> None:
    """Print addresses, logins and the results' places, in lines that can be copied."""
    dashboard = f"{services.superset_url()}/superset/dashboard/obstanovka/"
    places = {
        "Панель «Обстановка»": (dashboard, f"{services.SUPERSET_MCU_USER} / {secret('superset_rukovoditel')}"),
        "Superset, администратор": (services.superset_url(), f"{services.SUPERSET_ADMIN} / {secret('superset_admin')}"),
        "Airflow": (services.airflow_url(), f"{services.AIRFLOW_USER} / {secret('airflow_admin')}"),
        "Пакет индикаторов": (str(settings().var / "publications"), ""),
        "Письма (оповещения)": (str(settings().var / "mail") if settings().city else settings().alert_to, ""),
        "Командная строка": (f"{Path(sys.executable).parent / 'mcu'} --help", ""),
    }
    console.print("[bold]Куда смотреть[/] (вход: имя / пароль)")
    for what, (where, login) in places.items():
        console.print(f"  {what:<24} {where}" + (f"\n  {'':<24} вход: {login}" if login else ""))
