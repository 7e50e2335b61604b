"""Slices as a workbook: a sheet with the table of each, a sheet with its rows, and how all of it was counted."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd

from mcu.reproducible import office_bytes
from mcu.settings import settings
from mcu.slices.catalogue import Measure, catalogue
from mcu.slices.question import Period
from mcu.slices.table import Shown, Table

FONT = "Times New Roman"
HIDDEN = "скрыто"
FORMATS = {"шт.": "#,##0", "доля": "0.0%", "дни": "#,##0.0", "часы": "#,##0.0"}
DATES = {"week": "dd.mm.yyyy", "month": "[$-419]mmmm yyyy", "quarter": "[$-419]mmmm yyyy", "year": "yyyy"}


@dataclass(frozen=True)
class Titled:
    """A slice under its title."""

    title: str
    table: Table


@dataclass
class _Book:
    """The writer with its formats: made once each."""

    writer: pd.ExcelWriter[Any]
    formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def format(self, **looks: Any) -> Any:
        key = tuple(sorted(looks.items()))
        if key not in self.formats:
            self.formats[key] = self.writer.book.add_format({"font_name": FONT, "valign": "vcenter", **looks})
        return self.formats[key]


def workbook(
    slices: Sequence[Titled], versions: dict[str, Any], place: str | None = None, missing: Sequence[str] = ()
) -> bytes:
    """The XLSX; the same slices give the same bytes. `versions`: of rules, calendar, maps, models and code. `missing`:
    titles of slices that could not be counted."""
    raw = io.BytesIO()
    options = {"options": {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}}
    as_of = max(one.table.as_of for one in slices)
    with pd.ExcelWriter(raw, engine="xlsxwriter", engine_kwargs=options) as writer:
        book = _Book(writer)
        for number, one in enumerate(slices, 1):
            suffix = f" {number}" if len(slices) > 1 else ""
            _cross(book, f"Разрез{suffix}", one, place)
            _rows(book, f"Строки{suffix}", one)
        _method(book, slices, versions, missing)
    return office_bytes(raw, as_of)


def head(one: Titled, place: str | None) -> list[str]:
    """What it is, of when, as known when."""
    table, measure = one.table, catalogue().measures[one.table.measure]
    names = catalogue().dimensions
    asked = "; ".join(f"{names[name].title.lower()} — {value}" for name, value in table.where.items())
    period = Period(*table.period).title + (f", для сравнения {Period(*table.against).title}" if table.against else "")
    return [
        one.title,
        f"{measure.title} ({measure.unit}), по признакам: {', '.join(names[name].title.lower() for name in table.by)}",
        *([place] if place else []),
        f"Период: {period}. Сведения на {local(table.as_of)}." + (f" Условия: {asked}." if asked else ""),
        f"n — число записей ({catalogue().grains[measure.grain].title}). «{HIDDEN}» — записей меньше {table.least_n} "
        "или ячейка позволила бы вычислить такую; 0 — записей нет.",
    ]


def local(moment: datetime) -> str:
    return f"{moment.astimezone(settings().tz):%d.%m.%Y %H:%M}"


def lines(table: Table) -> tuple[list[str], list[list[str]]]:
    """The header and the rows of the table as texts, for a terminal."""
    measure, known = catalogue().measures[table.measure], catalogue()
    parts = _parts(table, measure)
    header = [known.dimensions[name].title for name in table.row_names]
    for column in [*table.columns, "Всего"]:
        header += [column if column == "Всего" and len(parts) == 1 else f"{column}: {title}" for _, title, _ in parts]
    body = []
    for number, labels in enumerate([*table.rows, ["Всего", *[""] * (len(table.row_names) - 1)]]):
        texts = [
            _text(_what(table.cells[which][number][column], title), measure.unit if title[0] != "n" else "шт.")
            for column in range(len(table.columns) + 1)
            for which, title, _ in parts
        ]
        body.append([*labels, *texts])
    return header, body


def _text(value: int | float | str | None, unit: str) -> str:
    if value is None or isinstance(value, str):
        return value or "–"
    if unit == "доля":
        return f"{100 * value:.1f} %".replace(".", ",")
    return str(value) if isinstance(value, int) else f"{value:.1f}".replace(".", ",")


def _cross(book: _Book, name: str, one: Titled, place: str | None) -> None:
    """The table as people read it: a value and its n for each column."""
    table, measure = one.table, catalogue().measures[one.table.measure]
    sheet = book.writer.book.add_worksheet(name)
    book.writer.sheets[name] = sheet
    texts = head(one, place)
    for line, text in enumerate(texts):
        sheet.write_string(line, 0, text, book.format(bold=line == 0, font_size=14 if line == 0 else 11))
    top, left, columns = len(texts) + 1, len(table.row_names), [*table.columns, "Всего"]
    parts = _parts(table, measure)
    heading = {
        "bold": True,
        "border": 1,
        "align": "center",
        "text_wrap": True,
        "bg_color": "#1F3A5F",
        "font_color": "white",
    }
    for number, dimension in enumerate(table.row_names):
        sheet.merge_range(top, number, top + 1, number, catalogue().dimensions[dimension].title, book.format(**heading))
    for number, column in enumerate(columns):
        at = left + number * len(parts)
        is_time = number < len(table.columns) and bool(catalogue().dimensions[table.by[-1]].time)
        looks = heading | ({"num_format": _date_format(table.by[-1])} if is_time else {})
        value: Any = date.fromisoformat(column) if is_time else column
        if len(parts) > 1:
            sheet.merge_range(top, at, top, at + len(parts) - 1, "", book.format(**looks))
        _write(sheet, top, at, value, book.format(**looks))
        for offset, (_, title, _) in enumerate(parts):
            sheet.write_string(top + 1, at + offset, title, book.format(**heading))
    for number, labels in enumerate([*table.rows, ["Всего", *[""] * (left - 1)]]):
        _line(book, sheet, top + 2 + number, labels, table, parts, number)
    sheet.set_column(0, left - 1, 36)
    sheet.set_column(left, left + len(columns) * len(parts), 11)
    sheet.freeze_panes(top + 2, left)
    _for_print(sheet)
    sheet.repeat_rows(top, top + 1)


def _line(
    book: _Book, sheet: Any, at: int, labels: list[str], table: Table, parts: list[tuple[str, str, str]], number: int
) -> None:
    is_total = number == len(table.rows)
    looks: dict[str, Any] = {"border": 1, "bold": is_total}
    for column, (dimension, label) in enumerate(zip(table.row_names, labels, strict=True)):
        is_time = bool(catalogue().dimensions[dimension].time) and not is_total
        shape: dict[str, Any] = {"text_wrap": True}
        if is_time:
            shape = {"num_format": _date_format(dimension), "align": "left"}
        _write(sheet, at, column, date.fromisoformat(label) if is_time else label, book.format(**looks, **shape))
    width = len(table.columns) + 1
    for column in range(width):
        for offset, (which, title, number_format) in enumerate(parts):
            cell = table.cells[which][number][column]
            value = _what(cell, title)
            bold = {"bold": is_total or column == width - 1}
            fmt = book.format(**(looks | bold), num_format=number_format, align="right")
            _write(sheet, at, len(labels) + column * len(parts) + offset, value, fmt)


def _parts(table: Table, measure: Measure) -> list[tuple[str, str, str]]:
    """What stands side by side in each column: of which period, under which title, in which shape."""
    parts = []
    for which in _periods(table):
        mark = " (для сравнения)" if which == "against" else ""
        parts.append((which, ("кол-во" if measure.kind == "count" else "значение") + mark, FORMATS[measure.unit]))
        if measure.kind != "count":
            parts.append((which, "n" + mark, "#,##0"))
    return parts


def _periods(table: Table) -> list[str]:
    return [which for which in ("period", "against") if which in table.cells]


def _what(cell: Shown, title: str) -> int | float | str | None:
    if cell.is_hidden:
        return HIDDEN
    return cell.n if title.startswith("n") else cell.value


def _rows(book: _Book, name: str, one: Titled) -> None:
    """The same cells one a row, as a table to go on counting with; totals are left out."""
    table, known = one.table, catalogue()
    width = len(table.columns) or 1
    lines = [
        _record(table, which, labels, column, table.cells[which][number][column])
        for which in _periods(table)
        for number, labels in enumerate(table.rows)
        for column in range(width)
    ]
    titles = [known.dimensions[name].title for name in table.by]
    frame = pd.DataFrame(lines, columns=["Период", *titles, "n", "Числитель", "Значение", "Скрыто"])
    frame.to_excel(book.writer, sheet_name=name, index=False)
    sheet = book.writer.sheets[name]
    sheet.set_column(0, len(table.by), 30)
    for number, dimension in enumerate(table.by, 1):
        if known.dimensions[dimension].time:
            sheet.set_column(number, number, 18, book.format(num_format=_date_format(dimension), align="left"))
            for line, row in enumerate(lines, 1):
                _write(sheet, line, number, row[number], book.format(num_format=_date_format(dimension), align="left"))
    at = len(table.by) + 3
    sheet.set_column(at, at, 12, book.format(num_format=FORMATS[known.measures[table.measure].unit]))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(lines), len(titles) + 4)
    _for_print(sheet)
    sheet.repeat_rows(0)


def _record(table: Table, which: str, labels: list[str], column: int, cell: Shown) -> list[Any]:
    values = [*labels, *([table.columns[column]] if table.columns else [])]
    typed = [
        date.fromisoformat(value) if catalogue().dimensions[name].time else value
        for name, value in zip(table.by, values, strict=True)
    ]
    period = Period(*(table.period if which == "period" else table.against or table.period)).title
    return [period, *typed, cell.n, cell.part, cell.value, "да" if cell.is_hidden else ""]


def _method(book: _Book, slices: Sequence[Titled], versions: dict[str, Any], missing: Sequence[str]) -> None:
    sheet = book.writer.book.add_worksheet("Как посчитано")
    book.writer.sheets["Как посчитано"] = sheet
    lines = [("Как посчитано", True)]
    for one in slices:
        table, measure = one.table, catalogue().measures[one.table.measure]
        lines += [
            ("", False),
            (one.title, True),
            (f"Показатель: {measure.title}, код {table.measure}. Расчёт: {measure.formula}.", False),
            (f"Одна запись — {catalogue().grains[measure.grain].title}.", False),
            (f"Определение: docs/{measure.page}.", False),
            (
                f"Скрыто ячеек: {table.hidden_count}; порог {table.least_n} записей. Запросы между органами не входят.",
                False,
            ),
        ]
    lines += [
        *((f"Разрез «{title}» не посчитан: его условия больше не подходят к данным.", True) for title in missing),
        ("", False),
        ("Версии определений", True),
        *((f"{_VERSIONS.get(name, name)}: {value}", False) for name, value in sorted(versions.items())),
        ("", False),
        (
            "Защита действует внутри одного разреза за один период. Кто сравнивает разные разрезы тех же записей "
            "(другое условие, пересекающиеся периоды), может узнать больше: наружу отдавайте сохранённые разрезы, "
            "а не их варианты.",
            False,
        ),
    ]
    for number, (text, is_bold) in enumerate(lines):
        sheet.write_string(number, 0, text, book.format(bold=is_bold, text_wrap=True))
    sheet.set_column(0, 0, 120)
    _for_print(sheet)


_VERSIONS = {
    "rules": "правила",
    "calendar": "календарь",
    "maps": "справочники",
    "models": "расчёт",
    "code": "оформление",
    "accepted_upto": "последняя принятая загрузка, №",
}


def _date_format(dimension: str) -> str:
    return DATES[str(catalogue().dimensions[dimension].time)]


def _for_print(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&CСтраница &P из &N")


def _write(sheet: Any, line: int, column: int, value: Any, fmt: Any) -> None:
    """A number as a number, a date as a date, a text never as a formula."""
    if value is None:
        sheet.write_string(line, column, "–", fmt)
    elif isinstance(value, date):
        sheet.write_datetime(line, column, value, fmt)
    elif isinstance(value, int | float):
        sheet.write_number(line, column, value, fmt)
    else:
        sheet.write_string(line, column, str(value), fmt)
