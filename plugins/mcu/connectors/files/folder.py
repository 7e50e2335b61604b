"""A folder on this machine (or mounted on it) into which people drop files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from time import monotonic, sleep
from time import time as wall_time
from urllib.parse import unquote, urlsplit

from mcu.connectors.base import Connector, Page, SourceError, Window
from mcu.connectors.files.file_store import export_time, signature
from mcu.connectors.files.name_patterns import matches_patterns
from mcu.connectors.files.reading import read_file
from mcu.connectors.params import Dropped


class Folder(Connector):
    def __init__(self, params: Dropped, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "file" or not parts.path:
            raise SourceError("Адрес соединения должен иметь вид file:///папка. Проверьте секрет соединения.")
        self.path = Path(unquote(parts.path))
        self._params = params

    def collect(self) -> None:
        """Bring into the folder what waits elsewhere. Raises SourceError."""

    def probe(self) -> str:
        """What is to be told of that elsewhere without bringing anything. Raises SourceError."""
        return ""

    def waiting(self) -> list[Path]:
        """Files to read, oldest export first. Raises SourceError when the folder cannot be read."""
        try:
            names = [entry for entry in self.path.iterdir() if entry.is_file()]
        except OSError as error:
            raise SourceError(f"Папка {self.path} не читается ({error.strerror}). Проверьте, что она есть.") from None
        fitting = [p for p in names if matches_patterns(p.name, self._params)]
        return sorted(fitting, key=lambda p: (export_time(p, self._params, UTC), p.name))

    def is_settled(self, path: Path) -> bool:
        """Wait until the file has not grown for `settle_seconds`; False when it is still growing after five such."""
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
        """Bring the file to where it can be read: here it stands there."""

    def may_be_growing(self, path: Path) -> bool:
        """Whether a file that looks torn was written to so lately that its writer may only be pausing."""
        return wall_time() - path.stat().st_mtime < self._params.refuse_torn_after_seconds

    def remove(self, path: Path, seen: tuple[int, int, int]) -> None:
        """Take away what was read. What came in its place since it was `seen`, or was added to it, stays."""
        if signature(path) == seen:
            path.unlink()

    def pages(self, window: Window) -> Iterator[Page]:
        """All waiting files as they are: a look without taking anything."""
        for path in self.waiting():
            self.fetch(path)
            yield from read_file(path, self._params)
