"""The package as a workbook: figures to sign, method, note of assumptions, and the changes of a later revision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from mcu.publications.indicators.document import Document, Indicator, Number, Value
from mcu.publications.indicators.layout import (
    BAD,
    COUNT,
    DECIMAL,
    GOOD,
    PALE,
    PERCENT,
    POINTS,
    begin,
    fit_to_page,
    font,
    write_line,
    write_row,
)
from mcu.reproducible import workbook_bytes
from mcu.russian import month_title

NO_DATA = "нет данных"
BETTER = {"more": "больше — лучше", "less": "меньше — лучше"}
LONGEST = 5_000
"""Lines of a sheet that a person can still read."""
HOW = {"count": "количество", "share": "доля", "mean": "среднее", "median": "медиана"}


def workbook(
    document: Document, period: str, as_of: datetime, revision: int, difference: Sequence[dict[str, Any]]
) -> bytes:
    """XLSX of one published period; `as_of` in local time. The same arguments give the same bytes."""
    heading = [
        "Показатели работы с обращениями и сообщениями граждан",
        f"{document.municipality.title}, {month_title(period)}",
        f"Сведения на {as_of:%d.%m.%Y %H:%M}" + (f" · редакция {revision}" if revision > 1 else ""),
    ]
    book = Workbook()
    book.remove(book.worksheets[0])
    _figures(book.create_sheet(), document, heading)
    _method(book.create_sheet(), document)
    _note(book.create_sheet(), document)
    if difference:
        _changes(book.create_sheet(), difference, heading)
        if any(change.get("lines") for change in difference):
            _lines(book.create_sheet(), difference, heading)
    book.properties.title = ", ".join(heading[:2])
    book.properties.creator = document.municipality.signatory or "Муниципальный центр управления"
    return workbook_bytes(book, as_of)


def assessment(document: Document, value: Value) -> str:
    """What is said of a figure and its plan."""
    return {
        "met": "план выполнен",
        "not_met": "план не выполнен",
        "little_data": "мало данных",
        "no_data": NO_DATA,
        "no_plan": "план не установлен",
    }[document.assess(value)]


def _figures(sheet: Worksheet, document: Document, heading: Sequence[str]) -> None:
    columns = {
        "№ п/п": 7,
        "Показатель": 41,
        "Единица измерения": 12,
        "Числитель": 11,
        "Знаменатель (n)": 13,
        "Значение": 12,
        "План": 9,
        "Отклонение": 13,
        "Оценка": 19,
        "Кем установлен план": 27,
    }
    top = begin(sheet, "Показатели", heading, columns)
    line = top
    for number, value in enumerate(document.values, 1):
        line = top + number
        indicator, deviation = document.indicator(value.indicator_code), value.deviation
        if indicator.is_share and deviation is not None:
            deviation = round(deviation * 100, 4)
        cells: list[tuple[Any, str]] = [
            *((number, COUNT), (indicator.title, "")),
            ("%" if indicator.is_share else indicator.unit, ""),
            (value.numerator, DECIMAL if indicator.aggregation == "mean" else COUNT),
            (value.denominator, COUNT),
            (NO_DATA if value.value is None else value.value, _shape(indicator)),
            (value.plan_value, _shape(indicator)),
            (deviation, POINTS if indicator.is_share else "+{0};-{0};0".format(_shape(indicator))),
            (assessment(document, value), ""),
            (_who_set(value), ""),
        ]
        write_row(sheet, line, cells, band=number % 2 == 0)
        found = document.assess(value)
        for column in (8, 9):
            sheet.cell(line, column).font = font(
                11, bold=column == 9, color={"met": GOOD, "not_met": BAD}.get(found, PALE)
            )
    _sign(sheet, document, line + 2, len(columns))


def _who_set(value: Value) -> str | None:
    if value.plan_value is None:
        return None
    is_assumed = "по умолчанию" in value.plan_basis.lower()
    return value.plan_set_by + (", принят по умолчанию" if is_assumed else "")


def _sign(sheet: Worksheet, document: Document, line: int, width: int) -> None:
    """Whom it goes to, on what basis, how to read it, and the line to sign."""
    place = document.municipality
    notes = [
        f"Направляется: {place.addressee}." if place.addressee else "",
        f"Основание: {place.legal_basis}." if place.legal_basis else "",
        f"«Мало данных»: записей меньше {document.min_records}, выполнение плана не оценивается. Знаменатель (n) — по "
        "скольким записям посчитано значение. Основания планов и допущения — на листах «Методика» и «Примечания».",
    ]
    for text in filter(None, notes):
        write_line(sheet, line, text, width)
        line += 1
    line += 2
    for column, above, below in (
        (2, place.signatory or "Руководитель МЦУ", "(должность)"),
        (5, "____________________", "(подпись)"),
        (8, "______________________________", "(расшифровка подписи, дата)"),
    ):
        end = column + (0 if column == 2 else 2)
        for offset, text in enumerate((above, below)):
            sheet.merge_cells(start_row=line + offset, start_column=column, end_row=line + offset, end_column=end)
            cell: Any = sheet.cell(line + offset, column, text)
            cell.font = font(12 if offset == 0 else 9)
            cell.alignment = Alignment(horizontal="left", vertical="bottom", wrap_text=column == 2)
    sheet.row_dimensions[line].height = 34


def _method(sheet: Worksheet, document: Document) -> None:
    columns = {
        "Показатель": 38,
        "Единица измерения": 12,
        "Как рассчитывается (числитель / знаменатель)": 42,
        "Вид значения": 13,
        "Направление": 17,
        "Основание показателя": 44,
        "План и его основание": 44,
    }
    top = begin(sheet, "Методика", ["Методика расчёта показателей", document.municipality.title], columns)
    plans = {value.indicator_code: value for value in document.values}
    for line, indicator in enumerate(document.indicators, top + 1):
        plan = plans.get(indicator.indicator_code)
        cells: list[tuple[Any, str]] = [
            *((indicator.title, ""), ("%" if indicator.is_share else indicator.unit, ""), (indicator.formula, "")),
            *((HOW[indicator.aggregation], ""), (BETTER.get(indicator.direction, "без направления"), "")),
            (indicator.legal_basis, ""),
            (f"{plan.plan_set_by}. {plan.plan_basis}" if plan and plan.plan_value is not None else None, ""),
        ]
        write_row(sheet, line, cells, band=(line - top) % 2 == 0)


def _note(sheet: Worksheet, document: Document) -> None:
    sheet.title = "Примечания"
    sheet.column_dimensions["A"].width = 112
    fit_to_page(sheet)
    write_line(sheet, 1, "Примечания и допущения", 1, size=16)
    texts = [
        "Знаменатель, равный нулю, даёт «нет данных»: доля, среднее и медиана не рассчитываются.",
        "Знаменатель среднего и медианы — по скольким записям они посчитаны; числителя у медианы нет.",
        "Отклонение показывается в процентных пунктах для долей и в единицах измерения для остальных показателей.",
        "Записей с нераспознанным муниципальным образованием за месяц: "
        f"{document.unmapped_count}; они не вошли ни в один пакет.",
        *document.assumptions,
    ]
    for line, text in enumerate(texts, 3):
        write_line(sheet, line, f"{line - 2}. {text}", 1)


def _changes(sheet: Worksheet, difference: Sequence[dict[str, Any]], heading: Sequence[str]) -> None:
    columns = {
        "Показатель": 44,
        "Что изменилось": 20,
        "Было": 14,
        "Стало": 14,
        "Причина": 48,
    }
    top = begin(sheet, "Изменения", ["Изменения по сравнению с предыдущей редакцией", *heading[1:]], columns)
    for line, change in enumerate(difference, top + 1):
        before, after = (("" if change[side] is None else change[side]) for side in ("before", "after"))
        cells: list[tuple[Any, str]] = [
            *((change["indicator"], ""), (change["what"], "")),
            *((before, _plain(change["before"])), (after, _plain(change["after"])), (change["cause"], "")),
        ]
        write_row(sheet, line, cells, band=(line - top) % 2 == 0)


def _lines(sheet: Worksheet, difference: Sequence[dict[str, Any]], heading: Sequence[str]) -> None:
    """What each change is made of; the lines of a figure add up to its change."""
    columns = {
        "Показатель": 44,
        "Что изменилось": 20,
        "Источник": 22,
        "Запись": 26,
        "Изменение": 14,
        "Причина": 48,
    }
    title = "Из чего складываются изменения"
    top = begin(sheet, "Изменения по записям", [title, *heading[1:]], columns)
    lines = [(change, line) for change in difference for line in change.get("lines", [])]
    for row, (change, line) in enumerate(lines[:LONGEST], top + 1):
        cells: list[tuple[Any, str]] = [
            *((change["indicator"], ""), (change["what"], "")),
            *((line["source"] or "в целом", ""), (line["record_ref"] or "–", "")),
            (line["change"], "+#,##0;-#,##0" if isinstance(line["change"], int) else "+0.0000;-0.0000"),
            (line["cause"], ""),
        ]
        write_row(sheet, row, cells, band=(row - top) % 2 == 0)
    if len(lines) > LONGEST:
        left = f"Показаны первые {LONGEST} строк из {len(lines)}; все строки — в файле JSON."
        write_line(sheet, top + LONGEST + 2, left, len(columns))


def _shape(indicator: Indicator) -> str:
    """The number format of its values."""
    return PERCENT if indicator.is_share else COUNT if indicator.is_whole else DECIMAL


def _plain(value: Number) -> str:
    return "#,##0" if isinstance(value, int) else "0.0000"
