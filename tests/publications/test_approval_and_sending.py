"""Nothing leaves unapproved; what is approved arrives once, or as one marked repeat, wherever the sender is killed. The
receivers are real servers of SMTP, SFTP and HTTPS; each kills the sender at a moment of its own choice."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

import asyncssh
import pytest
import uvicorn
from aiosmtpd.controller import Controller
from psycopg.rows import dict_row
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import sftp_server
from ground import add_evidence, free_port
from mcu.publications import approval
from mcu.publications.approval import StepRefused, listed
from mcu.publications.indicators import publish
from mcu.publications.sending import send
from mcu.publications.sending.addresses import shown
from mcu.secrets import put_secret
from mcu.settings import settings
from mcu.warehouse.connect import connect
from quality.minimal_marts import make_marts, own_warehouse, publish_marts
from tests.connectors.test_connector_certificates import Authority

MONTH = "2026-10"
HEAD = "Руководитель МЦУ"


@pytest.fixture(scope="module", autouse=True)
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with own_warehouse(tmp_path_factory.mktemp("sending")) as var:
        yield var


@pytest.fixture(autouse=True)
def number(ground: Path) -> int:
    """A prepared package."""
    make_marts()
    publish_marts()
    return publish(MONTH)[0].publication_id


def addressed(*urls: str) -> None:
    put_secret("publication_addresses", json.dumps({"indicators": list(urls)}))


def row(query: str, *values: object) -> dict[str, Any]:
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(query, values).fetchone()
    assert found is not None
    return found


def sending() -> dict[str, Any]:
    return row("select * from ops.sendings")


class Killer:
    """Sends in a process of its own, which a server may kill at one moment."""

    def __init__(self, moment: str = "") -> None:
        self.moment = moment
        self._process: ForkProcess | None = None

    def at(self, moment: str) -> None:
        """A server calls this at each of its moments."""
        if moment == self.moment and self._process and self._process.pid:
            self.moment = ""
            os.kill(self._process.pid, signal.SIGKILL)

    def run(self, number: int) -> int | None:
        """Returns its exit code: -9 if it was killed."""
        self._process = get_context("fork").Process(target=_send, args=[number])
        self._process.start()
        self._process.join(60)
        return self._process.exitcode


def _send(number: int) -> None:
    sys.exit(not all(one.is_received for one in send(number)))


def killed(where: str, what: str) -> None:
    """A line of the table that is printed at the end."""
    add_evidence("A sending whose sender is killed", f"{where:<30} {what}")


class Mailbox:
    """What an SMTP server accepted."""

    def __init__(self, killer: Killer) -> None:
        self._killer = killer
        self.letters: list[Message] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        await asyncio.to_thread(self._killer.at, "before")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.to_thread(self._killer.at, "during")
        self.letters.append(message_from_bytes(envelope.content))
        await asyncio.to_thread(self._killer.at, "before the receipt")
        return "250 accepted as 4711"


@contextmanager
def mail_server(killer: Killer) -> Iterator[Mailbox]:
    box = Mailbox(killer)
    server = Controller(box, hostname="127.0.0.1", port=settings().smtp_port)
    server.start()
    try:
        yield box
    finally:
        server.stop()


@pytest.mark.parametrize("moment", ["", "before", "during", "before the receipt"])
def test_a_letter_arrives_once_or_again_marked(number: int, moment: str) -> None:
    addressed("mailto:rcc@region.test")
    approval.approve(number, HEAD)
    killer = Killer(moment)
    with mail_server(killer) as box:
        codes = [killer.run(number)]
        while codes[-1] != 0:
            assert len(codes) < 3
            codes.append(killer.run(number))
        assert killer.run(number) == 0, "nothing more to do"
    subjects = [str(make_header(decode_header(letter["Subject"]))) for letter in box.letters]
    repeated = [subject for subject in subjects if subject.startswith("[Повтор] ")]
    assert codes == ([-9, 0] if moment else [0])
    assert len({letter["Message-ID"] for letter in box.letters}) == 1
    # aiosmtpd stores a letter whose sender died after its last byte: as a server may.
    assert 1 <= len(subjects) <= 2 and len(subjects) - len(repeated) <= 1
    assert bool(repeated) == (moment in ("during", "before the receipt"))
    names = {part.get_filename() for part in box.letters[-1].walk() if part.get_filename()}
    assert names == set(row("select files from ops.publications where publication_id = %s", number)["files"])
    last = sending()
    killed(f"SMTP  killed: {moment or 'never'}", f"arrived {len(subjects)}, marked as repeat {len(repeated)}")
    assert last["status"] == "received" and last["receipt"]["said"].startswith("250")
    assert row("select status from ops.publications where publication_id = %s", number)["status"] == "sent"


def test_a_refused_letter_is_no_repeat_later(number: int) -> None:
    addressed("mailto:rcc@region.test")
    approval.approve(number, HEAD)

    class Full(Mailbox):
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            if sending()["attempts"] == 1:
                return "452 no room"
            return await super().handle_DATA(server, session, envelope)

    box = Full(Killer())
    server = Controller(box, hostname="127.0.0.1", port=settings().smtp_port)
    server.start()
    try:
        (first,) = send(number)
        (second,) = send(number)
    finally:
        server.stop()
    assert not first.is_received and "452" in first.message and second.is_received
    assert [str(make_header(decode_header(letter["Subject"])))[:8] for letter in box.letters] == ["Гиагинск"]


def test_without_a_server_it_waits(number: int) -> None:
    addressed("mailto:rcc@region.test")
    approval.approve(number, HEAD)
    (found,) = send(number)
    assert not found.is_received and sending()["status"] == "waiting" and sending()["repeats"] == 0
    assert row("select status from ops.publications where publication_id = %s", number)["status"] == "approved"


@pytest.mark.parametrize("moment", ["", "open", "write", "rename", "after the rename"])
def test_sftp_receives_one_whole_file(number: int, tmp_path: Path, moment: str) -> None:
    (tmp_path / "inbox").mkdir()
    killer = Killer(moment)

    class Server(asyncssh.SFTPServer):
        async def open(self, path: bytes, pflags: int, attrs: Any) -> Any:
            await asyncio.to_thread(killer.at, "open" if pflags & asyncssh.FXF_WRITE else "read")
            return super().open(path, pflags, attrs)

        async def write(self, file: Any, offset: int, data: bytes) -> int:
            written: Any = super().write(file, offset, data)
            await asyncio.to_thread(killer.at, "write")
            return int(written)

        async def rename(self, oldpath: bytes, newpath: bytes) -> None:
            await asyncio.to_thread(killer.at, "rename")
            super().rename(oldpath, newpath)
            await asyncio.to_thread(killer.at, "after the rename")

    with sftp_server.serve(tmp_path, Server) as (host, fingerprint):
        addressed(sftp_server.address(host, fingerprint))
        approval.approve(number, HEAD)
        codes = [killer.run(number)]
        if codes[-1] != 0:
            codes.append(killer.run(number))
        assert killer.run(number) == 0
    assert codes == ([-9, 0] if moment else [0])
    (arrived,) = [path for path in (tmp_path / "inbox").iterdir() if not path.name.startswith(".")]
    killed(f"SFTP  killed: {moment or 'never'}", "arrived 1, marked as repeat 0")
    assert arrived.name == f"indicators_{MONTH}_giaginsky_r1.zip"
    assert hashlib.sha256(arrived.read_bytes()).hexdigest() == sending()["receipt"]["sha256"]
    assert sftp_server.PASSWORD not in sending()["address"] + json.dumps(sending()["receipt"])


@contextmanager
def https_server(folder: Path, app: Starlette) -> Iterator[str]:
    authority = Authority(folder, "authority")
    certificate, key = authority.issue("server")
    pem, _ = authority.pem
    put_secret("conn_publications_ca", str(pem))
    config = uvicorn.Config(
        app, host="127.0.0.1", port=free_port(), ssl_certfile=certificate, ssl_keyfile=key, log_level="critical"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
        yield f"https://token@127.0.0.1:{config.port}/packages"
    finally:
        server.should_exit = True
        thread.join()


def receiver(killer: Killer, stored: dict[str, bytes], seen: list[str]) -> Starlette:
    """A receiver that knows a second attempt by its key."""

    async def post(request: Request) -> Response:
        await asyncio.to_thread(killer.at, "before")
        body = await request.body()
        key = request.headers["Idempotency-Key"]
        seen.append(key)
        assert request.headers["Authorization"] == "Bearer token"
        await asyncio.to_thread(killer.at, "during")
        is_new = key not in stored
        stored.setdefault(key, body)
        await asyncio.to_thread(killer.at, "before the receipt")
        return JSONResponse({"number": "ЦУР-17", "new": is_new}, 201 if is_new else 200)

    return Starlette(routes=[Route("/packages", post, methods=["POST"])])


@pytest.mark.parametrize("moment", ["", "before", "during", "before the receipt"])
def test_https_receives_it_once_by_its_key(number: int, tmp_path: Path, moment: str) -> None:
    killer = Killer(moment)
    stored: dict[str, bytes] = {}
    seen: list[str] = []
    with https_server(tmp_path, receiver(killer, stored, seen)) as url:
        addressed(url)
        approval.approve(number, HEAD)
        codes = [killer.run(number)]
        if codes[-1] != 0:
            codes.append(killer.run(number))
        assert killer.run(number) == 0
    assert codes == ([-9, 0] if moment else [0])
    killed(f"HTTPS killed: {moment or 'never'}", f"stored {len(stored)} by one key, posted {len(seen)} times")
    assert len(stored) == 1 and set(seen) == set(stored)
    (body,) = stored.values()
    assert hashlib.sha256(body).hexdigest() == sending()["receipt"]["sha256"]
    assert "ЦУР-17" in sending()["receipt"]["said"]


def test_nothing_leaves_unapproved_or_recalled(number: int) -> None:
    addressed("mailto:rcc@region.test")
    with pytest.raises(StepRefused, match="не отправляется: подготовлено"):
        send(number)
    approval.approve(number, HEAD)
    approval.recall(number, HEAD, "ошибка в плане")
    with pytest.raises(StepRefused, match="не отправляется: отозвано"):
        send(number)
    with connect("loader") as conn:
        assert conn.execute("select count(*) from ops.sendings").fetchone() == (0,)


def test_the_ledger_says_who_and_when(number: int) -> None:
    approval.approve(number, HEAD)
    approval.recall(number, "Куратор МЦУ", "ошибка в плане")
    (found,) = [one for one in listed("indicators", 10) if one["publication_id"] == number]
    assert (found["status"], found["done_by"], found["reason"]) == ("recalled", "Куратор МЦУ", "ошибка в плане")
    lines = "\n".join(approval.shown(number))
    assert f"утверждено, {HEAD}" in lines and "Для кого: ЦУР Республики Адыгея" in lines
    versions = row("select versions from ops.publications where publication_id = %s", number)["versions"]
    assert set(versions) == {"rules", "calendar", "maps", "models", "code", "accepted_upto"}


@pytest.mark.parametrize("step", ["approve twice", "approve the outdated", "no name", "no reason", "no such number"])
def test_a_step_out_of_turn_is_refused(number: int, step: str) -> None:
    actions: dict[str, Callable[[], object]] = {
        "approve twice": lambda: (approval.approve(number, HEAD), approval.approve(number, HEAD)),
        "approve the outdated": lambda: (revised(), approval.approve(number, HEAD)),
        "no name": lambda: approval.approve(number, " "),
        "no reason": lambda: approval.recall(number, HEAD, ""),
        "no such number": lambda: approval.approve(10_000, HEAD),
    }
    with pytest.raises(StepRefused):
        actions[step]()


def revised() -> None:
    with connect("transformer") as conn:
        conn.execute("update marts.fct_indicator_values set numerator = numerator + 1 where plan_value is not null")
    publish(MONTH)


def test_a_recalled_edition_is_followed_by_a_new_one(number: int) -> None:
    approval.recall(number, HEAD, "не тот адресат")
    again = publish(MONTH)[0]
    assert (again.revision, again.is_new, again.difference) == (2, True, [])


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mailto:rcc@region.test", "rcc@region.test"),
        ("sftp://mcu:p%40ss@host:22/in?fingerprint=SHA256:x", "sftp://mcu@host:22/in"),
        ("https://token@host/packages?x=1", "https://token@host/packages"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, said: str) -> None:
    assert shown(url) == said
