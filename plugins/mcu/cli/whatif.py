"""`mcu whatif`: the last two years under another deadline, calendar or number of hands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line, print_table

app = Commands("Модели последствий.")

SHOWN = 30


@app.command("whatif", example="mcu whatif --rule pos_final=8 --calendar 2026-11-05=выходной --out последствия.xlsx")
def whatif(
    rule: Annotated[
        list[str] | None, typer.Option("--rule", metavar="КОД=СРОК", help="Другой срок по правилу; можно несколько")
    ] = None,
    calendar: Annotated[
        list[str] | None,
        typer.Option("--calendar", metavar="ДАТА=ВИД", help="День иначе: выходной, рабочий, сокращённый"),
    ] = None,
    staff: Annotated[
        list[str] | None, typer.Option("--staff", metavar="КОД=СЕЙЧАС:БУДЕТ", help="Другое число рук у исполнителя")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="ФАЙЛ", help="Книга XLSX с изменениями сроков")] = None,
) -> None:
    """Пересчитать последние два года при другом сроке, календаре или штате; витрины не изменяются.

    Без предположений сверяет сроки с действующими правилами: изменений быть не должно."""
    from mcu.errors import UserError
    from mcu.whatif.staff import Hands, replay_staff

    if staff and (rule or calendar or out):
        raise UserError("Штат считается отдельно от сроков и календаря, на экран: укажите только --staff.")
    if staff:
        replays = [replay_staff(Hands.of(one)) for one in staff]
        for one in replays:
            print_line(f"{one.title}: рук {one.hands.then} вместо {one.hands.now}, с {one.since:%d.%m.%Y}")
            rows = [
                (name, str(before), str(after))
                for name, before, after in (
                    ("Закрыто", one.before.closed, one.after.closed),
                    ("Остаток", one.before.backlog, one.after.backlog),
                    ("Основной срок нарушен", one.before.missed, one.after.missed),
                    ("Медиана, дней", one.before.median_days, one.after.median_days),
                )
            ]
            print_table(("", "Как есть", "Было бы"), rows)
        return
    _deadlines(rule or [], calendar or [], out)


def _deadlines(rules: list[str], days: list[str], out: Path | None) -> None:
    from mcu.errors import UserError
    from mcu.whatif.changes import DayChange, RuleChange
    from mcu.whatif.compare import compare
    from mcu.whatif.replay import replayed
    from mcu.whatif.workbook import HEADER, SHEETS, cells, head, workbook

    if out and out.suffix.lower() != ".xlsx":
        raise UserError(f"Файл {out}: имя должно кончаться на .xlsx.")
    with replayed([RuleChange.of(text) for text in rules], [DayChange.of(text) for text in days]) as replay:
        found = compare(replay)
    for text in head(found):
        print_line(text)
    rows = [(*line.labels, *map(str, cells(line))) for line in found.stages if line.is_changed]
    if rows:
        print_table((*SHEETS["По стадиям"], *HEADER), rows[:SHOWN])
    if len(rows) > SHOWN:
        print_line(f"Показано {SHOWN} из {len(rows)}; все — в книге: --out последствия.xlsx")
    if out:
        try:
            out.write_bytes(workbook(found))
        except OSError as error:
            raise UserError(f"Файл {out} не записан: {error.strerror}.") from None
        print_line(f"Записано: {out}")
