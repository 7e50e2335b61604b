"""The one HTTP client of the connectors: time limits, retries, and errors in plain Russian.
No message carries a key, a password or a query."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from time import time
from typing import Any, Literal, TypeVar
from urllib.parse import unquote, urljoin, urlsplit

import httpx
import orjson
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from mcu.connectors.base import SourceError
from mcu.connectors.certificates import tls_fault
from mcu.settings import settings

Answer = TypeVar("Answer")
Auth = Literal["bearer", "basic", "api_key", "none"]

ATTEMPTS = 4
BACKOFF_SECONDS = 1.0
"""The wait before the second attempt; it doubles with each further one."""
LONGEST_WAIT_SECONDS = 90.0
"""A source that asks to wait longer is left until the next run."""


Check = Callable[[Any], None]
"""Looks at a decoded answer: some services tell of failures under status 200. Raises SourceError or PassingError."""


class PassingError(SourceError):
    """A failure that may be gone at the next attempt."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


def patiently(call: Callable[..., Answer], *given: Any) -> Answer:
    """What `call` returns; passing failures are tried again. Raises SourceError."""
    retrying = Retrying(
        retry=retry_if_exception_type(PassingError), stop=stop_after_attempt(ATTEMPTS), wait=_wait, reraise=True
    )
    try:
        return retrying(call, *given)
    except PassingError as error:
        raise SourceError(f"{error} Попыток: {ATTEMPTS}.") from None


@dataclass(frozen=True)
class _Address:
    base: str
    user: str
    password: str


class HttpClient:
    """Asks one server for JSON. `url` may carry credentials (`https://:TOKEN@host/…`): by `auth` they go into headers;
    with `none` they are the caller's to send. `key` is what it carried; no message shows it, wherever it is sent."""

    def __init__(
        self,
        url: str,
        auth: Auth,
        api_key_header: str = "X-Api-Key",
        timeout_seconds: float = 30,
        tls: ssl.SSLContext | None = None,
        refusals: Mapping[int, str] | None = None,
    ) -> None:
        """`refusals`: status → what it means at this service, where its own words are better than ours."""
        address = _address(url)
        self._refusals = refusals or {}
        self.base = address.base
        self.key = address.password or address.user
        self.user = address.user
        self._served_at: datetime | None = None
        self._timeout = timeout_seconds
        headers = {"Accept": "application/json"}
        basic = None
        match auth:
            case "bearer":
                headers["Authorization"] = f"Bearer {address.password or address.user}"
            case "api_key":
                headers[api_key_header] = address.password or address.user
            case "basic":
                basic = httpx.BasicAuth(address.user, address.password)
            case "none":
                pass
        self._client = httpx.Client(
            headers=headers,
            auth=basic,
            timeout=httpx.Timeout(timeout_seconds, connect=min(10.0, timeout_seconds)),
            follow_redirects=False,
            # To read all authorities that the machine trusts takes longer than a call; plain HTTP needs none.
            verify=tls or address.base.startswith("https:"),
        )

    def __enter__(self) -> HttpClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get_json(self, path: str, params: Mapping[str, str | int], check: Check | None = None) -> tuple[Any, int]:
        """The decoded answer and a hash of its bytes. Passing failures are tried again. Raises SourceError."""
        # An empty mapping would wipe the query of a next-page link.
        request = self._client.build_request("GET", self.resolve(path), params=params or None)
        return patiently(self._once, request, check)

    def post_json(self, path: str, form: Mapping[str, str | int], check: Check | None = None) -> tuple[Any, int]:
        """The same for a call whose parameters go as a form in the body: no address ever shows a key among them."""
        data = {name: str(value) for name, value in form.items()}
        request = self._client.build_request("POST", self.resolve(path), data=data)
        return patiently(self._once, request, check)

    @property
    def today(self) -> date:
        """Here, by the server's own clock at its last answer (header Date); by ours where it tells no time."""
        return (self._served_at or datetime.now(settings().tz)).date()

    def resolve(self, path: str) -> str:
        """The full address of a path or of a next-page link, which must stay on this server."""
        url = path if "://" in path else urljoin(self.base.rstrip("/") + "/", path.lstrip("/"))
        if urlsplit(url)[:2] != urlsplit(self.base)[:2]:
            raise SourceError(f"{self.base}: ссылка на следующую страницу ведёт на другой сервер; чтение остановлено.")
        return url

    def place(self, url: str) -> str:
        """The address without its query and without the key, for messages."""
        parts = urlsplit(url)
        plain = f"{parts.scheme}://{parts.netloc}{parts.path}"
        return plain.replace(self.key, "***") if self.key else plain

    def _once(self, request: httpx.Request, check: Check | None) -> tuple[Any, int]:
        where = self.place(str(request.url))
        try:
            response = self._client.send(request)
        except httpx.ConnectTimeout:
            raise PassingError(
                f"{where}: сервер не отвечает на соединение. Проверьте адрес и доступность сети."
            ) from None
        except httpx.TimeoutException:
            raise PassingError(
                f"{where}: ответа нет дольше {self._timeout:g} с. Источник перегружен или завис."
            ) from None
        except (httpx.ConnectError, httpx.ReadError, httpx.WriteError) as error:
            if told := tls_fault(error):
                raise SourceError(f"{where}: {told}") from None
            if isinstance(error, httpx.ReadError):
                raise PassingError(f"{where}: ответ оборвался на середине.") from None
            raise PassingError(f"{where}: не удалось соединиться. Проверьте адрес и доступность источника.") from None
        except (httpx.RemoteProtocolError, httpx.DecodingError):
            raise PassingError(f"{where}: ответ оборвался на середине.") from None
        except httpx.HTTPError as error:
            raise PassingError(f"{where}: сбой обмена по сети ({type(error).__name__}).") from None
        self._served_at = _date(response)
        if told := self._refusals.get(response.status_code):
            raise SourceError(f"{where}: {told}")
        _check_status(response, where)
        body = _decode(response, where)
        if check:
            check(body)
        return body, hash(response.content)


