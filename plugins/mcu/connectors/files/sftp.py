"""A folder on an SFTP server: files are listed there, copied here, read, and deleted there."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import asyncssh

from mcu import leftovers
from mcu.connectors.files.file_store import time_in_name
from mcu.connectors.files.folder import Folder
from mcu.connectors.files.name_patterns import is_draft, is_plain
from mcu.connectors.files.sftp_server import SftpServer
from mcu.connectors.params import Files

Stamp = tuple[int, int]
"""Size and time of change of a file on the server."""

SLOWEST = 10_000
"""Bytes a second: a server that sends a file more slowly hangs."""


class SftpFolder(Folder):
    """`Folder` over SFTP. The server is trusted only by the fingerprint in the address."""

    def __init__(self, params: Files, url: str) -> None:
        self._params = params
        self._server = SftpServer(url, params.timeout_seconds)
        self._copies = TemporaryDirectory(prefix=leftovers.prefix("sftp"), dir=leftovers.folder())
        self._seen: dict[str, Stamp] = {}
        self.path = self._server.path

    def waiting(self) -> list[Path]:
        """The paths of the copies that `fetch` will make, oldest export first."""
        found = self._server.do(self._list)
        self._seen = {name: stamp for name, stamp in found.items() if is_plain(name) and not is_draft(name)}
        self.refused_names = sorted(name for name in found if not is_plain(name))

        def exported(name: str) -> tuple[datetime, str]:
            changed = datetime.fromtimestamp(self._seen[name][1], UTC)
            return time_in_name(name, self._params, UTC) or changed, name

        return [Path(self._copies.name) / name for name in sorted(self._seen, key=exported)]

    def is_settled(self, path: Path) -> bool:
        """True if the file does not change for `settle_seconds`, by our clock."""
        before = self._seen.get(path.name)
        sleep(self._params.settle_seconds)
        now = self._server.do(self._list).get(path.name)
        if now is not None:
            self._seen[path.name] = now
        return now is not None and now == before

    def fetch(self, path: Path) -> None:
        """Copy the file here. It may hold personal data: only this user can read the folder."""

        async def copy(sftp: asyncssh.SFTPClient) -> None:
            began = monotonic()

            def moved(source: bytes, copy: bytes, done: int, size: int) -> None:
                self._server.allow(began + self._server.seconds + done / SLOWEST - monotonic())

            await sftp.get(self._remote(path), str(path), progress_handler=moved)

        self._server.do(copy)
        changed = self._seen[path.name][1]
        os.utime(path, (changed, changed))

    def remove(self, path: Path, seen: tuple[int, int, int]) -> None:
        async def delete(sftp: asyncssh.SFTPClient) -> None:
            if (await self._list(sftp)).get(path.name) == self._seen[path.name]:
                await sftp.remove(self._remote(path))

        self._server.do(delete)
        path.unlink(missing_ok=True)

    def _remote(self, path: Path) -> str:
        return str(self.path / path.name)

    async def _list(self, sftp: asyncssh.SFTPClient) -> dict[str, Stamp]:
        found = await sftp.readdir(str(self.path))
        return {
            str(entry.filename): (entry.attrs.size or 0, entry.attrs.mtime or 0)
            for entry in found
            if stat.S_ISREG(entry.attrs.permissions or stat.S_IFREG) and entry.filename not in (".", "..")
        }
