"""A mailbox with attachments, over real IMAP; and servers that misbehave."""

from __future__ import annotations

import asyncio
import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from demo_city.imap_server import ImapServer
from demo_city.systems.mail import SYSTEM as CITY
from ground import free_port
from mcu.connectors import imap
from mcu.connectors.base import SourceError
from mcu.connectors.imap import Mailbox
from mcu.landing import ledger
from mcu.landing.load import load_source
from mcu.onboarding.preview import check_source
from mcu.secrets import put_secret
from mcu.settings import settings
from mcu.sources.registry import get_source
from tests.landing.conftest import rows

PASSWORD = 'p@ss "word\\'
CSV = "Номер;Дата поступления;Муниципальное образование;Содержание\n{};01.11.2026 10:00;город Мурманск;Яма\n"


@contextmanager
def serving(folder: Path, server: Any = None) -> Iterator[str]:
    """An IMAP server over the folder; yields the connection's address."""
    loop, port = asyncio.new_event_loop(), free_port()
    server = server or ImapServer(folder, "mcu", PASSWORD)
    loop.run_until_complete(server.start(port))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"imap://mcu:{quote(PASSWORD, safe='')}@127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def letter(folder: Path, number: int, *files: tuple[str, bytes], message_id: str = "") -> None:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "office@example.com", "mcu@example.com", "Сведения"
    message["Date"] = "Fri, 20 Nov 2026 12:00:00 +0300"
    message["Message-ID"] = message_id or f"<{number}@example.com>"
    message.set_content("Направляем сведения.")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    (folder / f"{number:04}.eml").write_bytes(message.as_bytes())


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    return folder


def mailbox(url: str, folder: Path, **params: Any) -> Mailbox:
    given = get_source("mail").connector.model_copy(update={"timeout_seconds": 1.0, **params})
    return Mailbox(given, url, folder)


def dropped(folder: Path) -> dict[str, bytes]:
    """Attachments by their own names, without the prefix of their letter."""
    return {p.name.split("_", 2)[2]: p.read_bytes() for p in sorted(folder.iterdir()) if not p.name.startswith(".")}


def test_each_attachment_once_and_two_of_one_letter(letters: Path, tmp_path: Path) -> None:
    letter(letters, 1, ("Сведения.csv", b"1"), ("Сведения.csv", b"2"), ("подпись.png", b"3"))
    letter(letters, 2)
    letter(letters, 3, ("../../etc/Отчёт за ноябрь.xlsx", b"4"))
    inbox = tmp_path / "inbox"
    with serving(letters) as url:
        box = mailbox(url, inbox)
        assert box.probe() == "почтовый ящик доступен, новых писем: 3; "
        box.collect()
        assert len(dropped(inbox)) == 3 and len(box.waiting()) == 4
        assert sorted(p.read_bytes() for p in box.waiting()) == [b"1", b"2", b"3", b"4"]
        assert all(p.parent == inbox for p in box.waiting())
        for path in box.waiting():
            path.unlink()
        box.collect()
        assert box.waiting() == [] and box.probe().endswith("0; ")
        letter(letters, 4, ("ещё.csv", b"5"))
        box.collect()
        assert dropped(inbox) == {"ещё.csv": b"5"}


