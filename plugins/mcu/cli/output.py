"""Printing for people. Texts come from files and systems of others: they are never read as markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from mcu.plain_text import printable
from mcu.runtime.progress import console


def ask_secretly(question: str) -> str:
    """What a person types, unseen; without a terminal, the next line of the input."""
    import getpass
    import sys

    if not sys.stdin.isatty():
        return sys.stdin.readline()
    return getpass.getpass(f"{question}: ")


def print_line(text: str = "", style: str = "") -> None:
    """Print `text` as it is, in `style`."""
    console.print(Text(printable(text), style))


def print_error(text: str) -> None:
    """Print what went wrong as one red line."""
    console.print(Text.assemble(("Ошибка: ", "red"), printable(text)))


def print_mark(is_ok: bool, text: str, *, is_doubtful: bool = False) -> None:
    """Print a line of a check list: ✓, ✗, or ! for what is good with a reservation, and `text`."""
    mark = ("✗ ", "red") if not is_ok else ("! ", "yellow") if is_doubtful else ("✓ ", "green")
    console.print(Text.assemble(mark, printable(text)))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """Print `rows` under the headers `columns`; a cell that needs a style comes as a Text."""
    table = Table(*columns)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(printable(cell)) for cell in row))
    console.print(table)


def local_time(instant: object) -> str:
    """An instant by the municipality's clock: «20.11.2026 18:00»; empty for None."""
    from datetime import datetime

    from mcu.settings import settings

    return instant.astimezone(settings().tz).strftime("%d.%m.%Y %H:%M") if isinstance(instant, datetime) else ""
