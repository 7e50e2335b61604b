"""`mcu publications list`, `show`, `approve`, `send`, `recall`: the ledger of what leaves."""

from __future__ import annotations

from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import local_time, print_line, print_mark, print_table

app = Commands("Журнал публикаций: перечень, утверждение, отправка, отзыв.")

Number = Annotated[int, typer.Argument(metavar="НОМЕР", help="Номер публикации из журнала: mcu publications list")]
By = Annotated[str, typer.Option("--by", metavar="КТО", help="Кто это делает: должность, фамилия")]


@app.command("list", example="mcu publications list --kind weekly_note")
def list_publications(
    kind: Annotated[str | None, typer.Option("--kind", metavar="ВИД", help="Только этого вида")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="ЧИСЛО", min=1, help="Сколько показать")] = 20,
) -> None:
    """Показать последние публикации: что, для кого, на какой момент, в каком состоянии и кем изменено."""
    from mcu.publications.approval import listed
    from mcu.publications.ledger import STATUSES

    columns = ("№", "Вид", "Период", "Муниципалитет", "Редакция", "Сведения на", "Состояние", "Кто и когда")
    rows = []
    for row in listed(kind, limit):
        who = f"{row['done_by']}, {local_time(row['done_at'])}" if row["done_by"] else ""
        about = (str(row["publication_id"]), row["kind"], row["period"], row["municipality_code"])
        state = STATUSES[row["status"]] + (f" ({row['reason']})" if row["status"] == "recalled" else "")
        rows.append((*about, str(row["revision"]), local_time(row["as_of"]), state, who))
    print_table(columns, rows)


@app.command("show", example="mcu publications show 12")
def show(number: Number) -> None:
    """Показать одну публикацию: из чего сделана, файлы, шаги, отправки."""
    from mcu.publications.approval import shown

    for line in shown(number):
        print_line(line)


@app.command("approve", example='mcu publications approve 12 --by "Руководитель МЦУ Иванова"')
def approve(number: Number, by: By) -> None:
    """Утвердить публикацию: без этого она не отправляется."""
    from mcu.publications.approval import approve

    print_line(approve(number, by))


@app.command("send", example="mcu publications send 12")
def send(
    number: Annotated[
        int | None, typer.Argument(metavar="НОМЕР", help="Номер публикации; без него — все утверждённые")
    ] = None,
) -> None:
    """Отправить утверждённое адресатам и сохранить подтверждение; полученное повторно не отправляется."""
    from mcu.publications.approval import waiting
    from mcu.publications.sending import send

    numbers = [number] if number is not None else waiting("approved")
    is_sent = True
    for one in numbers:
        for sent in send(one):
            print_mark(sent.is_received, sent.message)
            is_sent &= sent.is_received
    if not numbers:
        print_line("Утверждённых и не отправленных публикаций нет.")
    if not is_sent:
        raise typer.Exit(1)


@app.command("recall", example='mcu publications recall 12 --by "Руководитель МЦУ Иванова" --reason "ошибка в плане"')
def recall(
    number: Number, by: By, reason: Annotated[str, typer.Option("--reason", metavar="ПРИЧИНА", help="Почему отозвана")]
) -> None:
    """Отозвать публикацию: она больше не отправляется; новая будет следующей редакцией."""
    from mcu.publications.approval import recall

    print_line(recall(number, by, reason))
