"""A small HTTP source with faults on demand: `GET /items?page=N&size=M[&updatedFrom=ISO]` with a bearer token."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "tok-en-that-no-message-may-show"

Fault = Callable[["Source", BaseHTTPRequestHandler, dict[str, str]], bool]
"""Called before each answer; returns True if it has answered itself."""


class Source:
    """Records in the order of (updatedAt, id), and what goes wrong with them."""

    def __init__(self, records: list[dict[str, Any]]) -> None:
        self.records = records
        self.faults: list[Fault] = []
        self.requests: list[dict[str, str]] = []
        self.seen = threading.Event()
        self.delay = 0.0
        self.paging = "page"
        self.has_total = True
        self.largest_page = 10_000

    def answer(self, query: dict[str, str]) -> dict[str, Any]:
        rows = sorted(self.records, key=lambda r: (r.get("updatedAt") or "", str(r.get("id"))))
        if since := query.get("updatedFrom"):
            rows = [r for r in rows if (r.get("updatedAt") or "") >= since]
        size = min(int(query.get("size", 500)), self.largest_page)
        match self.paging:
            case "page":
                start = (int(query.get("page", 1)) - 1) * size
            case _:
                start = int(query.get("page") or 0)
        body: dict[str, Any] = {"items": rows[start : start + size]}
        if self.has_total:
            body["total"] = len(rows)
        if start + size < len(rows):
            body["next"] = str(start + size) if self.paging == "cursor" else f"/items?page={start + size}&size={size}"
        return body


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that the client drops is no news: written down, it would stand among what a command prints."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # a private type of the library


@contextmanager
def serve(source: Source) -> Iterator[str]:
    """Run the source on a free port of 127.0.0.1; yields its connection URL with the token."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes

        def do_GET(self) -> None:
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            source.requests.append(query)
            source.seen.set()
            time.sleep(source.delay)
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                return send(self, 401, b"{}")
            if any(fault(source, self, query) for fault in list(source.faults)):
                return None
            return send(self, 200, json.dumps(source.answer(query), ensure_ascii=False).encode())

        def log_message(self, *args: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://:{TOKEN}@127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def send(
    handler: BaseHTTPRequestHandler, code: int, body: bytes, kind: str = "application/json", **headers: str
) -> None:
    handler.send_response(code)
    handler.send_header("Content-Type", kind)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


# ---------------------------------------------------------------- faults


def status(code: int, times: int = 10**9, on_page: str | None = None, **headers: str) -> Fault:
    """Answer with an error code a number of times, on one page or on all."""
    left = [times]

    def fault(source: Source, handler: BaseHTTPRequestHandler, query: dict[str, str]) -> bool:
        if left[0] <= 0 or (on_page and query.get("page") != on_page):
            return False
        left[0] -= 1
        send(handler, code, b'{"error": "x"}', **headers)
        return True

    return fault


def silence(seconds: float, on_page: str) -> Fault:
    """Delay the answer for longer than the client waits."""

    def fault(source: Source, handler: BaseHTTPRequestHandler, query: dict[str, str]) -> bool:
        if query.get("page") == on_page:
            time.sleep(seconds)
        return False

    return fault


def half_body(on_page: str, times: int = 10**9, honest: bool = True) -> Fault:
    """Send half of the JSON: with the right length for it, or with the connection cut in the middle."""
    left = [times]

    def fault(source: Source, handler: BaseHTTPRequestHandler, query: dict[str, str]) -> bool:
        if left[0] <= 0 or query.get("page") != on_page:
            return False
        left[0] -= 1
        body = json.dumps(source.answer(query), ensure_ascii=False).encode()
        if honest:
            send(handler, 200, body[: len(body) // 2])
            return True
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2])
        handler.close_connection = True
        return True

    return fault


def html(on_page: str) -> Fault:
    def fault(source: Source, handler: BaseHTTPRequestHandler, query: dict[str, str]) -> bool:
        if query.get("page") != on_page:
            return False
        send(handler, 200, "<html>Технические работы</html>".encode(), "text/html")
        return True

    return fault


def repeat_page(page: str, instead_of: str, times: int = 10**9) -> Fault:
    """Answer with one page in place of another."""
    left = [times]

    def fault(source: Source, handler: BaseHTTPRequestHandler, query: dict[str, str]) -> bool:
        if left[0] <= 0 or query.get("page") != instead_of:
            return False
        left[0] -= 1
        send(handler, 200, json.dumps(source.answer({**query, "page": page})).encode())
        return True

    return fault


def after_page(page: str, change: Callable[[Source], None]) -> Fault:
    """Change the records once, when the page after `page` is requested."""
    done: list[bool] = []

    def fault(source: Source, handler: BaseHTTPRequestHandler, query: dict[str, str]) -> bool:
        if not done and query.get("page") == str(int(page) + 1):
            done.append(True)
            change(source)
        return False

    return fault
