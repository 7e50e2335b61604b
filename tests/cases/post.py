"""A mailbox to be read: letters in a folder behind real IMAP. Beside INBOX it knows one mailbox by a Cyrillic name, and
beside LOGIN it takes AUTHENTICATE PLAIN: so clients send what is no ASCII."""

from __future__ import annotations

import asyncio
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import quote

from demo_city.imap_server import ImapServer
from ground import free_port

MAILBOX = "Выгрузки"
_ENCODED = "&BBIESwQzBEAEQwQ3BDoEOA-"
"""The same in modified UTF-7 (RFC 3501, 5.1.3)."""


@contextmanager
def mailbox(folder: Path, password: str = "word", *, user: str = "mcu") -> Iterator[str]:
    """Serve the folder's letters; yields the connection's address."""
    loop, inner, port = asyncio.new_event_loop(), free_port(), free_port()
    server = ImapServer(folder, user, password)
    loop.run_until_complete(server.start(inner))

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", inner)

        async def answers() -> None:
            with suppress(ConnectionError):
                while block := await back.read(1 << 16):
                    writer.write(block)
                    await writer.drain()
            writer.close()

        waiting = asyncio.create_task(answers())
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                tag, _, rest = line.partition(b" ")
                if rest.upper().startswith(b"AUTHENTICATE PLAIN"):
                    given = rest.split()[2:] or [b""]
                    if not given[0]:
                        writer.write(b"+ \r\n")
                        given = [await reader.readline()]
                    _, name, word = b64decode(given[0]).split(b"\0")
                    quoted = [b'"' + w.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"' for w in (name, word)]
                    line = tag + b" LOGIN " + b" ".join(quoted) + b"\r\n"
                forth.write(line.replace(_ENCODED.encode(), b"INBOX"))
        forth.close()
        await waiting

    relaying = loop.run_until_complete(asyncio.start_server(relay, "127.0.0.1", port))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"imap://{quote(user)}:{quote(password, safe='')}@127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(relaying.close)
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
