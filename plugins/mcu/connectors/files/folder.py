"""A folder on this machine (or mounted on it) into which people drop files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from time import monotonic, sleep
from time import time as wall_time
from urllib.parse import unquote, urlsplit

from mcu.connectors.base import Connector, Page, SourceError, Window
from mcu.connectors.files.file_store import export_time, signature
from mcu.connectors.files.name_patterns import is_draft, is_plain
from mcu.connectors.files.reading import read_file
from mcu.connectors.params import Dropped


class Folder(Connector):
    refused_names: Sequence[str] = ()
    """Names of waiting files that no folder takes (see `is_plain`), as far as the last `waiting` saw them. They are not
    read."""

    def __init__(self, params: Dropped, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "file" or not parts.path:
            raise SourceError("Адрес соединения должен иметь вид file:///папка. Проверьте секрет соединения.")
        self.path = Path(unquote(parts.path))
        self._params = params

    def collect(self) -> None:
        """Bring files that wait elsewhere into the folder; a plain folder has none. Raises SourceError."""

    def probe(self) -> str:
        """A remark in Russian on what waits elsewhere, without bringing it. Raises SourceError."""
        return ""

    def waiting(self) -> list[Path]:
        """All files that people put there, readable or not, oldest export first. Raises SourceError if the folder
        cannot be read."""
        try:
            entries = [entry for entry in self.path.iterdir() if entry.is_file() and not is_draft(entry.name)]
        except OSError as error:
            raise SourceError(f"Папка {self.path} не читается ({error.strerror}). Проверьте, что она есть.") from None
        found = [entry for entry in entries if is_plain(entry.name)]
        self.refused_names = sorted(entry.name for entry in entries if not is_plain(entry.name))
        return sorted(found, key=lambda p: (export_time(p, self._params, UTC), p.name))

    def is_settled(self, path: Path) -> bool:
        """Wait until the file has not grown for `settle_seconds`; False if it still grows after five times that."""
        settle = self._params.settle_seconds
        try:
            seen, since, give_up = signature(path), monotonic(), monotonic() + 5 * settle
            if wall_time() - path.stat().st_mtime >= settle:
                return True
            while monotonic() - since < settle:
                if monotonic() > give_up:
                    return False
                sleep(min(0.1, settle))
                if (now := signature(path)) != seen:
                    seen, since = now, monotonic()
        except FileNotFoundError:
            return False
        return True

    def fetch(self, path: Path) -> None:
        """Copy the file to where it can be read; here it already is."""

    def may_be_growing(self, path: Path) -> bool:
        """True if a torn file was written to so recently that its writer may only be pausing."""
        return wall_time() - path.stat().st_mtime < self._params.refuse_torn_after_seconds

    def remove(self, path: Path, seen: tuple[int, int, int]) -> None:
        """Delete a file that was read, unless it has changed or been replaced since it was `seen`."""
        if signature(path) == seen:
            path.unlink()

    def pages(self, window: Window) -> Iterator[Page]:
        """The records of all waiting files; the files stay where they are."""
        for path in self.waiting():
            self.fetch(path)
            yield from read_file(path, self._params)
