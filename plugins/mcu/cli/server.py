"""A server without Docker: `mcu systemd`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line

app = Commands("Сервер.")


@app.command("systemd", example="mcu systemd --to var/systemd")
def systemd(
    to: Annotated[Path, typer.Option("--to", metavar="ПАПКА", help="Куда записать")] = Path("var/systemd"),
    env: Annotated[Path, typer.Option("--env", metavar="ФАЙЛ", help="Заполненный .env")] = Path(".env"),
    connections: Annotated[Path, typer.Option("--connections", metavar="ФАЙЛ", help="Адреса источников")] = Path(
        "connections.env"
    ),
) -> None:
    """Записать службы systemd для сервера без Docker: из docker-compose.yml и .env."""
    from mcu.server.compose import read_env
    from mcu.server.systemd import FOLDER_OF_ENVIRONMENT, write_units

    written = write_units(read_env(env), connections, to)
    print_line(f"Записано файлов: {len(written)}, папка {to}. Дальше, от имени root:")
    for line in (
        "useradd --system --home /var/lib/mcu mcu   # если такого пользователя ещё нет",
        "создайте папки MCU_INBOX и MCU_BACKUPS (владелец mcu), MCU_ARCHIVE/wal и MCU_ARCHIVE/base (postgres)",
        f"install -d -m 700 {FOLDER_OF_ENVIRONMENT} && install -m 600 {to}/*.env {FOLDER_OF_ENVIRONMENT}/",
        f"install -m 644 {to}/system/* /etc/systemd/system/ && rm -r {to}",
        "systemctl daemon-reload && systemctl enable --now mcu.target",
    ):
        print_line(f"  {line}")
