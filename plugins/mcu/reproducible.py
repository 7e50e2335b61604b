"""Office documents whose bytes depend on their content only."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

from openpyxl import Workbook


def workbook_bytes(book: Workbook, as_of: datetime) -> bytes:
    """XLSX of `book`, see `office_bytes`."""
    raw = io.BytesIO()
    book.save(raw)
    return office_bytes(raw, as_of)


def office_bytes(raw: io.BytesIO, as_of: datetime) -> bytes:
    """The same XLSX or DOCX with `as_of` (aware) as the time of every change, stored uncompressed: the same content
    gives the same bytes at any hour and with any version of the compression library."""
    stamp = f"{as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(raw) as source:
        names = sorted(source.namelist(), key=lambda n: (n != "[Content_Types].xml", n))
        bodies = {name: source.read(name) for name in names}
    core = "docProps/core.xml"
    if core in bodies:
        bodies[core] = re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, bodies[core])
    return zip_bytes(bodies)


def zip_bytes(bodies: dict[str, bytes]) -> bytes:
    """A ZIP of files in the given order, uncompressed, without times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name, body in bodies.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            target.writestr(entry, body)
    return out.getvalue()
