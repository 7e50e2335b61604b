"""`mcu matters link`, `unlink`: what a person says of items of several systems."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line

app = Commands("Вопросы: одно обращение в разных системах.")


class Kind(StrEnum):
    """What one item is to the other, in the words of who says it."""

    copy = "копия"
    continuation = "продолжение"
    reference = "ссылка"


Number = Annotated[str, typer.Argument(metavar="НОМЕР", help="Номер записи; если он есть в двух системах — код:номер")]
Other = Annotated[str, typer.Argument(metavar="ДРУГОЙ", help="Номер другой записи")]
By = Annotated[str | None, typer.Option("--by", metavar="КТО", help="Кто решил; без него — имя учётной записи")]
Reason = Annotated[str | None, typer.Option("--reason", metavar="ПРИЧИНА", help="Почему")]
DONE = "Записано. Следующий расчёт витрин это учтёт: mcu marts build"


@app.command("link", example="mcu matters link POS-2026-000123 СЭД-REG-2026-000045 --reason 'Один заявитель'")
def link(
    ref: Number,
    other: Other,
    kind: Annotated[
        Kind,
        typer.Option("--kind", metavar="ВИД", help="Чем одна запись приходится другой: копия, продолжение, ссылка"),
    ] = Kind.copy,
    by: By = None,
    reason: Reason = None,
) -> None:
    """Связать две записи: это один вопрос. Решение сильнее правил и переживает пересчёт."""
    from mcu.registers import words

    words.link(ref, other, kind.name, words.Word(by, reason))
    print_line(DONE)


@app.command("unlink", example="mcu matters unlink POS-2026-000123 СЭД-REG-2026-000045")
def unlink(ref: Number, other: Other, by: By = None, reason: Reason = None) -> None:
    """Разорвать связь двух записей: это разные вопросы."""
    from mcu.registers import words

    words.unlink(ref, other, words.Word(by, reason))
    print_line(DONE)
