"""`mcu templates write`: the registers that people keep by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line

app = Commands("Шаблоны журналов, которые ведут вручную.")


@app.command("write", example="mcu templates write register Журнал.xlsx")
def write(
    register: Annotated[
        Literal["register", "measures", "expert_marks"],
        typer.Argument(
            metavar="ШАБЛОН",
            help="register - журнал письменных обращений, телефонограмм и личного приёма;"
            " measures - реестр поручений, мероприятий, дорожных карт, паспортов проектов и планов;"
            " expert_marks - реестр оценок качества ответов",
        ),
    ],
    path: Annotated[
        Path | None, typer.Argument(metavar="ПУТЬ", help="Куда записать книгу; без него - в текущую папку")
    ] = None,
) -> None:
    """Записать пустой журнал: книгу Excel со списками и проверками."""
    from mcu.registers import write_template

    print_line(f"Шаблон записан: {write_template(register, path)}")
