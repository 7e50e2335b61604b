"""Connectors over HTTP: one server whose n-th answer goes wrong, whatever API it speaks."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mcu.secrets import put_secret
from mcu.sources.spec import SourceSpec
from tests.connectors.matrix.outcome import LOADED, QUARANTINED, REFUSED, Cell

TOKEN = "tok-en-that-no-message-may-show"
PAGE, RECORDS = 10, 25

Hook = Callable[["World", BaseHTTPRequestHandler, int, bytes], bool]
"""(world, handler, number of the request, the good answer) → True if it has answered itself."""


@dataclass
class World:
    """A served source. `answer(records, path, query)` is its API."""

    records: list[dict[str, Any]]
    answer: Callable[[list[dict[str, Any]], str, dict[str, str]], Any]
    hook: Hook | None = None
    requests: int = 0
    first: bytes = b"{}"
    """The answer to the first request."""


@dataclass(frozen=True)
class Fault:
    expected: str
    hook: Hook | None = None
    records: Callable[[Http], list[dict[str, Any]]] | None = None
    kept: int = 0
    is_heavy: bool = False
    has_address: bool = True
    rejected: int | None = None
    """The only record that must be rejected, by its place in `records`."""


@dataclass
class Http:
    """An API: how its records are made (`id`, `text`, `updated_at` as ISO may be asked for) and answered, its spec
    (of slug and name of the connection), where it differs from the rest in what is expected (None: no such fault), and
    faults of its own."""

    title: str
    make: Callable[..., dict[str, Any]]
    answer: Callable[[list[dict[str, Any]], str, dict[str, str]], Any]
    spec: Callable[[str, str], SourceSpec]
    ref: Callable[[dict[str, Any]], str] = lambda record: str(record["id"])
    differs: dict[str, str | None] = field(default_factory=dict)
    own: dict[str, Fault] = field(default_factory=dict)
    address: Callable[[str], str] = lambda base: base.replace("://", f"://:{TOKEN}@")
    """The connection's secret: the address with the key."""

    @property
    def expected(self) -> dict[str, str]:
        found = {name: self.differs.get(name, fault.expected) for name, fault in (FAULTS | self.own).items()}
        return {name: kind for name, kind in found.items() if kind is not None}

    @contextmanager
    def cell(self, fault: str, slug: str, folder: Path) -> Iterator[Cell]:
        f = (FAULTS | self.own)[fault]
        records = f.records(self) if f.records else [self.make(n) for n in range(RECORDS)]
        world = World(records, self.answer, f.hook)
        with serve(world) as url, nobody() if not f.has_address else some(url) as address:
            put_secret(f"conn_{slug}", self.address(address))

            def heal() -> None:
                world.hook = None
                put_secret(f"conn_{slug}", self.address(url))

            rejected = None if f.rejected is None else {self.ref(records[f.rejected])}
            yield Cell(self.spec(slug, slug), {self.ref(r) for r in records}, f.kept, f.is_heavy, heal, rejected)


@contextmanager
def serve(world: World) -> Iterator[str]:
    """Yields the address without a key."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            form = self.rfile.read(length).decode()
            query = dict(parse_qsl(parts.query)) | dict(parse_qsl(form))
            world.requests += 1
            body = json.dumps(world.answer(world.records, parts.path, query), ensure_ascii=False).encode()
            world.first = body if world.requests == 1 else world.first
            try:
                if not (world.hook and world.hook(world, self, world.requests, body)):
                    send(self, 200, body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_POST = do_GET

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, code: int, body: bytes, kind: str = "application/json", **more: str) -> None:
    handler.send_response(code)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **more}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def nobody() -> Iterator[str]:
    """An address where a connection is never accepted: the queue is full."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        for one in waiting:
            one.close()


@contextmanager
def some(url: str) -> Iterator[str]:
    yield url


# ---------------------------------------------------------------- faults


def status(
    code: int, on: int = 2, times: int = 10**9, body: bytes = b"{}", kind: str = "application/json", **more: str
) -> Hook:
    left = [times]

    def hook(world: World, handler: BaseHTTPRequestHandler, number: int, good: bytes) -> bool:
        if number < on or left[0] <= 0:
            return False
        left[0] -= 1
        send(handler, code, body, kind, **more)
        return True

    return hook


