"""XLSX files of one sheet, written directly.

Many are open at once, none is held in memory, and the same rows give the same bytes: a library would stamp the file
with its clock.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape

_EPOCH = (1980, 1, 1, 0, 0, 0)
_OOXML = "http://schemas.openxmlformats.org"
_NS = f'xmlns="{_OOXML}/spreadsheetml/2006/main"'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def _relationship(kind: str, target: str) -> str:
    relation = f'<Relationship Id="rId1" Type="{_OOXML}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_OOXML}/package/2006/relationships">{relation}</Relationships>'


_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_OOXML}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": _relationship("officeDocument", "xl/workbook.xml"),
    "xl/workbook.xml": (
        f'<workbook {_NS} xmlns:r="{_OOXML}/officeDocument/2006/relationships">'
        '<sheets><sheet name="Инциденты" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": _relationship("worksheet", "worksheets/sheet1.xml"),
}


class Sheet:
    """One XLSX file of one sheet, written row by row."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        for name, text in _PARTS.items():
            self._zip.writestr(_entry(name), f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}')
        self._sheet: IO[bytes] = self._zip.open(_entry("xl/worksheets/sheet1.xml"), "w", force_zip64=True)
        self._sheet.write(
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet {_NS}><sheetData>'.encode()
        )
        self.rows = 0

    def write(self, cells: Mapping[str, str | int | None]) -> None:
        """A row of cells by column letter."""
        self.rows += 1
        body = "".join(
            f'<c r="{letter}{self.rows}"><v>{value}</v></c>'
            if isinstance(value, int)
            else f'<c r="{letter}{self.rows}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
            for letter, value in cells.items()
            if value is not None and value != ""
        )
        self._sheet.write(f'<row r="{self.rows}">{body}</row>'.encode())

    def close(self) -> None:
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()
        self._zip.close()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
