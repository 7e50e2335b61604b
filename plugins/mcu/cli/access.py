"""`mcu access …`: who may see what, and who looked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line
from mcu.settings import settings

app = Commands("Права людей и кто что смотрел.")


@app.command("sync", example="mcu access sync")
def sync() -> None:
    """Привести права и пользователей к тому, что записано в файле прав. Отнятое право перестаёт действовать, как только
    команда выполнена."""
    from mcu.runtime.superset_sync import sync as run

    run("--people")
    print_line("Права обновлены.")


@app.command("audit", example="mcu access audit --days 7")
def audit(
    days: Annotated[int, typer.Option("--days", metavar="ЧИСЛО", help="За сколько последних дней")] = 1,
    login: Annotated[str | None, typer.Option("--login", metavar="ИМЯ", help="Только эта учётная запись")] = None,
    tiles: Annotated[bool, typer.Option("--tiles", help="Также каждую показанную плитку и списки значений")] = False,
) -> None:
    """Показать, кто какие страницы открывал и какие данные запрашивал или выгружал, в том числе безуспешно."""
    from mcu.runtime.audit import acts

    found = acts(datetime.now(UTC) - timedelta(days=days), login, with_tiles=tiles)
    for act in found:
        at = f"{act.at.astimezone(settings().tz):%d.%m.%Y %H:%M:%S}"
        print_line("  ".join(part for part in (at, act.login, act.what, act.page, act.tile, act.dataset) if part))
    if not found:
        print_line("За это время никто ничего не смотрел.")
