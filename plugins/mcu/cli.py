"""`mcu`: the platform from the command line. Thin: each command calls one function and prints."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from mcu.errors import UserError
from mcu.runtime.progress import console

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich", help="Платформа данных МЦУ")
sources_app = typer.Typer(no_args_is_help=True, help="Источники обратной связи")
loads_app = typer.Typer(no_args_is_help=True, help="Журнал загрузок")
template_app = typer.Typer(no_args_is_help=True, help="Шаблоны журналов, которые ведут вручную")
maps_app = typer.Typer(no_args_is_help=True, help="Таблицы соответствия")
export_app = typer.Typer(no_args_is_help=True, help="Публикации")
app.add_typer(sources_app, name="sources")
app.add_typer(loads_app, name="loads")
app.add_typer(maps_app, name="maps")
app.add_typer(export_app, name="export")
app.add_typer(template_app, name="template")


def main() -> None:
    """Run the command line; an error meant for people is one red line, without a traceback."""
    os.umask(0o077)  # what an installation writes may hold personal data: it is its owner's alone
    try:
        app()
    except UserError as error:
        console.print(f"[red]Ошибка:[/] {error}", markup=True)
        raise SystemExit(1) from None


@app.command()
def up() -> None:
    """Запустить платформу."""
    from mcu.runtime import platform
    from mcu.runtime.places import print_places

    platform.up()
    print_places()


@app.command()
def down() -> None:
    """Остановить платформу; данные остаются."""
    from mcu.runtime import platform

    platform.down()
    console.print("Остановлено.")


@app.command()
def status() -> None:
    """Что работает, что нет."""
    from mcu.runtime.platform import all_services
    from mcu.warehouse import embedded

    table = Table("Служба", "Порт", "Состояние")
    database = embedded.is_running()
    rows = [("PostgreSQL", embedded.port(), database)] + [(s.title, s.port(), s.is_up()) for s in all_services()]
    for title, port, is_up in rows:
        table.add_row(title, str(port), "[green]работает[/]" if is_up else "[red]не работает[/]")
    console.print(table)
    if not all(is_up for *_, is_up in rows):
        raise typer.Exit(1)


@app.command()
def doctor() -> None:
    """Что не так с этой установкой, простыми словами."""
    from mcu.runtime.doctor import examine

    findings = examine()
    for finding in findings:
        mark = "[green]✓[/]" if finding.is_ok else "[red]✗[/]"
        console.print(f"{mark} {finding.what}" + (f"\n    [yellow]{finding.advice}[/]" if finding.advice else ""))
    if not all(f.is_ok for f in findings):
        raise typer.Exit(1)


@app.command()
def reconcile() -> None:
    """Сверить счёт каждого шага: прочитано, принято, в фактах, в карантине."""
    from mcu.runtime.reconcile import reconcile as run

    if not run():
        raise typer.Exit(1)


@app.command()
def transform(full: Annotated[bool, typer.Option(help="Пересчитать всё, а не только изменившееся")] = False) -> None:
    """Рассчитать и проверить витрины сейчас, без Airflow."""
    from mcu.quality.gate import mart_gate
    from mcu.warehouse import transform as warehouse

    result = warehouse.transform(full=full)
    console.print(result.message)
    if not result.is_checked:
        verdict = mart_gate(warehouse.as_of_of_marts())
        console.print(verdict.message)
        if not verdict.passed:
            raise typer.Exit(1)


@app.command()
def explain(ref: Annotated[str, typer.Argument(help="Номер обращения или сообщения в его системе")]) -> None:
    """Объяснить сроки одного обращения или сообщения."""
    from mcu.explain import explain as run

    console.print(run(ref))


@app.command()
def digest(
    dry: Annotated[bool, typer.Option("--dry", help="Только показать, кому и сколько; писем не отправлять")] = False,
    any_hour: Annotated[bool, typer.Option("--any-hour", help="Разослать и вне рабочего времени")] = False,
) -> None:
    """Разослать исполнителям сводку по срокам: что нарушено и что истекает."""
    from mcu.publications.addresses import address_of, given_addresses
    from mcu.publications.digest import preview, publish_now
    from mcu.settings import settings

    if not dry:
        console.print(publish_now(any_hour=any_hour).message)
        return
    given, table = given_addresses(), Table("Исполнитель", "Муниципалитет", "Нарушено", "Истекает", "Кому")
    lists = preview()
    for one in lists:
        to = address_of(one.recipient_code, given) or f"{settings().alert_to} (дежурный)"
        table.add_row(one.recipient, one.municipality, str(one.overdue), str(len(one.lines) - one.overdue), to)
    console.print(table)
    console.print(f"Писем: {len(lists)}. Ничего не отправлено.")


@sources_app.command("list")
def sources_list() -> None:
    """Объявленные источники и их состояние."""
    from mcu.landing.ledger import source_states
    from mcu.sources.registry import all_sources

    states = source_states()
    table = Table("Источник", "Название", "Протокол", "Расписание", "Проверен", "Последнее новое", "Ошибка")
    for slug, spec in all_sources().items():
        state = states.get(slug)
        table.add_row(
            slug, spec.title, spec.connector.type, spec.schedule or "вручную",
            _local(state and state.checked_at), _local(state and state.last_new_at), (state and state.last_error) or "",
        )  # fmt: skip
    console.print(table)


@sources_app.command("new")
def sources_new(
    slug: Annotated[str, typer.Argument(help="Имя источника латиницей")],
    example: Annotated[Path, typer.Option("--from", help="Файл-образец: XLSX, CSV или JSON")],
    into: Annotated[
        Path | None, typer.Option(help="Папка дополнения (MCU_SOURCES_OVERLAY); без неё - в проект")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Название источника")] = None,
    api: Annotated[bool, typer.Option("--api", help="Образец - ответ REST API, а не файл")] = False,
) -> None:
    """Составить по образцу описание источника и модель staging, которые останется дополнить."""
    from mcu.onboarding.draft import new_source, told

    draft = new_source(slug, example, into, title, is_api=api)
    table = Table("Столбец", "Поле", "Что с ним делается")
    for row in told(draft):
        table.add_row(*row)
    console.print(table)
    for path in draft.files:
        console.print(f"Записан {path}", markup=False)
    for doubt in draft.guess.doubts:
        console.print(f"[yellow]Решите сами:[/] {doubt}")
    console.print(f"Дополните места с пометкой TODO, задайте секрет conn_{slug} и выполните: mcu sources check {slug}")


@sources_app.command("check")
def sources_check(slug: Annotated[str | None, typer.Argument()] = None) -> None:
    """Проверить описание и соединение, прочитать образец и показать, как он лёг бы; ничего не записывается."""
    from mcu.onboarding.preview import check_source
    from mcu.sources.registry import all_sources, get_source

    specs = [get_source(slug)] if slug else list(all_sources().values())
    samples, failed = {}, 0
    for spec in specs:
        try:
            checked = check_source(spec)
        except UserError as error:
            failed += 1
            console.print(f"[red]✗[/] {spec.slug}: {error}")
            continue
        samples[spec.slug] = checked.landed
        console.print(f"[green]✓[/] {spec.slug}: {checked.message}")
        if slug and checked.landed:
            table = Table("Поле", "Так записалось бы (первая запись)")
            for row in checked.example():
                table.add_row(*map(escape, row))
            console.print(table)
    _tell_unknown(samples)
    if failed:
        raise typer.Exit(1)


def _tell_unknown(samples: dict[str, list[tuple[str, dict[str, Any]]]]) -> None:
    import psycopg

    from mcu.onboarding.mapping_gaps import told
    from mcu.onboarding.sample import unknown_in_sample
    from mcu.warehouse import embedded

    if not embedded.is_running():
        console.print("Справочники не сверены: база данных не запущена (make up).")
        return
    try:
        found = unknown_in_sample(samples)
    except psycopg.Error as error:
        raise UserError(f"Модель staging не выполняется на образце: {error.diag.message_primary or error}") from None
    for slug, unknown in found.items():
        for line in told(unknown):
            console.print(f"{slug}: {line}" if not line.startswith(" ") else line, markup=False, soft_wrap=True)


@maps_app.command("missing")
def maps_missing() -> None:
    """Слова источников, которых нет в таблицах соответствия, с готовыми строками для них."""
    from mcu.onboarding.mapping_gaps import told
    from mcu.onboarding.sample import missing_in_maps

    lines = list(told(missing_in_maps()))
    for line in lines or ["Все значения источников распознаны."]:
        console.print(line, markup=False, soft_wrap=True)


@app.command()
def load(file: Path, source: Annotated[str, typer.Option(help="Источник, чей это файл")]) -> None:
    """Загрузить файл в источник, проверить и принять."""
    from mcu.landing.load import load_file
    from mcu.quality.gate import raw_gate
    from mcu.sources.registry import get_source

    refused = False
    for result in load_file(get_source(source), file):
        console.print(result.message)
        refused |= result.status in ("refused", "failed")
        if result.load_id is not None and result.status == "landed":
            verdict = raw_gate(result.load_id)
            console.print(verdict.message)
            refused |= not verdict.passed
    if refused:
        raise typer.Exit(1)


@loads_app.command("list")
def loads_list(source: str | None = None, limit: int = 20) -> None:
    """Последние загрузки."""
    from mcu.landing.ledger import latest_loads

    table = Table(
        "№", "Источник", "Состояние", "Начата", "Прочитано", "Новых", "Без изменений", "Отклонено", "Что произошло"
    )
    for row in latest_loads(source, limit):
        table.add_row(
            str(row.load_id), row.source_slug, _STATUS.get(row.status, row.status), _local(row.started_at),
            *map(str, (row.read_count, row.new_count, row.unchanged_count, row.rejected_count)), row.message or "",
        )  # fmt: skip
    console.print(table)


_STATUS = {
    "running": "идёт",
    "landed": "записана",
    "accepted": "принята",
    "quarantined": "в карантине",
    "refused": "отказано",
    "failed": "прервана",
}


@loads_app.command("show")
def loads_show(load_id: int) -> None:
    """Одна загрузка: чем кончилась, какие записи отклонены и почему, какие проверки не пройдены."""
    from mcu.landing.show import show_load

    shown = show_load(load_id)
    load = shown.load
    console.print(
        f"Загрузка № {load.load_id}, {load.source_slug}: {_STATUS.get(load.status, load.status)},"
        f" {_local(load.started_at)}" + (f", файл {load.file_name}" if load.file_name else ""),
        markup=False,
    )
    console.print(
        f"Прочитано {load.read_count}, новых {load.new_count}, без изменений {load.unchanged_count},"
        f" отклонено {load.rejected_count}",
        markup=False,
    )
    console.print(load.message or "", markup=False)
    for group in shown.refused:
        console.print(f"\n{group.reason}: {group.count}", markup=False)
        for record_ref, position in group.examples:
            console.print(f"    {record_ref or 'без номера'} ({position})", markup=False)
    for code, title, observed, threshold in shown.failed_rules:
        console.print(f"\n{code} «{title}»: {observed or '-'}; порог: {threshold or '-'}", markup=False)


@loads_app.command("replay")
def loads_replay(load_id: int) -> None:
    """Повторить загрузку из карантина или её отклонённые записи из сохранённого."""
    from mcu.landing.replay import replay
    from mcu.quality.gate import raw_gate

    result = replay(load_id)
    console.print(result.message)
    if result.load_id is not None and result.status == "landed":
        console.print(raw_gate(result.load_id).message)


@export_app.command("indicators")
def export_indicators(
    month: Annotated[str, typer.Option(help="Месяц, ГГГГ-ММ")],
    out: Annotated[Path | None, typer.Option(help="Куда положить копию")] = None,
) -> None:
    """Ежемесячный пакет индикаторов для ЦУР."""
    from mcu.publications.indicators import publish

    console.print(publish(month, out).message)


@template_app.command("register")
def template_register(path: Annotated[Path | None, typer.Argument(help="Куда записать книгу")] = None) -> None:
    """Журнал письменных обращений, телефонограмм и личного приёма."""
    from mcu.registers import write_template

    console.print(f"Шаблон записан: {write_template('register', path)}")


@template_app.command("measures")
def template_measures(path: Annotated[Path | None, typer.Argument(help="Куда записать книгу")] = None) -> None:
    """Реестр поручений, мероприятий, дорожных карт, паспортов проектов и планов."""
    from mcu.registers import write_template

    console.print(f"Шаблон записан: {write_template('measures', path)}")


@app.command(hidden=True)
def bootstrap() -> None:
    """Базы, роли и схемы (для docker-compose.yml)."""
    from mcu.warehouse.bootstrap import bootstrap as run

    run()


def _local(instant: object) -> str:
    from datetime import datetime

    from mcu.settings import settings

    return instant.astimezone(settings().tz).strftime("%d.%m.%Y %H:%M") if isinstance(instant, datetime) else ""
