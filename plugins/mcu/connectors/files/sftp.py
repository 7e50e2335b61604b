"""A folder on an SFTP server: files are listed there, copied here, read, and deleted there."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import asyncssh

from mcu.connectors.base import SourceError
from mcu.connectors.files.file_store import time_in_name
from mcu.connectors.files.folder import Folder
from mcu.connectors.files.name_patterns import is_draft
from mcu.connectors.params import Dropped

T = TypeVar("T")
Stamp = tuple[int, int]
"""Size and time of change of a file on the server."""

_ADDRESS = (
    "Адрес соединения должен иметь вид sftp://имя:пароль@узел[:порт]/папка?fingerprint=SHA256:…"
    " Отпечаток ключа сервера сообщает его владелец (ssh-keygen -lf). Проверьте секрет соединения."
)


class SftpFolder(Folder):
    """`Folder` over SFTP. The server is trusted only by the fingerprint in the address."""

    def __init__(self, params: Dropped, url: str) -> None:
        parts = urlsplit(url)
        name, _, fingerprint = parts.query.partition("=")
        if not (parts.hostname and parts.username and name == "fingerprint" and fingerprint):
            raise SourceError(_ADDRESS)
        self._params = params
        self._host, self._port = parts.hostname, parts.port or 22
        self._user, self._password = unquote(parts.username), unquote(parts.password or "")
        self._fingerprint = unquote(fingerprint)
        self._copies = TemporaryDirectory(prefix="mcu-sftp-")
        self._seen: dict[str, Stamp] = {}
        self.path = Path(unquote(parts.path) or "/")

    def waiting(self) -> list[Path]:
        """The paths of the copies that `fetch` will make, oldest export first."""
        self._seen = {name: stamp for name, stamp in self._do(self._list).items() if not is_draft(name)}

        def exported(name: str) -> tuple[datetime, str]:
            changed = datetime.fromtimestamp(self._seen[name][1], UTC)
            return time_in_name(name, self._params, UTC) or changed, name

        return [Path(self._copies.name) / name for name in sorted(self._seen, key=exported)]

    def is_settled(self, path: Path) -> bool:
        """True if the file does not change for `settle_seconds`, by our clock."""
        before = self._seen.get(path.name)
        sleep(self._params.settle_seconds)
        now = self._do(self._list).get(path.name)
        if now is not None:
            self._seen[path.name] = now
        return now is not None and now == before

    def fetch(self, path: Path) -> None:
        """Copy the file here. It may hold personal data: only this user can read the folder."""

        async def copy(sftp: asyncssh.SFTPClient) -> None:
            await sftp.get(self._remote(path), str(path))

        self._do(copy)
        changed = self._seen[path.name][1]
        os.utime(path, (changed, changed))

    def remove(self, path: Path, seen: tuple[int, int, int]) -> None:
        async def delete(sftp: asyncssh.SFTPClient) -> None:
            if (await self._list(sftp)).get(path.name) == self._seen[path.name]:
                await sftp.remove(self._remote(path))

        self._do(delete)
        path.unlink(missing_ok=True)

    def _remote(self, path: Path) -> str:
        return str(self.path / path.name)

    async def _list(self, sftp: asyncssh.SFTPClient) -> dict[str, Stamp]:
        found = await sftp.readdir(str(self.path))
        return {
            str(entry.filename): (entry.attrs.size or 0, entry.attrs.mtime or 0)
            for entry in found
            if stat.S_ISREG(entry.attrs.permissions or stat.S_IFREG)
        }

    def _do(self, work: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        where = f"SFTP {self._host}:{self._port}"
        try:
            return asyncio.run(self._connected(work))
        except asyncssh.HostKeyNotVerifiable:
            raise SourceError(
                f"{where}: ключ сервера не тот, что указан в адресе соединения. Это может быть подмена сервера:"
                " сверьте отпечаток с его владельцем."
            ) from None
        except asyncssh.PermissionDenied:
            raise SourceError(f"{where}: вход отклонён. Проверьте имя и пароль в секрете соединения.") from None
        except asyncssh.SFTPNoSuchFile:
            raise SourceError(f"{where}: папки {self.path} или файла в ней нет. Проверьте адрес соединения.") from None
        except asyncssh.SFTPPermissionDenied:
            raise SourceError(f"{where}: нет права читать {self.path} или удалять из неё прочитанное.") from None
        except (asyncssh.Error, OSError, TimeoutError) as error:
            raise SourceError(
                f"{where} не отвечает или прервал чтение ({type(error).__name__}). Проверьте адрес и доступность."
            ) from None

    async def _connected(self, work: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        fingerprint = self._fingerprint

        class Client(asyncssh.SSHClient):
            def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
                return key.get_fingerprint() == fingerprint

        async with (
            asyncssh.connect(
                self._host,
                self._port,
                username=self._user,
                password=self._password,
                client_factory=Client,
                # Nothing of the user who runs us: no known hosts, keys, agent or configuration.
                known_hosts=b"",
                client_keys=None,
                agent_path=None,
                config=None,
                connect_timeout=10,
                login_timeout=20,
            ) as connection,
            # Names in other encodings pass through as they are, as they do in a folder of this machine.
            connection.start_sftp_client(path_errors="surrogateescape") as sftp,
        ):
            return await work(sftp)
