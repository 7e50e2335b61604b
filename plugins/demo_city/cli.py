"""`demo-city`: the demonstration from the command line."""

from __future__ import annotations

import os

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mcu.cli.commands import Commands
from mcu.cli.output import print_line

app = Commands("Демонстрация платформы данных МЦУ.", program="demo-city")


def main() -> None:
    """Run the command line. Files that it writes are readable by their owner only: they may hold personal data."""
    os.umask(0o077)
    app()


@app.command("demo", example="demo-city demo")
def demo() -> None:
    """Развернуть всё и показать работу от источников до панели."""
    from demo_city.demo import demo as run

    run()


@app.command("up", example="demo-city up")
def up() -> None:
    """Запустить платформу и демонстрационный город."""
    from demo_city.settings import give_settings
    from mcu.runtime import platform
    from mcu.runtime.places import print_places

    give_settings()
    platform.up()
    print_places()


@app.command("build", example="demo-city build")
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
    print_line(f"Записей: {built.items}, {outcome} {built.seconds:.1f} с")
