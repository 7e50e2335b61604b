"""`mcu problems name`, `merge`, `split`, `restore`: what a person says of a problem."""

from __future__ import annotations

from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.matters import DONE, By, Number, Other, Reason
from mcu.cli.output import print_line

app = Commands("Проблемы: о чём написали несколько человек.")


@app.command("name", example="mcu problems name POS-2026-000123 'Нет отопления на Садовой'")
def name(
    ref: Number,
    title: Annotated[str, typer.Argument(metavar="НАЗВАНИЕ", help="Как называть проблему этой записи")],
    by: By = None,
    reason: Reason = None,
) -> None:
    """Назвать проблему, к которой относится запись."""
    from mcu.registers import words

    words.name(ref, title, words.Word(by, reason))
    print_line(DONE)


@app.command("merge", example="mcu problems merge POS-2026-000123 3000045")
def merge(ref: Number, other: Other, by: By = None, reason: Reason = None) -> None:
    """Объединить проблемы двух записей."""
    from mcu.registers import words

    words.merge(ref, other, words.Word(by, reason))
    print_line(DONE)


@app.command("split", example="mcu problems split POS-2026-000123")
def split(ref: Number, by: By = None, reason: Reason = None) -> None:
    """Вывести запись и весь её вопрос из проблемы, к которой их отнесли правила."""
    from mcu.registers import words

    words.split(ref, words.Word(by, reason))
    print_line(DONE)


@app.command("restore", example="mcu problems restore POS-2026-000123")
def restore(
    ref: Number,
    other: Annotated[
        str | None, typer.Argument(metavar="ДРУГОЙ", help="Вторая запись, если отменяется объединение")
    ] = None,
    by: By = None,
    reason: Reason = None,
) -> None:
    """Отменить прежнее решение о записи: вывод из проблемы или объединение."""
    from mcu.registers import words

    words.restore(ref, other, words.Word(by, reason))
    print_line(DONE)
