"""A mailbox to which offices send exports: attachments are saved into the source's folder, then read as files.

Letters are chosen by their number (UID) and read without changing the mailbox: a «read» mark is neither used nor set.
The folder remembers the last letter whose attachments are on the disk. If that is lost, or the server renumbers its
letters, all of them come again, and landing knows their files by SHA-256."""

from __future__ import annotations

import imaplib
import os
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson
from imap_tools import BaseMailBox, ImapToolsError, MailboxLoginError
from imap_tools.errors import MailboxFolderSelectError, MailboxUidsError

from mcu.connectors.base import SourceError
from mcu.connectors.deadline import Limit
from mcu.connectors.files import Folder
from mcu.connectors.imap_sockets import open_mailbox
from mcu.connectors.letters import LetterBroken, attachments
from mcu.connectors.params import Imap
from mcu.connectors.retries import TransientError, with_retries

LARGEST = 64 << 20
"""A letter of more bytes is skipped and reported: mail servers do not take such letters anyway."""
_STATE = ".mailbox.json"


class Mailbox(Folder):
    def __init__(self, params: Imap, url: str, folder: Path) -> None:
        self.path = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._params = params
        self._mailbox = params.mailbox
        self._limit = Limit(params.timeout_seconds)
        self._sockets: list[socket.socket] = []
        parts = urlsplit(url)
        if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
            raise SourceError(
                "Адрес соединения должен иметь вид imaps://ИМЯ:ПАРОЛЬ@сервер. Проверьте секрет соединения."
            )
        self._is_tls = parts.scheme == "imaps"
        self._host, self._port = parts.hostname, parts.port or (993 if self._is_tls else 143)
        self._user, self._password = unquote(parts.username), unquote(parts.password or "")
        self._where = f"Почтовый ящик на {self._host}:{self._port}"

    def collect(self) -> None:
        """Save the attachments of new letters into the folder. Transient failures are retried from the letter at which
        they happened. Raises SourceError; for letters too large or broken only after all the others are saved."""
        large: list[int] = []
        broken: list[int] = []
        with_retries(self._collect, large, broken)
        faults = [
            f"{what} (номера {', '.join(map(str, numbers))}). {advice}"
            for numbers, what, advice in (
                (large, f"письма больше {LARGEST >> 20} МБ не прочитаны", "Попросите прислать вложение частями."),
                (broken, "повреждённые письма прочитаны не целиком", "Попросите прислать их заново."),
            )
            if numbers
        ]
        if faults:
            raise SourceError(f"{self._where}: {' '.join(faults)} Остальные письма получены.")

    def probe(self) -> str:
        def look() -> str:
            with self._opened() as server:
                return f"почтовый ящик доступен, новых писем: {len(self._new(server))}; "

        return with_retries(look)

    def _collect(self, large: list[int], broken: list[int]) -> None:
        with self._opened() as server:
            for uid in self._new(server):
                with self._limited():
                    letter = self._letter(server, uid) if self._size(server, uid) <= LARGEST else None
                if letter is None:
                    large.append(uid)
                try:
                    if letter is not None and not self._save(letter):
                        broken.append(uid)
                    _write(self.path / _STATE, orjson.dumps({"validity": self._validity, "uid": uid}))
                except OSError as error:
                    raise SourceError(f"Папка {self.path} не записывается ({error.strerror}).") from None

    def _save(self, letter: bytes) -> bool:
        """Save the letter's attachments; False if parts of it cannot be found."""
        try:
            for attachment in attachments(letter):
                _write(self.path / attachment.name, attachment.content, attachment.sent_at)
        except LetterBroken:
            return False
        return True

    # ------------------------------------------------------------ the server

    @contextmanager
    def _opened(self) -> Iterator[BaseMailBox]:
        """A session over the mailbox, for reading only. Its failures are in Russian and never show the password."""
        server: BaseMailBox | None = None
        try:
            with self._limited():
                server = self._connected()
                self._sign_in(server)
            mark = server.client.response("UIDVALIDITY")[1][0]
            self._validity = int(mark) if isinstance(mark, bytes) and mark.isdigit() else 0
            yield server
        except (OSError, EOFError, imaplib.IMAP4.error) as error:
            raise self._failure(error) from None
        finally:
            if server is not None:
                with suppress(imaplib.IMAP4.error, ImapToolsError, OSError), self._limited():
                    server.logout()

    def _limited(self) -> AbstractContextManager[None]:
        """The limit over one exchange: the sign-in, the list, a letter."""
        return self._limit.over(lambda: [sock.fileno() for sock in self._sockets[-1:]])

    def _failure(self, error: Exception) -> SourceError:
        """The error of an exchange that broke off."""
        match error:
            case _ if self._limit.is_over or isinstance(error, TimeoutError):
                why = f"целого ответа нет дольше {self._limit.seconds:g} с."
            case ssl.SSLCertVerificationError():
                return SourceError(f"{self._where}: сертификат сервера не проверяется. Обратитесь к его владельцу.")
            case imaplib.IMAP4.abort() | ConnectionResetError() | BrokenPipeError() | EOFError():
                why = "сервер прервал связь или говорит не по протоколу IMAP."
            case imaplib.IMAP4.error():
                why = "сервер отказал. Проверьте адрес и порт."
            case ssl.SSLError():
                why = "защищённое соединение не устанавливается. Проверьте порт."
            case _:
                why = "не удалось соединиться. Проверьте адрес и доступность."
        return TransientError(f"{self._where}: {why}")

    def _connected(self) -> BaseMailBox:
        return open_mailbox(self._host, self._port, self._limit.seconds, is_tls=self._is_tls, sockets=self._sockets)

    def _sign_in(self, server: BaseMailBox) -> None:
        """Sign in and select the mailbox. Raises SourceError."""
        # The command LOGIN takes ASCII only.
        login = server.login if (self._user + self._password).isascii() else server.login_utf8
        try:
            login(self._user, self._password, initial_folder=None)
        except imaplib.IMAP4.abort:
            raise
        except (MailboxLoginError, imaplib.IMAP4.error):
            raise SourceError(
                f"{self._where}: имя или пароль не приняты. Проверьте секрет соединения"
                " (многие серверы требуют отдельный пароль для приложений)."
            ) from None
        try:
            server.folder.set(self._mailbox, readonly=True)
        except MailboxFolderSelectError:
            raise SourceError(
                f"{self._where}: папки «{self._mailbox}» нет. Проверьте mailbox в описании источника."
            ) from None

    def _new(self, server: BaseMailBox) -> list[int]:
        """The numbers of the letters after the last one read, in order."""
        last = self._last()
        try:
            # The range «n:*» always holds the last letter, even if its number is below n.
            with self._limited():
                uids = [int(uid) for uid in server.uids(f"UID {last + 1}:*", charset=None)]
        except MailboxUidsError:
            raise TransientError(f"{self._where}: сервер отказал в чтении писем (SEARCH).") from None
        return sorted(uid for uid in uids if uid > last)

    def _last(self) -> int:
        """The number of the last letter read; 0 if the server has renumbered its letters since."""
        try:
            state = orjson.loads((self.path / _STATE).read_bytes())
            return int(state["uid"]) if state["validity"] == self._validity else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def _size(self, server: BaseMailBox, uid: int) -> int:
        part = self._fetch(server, uid, "(RFC822.SIZE)")[0]
        found = re.search(rb"RFC822\.SIZE (\d+)", part if isinstance(part, bytes) else part[0])
        return int(found[1]) if found else 0

    def _letter(self, server: BaseMailBox, uid: int) -> bytes:
        for part in self._fetch(server, uid, "(BODY.PEEK[])"):
            if isinstance(part, tuple):
                return bytes(part[1])
        raise TransientError(f"{self._where}: письмо № {uid} не отдано целиком.")

    def _fetch(self, server: BaseMailBox, uid: int, what: str) -> list[Any]:
        """The bytes of the answer: `server.fetch` would parse the letter and lose them."""
        status, parts = server.client.uid("FETCH", str(uid), what)
        if status != "OK" or not parts or parts[0] is None:
            raise TransientError(f"{self._where}: сервер отказал в чтении писем (FETCH).")
        return parts


def _write(path: Path, content: bytes, written_at: float | None = None) -> None:
    """Write whole or not at all, and onto the disk. It may hold personal data: only this user can read it."""
    draft = path.with_name(f".{path.name}.draft")
    draft.touch(mode=0o600)
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if written_at is not None:
        os.utime(draft, (written_at, written_at))
    draft.replace(path)