def test_letters_numbered_anew_bring_the_same_names(
    letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter(letters, 1, ("Сведения.csv", b"1"))
    with serving(letters) as url:
        box = mailbox(url, tmp_path)
        box.collect()
        before = [p.name for p in box.waiting()]
        monkeypatch.setattr("demo_city.imap_server.VALIDITY", 2)
        box.collect()
        assert [p.name for p in box.waiting()] == before and len(before) == 1


def test_a_cyrillic_mailbox_and_a_cyrillic_password(letters: Path, tmp_path: Path) -> None:
    letter(letters, 1, ("a.csv", b"1"))
    # «Входящие/Отчёты & сводки» in modified UTF-7
    name, sent = "Входящие/Отчёты & сводки", "&BBIERQQ+BDQETwRJBDgENQ-/&BB4EQgRHBFEEQgRL- &- &BEEEMgQ+BDQEOgQ4-"
    with serving(letters, ImapServer(letters, "мцу", "пароль «Мурманск»", sent)) as url:
        address = url.replace(f"mcu:{quote(PASSWORD, safe='')}", quote("мцу:пароль «Мурманск»", safe=":"))
        box = mailbox(address, tmp_path / "inbox", mailbox=name)
        box.collect()
        assert dropped(tmp_path / "inbox") == {"a.csv": b"1"} and box.probe().endswith("0; ")
        wrong = address.replace(quote("Мурманск"), quote("Апатиты"))
        for other, message in (
            (mailbox(wrong, tmp_path / "other", mailbox=name), "имя или пароль не приняты"),
            (mailbox(address, tmp_path / "other", mailbox="Архив"), "папки «Архив» нет"),
        ):
            with pytest.raises(SourceError) as caught:
                other.collect()
            assert message in str(caught.value) and "пароль «" not in str(caught.value)


NAME = "Отчёт за ноябрь.csv"
_HEAD, _TAIL = quote("Отчёт за "), quote("ноябрь.csv")
_UTF8, _KOI8 = (b64encode(NAME.encode(charset)).decode() for charset in ("utf-8", "koi8-r"))
NAMES = {
    "rfc2231": f"attachment; filename*=utf-8''{quote(NAME)}",
    "rfc2231 in parts": f"attachment;\r\n filename*0*=utf-8''{_HEAD};\r\n filename*1*={_TAIL}",
    "rfc2047 base64": f'attachment; filename="=?UTF-8?B?{_UTF8}?="',
    "rfc2047 koi8-r": f'attachment; filename="=?koi8-r?B?{_KOI8}?="',
    "rfc2047 without quotes": "attachment; filename==?windows-1251?Q?=CE=F2=F7=B8=F2_=E7=E0_=ED=EE=FF=E1=F0=FC.csv?=",
}


@pytest.mark.parametrize("form", NAMES)
def test_a_cyrillic_name_in_every_encoding(letters: Path, tmp_path: Path, form: str) -> None:
    raw = (
        "Message-ID: <1@x>\r\nMIME-Version: 1.0\r\nContent-Type: text/csv\r\n"
        f"Content-Disposition: {NAMES[form]}\r\nContent-Transfer-Encoding: base64\r\n\r\n{b64encode(b'1').decode()}\r\n"
    )
    (letters / "1.eml").write_bytes(raw.encode())
    with serving(letters) as url:
        mailbox(url, tmp_path).collect()
    assert [p.name.split("_", 2)[2] for p in tmp_path.glob("*_*.csv")] == [NAME]


def test_an_unknown_encoding_and_a_broken_body_are_still_files(letters: Path, tmp_path: Path) -> None:
    raw = (
        b"MIME-Version: 1.0\r\nContent-Type: text/csv\r\n"
        b'Content-Disposition: attachment; filename="=?x-nobody?B?0J7RgtGH?=.csv"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!not base64 at all!\r\n"
    )
    (letters / "1.eml").write_bytes(raw)
    (letters / "2.eml").write_bytes(b"\xff\xfe no letter at all")
    inbox = tmp_path / "inbox"
    with serving(letters) as url:
        box = mailbox(url, inbox)
        box.collect()
        assert len(list(inbox.glob("*_1_*"))) <= 1 and box.probe().endswith("0; ")


def test_a_letter_too_large_is_reported_and_holds_up_no_other(
    letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LARGEST", 100_000)
    letter(letters, 1, ("a.csv", b"1" * 200_000))
    letter(letters, 2, ("b.csv", b"2"))
    inbox = tmp_path / "inbox"
    with serving(letters) as url:
        with pytest.raises(SourceError, match=r"не прочитаны \(номера 1\)"):
            mailbox(url, inbox).collect()
        assert dropped(inbox) == {"b.csv": b"2"}


def test_letters_of_one_message_id_take_nothing_from_each_other(letters: Path, tmp_path: Path) -> None:
    letter(letters, 1, ("a.csv", b"1"), message_id="<0@localhost>")
    letter(letters, 2, ("a.csv", b"2"), message_id="<0@localhost>")
    with serving(letters) as url:
        box = mailbox(url, tmp_path)
        box.collect()
        assert sorted(p.read_bytes() for p in box.waiting()) == [b"1", b"2"]


def test_a_broken_letter_is_reported_and_holds_up_no_other(letters: Path, tmp_path: Path) -> None:
    letter(letters, 1, ("a.csv", b"1"))
    whole = (letters / "0001.eml").read_bytes()
    (letters / "0002.eml").write_bytes(whole.replace(b'boundary="', b'boundary="x'))
    (letters / "0003.eml").write_bytes(b"Content-Type: message/rfc822\r\n\r\n" * 2_000 + whole)
    letter(letters, 4, ("漢" * 300 + ".csv", b"4"))
    inbox = tmp_path / "inbox"
    with serving(letters) as url:
        box = mailbox(url, inbox)
        with pytest.raises(SourceError, match=r"прочитаны не целиком \(номера 2, 3\)"):
            box.collect()
        assert sorted(dropped(inbox).values()) == [b"1", b"4"] and box.probe().endswith("0; ")


class Cutting(ImapServer):
    """Hangs up in the middle of a letter, so many times."""

    def __init__(self, folder: Path, times: int) -> None:
        super().__init__(folder, "mcu", PASSWORD)
        self.left = times

    def _answer(self, command: str, given: str) -> tuple[bytes, str]:
        if command == "UID FETCH" and given.startswith("2 ") and "BODY" in given and self.left:
            self.left -= 1
            raise ConnectionResetError
        return super()._answer(command, given)


def test_a_connection_that_is_cut_is_taken_up_again(letters: Path, tmp_path: Path) -> None:
    for n in (1, 2, 3):
        letter(letters, n, (f"{n}.csv", b"x"))
    inbox = tmp_path / "inbox"
    with serving(letters, Cutting(letters, 2)) as url:
        mailbox(url, inbox).collect()
    assert set(dropped(inbox)) == {"1.csv", "2.csv", "3.csv"}
    other = tmp_path / "other"
    with serving(letters, Cutting(letters, 99)) as url, pytest.raises(SourceError, match="прервал связь"):
        mailbox(url, other).collect()
    assert set(dropped(other)) == {"1.csv"}


def test_refusals_are_reported_in_russian_without_the_password(letters: Path, tmp_path: Path) -> None:
    with serving(letters) as url:
        wrong = url.replace(quote(PASSWORD, safe=""), "wrong-password")
        for box, message in (
            (mailbox(wrong, tmp_path), "имя или пароль не приняты"),
            (mailbox(url, tmp_path, mailbox="Archive"), "папки «Archive» нет"),
            (mailbox("imap://mcu:wrong-password@127.0.0.1:1", tmp_path), "не удалось соединиться"),
            (mailbox(url.replace("imap:", "imaps:"), tmp_path), "защищённое соединение не устанавливается"),
        ):
            with pytest.raises(SourceError) as caught:
                box.collect()
            assert message in str(caught.value)
            assert "wrong-password" not in str(caught.value) and "p@ss" not in str(caught.value)
    with pytest.raises(SourceError, match="imaps://ИМЯ:ПАРОЛЬ@сервер"):
        mailbox("https://x", tmp_path)


@pytest.mark.parametrize(
    ("greeting", "message"),
    [
        (b"", "ответа нет дольше 1 с"),
        (b"220 smtp ready\r\n", "говорит не по протоколу IMAP"),
        (b"* BYE\r\n", "сервер отказал"),
    ],
)
def test_a_server_that_is_no_mailbox(tmp_path: Path, greeting: bytes, message: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connection.sendall(greeting)
                kept.append(connection)

        kept: list[socket.socket] = []
        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(SourceError) as caught:
            mailbox(f"imap://mcu:x@127.0.0.1:{server.getsockname()[1]}", tmp_path).collect()
    assert message in str(caught.value)


# ---------------------------------------------------------------- into the warehouse


def test_attachments_are_landed_once_whatever_comes_again(letters: Path, empty_warehouse: Path) -> None:
    letter(letters, 1, ("первый.csv", CSV.format("П-1").encode("cp1251")), ("второй.csv", CSV.format("П-2").encode()))
    letter(letters, 2, ("снова.csv", CSV.format("П-1").encode("cp1251")))  # the same file in another letter
    letter(letters, 3, ("битый.xlsx", b"no workbook"))
    with serving(letters) as url:
        put_secret("conn_mail", url)
        assert "новых писем: 3" in check_source(get_source("mail")).message
        results = load_source(get_source("mail"))
        assert sorted(r.status for r in results) == ["landed", "landed", "refused", "repeated"]
        for result in results:
            if result.status == "landed":
                ledger.accept(result.load_id)
        (settings().inbox / "mail" / ".mailbox.json").unlink()  # all letters come again
        assert {r.status for r in load_source(get_source("mail"))} == {"repeated", "refused"}
    assert rows("select record_ref from raw.mail order by 1") == [("П-1",), ("П-2",)]


def test_the_city_builds_the_same_letters_again(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        CITY.build(tmp_path / name, 59, 40, 1_795_000_000)
    first, second = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("a", "b"))
    assert first == second and len(first) == 6
