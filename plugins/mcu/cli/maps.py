"""`mcu maps missing`, `add`: names of sources that no map knows, and values that could not be read."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line

app = Commands("Таблицы соответствия.")


@app.command("missing", example="mcu maps missing")
def missing() -> None:
    """Показать слова источников, которых нет в таблицах соответствия, с готовыми строками для них, и нераспознанные
    значения."""
    from mcu.onboarding.mapping_gaps import HOW_TO_ADD, describe_gaps
    from mcu.onboarding.sample import missing_in_maps
    from mcu.onboarding.unread_values import describe_unread

    lines = [*describe_gaps(missing_in_maps()), *describe_unread()]
    for line in lines or ["Все значения источников распознаны."]:
        print_line(line)
    if lines:
        print_line(HOW_TO_ADD)


@app.command("add", example="mcu maps add topic 'pos,Яма на дороге,ВПИШИТЕ_КОД,2026-01-01,' --code roads.repair")
def add(
    name: Annotated[
        Literal["municipality", "status", "topic", "recipient"],
        typer.Argument(metavar="КАРТА", help="municipality, status, topic или recipient"),
    ],
    row: Annotated[str, typer.Argument(metavar="СТРОКА", help="Готовая строка, как её печатает mcu maps missing")],
    code: Annotated[str | None, typer.Option("--code", metavar="КОД", help="Код, если в строке его ещё нет")] = None,
) -> None:
    """Добавить строку в таблицу соответствия; код и даты проверяются, дважды строка не добавится."""
    from mcu.onboarding.map_rows import add_row

    print_line(f"Добавлено в {add_row(name, row, code)}. Следующий расчёт витрин её учтёт: mcu marts build")
