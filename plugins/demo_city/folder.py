"""The «Инцидент Менеджмент» simulator: XLSX snapshots in the cabinet's layout.

A snapshot holds the incidents that changed since the one before it, as they stood at its time; so an incident that
lived through several snapshots stands in each of them. The sheets are written directly: many are open at once,
none is held in memory, and the same city gives the same bytes (a library would stamp them with its clock).
"""

from __future__ import annotations

import zipfile
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape

from demo_city.clock import END, at, local
from demo_city.item import Item
from demo_city.payloads import incident

EXPORTS = (
    at(2025, 1, 1), at(2025, 4, 1), at(2025, 7, 1), at(2025, 10, 1), at(2026, 1, 1), at(2026, 4, 1), at(2026, 7, 1),
    at(2026, 8, 1), at(2026, 9, 1), at(2026, 10, 1), at(2026, 11, 1), at(2026, 11, 18, 18), at(2026, 11, 19, 18), END,
)  # fmt: skip
"""When the cabinet was exported: seldom at first, daily at the end."""

COLUMNS = {
    "A": ("number", "Номер инцидента"), "B": ("type", "Тип инцидента"), "C": ("result", "Итог"),
    "D": ("executor", "Исполнитель"), "E": ("first_reply_at", "Дата первого ответа"),
    "F": ("interim_reply_at", "Дата промежуточного ответа"), "G": ("author", "Автор"),
    "H": ("author_link", "Ссылка на автора"), "I": ("network", "Социальная сеть"), "J": ("importance", "Важность"),
    "R": ("created_at", "Дата создания"), "S": ("closed_at", "Дата закрытия"), "T": ("topic_group", "Группа тем"),
    "U": ("topic", "Тема"), "V": ("region", "Регион"), "W": ("municipality", "Муниципальное образование"),
    "X": ("settlement", "Населённый пункт"), "AH": ("reply_text", "Текст ответа"), "AI": ("text", "Текст инцидента"),
}  # fmt: skip
"""Column letter → (field of the source spec, header)."""

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


def file_name(export: int) -> str:
    return f"incident_{local(export):%Y-%m-%d_%H-%M}.xlsx"


SPOILED = f"incident_{local(END - 1800):%Y-%m-%d_%H-%M}.xlsx"


def write_spoiled(folder: Path) -> None:
    """An export in which somebody has deleted the column of the municipality: the platform must refuse and keep it."""
    columns = {letter: header for letter, (field, header) in COLUMNS.items() if field != "municipality"}
    sheet = Sheet(folder / SPOILED)
    sheet.write(columns)
    sheet.write({"A": 1, "R": f"{local(END):%d.%m.%Y %H:%M}", "U": "Ремонт дорог", "AI": "Сообщение без текста"})
    sheet.close()


class FolderWriter:
    """All snapshots of a city, open at once; every second file has title rows above its header."""

    def __init__(self, folder: Path, exports: Sequence[int] = EXPORTS) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._exports = exports
        self._sheets = [Sheet(folder / file_name(export)) for export in exports]
        for no, (export, sheet) in enumerate(zip(exports, self._sheets, strict=True)):
            if no % 2:
                sheet.write({"A": "Выгрузка инцидентов"})
            if no % 4 == 3:
                sheet.write({"A": f"Сформировано {local(export):%d.%m.%Y %H:%M}"})
            sheet.write({letter: header for letter, (_, header) in COLUMNS.items()})
        self.served = 0

    def put(self, item: Item) -> None:
        """Write the item into every snapshot before which it changed; a faulty one only into the first."""
        moments = [max(e.at, item.seen_from) for e in item.events]
        if item.corrected:
            moments.append(item.corrected[0])
        numbers = sorted({bisect_left(self._exports, moment) for moment in moments if moment <= self._exports[-1]})
        for no in numbers[:1] if item.fault else numbers:
            row = incident(item, self._exports[no])
            self.write(no, row)
            if "duplicate_row" in item.planted and no == numbers[0]:
                self.write(no, row)

    def write(self, no: int, row: dict[str, Any]) -> None:
        self._sheets[no].write({letter: row[field] for letter, (field, _) in COLUMNS.items()})
        self.served += 1

    def close(self) -> dict[str, int]:
        """Finish the files; how many rows each holds is in the truth by what was served in all."""
        for sheet in self._sheets:
            sheet.close()
        return {file_name(export): sheet.rows for export, sheet in zip(self._exports, self._sheets, strict=True)}
