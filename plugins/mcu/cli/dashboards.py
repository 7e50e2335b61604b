"""`mcu dashboards sync`: Superset as the files say."""

from __future__ import annotations

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
