"""The store of received files, each under its SHA-256; and the time of an export."""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from mcu.connectors.files.name_patterns import ending
from mcu.connectors.params import Dropped


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store: its original name, its SHA-256 and the path of the copy."""

    name: str
    sha256: str | None
    path: Path


def store_file(path: Path, into: Path) -> StoredFile:
    """Copy the file under its SHA-256, whole or not at all. It may hold personal data: only this user can read it."""
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = into / f".{os.getpid()}.draft"
    digest = hashlib.sha256()
    draft.touch(mode=0o600)
    try:
        with path.open("rb") as source, draft.open("wb") as copy:
            while block := source.read(1 << 20):
                digest.update(block)
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
    except OSError as error:
        draft.unlink(missing_ok=True)
        error.filename = error.filename or str(into)
        raise
    status = path.stat()
    os.utime(draft, ns=(status.st_atime_ns, status.st_mtime_ns))
    stored = into / f"{digest.hexdigest()}{ending(path.name)}"
    draft.replace(stored)
    return StoredFile(path.name, digest.hexdigest(), stored)


def export_time(path: Path, params: Dropped, zone: tzinfo, name: str | None = None) -> datetime:
    """When the export was made: by the file's name if a pattern is declared and fits, else its last change."""
    return time_in_name(name or path.name, params, zone) or datetime.fromtimestamp(path.stat().st_mtime, UTC)


def time_in_name(name: str, params: Dropped, zone: tzinfo) -> datetime | None:
    """The export's time by the file's name; in «архив.zip/файл.csv» the last match counts, the file's own name."""
    if params.file_time_pattern and (found := list(re.finditer(params.file_time_pattern, name))):
        parts = {unit: int(value) for unit, value in found[-1].groupdict().items() if value}
        with suppress(TypeError, ValueError):
            return datetime(**parts, tzinfo=zone)  # type: ignore[arg-type]  # the pattern decides which units there are
    return None


def signature(path: Path) -> tuple[int, int, int]:
    """A value that changes when the file is written to or replaced."""
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns
