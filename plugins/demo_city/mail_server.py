"""The SMTP server of the demonstration: `python -m demo_city.mail_server` stores each letter as a file
`var/mail/*.eml`, which any mail program opens."""

from __future__ import annotations

import hashlib
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from demo_city.settings import city_settings
from mcu.settings import settings


class LetterStore:
    """Writes each accepted letter into `folder`, atomically."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        body: bytes = envelope.content
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{hashlib.sha256(body).hexdigest()[:8]}"
        draft = self.folder / f".{name}.draft"
        draft.write_bytes(body)
        draft.replace(self.folder / f"{name}.eml")
        return "250 OK"


def controller(port: int, folder: Path) -> Controller:
    """A server on 127.0.0.1:`port`, not started yet."""
    return Controller(LetterStore(folder), hostname="127.0.0.1", port=port, data_size_limit=5_000_000)


def main() -> None:
    port, folder = city_settings().smtp_demo_port, settings().var / "mail"
    server = controller(port, folder)
    server.start()
    print(f"почта: 127.0.0.1:{port} → {folder}", flush=True)
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    stop.wait()
    server.stop()


if __name__ == "__main__":
    main()
