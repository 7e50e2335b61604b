"""Per cents of an ODS book are read as they are shown, wherever the book repeats or leaves out cells and rows."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from mcu.connectors.files import read_file
from mcu.connectors.params import Files

PARAMS = Files(
    type="files",
    connection="demo",
    columns={"number": "Номер", "done": "Готовность", "plan": "План"},
    required=["number"],
)
NAMES = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))


def text(value: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def number(value: str, kind: str = "float", times: int = 1) -> str:
    repeated = f' table:number-columns-repeated="{times}"' if times > 1 else ""
    return (
        f'<table:table-cell{repeated} office:value-type="{kind}" office:value="{value}"><text:p>x</text:p>'
        "</table:table-cell>"
    )


def read(path: Path, *rows: str) -> list[dict[str, Any]]:
    content = (
        f'<office:document-content {NAMES} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Лист1">{"".join(rows)}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", content)
        book.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    pages = list(read_file(path, PARAMS))
    assert not any("доли" in note for page in pages for note in page.notes)
    return [record for page in pages for record in page.records]


def row(*cells: str, times: int = 1) -> str:
    repeated = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f"<table:table-row{repeated}>{''.join(cells)}</table:table-row>"


def test_percents(tmp_path: Path) -> None:
    empty = "<table:table-cell/>"
    head = row(text("Номер"), text("Готовность"), text("План"))
    rows = [
        row(text("1"), number("0.95", "percentage"), number("0.5")),
        row(text("2"), number("0.955", "percentage", times=2)),
        row(empty, empty, empty, times=3),
        row(text("3"), number("1", "percentage"), number("95")),
        row(text("4"), number("0.1", "percentage"), empty, times=2),
    ]
    assert [(r["number"], r["done"], r["plan"]) for r in read(tmp_path / "a.ods", head, *rows)] == [
        ("1", "95%", 0.5),
        ("2", "95.5%", "95.5%"),
        ("3", "100%", 95),
        ("4", "10%", None),
        ("4", "10%", None),
    ]


def test_percents_below_empty_rows_and_behind_an_empty_column(tmp_path: Path) -> None:
    empty = "<table:table-cell/>"
    rows = [
        row(empty, times=2),
        row(empty, text("Номер"), text("Готовность")),
        row(empty, text("1"), number("0.95", "percentage")),
    ]
    assert [(r["number"], r["done"]) for r in read(tmp_path / "a.ods", *rows)] == [("1", "95%")]