def instead(change: Callable[[World, bytes], tuple[bytes, str]], times: int = 10**9) -> Hook:
    """From the second answer on, (body, content type) in place of the good one."""
    left = [times]

    def hook(world: World, handler: BaseHTTPRequestHandler, number: int, good: bytes) -> bool:
        if number < 2 or left[0] <= 0:
            return False
        left[0] -= 1
        send(handler, 200, *change(world, good))
        return True

    return hook


def silence(world: World, handler: BaseHTTPRequestHandler, number: int, good: bytes) -> bool:
    if number >= 2:
        time.sleep(0.45)
    return False


def cut(world: World, handler: BaseHTTPRequestHandler, number: int, good: bytes) -> bool:
    if number < 2:
        return False
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(good)))
    handler.end_headers()
    handler.wfile.write(good[: len(good) // 2])
    handler.close_connection = True
    return True


def moved(world: World, handler: BaseHTTPRequestHandler, number: int, good: bytes) -> bool:
    """After the first page its first record changes: it goes to the end, and every other one place forward."""
    if number == 1:
        world.records.append(world.records.pop(0))
    return False


def _emptied(world: World, good: bytes) -> tuple[bytes, str]:
    return json.dumps(_without_lists(json.loads(good))).encode(), "application/json"


def _without_lists(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_lists(value) for key, value in node.items()}
    return [] if isinstance(node, list) else node


JSON = "application/json"
FUTURE = "2030-01-01T00:00:00Z"
FAULTS: dict[str, Fault] = {
    "401": Fault(REFUSED, status(401, on=1)),
    "ключ истёк на 2-й странице": Fault(REFUSED, status(401), kept=PAGE),
    "403": Fault(REFUSED, status(403), kept=PAGE),
    "404": Fault(REFUSED, status(404), kept=PAGE),
    "429 однажды": Fault(LOADED, status(429, times=1)),
    "429 постоянно": Fault(REFUSED, status(429), kept=PAGE),
    "429, Retry-After: 0": Fault(LOADED, status(429, times=1, Retry_After="0")),
    "429, Retry-After: 7200": Fault(REFUSED, status(429, Retry_After="7200"), kept=PAGE),
    "500 однажды": Fault(LOADED, status(500, times=1)),
    "500 постоянно": Fault(REFUSED, status(500), kept=PAGE),
    "502 с HTML": Fault(REFUSED, status(502, body=b"<html>Bad Gateway</html>", kind="text/html"), kept=PAGE),
    "нет соединения": Fault(REFUSED, has_address=False),
    "нет ответа": Fault(REFUSED, silence, kept=PAGE),
    "тело оборвано": Fault(REFUSED, cut, kept=PAGE),
    "половина JSON": Fault(REFUSED, instead(lambda w, good: (good[: len(good) // 2], JSON)), kept=PAGE),
    "страница входа вместо JSON": Fault(
        REFUSED, instead(lambda w, good: ("<html>Войдите</html>".encode(), "text/html")), kept=PAGE
    ),
    "кодировка cp1251, названа": Fault(
        LOADED, instead(lambda w, good: (good.decode().encode("cp1251"), f"{JSON}; charset=windows-1251"))
    ),
    "кодировка не та": Fault(REFUSED, instead(lambda w, good: (good.decode().encode("cp1251"), JSON)), kept=PAGE),
    "пустая страница однажды": Fault(LOADED, instead(_emptied, times=1)),
    "пустая страница постоянно": Fault(REFUSED, instead(_emptied), kept=PAGE),
    "страница повторена однажды": Fault(LOADED, instead(lambda w, good: (w.first, JSON), times=1)),
    "страница повторена постоянно": Fault(REFUSED, instead(lambda w, good: (w.first, JSON)), kept=PAGE),
    "ровно N полных страниц": Fault(LOADED, records=lambda e: [e.make(n) for n in range(3 * PAGE)]),
    "N страниц и запись": Fault(LOADED, records=lambda e: [e.make(n) for n in range(3 * PAGE + 1)]),
    "запись изменилась между страницами": Fault(LOADED, moved),
    "запись в 10 МБ": Fault(
        QUARANTINED,
        records=lambda e: [e.make(0), e.make(1, text="Снег " * 1_100_000), e.make(2)],
        is_heavy=True,
        rejected=1,
    ),
    "номер дважды": Fault(LOADED, records=lambda e: [*(e.make(n) for n in range(RECORDS)), e.make(3, text="Другое")]),
    "часы убежали": Fault(LOADED, records=lambda e: [e.make(0, updated_at=FUTURE), *(e.make(n) for n in range(1, 15))]),
}
