"""A replay as a workbook: what is supposed, what changes by stage, recipient and month, which deadlines."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from mcu.reproducible import office_bytes
from mcu.settings import settings
from mcu.whatif.compare import LISTED, YEARS, Comparison, Line

HEADER = (
    "Наступило",
    "Нарушено",
    "Наступило бы",
    "Нарушено бы",
    "Новых нарушений",
    "Перестали быть нарушены",
    "Сдвинуто сроков",
)
SHEETS = {
    "По стадиям": ("Муниципалитет", "Стадия"),
    "По исполнителям": ("Муниципалитет", "Исполнитель", "Стадия"),
    "По месяцам": ("Месяц начала",),
}
CHANGED = {
    "municipality": "Муниципалитет",
    "recipient": "Исполнитель",
    "source_slug": "Источник",
    "record_ref": "Номер",
    "stage_title": "Стадия",
    "started_at": "Начат",
    "due_at": "Срок",
    "due_if": "Срок был бы",
    "done_at": "Исполнено",
    "is_missed": "Нарушен",
    "is_missed_if": "Был бы нарушен",
}


def head(found: Comparison) -> list[str]:
    """What is supposed, of when, and how to read it."""
    supposed = found.supposed or ["действующие правила и календарь"]
    listed = f" (показаны первые {LISTED})" if found.changed_count > LISTED else ""
    return [
        "Модель последствий: " + "; ".join(supposed),
        f"Сроки, начатые за последние {YEARS} года, на {_local(found.as_of):%d.%m.%Y %H:%M}; витрины не изменены.",
        f"Изменилось сроков: {found.changed_count}{listed}. Что сделали бы исполнители, зная другой срок, модель "
        "не знает: ответы стоят там, где были даны.",
    ]


def cells(line: Line) -> list[int]:
    return [
        *(line.due, line.missed, line.due_if, line.missed_if),
        *(line.newly_missed, line.no_longer_missed, line.moved),
    ]


def workbook(found: Comparison) -> bytes:
    """The XLSX; the same replay gives the same bytes."""
    raw = io.BytesIO()
    options = {"options": {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(raw, engine="xlsxwriter", engine_kwargs=options, datetime_format="dd.mm.yyyy hh:mm") as writer:
        groups = zip(SHEETS.items(), (found.stages, found.recipients, found.months), strict=True)
        for number, ((name, labels), lines) in enumerate(groups):
            rows = [[*line.labels, *cells(line)] for line in lines]
            texts = head(found) if number == 0 else []
            _sheet(writer, name, texts, [*labels, *HEADER], rows)
        rows = [[_plain(row[column]) for column in CHANGED] for row in found.changed]
        _sheet(writer, "Изменившиеся сроки", [], list(CHANGED.values()), rows)
    return office_bytes(raw, found.as_of)


def _sheet(
    writer: pd.ExcelWriter[Any], name: str, texts: Sequence[str], columns: list[str], rows: list[list[Any]]
) -> None:
    top = len(texts) + 1 if texts else 0
    pd.DataFrame(rows, columns=columns).to_excel(writer, sheet_name=name, index=False, startrow=top)
    sheet = writer.sheets[name]
    for line, text in enumerate(texts):
        sheet.write_string(line, 0, text, writer.book.add_format({"bold": line == 0}))
    sheet.set_column(0, len(columns), 20)
    sheet.freeze_panes(top + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _local(value).replace(tzinfo=None)
    return {True: "да", False: "нет"}[value] if isinstance(value, bool) else value


def _local(moment: datetime) -> datetime:
    return moment.astimezone(settings().tz)
