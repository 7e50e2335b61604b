"""`python -m demo_city`: the demonstration from the command line."""

from __future__ import annotations

import os

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mcu.errors import UserError
from mcu.runtime.progress import console

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Демонстрация платформы данных МЦУ")


def main() -> None:
    """Run the command line; an error meant for people is one red line, without a traceback."""
    os.umask(0o077)  # what an installation writes may hold personal data: only its owner may read it
    try:
        app()
    except UserError as error:
        console.print(f"[red]Ошибка:[/] {error}", markup=True)
        raise SystemExit(1) from None


@app.command()
def demo() -> None:
    """Развернуть всё и показать работу от источников до панели."""
    from demo_city.demo import demo as run

    run()


@app.command()
def up() -> None:
    """Запустить платформу и демонстрационный город."""
    from demo_city.settings import give_settings
    from mcu.runtime import platform
    from mcu.runtime.places import print_places

    give_settings()
    platform.up()
    print_places()


@app.command()
def build() -> None:
    """Создать демонстрационный город, если его ещё нет; база данных должна работать."""
    from demo_city.build import build as run
    from demo_city.settings import city_settings

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        task = progress.add_task("Демонстрационный город", total=city_settings().city_items)
        built = run(on_progress=lambda done: progress.update(task, completed=done))
        progress.update(task, completed=built.items)
    outcome = "создано за" if built.made else "уже есть, проверено за"
    console.print(f"Записей: {built.items}, {outcome} {built.seconds:.1f} с")
