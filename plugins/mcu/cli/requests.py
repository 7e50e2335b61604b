"""`mcu requests add`, `list`, `answer`: what the ЦУР and other bodies ask of the МЦУ."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line, print_table
from mcu.errors import UserError
from mcu.settings import settings

app = Commands("Запросы ЦУР и других органов: реестр, сроки, ответы.")

Day = Annotated[str, typer.Option(metavar="ГГГГ-ММ-ДД", help="День")]


@app.command(
    "add",
    example='mcu requests add murmansk --from "ЦУР Мурманской области" --about "Справка о ремонте дорог" '
    "--received 2026-11-16 --due 2026-11-23",
)
def add(
    place: Annotated[str, typer.Argument(metavar="КОД", help="Код муниципального образования")],
    body: Annotated[str, typer.Option("--from", metavar="КТО", help="Какой орган запросил")],
    about: Annotated[str, typer.Option("--about", metavar="ЧТО", help="Что запрошено")],
    due: Annotated[str, typer.Option("--due", metavar="ГГГГ-ММ-ДД", help="К какому дню ответить")],
    received: Annotated[
        str | None, typer.Option("--received", metavar="ГГГГ-ММ-ДД", help="Когда поступил; без него — сегодня")
    ] = None,
) -> None:
    """Записать запрос в реестр."""
    from mcu.publications.papers.requests import add as register

    number = register(place, body, about, _day(received) if received else _today(), _day(due))
    print_line(f"Запрос № {number} записан. Ответ: mcu requests answer {number}")


@app.command("list", example="mcu requests list")
def list_requests() -> None:
    """Показать реестр: сначала то, на что не отвечено."""
    from mcu.publications.papers.requests import STATES, listed

    rows = [
        (
            str(row["request_id"]),
            row["body"],
            row["about"],
            f"{row['due_on']:%d.%m.%Y}",
            STATES[row["status"]],
            f"{row['answered_on']:%d.%m.%Y}: {row['answer']}" if row["answered_on"] else "",
        )
        for row in listed(_today())
    ]
    print_table(("№", "Кто запросил", "Что", "Срок", "Состояние", "Ответ"), rows)


@app.command("answer", example='mcu requests answer 3 --said "Направлена справка" --publication 17')
def answer(
    number: Annotated[int, typer.Argument(metavar="НОМЕР", help="Номер запроса: mcu requests list")],
    said: Annotated[str, typer.Option("--said", metavar="ЧТО", help="Что отвечено")],
    publication: Annotated[
        int | None, typer.Option("--publication", metavar="НОМЕР", help="Какая публикация направлена")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="ГГГГ-ММ-ДД", help="Когда; без него — сегодня")] = None,
) -> None:
    """Записать ответ на запрос."""
    from mcu.publications.papers.requests import answer as record

    record(number, _day(on) if on else _today(), said, publication)
    print_line(f"Ответ на запрос № {number} записан.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"День указан как «{text}», а нужен вид ГГГГ-ММ-ДД, например 2026-11-20.") from None


def _today() -> date:
    from datetime import datetime

    return (settings().as_of or datetime.now(settings().tz)).astimezone(settings().tz).date()
