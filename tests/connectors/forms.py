"""A small HTTP service of calls, GET or POST, with a given answer: `serve(answer)`.

`answer(path, parameters)` gives the body of a 200 (anything that is JSON), or a `Reply`."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Reply:
    """An answer that is not simply JSON."""

    status: int = 200
    body: bytes = b"{}"
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    is_cut: bool = False
    """True if the connection is closed in the middle of the body."""


Answer = Callable[[str, dict[str, str]], Any]


@contextmanager
def serve(answer: Answer) -> Iterator[str]:
    """Run the service on a free port of 127.0.0.1; yields `127.0.0.1:PORT`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._reply(dict(parse_qsl(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._reply(dict(parse_qsl(body.decode())))

        def _reply(self, parameters: dict[str, str]) -> None:
            found = answer(urlsplit(self.path).path, parameters)
            if not isinstance(found, Reply):
                found = Reply(body=json.dumps(found, ensure_ascii=False).encode())
            time.sleep(found.delay)
            self.send_response(found.status)
            for name, value in {"Content-Type": found.kind, **found.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body[: len(found.body) // 2] if found.is_cut else found.body)
            self.close_connection = found.is_cut

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
