"""`mcu requests add`, `list`, `answer`: what the ЦУР and other bodies ask of the МЦУ."""

from __future__ import annotations

from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.days import day_of
from mcu.cli.output import print_line, print_table

app = Commands("Запросы ЦУР и других органов: реестр, сроки, ответы.")


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

    number = register(place, body, about, day_of(received), day_of(due))
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
        for row in listed(day_of(None))
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

    record(number, day_of(on), said, publication)
    print_line(f"Ответ на запрос № {number} записан.")
