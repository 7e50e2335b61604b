"""`mcu explain`: how a deadline was counted."""

from __future__ import annotations

from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line

app = Commands("Сроки.")


@app.command("explain", example="mcu explain POS-000123")
def explain(
    ref: Annotated[
        str, typer.Argument(metavar="НОМЕР", help="Номер обращения или сообщения в той системе, откуда оно пришло")
    ],
) -> None:
    """Объяснить сроки одного обращения или сообщения."""
    from mcu.explain import explain as run

    print_line(run(ref))
