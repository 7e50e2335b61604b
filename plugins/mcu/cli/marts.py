"""`mcu marts build`."""

from __future__ import annotations

from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line

app = Commands("Витрины.")


@app.command("build", example="mcu marts build --full")
def build(
    full: Annotated[bool, typer.Option("--full", help="Пересчитать всё, а не только изменившееся")] = False,
) -> None:
    """Рассчитать и проверить витрины сейчас, без Airflow."""
    from mcu.quality.gate import mart_gate
    from mcu.warehouse import transform as warehouse

    result = warehouse.transform(full=full)
    print_line(result.message)
    if not result.is_checked:
        verdict = mart_gate()
        print_line(verdict.message)
        if not verdict.passed:
            raise typer.Exit(1)
