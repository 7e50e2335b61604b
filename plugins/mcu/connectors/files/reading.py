"""One file → pages of records, by its kind."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from mcu.connectors.base import Page
from mcu.connectors.files.delimited import read_delimited
from mcu.connectors.files.faults import AGAIN, FileTorn
from mcu.connectors.files.workbook import read_workbook
from mcu.sources.spec import Files

_READERS = {".csv": read_delimited, ".txt": read_delimited}


def is_wanted(name: str, params: Files) -> bool:
    """Whether the source reads files of that name. Names that begin with a dot or ~$ are editors' and drafts."""
    return not name.startswith((".", "~$")) and any(fnmatch(name.lower(), p.lower()) for p in params.patterns)


def read_file(path: Path, params: Files, name: str | None = None) -> Iterator[Page]:
    """The file's records a page at a time; the payload has the spec's field names.
    Every fault that can be seen is seen before the first page. Raises FileRefused."""
    name = name or path.name
    if path.stat().st_size == 0:
        raise FileTorn(f"Файл «{name}» пуст (0 байт). {AGAIN}")
    yield from _READERS.get(path.suffix.lower(), read_workbook)(path, params, name)
