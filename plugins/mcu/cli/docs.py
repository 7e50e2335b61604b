"""`mcu docs`: the documentation site."""

from __future__ import annotations

from mcu.cli.commands import Commands
from mcu.cli.output import print_line

app = Commands("Документация.")


@app.command("docs", example="mcu docs")
def docs() -> None:
    """Собрать сайт документации; он открывается без сети."""
    from mcu.docs_site import build_site

    print_line(f"Сайт собран: {build_site()}")
