"""A real small OpenID provider over TLS, whose tokens a test may spoil on their way."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import flask
import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from certificates import Authority
from ground import free_port

Spoil = Callable[["Answer"], None]
CLIENT_ID, CLIENT_SECRET = "mcu-superset", "a secret of both sides in a test"
TOKEN, USERINFO, DOCUMENT = "/oauth2/token", "/userinfo", "/.well-known/openid-configuration"


class Answer:
    """What the provider is about to give for a code: `body`, and the ID token in it, open to be changed."""

    def __init__(self, body: dict[str, Any], key: RSAKey) -> None:
        self.body, self.key = body, key
        token = jwt.decode(body["id_token"], key, algorithms=["RS256"])
        self.header, self.claims = dict(token.header), dict(token.claims)

    def sign(self, key: Any = None, algorithm: str = "RS256") -> None:
        """Put the claims, as they are now, into the body."""
        header = self.header | {"alg": algorithm}
        self.body["id_token"] = jwt.encode(header, self.claims, key or self.key, algorithms=[algorithm])


class Provider:
    """Its people are `people`: subject → claims."""

    def __init__(self, home: Path, people: Mapping[str, Mapping[str, object]]) -> None:
        self.authority = Authority(home, "provider-ca")
        self.stranger = Authority(home, "strange-ca")
        self._certificate = self.authority.issue("provider")
        self._port = free_port()
        self.issuer = f"https://127.0.0.1:{self._port}"
        self.asked: list[dict[str, str]] = []
        """What it was asked for a token with."""
        self.given: set[str] = set()
        """Every token that it has given."""
        self.spoil: Spoil | None = None
        self.document: dict[str, object] = {}
        """What it says of itself in place of the truth."""
        self.userinfo: dict[str, object] | None = None
        """What it says of whoever asks with an access token, in place of the truth."""
        users = [oidc_provider_mock.User(sub=sub, claims=dict(claims)) for sub, claims in people.items()]
        self.app = oidc_provider_mock.app(require_nonce=True, user_claims=users)
        self.app.after_request(self._answer)

    def _answer(self, response: flask.Response) -> flask.Response:
        if flask.request.path == TOKEN and response.status_code == 200:
            self.asked.append(flask.request.form.to_dict() | {"authorization": flask.request.headers["Authorization"]})
            body = response.get_json()
            if self.spoil:
                key = RSAKey.import_key(flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True))
                answer = Answer(body, key)
                self.spoil(answer)
                body = answer.body
                response.set_data(json.dumps(body))
            self.given |= {str(body[name]) for name in ("access_token", "id_token", "refresh_token") if name in body}
        if flask.request.path == DOCUMENT:
            response.set_data(json.dumps(response.get_json() | self.document))
        if flask.request.path == USERINFO and self.userinfo is not None:
            response.set_data(json.dumps(self.userinfo))
        return response

    @contextmanager
    def running(self) -> Iterator[None]:
        paths = str(self._certificate[0]), str(self._certificate[1])
        server = make_server("127.0.0.1", self._port, self.app, threaded=True, ssl_context=paths)
        thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join(10)
            server.server_close()
