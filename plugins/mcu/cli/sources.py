"""`mcu sources list`, `new`, `connect`, `check`, `load`: the feedback sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import ask_secretly, local_time, print_line, print_mark, print_table
from mcu.errors import UserError

app = Commands("Источники обратной связи: список, новый источник, адрес, проверка, загрузка.")


@app.command("list", example="mcu sources list")
def list_sources() -> None:
    """Показать объявленные источники и их состояние."""
    from mcu.landing.source_state import source_states
    from mcu.sources.registry import declared, source_titles

    states, found, titles = source_states(), declared(), source_titles()
    about = [(slug, str(spec.connector.type), spec.schedule or "вручную", "") for slug, spec in found.sources.items()]
    about += [(fault.slug, "", "не загружается", f"ошибка в описании: {fault.message}") for fault in found.faults]
    rows = []
    for slug, protocol, schedule, wrong in sorted(about):
        state = states.get(slug)
        checked, new, error = (state.checked_at, state.last_new_at, state.last_error) if state else (None, None, None)
        title = titles.get(slug, "")
        rows.append((slug, title, protocol, schedule, local_time(checked), local_time(new), wrong or error or ""))
    print_table(("Источник", "Название", "Протокол", "Расписание", "Проверен", "Последнее новое", "Ошибка"), rows)


@app.command("check", example="mcu sources check pos")
def check(
    slug: Annotated[
        str | None, typer.Argument(metavar="ИСТОЧНИК", help="Имя источника; без него проверяются все")
    ] = None,
) -> None:
    """Проверить описание и соединение, прочитать образец и показать, как он лёг бы; ничего не записывается."""
    from mcu.onboarding.preview import check_sources
    from mcu.sources.registry import declared, get_source

    found = declared()
    specs = [get_source(slug)] if slug else list(found.sources.values())
    faults = [] if slug else found.faults
    for fault in faults:
        print_mark(False, f"{fault.slug}: ошибка в описании: {fault.message}")
    checked = check_sources(specs)
    for name, result in checked.items():
        print_mark(result.is_good, f"{name}: {result.message}", is_doubtful=bool(result.refused))
        if slug and result.landed:
            print_table(("Поле", "Так записалось бы (первая запись)"), result.example())
    is_whole = _print_mapping_gaps({name: result.landed for name, result in checked.items()})
    if faults or not is_whole or not all(result.is_good for result in checked.values()):
        raise typer.Exit(1)


@app.command("connect", example="mcu sources connect ads")
def connect(
    slug: Annotated[str, typer.Argument(metavar="ИСТОЧНИК", help="Имя источника: mcu sources list")],
) -> None:
    """Задать адрес источника: для файлов создаётся папка, для остальных адрес с ключом спрашивается и не виден."""
    from mcu.sources.connecting import connect_source
    from mcu.sources.registry import get_source

    print_line(connect_source(get_source(slug), ask_secretly))


@app.command("load", example="mcu sources load pos --since 2026-11-01")
def load(
    slug: Annotated[str, typer.Argument(metavar="ИСТОЧНИК", help="Имя источника: mcu sources list")],
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="МОМЕНТ", help="С какого момента читать заново"),
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="МОМЕНТ", help="По какой момент")] = None,
) -> None:
    """Загрузить источник сейчас, проверить и принять загруженное, как это делает Airflow по расписанию."""
    from mcu.alerts.refusals import report_refusals
    from mcu.cli.judging import judge
    from mcu.landing.load import load_source
    from mcu.landing.period import instant
    from mcu.sources.registry import get_source

    spec = get_source(slug)
    results = load_source(spec, since=instant(since), until=instant(until))
    report_refusals(spec, results)
    is_good = judge(results)
    if not results:
        print_line("Новых файлов нет.")
    if not is_good:
        raise typer.Exit(1)
    print_line("Пересчитать витрины сейчас: mcu marts build")


def _print_mapping_gaps(samples: dict[str, list[tuple[str, dict[str, Any]]]]) -> bool:
    """Print which names no map knows, and what could not be checked. False if a staging model does not work."""
    from mcu.onboarding.mapping_gaps import HOW_TO_ADD, describe_gaps
    from mcu.onboarding.sample import gaps_in_samples

    without = [slug for slug, records in samples.items() if not records]
    if without:
        print_line(f"Названия не сверены со справочниками, нет образца: {', '.join(without)}")
    if len(without) == len(samples):
        return True
    try:
        outcomes = gaps_in_samples({slug: records for slug, records in samples.items() if records})
    except UserError as error:
        print_mark(False, f"Названия не сверены со справочниками: {error}")
        return False
    for slug, outcome in outcomes.items():
        if isinstance(outcome, str):
            print_mark(False, f"{slug}: названия не сверены со справочниками: {outcome}")
            continue
        for line in describe_gaps(outcome):
            print_line(line if line.startswith(" ") else f"{slug}: {line}")
    if any(outcome and not isinstance(outcome, str) for outcome in outcomes.values()):
        print_line(HOW_TO_ADD)
    return not any(isinstance(outcome, str) for outcome in outcomes.values())


@app.command("new", example='mcu sources new remont --from "Заявки АДС.csv" --title "Аварийная служба"')
def new(
    slug: Annotated[str, typer.Argument(metavar="ИМЯ", help="Имя нового источника латиницей")],
    example: Annotated[Path, typer.Option("--from", metavar="ФАЙЛ", help="Файл-образец: XLSX, CSV или JSON")],
    into: Annotated[
        Path | None,
        typer.Option(
            "--into", metavar="ПАПКА", help="Папка дополнения (MCU_SOURCES_OVERLAY); без неё файлы пишутся в проект"
        ),
    ] = None,
    title: Annotated[
        str | None, typer.Option("--title", metavar="НАЗВАНИЕ", help="Название источника; без него - имя файла")
    ] = None,
    schedule: Annotated[
        str | None,
        typer.Option("--schedule", metavar="РАСПИСАНИЕ", help="Когда загружать: «20 * * * *»; без него - вручную"),
    ] = None,
    api: Annotated[bool, typer.Option("--api", help="Образец - ответ REST API, а не файл")] = False,
) -> None:
    """Составить по образцу описание источника и модель staging, которые останется дополнить."""
    from mcu.onboarding.draft import describe_fields, new_source

    draft = new_source(slug, example, into, title, schedule, is_api=api)
    print_table(("Столбец", "Поле", "Что с ним делается"), describe_fields(draft.guess))
    for path in draft.files:
        print_line(f"Записан {path}")
    for doubt in draft.guess.doubts:
        print_line(f"Решите сами: {doubt}", "yellow")
    print_line(f"Дополните места с пометкой TODO, затем: mcu sources connect {slug}, mcu sources check {slug}")
