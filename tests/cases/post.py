"""A mailbox to be read: letters in a folder behind real IMAP. It is INBOX, or one by a Cyrillic name."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import quote

from demo_city.imap_server import ImapServer
from ground import free_port

MAILBOX = "Выгрузки"
_NAMES = {"INBOX": "INBOX", MAILBOX: "&BBIESwQzBEAEQwQ3BDoEOA-"}
"""A mailbox's name → the same in modified UTF-7 (RFC 3501, 5.1.3)."""


@contextmanager
def mailbox(folder: Path, password: str = "word", *, user: str = "mcu", name: str = "INBOX") -> Iterator[str]:
    """Serve the folder's letters; yields the connection's address."""
    loop, port = asyncio.new_event_loop(), free_port()
    server = ImapServer(folder, user, password, _NAMES[name])
    loop.run_until_complete(server.start(port))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"imap://{quote(user)}:{quote(password, safe='')}@127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def letter(folder: Path, number: int, *files: tuple[str, bytes], raw: bytes | None = None) -> None:
    """A letter with attachments; `raw` is all of it, where it is an odd one."""
    folder.mkdir(exist_ok=True)
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "office@example.com", "mcu@example.com", "Сведения"
    message["Date"], message["Message-ID"] = "Fri, 20 Nov 2026 12:00:00 +0300", f"<{number}@example.com>"
    message.set_content("Направляем сведения.")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    (folder / f"{number:04}.eml").write_bytes(raw if raw is not None else message.as_bytes())


def plain(number: int, headers: str, body: bytes) -> bytes:
    """A letter of one part, as it stands on the wire."""
    head = (
        f"From: office@example.com\r\nSubject: x\r\nDate: Fri, 20 Nov 2026 12:00:00 +0300\r\n"
        f"Message-ID: <{number}@example.com>\r\nMIME-Version: 1.0\r\n{headers}\r\n\r\n"
    )
    return head.encode("utf-8", "surrogateescape") + body
