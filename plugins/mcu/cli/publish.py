"""`mcu publish indicators`, `digest`: what leaves the platform."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcu.cli.commands import Commands
from mcu.cli.output import print_line, print_table

app = Commands("Публикации: пакет индикаторов, сводка по срокам.")


@app.command("indicators", example="mcu publish indicators --month 2026-10 --out /srv/rcc")
def indicators(
    month: Annotated[str, typer.Option("--month", metavar="ГГГГ-ММ", help="Месяц")],
    out: Annotated[Path | None, typer.Option("--out", metavar="ПАПКА", help="Куда положить копию")] = None,
) -> None:
    """Опубликовать ежемесячный пакет индикаторов для ЦУР."""
    from mcu.publications.indicators import publish

    print_line(publish(month, out).message)


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


def _preview_digest() -> None:
    from mcu.publications.digest import preview
    from mcu.publications.digest.addresses import address_of, given_addresses
    from mcu.settings import settings

    given, lists = given_addresses(), preview()
    print_table(
        ("Исполнитель", "Муниципалитет", "Нарушено", "Истекает", "Кому"),
        [
            (
                *(one.recipient, one.municipality, str(one.overdue), str(len(one.lines) - one.overdue)),
                address_of(one.recipient_code, given) or f"{settings().alert_to} (дежурный)",
            )
            for one in lists
        ],
    )
    print_line(f"Писем: {len(lists)}. Ничего не отправлено.")
