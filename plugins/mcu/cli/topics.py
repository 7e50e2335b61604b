"""`mcu topics show`, `train`, `correct`: topics of items whose source names none."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line
from mcu.errors import UserError

app = Commands("Темы обращений и сообщений по их тексту.")


@app.command("show", example="mcu topics show")
def show() -> None:
    """Показать действующую модель тем: сколько подсказок верны и в чём она ошибается чаще всего."""
    from mcu.texts.topics.report import describe

    for line in describe():
        print_line(line)


@app.command("train", example="mcu topics train")
def train() -> None:
    """Обучить модель тем на принятых текстах, тема которых известна."""
    from mcu.texts.topics.train import train as run

    print_line(run())


@app.command("correct", example="mcu topics correct VK-000123 --topic roads.repair")
def correct(
    ref: Annotated[str, typer.Argument(metavar="НОМЕР", help="Номер обращения или сообщения в его системе")],
    topic: Annotated[str | None, typer.Option("--topic", metavar="КОД", help="Код темы по справочнику")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Отменить прежнее исправление")] = False,
    source: Annotated[
        str | None, typer.Option("--source", metavar="ИСТОЧНИК", help="Источник, если номер есть в нескольких")
    ] = None,
) -> None:
    """Исправить тему обращения или сообщения; исправление сильнее источника и модели и сохраняется при пересчёте."""
    from mcu.texts.topics.corrections import correct as run

    if (topic is None) != withdraw:
        raise UserError("Укажите тему (--topic КОД) или отмену исправления (--withdraw), одно из двух.")
    title = run(ref, topic, by=getpass.getuser(), source_slug=source)
    done = f"Тема записи {ref}: «{title}»" if title else f"Исправление темы записи {ref} отменено"
    print_line(f"{done}. Следующий расчёт витрин это учтёт: mcu marts build")