def _check_status(response: httpx.Response, where: str) -> None:
    code = response.status_code
    if code == 429:
        wait = _retry_after(response.headers.get("Retry-After"))
        if wait is not None and wait > LONGEST_WAIT_SECONDS:
            raise SourceError(
                f"{where}: источник просит подождать {wait:.0f} с (429, слишком много запросов)."
                " Чтение продолжится в следующий запуск."
            )
        raise PassingError(f"{where}: слишком много запросов (429), источник просит подождать.", wait)
    if code >= 500:
        wait = _retry_after(response.headers.get("Retry-After")) if code == 503 else None
        if wait is not None:
            wait = min(wait, LONGEST_WAIT_SECONDS)
        raise PassingError(f"{where}: ошибка на стороне источника ({code}). Сообщите его владельцу.", wait)
    if code in (401, 403):
        raise SourceError(f"{where}: источник не принял ключ доступа ({code}). Проверьте ключ и срок его действия.")
    if code == 404:
        raise SourceError(f"{where}: такого адреса нет (404). Проверьте путь в описании источника.")
    if 300 <= code < 400:
        raise SourceError(f"{where}: источник перенаправляет на другой адрес ({code}). Укажите новый адрес соединения.")
    if code != 200:
        raise SourceError(f"{where}: источник отклонил запрос ({code}). Проверьте параметры в описании источника.")


def _decode(response: httpx.Response, where: str) -> Any:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json") and kind != "text/json":
        raise PassingError(f"{where}: вместо JSON пришло «{kind[:60]}». Похоже на страницу входа или заглушку.")
    body = response.content
    charset = (response.charset_encoding or "utf-8").lower()
    try:
        if charset not in ("utf-8", "utf8", "ascii", "us-ascii"):
            body = body.decode(charset).encode()
    except (LookupError, UnicodeError):
        raise PassingError(f"{where}: ответ не читается в кодировке {charset}.") from None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return orjson.loads(_HALVES.sub(lambda found: rb"\ufffd" if found[1] else found[0], body))
    except orjson.JSONDecodeError:
        raise PassingError(f"{where}: ответ неполон или испорчен: это не целый JSON ({len(body)} байт).") from None


_HALVES = re.compile(rb"\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)")
"""Half of a character, as where a program cut a text in the middle of an emoji, and what only looks like it. No JSON
has it, but one such message must not hold up the whole source."""


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait_seconds if isinstance(error, PassingError) else None
    return asked if asked is not None else min(BACKOFF_SECONDS * 2.0 ** (state.attempt_number - 1), 30.0)


def _retry_after(value: str | None) -> float | None:
    """Seconds to wait by the header, given as seconds or as a date."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time())
    except (ValueError, OverflowError):
        return None


def _address(url: str) -> _Address:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError("Адрес соединения должен иметь вид https://:КЛЮЧ@сервер/путь. Проверьте секрет соединения.")
    host = parts.netloc.rpartition("@")[2]
    return _Address(
        f"{parts.scheme}://{host}{parts.path}", unquote(parts.username or ""), unquote(parts.password or "")
    )


def _date(response: httpx.Response) -> datetime | None:
    """The last Date header, where there is one to be read: a proxy puts its own before it."""
    try:
        return parsedate_to_datetime(response.headers.get_list("Date")[-1]).astimezone(settings().tz)
    except (IndexError, ValueError, OverflowError):
        return None
