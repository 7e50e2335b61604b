"""The installation as a whole: `mcu up`, `down`, `status`, `doctor`, `reconcile`."""

from __future__ import annotations

import typer
from rich.text import Text

from mcu.cli.commands import Commands
from mcu.cli.output import print_error, print_line, print_mark, print_table

app = Commands("Платформа целиком.")


@app.command("up", example="mcu up")
def up() -> None:
    """Запустить платформу."""
    from mcu.runtime import platform
    from mcu.runtime.places import print_places

    platform.up()
    print_places()


@app.command("down", example="mcu down")
def down() -> None:
    """Остановить платформу; данные остаются."""
    from mcu.runtime import platform

    platform.down()
    print_line("Остановлено.")


@app.command("status", example="mcu status")
def status() -> None:
    """Что работает, что нет."""
    from mcu.runtime.platform import all_services
    from mcu.warehouse import embedded

    states: list[tuple[str, int | None, bool]] = [("PostgreSQL", embedded.port(), embedded.is_running())]
    states += [(service.title, service.port(), service.is_up()) for service in all_services()]
    works, stopped = Text("работает", "green"), Text("не работает", "red")
    print_table(
        ("Служба", "Порт", "Состояние"),
        [(title, str(port or "-"), works if is_up else stopped) for title, port, is_up in states],
    )
    if not all(is_up for *_, is_up in states):
        raise typer.Exit(1)


@app.command("doctor", example="mcu doctor")
def doctor() -> None:
    """Что не так с этой установкой, простыми словами."""
    from mcu.runtime.doctor import examine

    findings = examine()
    for finding in findings:
        print_mark(finding.is_ok, finding.what)
        if finding.advice:
            print_line(f"    {finding.advice}", "yellow")
    if not all(finding.is_ok for finding in findings):
        raise typer.Exit(1)


@app.command("reconcile", example="mcu reconcile")
def reconcile() -> None:
    """Сверить счёт каждого шага: прочитано, принято, в фактах, в карантине."""
    from mcu.runtime.reconcile import reconcile as run

    if not run():
        raise typer.Exit(1)


@app.command("bootstrap", example="mcu bootstrap", hidden=True)
def bootstrap() -> None:
    """Создать базы, роли и схемы (для docker-compose.yml)."""
    from mcu.privacy.pepper import PepperRefused
    from mcu.warehouse.bootstrap import bootstrap as run

    try:
        run()
    except PepperRefused as error:  # all the rest is prepared; loads are refused until it is restored
        print_error(str(error))
