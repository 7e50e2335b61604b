"""Workbooks whose bytes depend on their content only."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

from openpyxl import Workbook


def workbook_bytes(book: Workbook, as_of: datetime) -> bytes:
    """XLSX of `book` with `as_of` (aware) as the time of every change, stored uncompressed: the same workbook gives
    the same bytes at any hour and with any version of the compression library."""
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    stamp = f"{as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name in sorted(source.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            body = source.read(name)
            if name == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, body)
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            target.writestr(entry, body)
    return out.getvalue()
