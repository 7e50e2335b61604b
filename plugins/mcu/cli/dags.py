"""`mcu dags unpause`, `pause`, `trigger`: the timetable of Airflow from the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line

app = Commands("Расписание: включить, приостановить, запустить сейчас.")

Name = Annotated[str, typer.Argument(metavar="ИМЯ", help="Источник (mcu sources list) или имя DAG, как в Airflow")]


@app.command("unpause", example="mcu dags unpause pos")
def unpause(name: Name) -> None:
    """Включить расписание: дальше запускается само."""
    from mcu.runtime.dags import find_dag

    airflow, dag = find_dag(name)
    airflow.unpause(dag.dag_id)
    if dag.has_timetable:
        print_line(f"{dag.title}: расписание включено.")
    else:
        print_line(
            f"{dag.title}: расписания нет, запускается только вручную. Задайте schedule в описании источника.", "yellow"
        )


@app.command("pause", example="mcu dags pause pos")
def pause(name: Name) -> None:
    """Приостановить расписание; начатое доработает до конца."""
    from mcu.runtime.dags import find_dag

    airflow, dag = find_dag(name)
    airflow.pause(dag.dag_id)
    print_line(f"{dag.title}: расписание приостановлено.")


@app.command("trigger", example="mcu dags trigger transform")
def trigger(name: Name) -> None:
    """Запустить сейчас, не дожидаясь расписания."""
    from mcu.runtime.dags import find_dag
    from mcu.runtime.services import airflow_url

    airflow, dag = find_dag(name)
    airflow.trigger(dag.dag_id)
    print_line(f"{dag.title}: запуск поставлен в очередь. Ход: {airflow_url()}/dags/{dag.dag_id}")
    if dag.is_paused:
        print_line(f"Расписание приостановлено, запуск начнётся после: mcu dags unpause {name}", "yellow")
