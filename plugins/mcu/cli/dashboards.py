"""`mcu dashboards …`: Superset as the files say, and the files as Superset says."""

from __future__ import annotations

from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line

app = Commands("Дашборды.")


@app.command("sync", example="mcu dashboards sync")
def sync() -> None:
    """Привести дашборды, роли и пользователей Superset к тому, что записано в файлах, и проверить каждую плитку."""
    from mcu.runtime.services import superset_url
    from mcu.runtime.superset_sync import sync as run

    run()
    print_line(f"Дашборды обновлены и проверены: {superset_url()}")


@app.command("pull", example="mcu dashboards pull sroki")
def pull(
    name: Annotated[str, typer.Argument(metavar="СТРАНИЦА", help="Имя папки страницы в superset/assets")],
) -> None:
    """Перенести в файлы то, что изменено на странице в Superset: пишется только отличие. Чего форма файлов не знает,
    называется и не пишется. В Superset ничего не меняется. Выполняйте до того, как правите файлы."""
    from mcu.runtime.superset_sync import pull as run

    lines, is_whole = run(name)
    for line in lines:
        print_line(line)
    print_line("Изменений нет: файлы и Superset говорят одно." if not lines else "Проверьте: git diff, make check.")
    if not is_whole:
        raise typer.Exit(1)
