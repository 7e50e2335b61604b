"""`mcu loads add`, `list`, `show`, `replay`: the ledger of loads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import local_time, print_line, print_table

app = Commands("Загрузки: новая, журнал, подробности, повтор.")

_STATUS = {
    "running": "идёт",
    "landed": "записана",
    "accepted": "принята",
    "quarantined": "в карантине",
    "refused": "отказано",
    "failed": "прервана",
}

LoadId = Annotated[int, typer.Argument(metavar="НОМЕР", help="Номер загрузки из журнала: mcu loads list")]


@app.command("add", example='mcu loads add "Инцидент 2026-11-20.xlsx" --source incident')
def add(
    file: Annotated[
        Path, typer.Argument(metavar="ФАЙЛ", help="Выгрузка: XLSX, CSV, JSON или их архив (ZIP, TAR, GZIP)")
    ],
    source: Annotated[str, typer.Option("--source", metavar="ИСТОЧНИК", help="Чей это файл: mcu sources list")],
) -> None:
    """Загрузить файл в источник, проверить и принять."""
    from mcu.cli.judging import judge
    from mcu.landing.load import load_file
    from mcu.sources.registry import get_source

    if not judge(load_file(get_source(source), file)):
        raise typer.Exit(1)


@app.command("list", example="mcu loads list --source incident --limit 5")
def list_loads(
    source: Annotated[str | None, typer.Option("--source", metavar="ИСТОЧНИК", help="Только этого источника")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="ЧИСЛО", min=1, help="Сколько загрузок показать")] = 20,
) -> None:
    """Показать последние загрузки."""
    from mcu.landing.ledger import latest_loads

    columns = ("№", "Источник", "Состояние", "Начата")
    counts = ("Прочитано", "Новых", "Без изменений", "Отклонено")
    rows = []
    for load in latest_loads(source, limit):
        about = (str(load.load_id), load.source_slug, _STATUS.get(load.status, load.status))
        numbers = map(str, (load.read_count, load.new_count, load.unchanged_count, load.rejected_count))
        rows.append((*about, local_time(load.started_at), *numbers, load.message or ""))
    print_table((*columns, *counts, "Что произошло"), rows)


@app.command("show", example="mcu loads show 42")
def show(load_id: LoadId) -> None:
    """Показать одну загрузку: чем кончилась, какие записи отклонены и почему, какие проверки не пройдены."""
    from mcu.landing.show import show_load

    shown = show_load(load_id)
    load = shown.load
    print_line(
        f"Загрузка № {load.load_id}, {load.source_slug}: {_STATUS.get(load.status, load.status)},"
        f" {local_time(load.started_at)}" + (f", файл {load.file_name}" if load.file_name else "")
    )
    print_line(
        f"Прочитано {load.read_count}, новых {load.new_count}, без изменений {load.unchanged_count},"
        f" отклонено {load.rejected_count}"
    )
    print_line(load.message or "")
    for group in shown.refused:
        print_line(f"\n{group.reason}: {group.count}")
        for record_ref, position in group.examples:
            print_line(f"    {record_ref or 'без номера'} ({position})")
    for code, title, observed, threshold in shown.failed_rules:
        print_line(f"\n{code} «{title}»: {observed or '-'}; порог: {threshold or '-'}")


@app.command("replay", example="mcu loads replay 42")
def replay(load_id: LoadId) -> None:
    """Повторить загрузку из карантина или её отклонённые записи из сохранённого."""
    from mcu.landing.replay import replay as run
    from mcu.quality.gate import raw_gate

    result = run(load_id)
    print_line(result.message)
    if result.load_id is not None and result.status == "landed":
        print_line(raw_gate(result.load_id).message)
