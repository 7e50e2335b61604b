"""A note as DOCX: an editable Word template filled with words, charts drawn, digits checked, bytes reproducible."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage

from mcu.publications.note import charts
from mcu.publications.note.bindings import settle
from mcu.reproducible import office_bytes

HERE = Path(__file__).parent
WIDTH = Mm(170)
"""Between the margins of A4."""


def render(
    template: Path, words: Mapping[str, Any], series: Mapping[str, Any], entries: list[dict[str, Any]], as_of: datetime
) -> tuple[bytes, list[dict[str, Any]]]:
    """The document, and its bound numbers in the order of reading. `series`: name in the template → points of a chart
    of `charts.DRAWN`. Raises NumberUnbound."""
    document = DocxTemplate(template)
    pictures = {
        name: InlineImage(document, io.BytesIO(charts.DRAWN[name](points)), width=WIDTH) if points else None
        for name, points in series.items()
    }
    document.render({**words, **pictures}, autoescape=True)
    read = settle_document(document.docx, entries)
    out = io.BytesIO()
    document.save(out)
    return office_bytes(out, as_of), read


def text_of(document: Document) -> list[str]:
    """The text of a document, a string a paragraph, in the order of reading, tables included."""
    return ["".join(part.text or "" for part in paragraph.iter(qn("w:t"))) for paragraph in _paragraphs(document)]


def settle_document(document: Document, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the bound numbers into the text; they are returned in the order of reading. Raises NumberUnbound."""
    parts = [part for paragraph in _paragraphs(document) for part in paragraph.iter(qn("w:t"))]
    plain, read = settle([part.text or "" for part in parts], entries)
    for part, text in zip(parts, plain, strict=True):
        part.text = text
    return read


def _paragraphs(document: Document) -> Any:
    return document.element.body.iter(qn("w:p"))
