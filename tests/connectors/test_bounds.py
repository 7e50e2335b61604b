"""What one answer may take, and one record."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from mcu.connectors import http
from mcu.connectors.base import SourceError
from mcu.connectors.http import HttpClient


@pytest.fixture
def bomb() -> Iterator[str]:
    """A server whose answer of some kilobytes unpacks to megabytes."""
    body = gzip.compress(b'["' + b"x" * (3 << 20) + b'"]')

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_an_answer_that_unpacks_without_end_is_refused(bomb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with HttpClient(bomb, "none") as client:
        assert client.get_json("/", {})[0] == ["x" * (3 << 20)]
    monkeypatch.setattr(http, "LARGEST_ANSWER", 2 << 20)
    with HttpClient(bomb, "none") as client, pytest.raises(SourceError, match="больше 2 МБ"):
        client.get_json("/", {})
