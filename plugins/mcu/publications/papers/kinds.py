"""The kinds of documents that `papers` makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook

from mcu.publications.files import about, json_bytes, with_manifest
from mcu.publications.indicators.layout import begin, write_row
from mcu.publications.note.difference import binding_difference
from mcu.publications.note.metrics import METRICS
from mcu.publications.papers.document import render
from mcu.reproducible import workbook_bytes
from mcu.settings import settings


@dataclass(eq=False)
class PaperKind:
    """A kind of the ledger; its rows are those of `Paper.draft`."""

    KIND: str
    words: str
    """What it is, in lists."""

    def title(self, row: Mapping[str, Any]) -> str:
        return str(row["rows"]["title"])

    def files(self, row: Mapping[str, Any]) -> dict[str, bytes]:
        """The document, the list of its numbers, a workbook if it has sheets, the manifest."""
        rows, as_of = row["rows"], row["as_of"].astimezone(settings().tz)
        name = f"{row['kind']}_{row['period']}_{row['municipality_code']}"
        body, numbers = render(rows, as_of)
        described = about(row, self.title(row))
        used = {entry["metric"] for entry in numbers} & set(METRICS)
        listed = {
            **described,
            "metrics": {c: {"title": m.title, "relation": m.relation} for c, m in METRICS.items() if c in used},
            "numbers": numbers,
            "difference": row["difference"] or [],
        }
        files = {f"{name}.docx": body, f"{name}.json": json_bytes(listed)}
        if rows["sheets"]:
            files[f"{name}.xlsx"] = self._workbook(row)
        return with_manifest(described, files)

    def difference(self, before: Any, after: Any, cause: str, causes: Mapping[str, str]) -> list[dict[str, Any]]:
        return binding_difference(before, after, cause, causes)

    def _workbook(self, row: Mapping[str, Any]) -> bytes:
        as_of = row["as_of"].astimezone(settings().tz)
        book = Workbook()
        book.remove(book.worksheets[0])
        known_at = f"Сведения на {as_of:%d.%m.%Y %H:%M}"
        for one in row["rows"]["sheets"]:
            sheet = book.create_sheet()
            top = begin(sheet, one["title"], [self.title(row), known_at], dict(one["columns"]))
            for line, cells in enumerate(one["rows"], top + 1):
                write_row(sheet, line, [(value, shape) for value, shape in cells], band=(line - top) % 2 == 0)
        book.properties.title = self.title(row)
        book.properties.creator = row["rows"]["words"]["signatory"]
        return workbook_bytes(book, as_of)


ASSESSMENT = PaperKind("assessment", "оценка за год")
RATING = PaperKind("quarterly_rating", "рейтинг за квартал")
TOPIC = PaperKind("topic_note", "справка по теме")
BLOCK = PaperKind("block_report", "отчёт отраслевого блока")
REQUESTS = PaperKind("requests", "реестр запросов")
PAPERS = (ASSESSMENT, RATING, TOPIC, BLOCK, REQUESTS)
