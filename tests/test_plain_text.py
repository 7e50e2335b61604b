"""Foreign text does not forge lines of a letter and does not steer a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import cast

import pytest
from rich.console import Console

from mcu.cli import output
from mcu.plain_text import one_line, printable
from mcu.publications.digest.letter import digest_letter
from mcu.publications.digest.lines import Due, Line
from mcu.publications.digest.lists import DeadlineList
from mcu.runtime import progress

FORGED = "12\r\n  99 (Почта): ответ, срок 01.01.2020, нарушен\x1b[2J\u202egnp"


def test_a_number_with_line_breaks_stays_on_its_line() -> None:
    due = Due(stage="Ответ", due="20.11.2026", left="просрочено на 1 день", late_days=1, legal_basis="")
    line = Line(
        record_ref=FORGED,
        channel="ПОС",
        topic="Дороги",
        received_on="01.11.2026",
        age_days=19,
        recipient="Отдел",
        dues=(due,),
    )
    one = DeadlineList("recipient", "city", "Город", "Город", "roads", "Отдел", "", [line])
    letter = digest_letter(one, datetime(2026, 11, 20, tzinfo=UTC), "a@b.ru")
    text = cast(EmailMessage, letter.get_body(("plain",))).get_content()
    assert not [row for row in text.splitlines() if row.startswith("  99")]
    assert "\x1b" not in text and "\u202e" not in text


def test_one_line_keeps_what_people_read() -> None:
    assert one_line("51-ОГ-12345 от 05.11.2026") == "51-ОГ-12345 от 05.11.2026"
    assert printable("строка\n\tдругая") == "строка\n\tдругая"


@pytest.mark.parametrize("foreign", ["[red]12[/]", "[link=file:///etc/passwd]x[/link]", "[/]", "\x1b[31m12"])
def test_foreign_text_is_no_markup(foreign: str, monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(width=200, force_terminal=False, record=True)
    monkeypatch.setattr(output, "console", console)
    monkeypatch.setattr(progress, "console", console)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0)
    output.print_line(foreign)
    output.print_error(foreign)
    output.print_mark(True, foreign)
    output.print_table(["№"], [[foreign]])
    with progress.Steps(1).step(foreign) as report:
        report(foreign)
    shown = console.export_text()
    assert shown.count(foreign.replace("\x1b", "")) == 6 and "\x1b" not in shown.replace("\x1b[0m", "")
