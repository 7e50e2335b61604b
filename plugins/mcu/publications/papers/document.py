"""A document as DOCX: the template `paper.docx` holds the looks, one example of each part; every digit is checked."""

from __future__ import annotations

import copy
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from docx.oxml.ns import qn
from docxtpl import DocxTemplate

from mcu.publications.note.document import settle_document
from mcu.reproducible import office_bytes

TEMPLATE = Path(__file__).with_name("paper.docx")
WIDTH = 9637
"""Of a table, in twentieths of a point: A4 between the margins."""
_PARTS = {"Раздел": "heading", "Заголовок таблицы": "title", "Абзац": "line", "Пункт": "point"}


def render(rows: Mapping[str, Any], as_of: datetime, template: Path = TEMPLATE) -> tuple[bytes, list[dict[str, Any]]]:
    """The document, and its bound numbers in the order of reading. Raises NumberUnbound."""
    document = DocxTemplate(template)
    document.render(dict(rows["words"]), autoescape=True)
    body = document.docx.element.body
    parts: dict[str, Any] = {"table": body.find(qn("w:tbl"))}
    for paragraph in body.findall(qn("w:p")):
        if name := _PARTS.get(_text(paragraph)):
            parts[name] = paragraph
    place = parts["heading"]
    for section in rows["sections"]:
        for element in _section(section, parts):
            place.addprevious(element)
    for part in parts.values():
        body.remove(part)
    read = settle_document(document.docx, rows["entries"])
    out = io.BytesIO()
    document.save(out)
    return office_bytes(out, as_of), read


def _section(section: Mapping[str, Any], parts: Mapping[str, Any]) -> list[Any]:
    found = [_like(parts["heading"], section["heading"])] if section["heading"] else []
    found += [_like(parts["line"], line) for line in section["lines"]]
    for table in section["tables"]:
        if table["title"]:
            found.append(_like(parts["title"], table["title"]))
        found.append(_table(parts["table"], table["header"], table["rows"]))
    found += [_like(parts["point"], f"—\xa0{point}") for point in section["points"]]
    return found


def _table(like: Any, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Any:
    table = copy.deepcopy(like)
    first, second = table.findall(qn("w:tr"))
    grid = table.find(qn("w:tblGrid"))
    widths = _widths(len(header))
    for column in list(grid):
        grid.remove(column)
    for width in widths:
        column = grid.makeelement(qn("w:gridCol"), {qn("w:w"): str(width)})
        grid.append(column)
    table.remove(second)
    for row in rows:
        table.append(_row(second, row, widths))
    table.replace(first, _row(first, header, widths))
    return table


def _widths(columns: int) -> list[int]:
    """The first column takes what the others leave; these are as narrow as a number and its heading allow."""
    narrow = min(1650, 5700 // max(columns - 1, 1))
    return [WIDTH - narrow * (columns - 1), *[narrow] * (columns - 1)]


def _row(like: Any, texts: Sequence[str], widths: Sequence[int]) -> Any:
    row = copy.deepcopy(like)
    cells = row.findall(qn("w:tc"))
    for cell in cells:
        row.remove(cell)
    for number, (text, width) in enumerate(zip(texts, widths, strict=True)):
        cell = copy.deepcopy(cells[min(number, 1)])
        cell.find(qn("w:tcPr")).find(qn("w:tcW")).set(qn("w:w"), str(width))
        _write(cell, text)
        row.append(cell)
    return row


def _like(paragraph: Any, text: str) -> Any:
    return _write(copy.deepcopy(paragraph), text)


def _write(element: Any, text: str) -> Any:
    first, *others = element.iter(qn("w:t"))
    first.text = text
    first.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    for part in others:
        part.text = ""
    return element


def _text(paragraph: Any) -> str:
    return "".join(part.text or "" for part in paragraph.iter(qn("w:t")))
