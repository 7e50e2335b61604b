"""The `requests` session of an HTTP client: its retries, its TLS and its authorisation."""

from __future__ import annotations

import ssl
import time
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from requests.utils import check_header_validity
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import MaxRetryError, ResponseError

from mcu.connectors.deadline import Limit
from mcu.connectors.retries import ATTEMPTS, backoff_seconds

Auth = Literal["bearer", "basic", "api_key", "none"]

LONGEST_WAIT_SECONDS = 90.0
"""A source that asks to wait longer with 429 is left until the next run."""


def open_session(auth: AuthBase, tls: ssl.SSLContext | None, limit: Limit) -> requests.Session:
    """A session that asks for JSON. Without `tls` it speaks plain HTTP only. `limit` is that of each answer; it runs
    until it is stopped or the next request begins."""
    session = _Session()
    session.auth = auth
    session.headers["Accept"] = "application/json"
    adapter = _Adapter(tls, limit)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def authorisation(auth: Auth, user: str, password: str, api_key_header: str) -> AuthBase:
    """How requests are signed with what the connection's address carries."""
    key = password or user
    match auth:
        case "bearer":
            return _HeaderAuth("Authorization", f"Bearer {key}")
        case "api_key":
            return _HeaderAuth(api_key_header, key)
        case "basic":
            return HTTPBasicAuth(user.encode(), password.encode())
        case "none":
            return _NoAuth()


def asked_wait(status: int, retry_after: str | None) -> float | None:
    """How many seconds an answer 429 or 503 asks to wait (header Retry-After: seconds or a date); at most
    LONGEST_WAIT_SECONDS with 503. None where it does not ask."""
    if status not in (429, 503) or not retry_after:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(retry_after).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return max(0.0, seconds if status == 429 else min(seconds, LONGEST_WAIT_SECONDS))


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Redirects are never followed: a source that moved must be entered anew by a person."""


class _NoAuth(AuthBase):
    """Sends nothing. A session without any AuthBase would send what `.netrc` holds for the host."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _HeaderAuth(AuthBase):
    def __init__(self, header: str, value: str) -> None:
        self._header = header
        self._value = value.encode()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        check_header_validity((self._header.encode(), self._value))
        request.headers[self._header] = self._value  # type: ignore[assignment]  # bytes: a key may be no latin-1
        return request


class _Retry(Retry):
    """Retries failed connections and the statuses 429 and 5xx. What comes later (a torn body, an error under status
    200) is retried by `with_retries`, so no failure is retried twice."""

    RETRY_AFTER_STATUS_CODES = frozenset()

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> _Retry:
        if response is not None and (self._asked_wait(response) or 0) > LONGEST_WAIT_SECONDS:
            raise MaxRetryError(None, url, ResponseError("Retry-After is too long"))  # type: ignore[arg-type]  # no pool
        return super().increment(method, url, response, *args, **kwargs)

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        asked = self._asked_wait(response) if response is not None else None
        time.sleep(backoff_seconds(len(self.history)) if asked is None else asked)

    def _asked_wait(self, response: BaseHTTPResponse) -> float | None:
        return asked_wait(response.status, response.headers.get("Retry-After"))


def _limited_pools(limit: Limit) -> dict[str, type[HTTPConnectionPool]]:
    """Connection pools by scheme, whose every request starts the limit."""

    def limited(base: Any) -> Any:
        class Connection(base):  # type: ignore[misc]  # a class given at run time
            def connect(self) -> None:
                super().connect()
                self.held = self.sock  # an answer outlives the connection's own reference to it

            def request(self, *args: Any, **kwargs: Any) -> None:
                limit.start(lambda: [held.fileno()] if (held := getattr(self, "held", None)) else [])
                super().request(*args, **kwargs)

        return Connection

    class Plain(HTTPConnectionPool):
        ConnectionCls = limited(HTTPConnection)

    class Tls(HTTPSConnectionPool):
        ConnectionCls = limited(HTTPSConnection)

    return {"http": Plain, "https": Tls}


class _Adapter(HTTPAdapter):
    """Retries by `_Retry`, and trusts whom the given TLS context trusts: `requests` would add authorities to it."""

    def __init__(self, tls: ssl.SSLContext | None, limit: Limit) -> None:
        self._tls = tls
        self._limit = limit
        # read=False: an answer that breaks off is raised as it is. The last answer 429 or 5xx is returned.
        super().__init__(
            max_retries=_Retry(
                total=ATTEMPTS - 1,
                read=False,
                redirect=0,
                other=0,
                allowed_methods=None,
                status_forcelist=frozenset((429, *range(500, 1000))),
                raise_on_status=False,
            )
        )

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)  # type: ignore[no-untyped-call]  # requests ships no types for it
        self.poolmanager.pool_classes_by_scheme = _limited_pools(self._limit)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self._tls}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context of the connection does it."""
