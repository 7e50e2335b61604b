"""The mail server of the demonstration, started as a process: it stores letters as files."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

from mcu.settings import ROOT


def test_it_stores_a_whole_letter_and_stops_at_sigterm(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "plugins"),
        "MCU_VAR": str(tmp_path),
        "MCU_SMTP_DEMO_PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, "-m", "demo_city.mail_server"], env=environment)
    try:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = "mcu@localhost", "duty@localhost", "Проверка"
        letter.set_content("Текст")
        _connected(port).send_message(letter)
        (stored,) = (tmp_path / "mail").iterdir()
        assert stored.suffix == ".eml"
        assert "Текст" in EmailMessage.get_content(_read(stored))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()


def _connected(port: int) -> smtplib.SMTP:
    for _ in range(200):
        try:
            return smtplib.SMTP("127.0.0.1", port, timeout=10)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("почтовый сервер не запустился")


def _read(path: Path) -> EmailMessage:
    import email
    import email.policy

    letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(letter, EmailMessage)
    return letter
