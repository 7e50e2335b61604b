"""What the reader of workbooks does not give: formats of per cent, errors of formulas, digits of long numbers.

They are taken from the XML of an XLSX book, for the few cells that need it; of an ODS book the formats only."""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from mcu.connectors.files.size_limits import MOST_CELLS

_BLOCK = 1 << 20
_PERCENT_FORMATS = {9, 10}
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
_SUSPECT = re.compile(rb'<(?:\w+:)?v>-?\d{16}|<(?:\w+:)?v>-?[\d.]+[eE]\+?1[5-9]|\bt="e"')
_CELL = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*(?:<(?:\w+:)?f(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*)?<(?:\w+:)?v>([^<]*)<"
)
"""Attributes and value of a cell, behind its formula."""
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"').search
_STYLE = re.compile(rb'\bs="(\d+)"').search
_COLUMNS = 1 << 14


@dataclass(slots=True)
class OddCells:
    """Cells by row × 16384 + column, both from 0."""

    percents: array[int] = field(default_factory=lambda: array("q"))
    errors: dict[int, str] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    """Whole numbers of more digits than a float holds."""

    def __bool__(self) -> bool:
        return bool(self.percents or self.errors or self.numbers)

    def by_row(self) -> dict[int, dict[int, str]]:
        """Row → column → «%», the error or the digits."""
        rows: dict[int, dict[int, str]] = {}
        for group in (dict.fromkeys(self.percents, "%"), self.errors, self.numbers):
            for at, what in group.items():
                rows.setdefault(at // _COLUMNS, {})[at % _COLUMNS] = what
        return rows


def odd_cells(path: Path) -> dict[str, OddCells]:
    """Title of a sheet → its odd cells. Empty for a book of another kind or with parts of unusual names."""
    with suppress(KeyError, ElementTree.ParseError, zipfile.BadZipFile), zipfile.ZipFile(path) as book:
        if path.suffix.lower() == ".ods":
            return _percents_of_ods(book)
        percents = _percent_styles(book)
        return {title: _of_sheet(book, part, percents) for title, part in _sheets(book)}
    return {}


def _percents_of_ods(book: zipfile.ZipFile) -> dict[str, OddCells]:
    found: dict[str, OddCells] = {}
    sheet, row, column = OddCells(), 0, 0
    percents: list[int] = []
    with book.open("content.xml") as part:
        for event, node in ElementTree.iterparse(part, ("start", "end")):
            given = {name.rpartition("}")[2]: value for name, value in node.items()}
            match event, node.tag.rpartition("}")[2]:
                case "start", "table":
                    sheet = found[given.get("name", "")] = OddCells()
                    row = 0
                case "start", "table-row":
                    column, percents = 0, []
                case "start", "table-cell" | "covered-table-cell":
                    count = min(int(given.get("number-columns-repeated", 1)), _COLUMNS)
                    if given.get("value-type") == "percentage":
                        percents += range(column, column + count)
                    column += count
                case "end", "table-row":
                    count = int(given.get("number-rows-repeated", 1))
                    for at in range(row, row + min(count, MOST_CELLS // len(percents))) if percents else ():
                        sheet.percents.extend(at * _COLUMNS + place for place in percents)
                    row += count
                    node.clear()
    return found


def _sheets(book: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """(title, part)."""
    links = {
        link.get("Id"): link.get("Target", "")
        for link in ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    }
    for node in ElementTree.fromstring(book.read("xl/workbook.xml")).iter():
        if node.tag.rpartition("}")[2] == "sheet":
            number = next((value for key, value in node.items() if key.rpartition("}")[2] == "id"), None)
            target = links.get(number, "")
            part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            if part in book.namelist():
                yield node.get("name", ""), part


def _percent_styles(book: zipfile.ZipFile) -> set[bytes]:
    """Numbers of the styles that show a number as per cent."""
    formats, styles = set(_PERCENT_FORMATS), set()
    with suppress(KeyError):
        for node in ElementTree.fromstring(book.read("xl/styles.xml")):
            match node.tag.rpartition("}")[2]:
                case "numFmts":
                    formats |= {int(f.get("numFmtId", 0)) for f in node if _is_percent(f.get("formatCode", ""))}
                case "cellXfs":
                    styles = {b"%d" % n for n, xf in enumerate(node) if int(xf.get("numFmtId", 0)) in formats}
    return styles


def _is_percent(code: str) -> bool:
    return "%" in _NOT_SHOWN.sub("", code)


def _of_sheet(book: zipfile.ZipFile, part: str, percents: set[bytes]) -> OddCells:
    found = OddCells()
    styles = re.compile(rb'\bs="(?:' + b"|".join(sorted(percents)) + rb')"') if percents else None
    with book.open(part) as file:
        rest = b""
        while block := file.read(_BLOCK):
            text = rest + block
            end = text.rfind(b"row>") + 4
            ready, rest = text[:end], text[end:]
            if _SUSPECT.search(ready) or (styles and styles.search(ready)):
                for cell in _CELL.finditer(ready):
                    _take(found, cell, percents)
    return found


def _take(found: OddCells, cell: re.Match[bytes], percents: set[bytes]) -> None:
    attributes, value = cell[1], cell[2]
    place = _REFERENCE(attributes)
    if place is None:
        return
    column = 0
    for sign in place[1]:
        column = column * 26 + sign - 64
    at = (int(place[2]) - 1) * _COLUMNS + column - 1
    style = _STYLE(attributes)
    if b't="e"' in attributes:
        found.errors[at] = value.decode(errors="replace")
    elif b't="' in attributes and b't="n"' not in attributes:
        return
    elif style and style[1] in percents:
        found.percents.append(at)
    elif len(value) > 15 and value.lstrip(b"-").isdigit():
        found.numbers[at] = value.decode()
