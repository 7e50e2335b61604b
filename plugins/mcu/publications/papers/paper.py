"""What stands in a document: sections of lines, points and tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mcu.publications.ledger import Draft
from mcu.publications.note.bindings import Bindings
from mcu.settings import settings


@dataclass
class Table:
    """`header` and `rows` of texts; the first column is the wide one. `title` stands above."""

    title: str
    header: Sequence[str]
    rows: list[list[str]]


@dataclass
class Section:
    heading: str
    lines: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    points: list[str] = field(default_factory=list)


@dataclass
class Sheet:
    """A sheet of the workbook beside the document: each column with its width; cells are values with a number format
    (the format of a text is empty)."""

    title: str
    columns: list[tuple[str, int]]
    """A list: the ledger stores it as JSON, and PostgreSQL orders the keys of an object anew."""
    rows: list[list[tuple[Any, str]]]


@dataclass
class Paper:
    """`ledger_period`: the period in the ledger, with the subject if the document has one."""

    place: Mapping[str, Any]
    ledger_period: str
    title: str
    heading: str
    about: str
    addressee: str
    as_of: datetime
    bindings: Bindings
    sections: list[Section] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)

    def draft(self) -> Draft:
        known_at = f"{self.as_of.astimezone(settings().tz):%d.%m.%Y %H:%M}"
        rows: dict[str, Any] = {
            "title": self.title,
            "words": {
                "addressee": self.addressee,
                "heading": self.heading,
                "subheading": self.bindings.words(self.about, "period"),
                "known_at": "по состоянию на " + self.bindings.words(known_at, "as_of"),
                "signatory": self.place["signatory"] or "Руководитель МЦУ",
            },
            "sections": [_plain(one) for one in self.sections],
            "sheets": [_plain(one) for one in self.sheets],
            "entries": self.bindings.entries,
        }
        figures = [entry for entry in rows["entries"] if entry["metric"] != "as_of"]
        digest = hashlib.sha256(json.dumps([figures, rows["sheets"]], sort_keys=True, default=str).encode()).hexdigest()
        return Draft(self.ledger_period, self.place["municipality_code"], self.addressee, rows, digest)


def _plain(one: Any) -> Any:
    """As JSON keeps it."""
    return json.loads(json.dumps(one, default=vars))
