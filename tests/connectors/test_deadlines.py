"""A source that sends a little now and then is never silent, and yet it gives up its place in time."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncssh
import pytest

import sftp_server
from mcu.connectors import retries
from mcu.connectors.base import Page, SourceError, Window
from mcu.connectors.deadline import Limit, LoadTooLong, within
from mcu.connectors.files import SftpFolder
from mcu.connectors.files import sftp as sftp_module
from mcu.connectors.imap import Mailbox
from mcu.connectors.params import Files, Imap, Sql
from mcu.connectors.rest import RestConnector
from mcu.connectors.sql import SqlConnector
from tests.landing.conftest import rest_spec

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SECONDS = 0.4


@pytest.fixture(autouse=True)
def _one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "LONGEST_SECONDS", 0.0)


@contextmanager
def dripping(at_once: bytes, then: bytes, pause: float = 0.05) -> Iterator[int]:
    """A server on a port of its own that answers `at_once` and then goes on a byte at a time, for ever."""
    over = threading.Event()

    def drip(client: socket.socket) -> None:
        with client, suppress(OSError):
            client.sendall(at_once)
            place = 0
            while not over.wait(pause):
                client.sendall(then[place % len(then)].to_bytes(1, "big"))
                place += 1

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = server.accept()
                threading.Thread(target=drip, args=[client], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        over.set()
        server.shutdown(socket.SHUT_RDWR)


def seconds_of(act: Callable[[], Any], match: str) -> float:
    began = time.monotonic()
    with pytest.raises(SourceError, match=match):
        act()
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("at_once", "then"),
    [
        (HEAD + b"Content-Length: 100000\r\n\r\n[", b"1,"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n,\r\n"),
        (HEAD + b"Connection: close\r\n\r\n[", b"1,"),  # of no declared length: it seems to end where it is cut
        (HEAD + b"X-Long: ", b"a"),
        (b"", b"HTTP"),
    ],
    ids=["body", "chunks", "no length", "header", "status line"],
)
def test_a_dripping_answer_over_http(at_once: bytes, then: bytes, installation: Path) -> None:
    params = rest_spec().connector.model_copy(update={"timeout_seconds": SECONDS})
    with dripping(at_once, then) as port:
        connector = RestConnector(params, "id", f"http://:x@127.0.0.1:{port}")
        took = seconds_of(lambda: list(connector.pages(Window())), r"целого ответа нет дольше 0\.4 с.*Попыток: 1")
    assert SECONDS <= took < 3


@pytest.mark.parametrize("at_once", [b"", b"* OK ready\r\n"], ids=["greeting", "sign-in"])
def test_a_dripping_mailbox(at_once: bytes, tmp_path: Path) -> None:
    params = Imap(type="imap", connection="demo", columns={"a": "А"}, timeout_seconds=SECONDS)
    with dripping(at_once, b"* OK still here\r\n") as port:
        box = Mailbox(params, f"imap://u:p@127.0.0.1:{port}", tmp_path)
        assert seconds_of(box.collect, r"целого ответа нет дольше 0\.4 с") < 3


def test_a_database_that_hangs_after_the_sign_in(warehouse: Path) -> None:
    """Its own statement_timeout is no help when the server itself stands still."""
    from mcu.warehouse.connect import url

    params = Sql(type="sql", connection="demo", relation="pg_catalog.pg_class", key="oid", updated_at="relname",
                 timeout_seconds=SECONDS)  # fmt: skip  # a table
    connector = SqlConnector(params, url("admin"))
    connector._query = lambda: "select pg_sleep(20)"
    connector._url += "?options=-c%20statement_timeout%3D0"
    assert seconds_of(lambda: list(connector.pages(Window())), r"не отдаёт строки дольше 0\.4 с") < 5


class _Hanging(asyncssh.SFTPServer):
    """Lets everybody in, then does not answer."""

    async def scandir(self, path: bytes) -> Any:
        await asyncio.sleep(60)
        yield  # pragma: no cover


class _Dripping(asyncssh.SFTPServer):
    """Sends a file one small part at a time."""

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        await asyncio.sleep(0.05)
        return b"x"


FILES = Files(type="files", connection="demo", columns={"a": "А"}, settle_seconds=0, timeout_seconds=SECONDS)


def test_an_sftp_server_that_hangs_after_the_sign_in(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    with sftp_server.serve(tmp_path, _Hanging) as (host, fingerprint):
        folder = SftpFolder(FILES, sftp_server.address(host, fingerprint))
        assert seconds_of(folder.waiting, r"ответа нет дольше 0\.4 с") < 3


def test_an_sftp_server_that_drips_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.csv").write_text("x" * 100_000)
    with sftp_server.serve(tmp_path, _Dripping) as (host, fingerprint):
        folder = SftpFolder(FILES, sftp_server.address(host, fingerprint))
        (path,) = folder.waiting()
        assert seconds_of(lambda: folder.fetch(path), r"ответа нет дольше 0\.4 с") < 3


def test_a_file_may_take_longer_than_one_answer_if_it_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sftp_module, "SLOWEST", 1)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.csv").write_text("x" * 20)
    with sftp_server.serve(tmp_path, _Dripping) as (host, fingerprint):
        folder = SftpFolder(FILES, sftp_server.address(host, fingerprint))
        (path,) = folder.waiting()
        folder.fetch(path)
        assert path.stat().st_size == 20


def test_a_load_that_comes_page_by_page_for_ever() -> None:
    def pages() -> Iterator[Page]:
        for number in range(1_000):
            time.sleep(0.05)
            yield Page([], f"страница {number}")

    read = 0
    with pytest.raises(LoadTooLong, match=r"дольше 0\.005 мин.*увеличьте load_minutes"):
        for _ in within(0.005, pages()):
            read += 1
    assert 1 <= read <= 6


def test_a_load_that_ends_late_is_whole() -> None:
    assert list(within(60, [1, 2])) == [1, 2] and list(within(0, [])) == []


def test_a_limit_that_was_stopped_cuts_nothing() -> None:
    mine, theirs = socket.socketpair()
    limit = Limit(0.05)
    with mine, theirs:
        with limit.over(lambda: [mine.fileno()]):
            pass
        time.sleep(0.15)
        theirs.sendall(b"x")
        assert mine.recv(1) == b"x" and not limit.is_over
