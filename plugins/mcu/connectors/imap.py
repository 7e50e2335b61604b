"""A mailbox to which offices send exports: attachments are dropped into the source's folder, then read as files.

Letters are taken by their number (UID) and only looked at: nobody's «read» mark decides what was loaded, and none is
set. How far the mailbox was read stands in the folder and moves on when a letter's attachments are on the disk. If it
is lost, or the server numbers anew, all comes again and is known by its SHA-256. A name in the folder begins with what
the letter's Message-ID and the file give: one letter brings each of its attachments once, and two that some program
gave one Message-ID take nothing from each other."""

from __future__ import annotations

import hashlib
import imaplib
import os
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from mcu.connectors.base import SourceError
from mcu.connectors.files import Folder, matches_patterns
from mcu.connectors.params import Imap
from mcu.connectors.retries import TransientError, with_retries

LARGEST = 64 << 20
"""A letter of more bytes is passed by and told of: mail servers do not take such letters anyway."""
LONGEST_STEM = 160
"""Bytes of a file's name without its ending: with what stands around it, a folder takes 255."""
_ENDINGS = {
    "text/csv": ".csv", "application/json": ".json", "application/zip": ".zip", "application/x-zip-compressed": ".zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}  # fmt: skip
"""Of attachments that have no name, or one without an ending."""
_STATE = ".mailbox.json"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a letter as it is to be dropped."""

    name: str
    content: bytes
    sent_at: float


class LetterBroken(Exception):
    """Not all of a letter's parts can be found in it."""


class Mailbox(Folder):
    def __init__(self, params: Imap, url: str, folder: Path) -> None:
        self.path = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._params = params
        self._mailbox = params.mailbox
        self._timeout = params.timeout_seconds
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
        """Drop the attachments of new letters into the folder. Passing failures are tried again from the letter they
        came at. Raises SourceError; of letters too large or broken only after all the others."""
        large: list[int] = []
        broken: list[int] = []
        with_retries(self._collect, large, broken)
        told = [
            f"{what} (номера {', '.join(map(str, numbers))}). {advice}"
            for numbers, what, advice in (
                (large, f"письма больше {LARGEST >> 20} МБ не прочитаны", "Попросите прислать вложение частями."),
                (broken, "повреждённые письма прочитаны не целиком", "Попросите прислать их заново."),
            )
            if numbers
        ]
        if told:
            raise SourceError(f"{self._where}: {' '.join(told)} Остальные письма получены.")

    def probe(self) -> str:
        def look() -> str:
            with self._opened() as server:
                return f"почтовый ящик доступен, новых писем: {len(self._new(server))}; "

        return with_retries(look)

    def _collect(self, large: list[int], broken: list[int]) -> None:
        with self._opened() as server:
            for uid in self._new(server):
                letter = self._letter(server, uid) if self._size(server, uid) <= LARGEST else None
                if letter is None:
                    large.append(uid)
                try:
                    if letter is not None and not self._drop(letter):
                        broken.append(uid)
                    _write(self.path / _STATE, orjson.dumps({"validity": self._validity, "uid": uid}))
                except OSError as error:
                    raise SourceError(f"Папка {self.path} не записывается ({error.strerror}).") from None

    def _drop(self, letter: bytes) -> bool:
        """Whether all that the letter holds could be found."""
        try:
            for attachment in attachments(letter):
                if matches_patterns(attachment.name, self._params):
                    _write(self.path / attachment.name, attachment.content, attachment.sent_at)
        except LetterBroken:
            return False
        return True

    # ------------------------------------------------------------ the server

    @contextmanager
    def _opened(self) -> Iterator[imaplib.IMAP4]:
        """A signed-in session over the mailbox, for reading only; its failures in Russian, without the password."""
        server: imaplib.IMAP4 | None = None
        try:
            if self._is_tls:
                context = ssl.create_default_context()
                server = imaplib.IMAP4_SSL(self._host, self._port, ssl_context=context, timeout=self._timeout)
            else:
                server = imaplib.IMAP4(self._host, self._port, timeout=self._timeout)
            try:
                server.login(self._user, self._password)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                raise SourceError(
                    f"{self._where}: имя или пароль не приняты. Проверьте секрет соединения"
                    " (многие серверы требуют отдельный пароль для приложений)."
                ) from None
            if server.select(f'"{self._mailbox}"', readonly=True)[0] != "OK":
                raise SourceError(
                    f"{self._where}: папки «{self._mailbox}» нет. Проверьте mailbox в описании источника."
                )
            mark = server.response("UIDVALIDITY")[1][0]
            self._validity = int(mark) if isinstance(mark, bytes) and mark.isdigit() else 0
            yield server
        except ssl.SSLCertVerificationError:
            raise SourceError(
                f"{self._where}: сертификат сервера не проверяется. Обратитесь к его владельцу."
            ) from None
        except TimeoutError:
            raise TransientError(f"{self._where}: ответа нет дольше {self._timeout:g} с.") from None
        except (imaplib.IMAP4.abort, ConnectionResetError, BrokenPipeError, EOFError):
            raise TransientError(f"{self._where}: сервер прервал связь или говорит не по протоколу IMAP.") from None
        except imaplib.IMAP4.error:
            raise TransientError(f"{self._where}: сервер отказал. Проверьте адрес и порт.") from None
        except ssl.SSLError:
            raise TransientError(f"{self._where}: защищённое соединение не устанавливается. Проверьте порт.") from None
        except OSError:
            raise TransientError(f"{self._where}: не удалось соединиться. Проверьте адрес и доступность.") from None
        finally:
            if server is not None:
                with suppress(imaplib.IMAP4.error, OSError):
                    server.logout()

    def _new(self, server: imaplib.IMAP4) -> list[int]:
        """Numbers of the letters behind the last one read, in their order."""
        last = self._last()
        # «last:*» gives the last letter even where it is an older one.
        found = [int(n) for n in self._ask(server, "SEARCH", f"UID {last + 1}:*")[0].split()]
        return sorted(n for n in found if n > last)

    def _last(self) -> int:
        """Up to where the mailbox was read; another mark of its numbering means that letters were numbered anew."""
        try:
            state = orjson.loads((self.path / _STATE).read_bytes())
            return int(state["uid"]) if state["validity"] == self._validity else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def _size(self, server: imaplib.IMAP4, uid: int) -> int:
        told = self._ask(server, "FETCH", str(uid), "(RFC822.SIZE)")[0]
        found = re.search(rb"RFC822\.SIZE (\d+)", told if isinstance(told, bytes) else told[0])
        return int(found[1]) if found else 0

    def _letter(self, server: imaplib.IMAP4, uid: int) -> bytes:
        for part in self._ask(server, "FETCH", str(uid), "(BODY.PEEK[])"):
            if isinstance(part, tuple):
                return bytes(part[1])
        raise TransientError(f"{self._where}: письмо № {uid} не отдано целиком.")

    def _ask(self, server: imaplib.IMAP4, command: str, *given: str) -> list[Any]:
        status, found = server.uid(command, *given)
        if status != "OK" or not found or found[0] is None:
            if command == "SEARCH" and status == "OK":
                return [b""]
            raise TransientError(f"{self._where}: сервер отказал в чтении писем ({command}).")
        return found


# ---------------------------------------------------------------- letters


def attachments(content: bytes) -> Iterator[Attachment]:
    """Every file of a letter, those of forwarded letters too, under a name that says whose and which it is. A broken
    encoding gives what can be read of it: the reader of files will say what is wrong. Raises LetterBroken in the end
    where parts of the letter cannot be found."""
    try:
        # The older policy: the newer one knows no file name that breaks a rule, as many do.
        letter = message_from_bytes(content)
        parts = list(letter.walk())
    except Exception:  # what the parser may raise at what is no letter is told nowhere
        raise LetterBroken from None
    told = str(letter.get("Message-ID") or "").strip().encode()
    number = 0
    for part in parts:
        name = "" if part.is_multipart() else _name(part)
        if not name:
            continue
        number += 1
        found = part.get_payload(decode=True)
        body = found if isinstance(found, bytes) else b""
        whose = hashlib.sha256(told + b"\0" + body).hexdigest()[:12]
        yield Attachment(f"{whose}_{number}_{name}", body, _sent_at(letter))
    if any(part.get_content_maintype() == "multipart" and not part.is_multipart() for part in parts):
        raise LetterBroken


def _name(part: Message) -> str:
    """The file's name, however it was encoded (RFC 2231, RFC 2047), made fit for a folder; empty where there is no
    file."""
    try:
        told = part.get_filename() or ""
    except (LookupError, ValueError, TypeError):
        told = "вложение"
    with suppress(
        LookupError, ValueError, HeaderParseError
    ):  # of an encoding that nobody knows the ending may be plain
        told = str(make_header(decode_header(told)))
    if not told and part.get_content_disposition() != "attachment":
        return ""
    stem, _, kind = re.sub(r"[^\w.()№ -]+", "_", told).strip(" .").rpartition(".")
    if not stem:
        stem, kind = kind or "вложение", _ENDINGS.get(part.get_content_type(), "")[1:]
    ending = f".{kind[:10]}" if kind else ""
    return stem.encode()[-LONGEST_STEM:].decode(errors="ignore") + ending


def _sent_at(letter: Message) -> float:
    """When it was sent, by its own word; not later than now."""
    try:
        return min(parsedate_to_datetime(str(letter["Date"])).timestamp(), time())
    except (TypeError, ValueError, OverflowError, LookupError):
        return time()


def _write(path: Path, content: bytes, written_at: float | None = None) -> None:
    """Whole or not at all, and on the disk. It may hold personal data: only this user reads it."""
    draft = path.with_name(f".{path.name}.draft")
    draft.touch(mode=0o600)
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if written_at is not None:
        os.utime(draft, (written_at, written_at))
    draft.replace(path)
