"""REST over TLS with certificates on both sides, against a real server that insists on them."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from certificates import Authority
from mcu.connectors.base import SourceError, Window
from mcu.secrets import SecretMissing, put_secret
from mcu.settings import settings
from mcu.sources.opening import open_source
from mcu.sources.spec import SourceSpec
from tests.landing.server import send


class Handler(BaseHTTPRequestHandler):
    """Answers who asked, by the certificate shown."""

    def do_GET(self) -> None:
        shown = self.connection.getpeercert()
        (((_, name),),) = shown["subject"]
        send(self, 200, json.dumps({"items": [{"id": name}], "total": 1}).encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "authority")


@pytest.fixture
def url(authority: Authority, installation: Path) -> Iterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.pem[0]))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(*authority.issue("server"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    for kind in ("cert", "key", "ca"):
        (settings().secrets_dir / f"conn_tls_{kind}").unlink(missing_ok=True)


def give(**paths: Path) -> None:
    for kind, path in paths.items():
        put_secret(f"conn_tls_{kind}", str(path))


def read(url: str, shows_certificate: bool = True) -> list[str]:
    spec = SourceSpec.model_validate(
        {
            "slug": "tls",
            "title": "Проба",
            "record": {"id": "id"},
            "personal": {},
            "connector": {
                "type": "rest",
                "connection": "tls",
                "path": "/items",
                "auth": "none",
                "timeout_seconds": 2,
                "client_certificate": shows_certificate,
            },
        }
    )
    return [r["id"] for page in open_source(spec, url).pages(Window()) for r in page.records]


def test_the_server_is_shown_the_certificate_and_is_known_by_its_authority(url: str, authority: Authority) -> None:
    certificate, key = authority.issue("mcu")
    give(ca=authority.pem[0], cert=certificate, key=key)
    assert read(url) == ["mcu"]


def test_a_server_of_an_unknown_authority_is_refused_at_once(url: str, authority: Authority) -> None:
    certificate, key = authority.issue("mcu")
    give(cert=certificate, key=key)
    with pytest.raises(SourceError, match=r"сертификат сервера не принят.*conn_…_ca") as caught:
        read(url)
    assert "Попыток" not in str(caught.value)


def test_without_our_certificate_the_server_refuses(url: str, authority: Authority) -> None:
    give(ca=authority.pem[0])
    with pytest.raises(SourceError, match="сервер не принял сертификат клиента"):
        read(url, shows_certificate=False)
    with pytest.raises(SecretMissing, match="CONN_TLS_CERT"):
        read(url)


def test_a_certificate_of_another_authority_is_not_taken(url: str, authority: Authority, tmp_path: Path) -> None:
    certificate, key = Authority(tmp_path, "stranger").issue("stranger-mcu")
    give(ca=authority.pem[0], cert=certificate, key=key)
    with pytest.raises(SourceError, match="сервер не принял сертификат клиента"):
        read(url)


def test_files_that_cannot_be_used_are_reported(url: str, authority: Authority, tmp_path: Path) -> None:
    certificate, key = authority.issue("mcu", password=b"locked")
    give(ca=authority.pem[0], cert=certificate, key=key)
    with pytest.raises(SourceError, match="ключ без пароля"):
        read(url)
    give(key=tmp_path / "nowhere.key")
    with pytest.raises(SourceError, match="Нет файла сертификата"):
        read(url)
    give(ca=key)
    with pytest.raises(SourceError, match="удостоверяющего центра не читается"):
        read(url)
