"""A session with an SFTP server that is trusted by its fingerprint only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import asyncssh

from mcu.connectors.base import SourceError

T = TypeVar("T")

_ADDRESS = (
    "Адрес соединения должен иметь вид sftp://имя:пароль@узел[:порт]/папка?fingerprint=SHA256:…"
    " Отпечаток ключа сервера сообщает его владелец (ssh-keygen -lf). Проверьте секрет соединения."
)


class SftpServer:
    """The server and the folder of an address. `seconds`: how long a piece of work may take."""

    def __init__(self, url: str, seconds: float) -> None:
        parts = urlsplit(url)
        name, _, fingerprint = parts.query.partition("=")
        if not (parts.hostname and parts.username and name == "fingerprint" and fingerprint):
            raise SourceError(_ADDRESS)
        self._host, self._port = parts.hostname, parts.port or 22
        self._user, self._password = unquote(parts.username), unquote(parts.password or "")
        self._fingerprint = unquote(fingerprint)
        self.seconds = seconds
        self._connection: asyncssh.SSHClientConnection | None = None
        self._end: asyncio.TimerHandle | None = None
        self._is_late = False
        self.path = Path(unquote(parts.path) or "/")

    def do(self, work: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        """Connect, do the work, leave. Raises SourceError."""
        where = f"SFTP {self._host}:{self._port}"
        self._is_late = False
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
        except (asyncssh.Error, OSError) as error:
            if self._is_late:
                late = f"{where}: ответа нет дольше {self.seconds:g} с. Сервер перегружен или завис."
                raise SourceError(late) from None
            raise SourceError(
                f"{where} не отвечает или прервал чтение ({type(error).__name__}). Проверьте адрес и доступность."
            ) from None

    async def _connected(self, work: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        fingerprint = self._fingerprint

        class Client(asyncssh.SSHClient):
            def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
                return key.get_fingerprint() == fingerprint

        async with asyncssh.connect(
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
        ) as connection:
            self._connection = connection
            self.allow(self.seconds)
            try:
                # Names in other encodings pass through as they are, as they do in a folder of this machine.
                sftp = await connection.start_sftp_client(path_errors="surrogateescape")
                return await work(sftp)
            finally:
                self.allow(None)

    def allow(self, seconds: float | None) -> None:
        """Give the present work so much time from now; None: it is done. Cutting the connection ends it at once;
        cancelling it would wait for the server's farewell."""
        if self._end:
            self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(seconds, self._cut) if seconds is not None else None

    def _cut(self) -> None:
        assert self._connection is not None
        self._is_late = True
        self._connection.abort()
