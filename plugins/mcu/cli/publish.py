"""`mcu publish …`: what leaves the platform."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line, print_table
from mcu.errors import UserError

if TYPE_CHECKING:
    from mcu.publications.ledger import Publication

app = Commands("Публикации: пакет индикаторов, записка, справки, разрезы, оценка, рейтинг, ССТУ.")


Month = Annotated[str, typer.Option("--month", metavar="ГГГГ-ММ", help="Месяц")]
Out = Annotated[Path | None, typer.Option("--out", metavar="ПАПКА", help="Куда положить копию")]


@app.command("indicators", example="mcu publish indicators --month 2026-10 --out /srv/rcc")
def indicators(month: Month, out: Out = None) -> None:
    """Опубликовать ежемесячные пакеты индикаторов для ЦУР, по одному на муниципальное образование."""
    from mcu.publications.indicators import publish

    _print(publish(month, out))


@app.command("note", example='mcu publish note --topic "Ремонт дороги" --period 2026-10')
def note(
    week: Annotated[
        str | None, typer.Option("--week", metavar="ГГГГ-WНН", help="Неделя; без неё — последняя законченная")
    ] = None,
    topic: Annotated[
        str | None, typer.Option("--topic", metavar="ТЕМА", help="Справка по теме: её название или код")
    ] = None,
    period: Annotated[
        str | None, typer.Option("--period", metavar="ПЕРИОД", help="Период справки: 2026-10, 2026-Q3 или 2026")
    ] = None,
    place: Annotated[
        str | None, typer.Option("--municipality", metavar="КОД", help="Справка только по этому муниципалитету")
    ] = None,
    out: Out = None,
) -> None:
    """Составить еженедельные аналитические записки, по одной на муниципальное образование, или справку по теме."""
    if topic is None and period is None and place is None:
        from mcu.publications.note import publish

        _print(publish(week, out))
        return
    if topic is None or period is None or week is not None:
        raise UserError("Для справки укажите тему и период: --topic ТЕМА --period 2026-10; --week — для записки.")
    from mcu.publications.papers.subject import publish_topic

    _print(publish_topic(topic, period, place, out))


@app.command("block", example="mcu publish block murmansk.zhkh --period 2026-10")
def block(
    code: Annotated[str, typer.Argument(metavar="БЛОК", help="Код отраслевого блока или его название")],
    period: Annotated[str, typer.Option("--period", metavar="ПЕРИОД", help="2026-10, 2026-Q3 или 2026")],
    out: Out = None,
) -> None:
    """Составить отчёт отраслевого блока для его руководителя."""
    from mcu.publications.papers.subject import publish_block

    _print(publish_block(code, period, out))


@app.command("assessment", example="mcu publish assessment --year 2025")
def assessment(
    year: Annotated[str, typer.Option("--year", metavar="ГГГГ", help="Год; с 1 декабря — по закончившимся месяцам")],
    out: Out = None,
) -> None:
    """Составить ежегодные оценки: факт в сравнении с планом, по одной на муниципальное образование."""
    from mcu.publications.papers.assessment import publish

    _print(publish(year, out))


@app.command("rating", example="mcu publish rating --quarter 2026-Q3")
def rating(
    quarter: Annotated[str, typer.Option("--quarter", metavar="ГГГГ-QН", help="Законченный квартал")],
    out: Out = None,
) -> None:
    """Составить рейтинги ответственных получателей за квартал, по одному на муниципальное образование."""
    from mcu.publications.papers.quarter import publish

    _print(publish(quarter, out))


@app.command("requests", example="mcu publish requests --period 2026-10")
def requests(
    period: Annotated[str, typer.Option("--period", metavar="ПЕРИОД", help="2026-10, 2026-Q3 или 2026")],
    out: Out = None,
) -> None:
    """Составить реестры запросов: кто запросил, к какому сроку, что отвечено."""
    from mcu.publications.papers.requests import publish

    _print(publish(period, out))


@app.command("sstu", example="mcu publish sstu --month 2026-10")
def sstu(month: Month, out: Out = None) -> None:
    """Составить результаты рассмотрения вопросов для ССТУ.РФ (JSON); не прошедшие проверку перечисляются рядом."""
    from mcu.publications.sstu import publish

    _print(publish(month, out))


@app.command("open-data", example="mcu publish open-data --month 2026-10 --out /srv/site/opendata")
def open_data(month: Month, out: Out = None) -> None:
    """Составить наборы открытых данных (CSV, структура, паспорт): перечень неизменный, малые числа скрыты."""
    from mcu.publications.open_data import publish

    _print(publish(month, out))


@app.command("slices", example="mcu publish slices --month 2026-10")
def slices(
    month: Annotated[str, typer.Option("--month", metavar="ГГГГ-ММ", help="Месяц")],
    out: Annotated[Path | None, typer.Option("--out", metavar="ПАПКА", help="Куда положить копию")] = None,
) -> None:
    """Посчитать сохранённые разрезы за месяц, по книге на муниципальное образование."""
    from mcu.publications.slices import publish

    published = publish(month, out)
    for one in published:
        print_line(one.message)
    if not published:
        print_line("Сохранённых разрезов нет: mcu slice save.")


@app.command("digest", example="mcu publish digest --dry-run")
def digest(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Только показать, кому и сколько; писем не отправлять")
    ] = False,
    any_hour: Annotated[bool, typer.Option("--any-hour", help="Разослать и вне рабочего времени")] = False,
) -> None:
    """Разослать исполнителям сводку по срокам: что нарушено и что истекает."""
    from mcu.publications.digest import publish_now

    if dry_run:
        _preview_digest()
    else:
        print_line(publish_now(any_hour=any_hour).message)


def _print(published: Iterable[Publication]) -> None:
    for one in published:
        print_line(one.message)


def _preview_digest() -> None:
    from mcu.publications.digest import preview
    from mcu.publications.digest.addresses import address_of, given_addresses
    from mcu.settings import settings

    given, lists = given_addresses(), preview()
    print_table(
        ("Кому", "Муниципалитет", "Нарушено", "Остальных", "Адрес"),
        [
            (
                *(_TITLES[one.audience] + one.title, one.municipality, str(len(one.overdue)), str(len(one.others))),
                address_of(one, given) or f"{settings().alert_to} (дежурный)",
            )
            for one in lists
        ],
    )
    print_line(f"Писем: {len(lists)}. Ничего не отправлено.")


_TITLES = {"recipient": "", "block": "Блок: ", "duty": "Ничьи"}
