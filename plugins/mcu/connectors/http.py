"""The one HTTP client of the connectors: time limits, retries, and errors in plain Russian.
No message carries a key, a password or a query."""

from __future__ import annotations

import codecs
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import requests
from requests import Response, exceptions
from urllib3.exceptions import MaxRetryError, ReadTimeoutError

from mcu.connectors import exact_json
from mcu.connectors.base import SourceError
from mcu.connectors.certificates import default_tls, tls_fault
from mcu.connectors.deadline import Limit
from mcu.connectors.http_session import LONGEST_WAIT_SECONDS, Auth, asked_wait, authorisation, open_session
from mcu.connectors.retries import TransientError, out_of_attempts, with_retries
from mcu.settings import settings

Check = Callable[[Any], None]
"""Looks at a decoded answer: some services report failures under status 200. Raises SourceError or TransientError."""


@dataclass(frozen=True)
class _Address:
    base: str
    user: str
    password: str


class HttpClient:
    """Asks one server for JSON. `url` may carry credentials (`https://:TOKEN@host/…`): by `auth` they go into headers;
    with `none` the caller sends them. `key` is the credential of `url`; it is hidden in every message."""

    def __init__(
        self,
        url: str,
        auth: Auth,
        api_key_header: str = "X-Api-Key",
        timeout_seconds: float = 30,
        tls: ssl.SSLContext | None = None,
        refusals: Mapping[int, str] | None = None,
    ) -> None:
        """`refusals`: status → what it means at this service, where that says more than our general words."""
        address = _address(url)
        self._refusals = refusals or {}
        self.base = address.base
        self.key = address.password or address.user
        self.user = address.user
        self._served_at: datetime | None = None
        self._limit = Limit(timeout_seconds)
        if tls is None and address.base.startswith("https:"):
            tls = default_tls()
        self._session = open_session(
            authorisation(auth, address.user, address.password, api_key_header), tls, self._limit
        )

    def __enter__(self) -> HttpClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get_json(self, path: str, params: Mapping[str, str | int], check: Check | None = None) -> tuple[Any, int]:
        """The decoded answer and a hash of its bytes. Transient failures are retried. Raises SourceError."""
        return with_retries(self._once, requests.Request("GET", self.resolve(path), params=params), check)

    def post_json(self, path: str, form: Mapping[str, str | int], check: Check | None = None) -> tuple[Any, int]:
        """The same for a call whose parameters go as a form in the body, so that no address shows a key."""
        data = {name: str(value) for name, value in form.items()}
        return with_retries(self._once, requests.Request("POST", self.resolve(path), data=data), check)

    @property
    def today(self) -> date:
        """The day here by the server's clock (header Date of its last answer); by ours if it sends no time."""
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
        address = f"{parts.scheme}://{parts.netloc}{parts.path}"
        return address.replace(self.key, "***") if self.key else address

    def _once(self, request: requests.Request, check: Check | None) -> tuple[Any, int]:
        """One answer; connections, 429 and 5xx were retried below."""
        where = self.place(request.url)
        try:
            with self._session.send(
                self._session.prepare_request(request),
                timeout=(min(10.0, self._limit.seconds), self._limit.seconds),
                stream=True,  # a status is judged before the body is read
            ) as response:
                self._served_at = _date(response)
                if refusal := self._refusals.get(response.status_code):
                    raise SourceError(f"{where}: {refusal}")
                _check_status(response, where)
                content = _content(response, where)
        except exceptions.RequestException as error:
            raise self._failure(error, where) from None
        finally:
            self._limit.stop()
        if self._limit.is_over:  # an answer of no declared length seems to end where it was cut
            raise TransientError(f"{where}: {self._silence}")
        body = _decode(response, content, where)
        if check:
            check(body)
        return body, hash(content)

    def _failure(self, error: exceptions.RequestException, where: str) -> SourceError:
        """The error of an exchange that broke off."""
        cause = error.args[0] if error.args else None
        if self._limit.is_over:
            return TransientError(f"{where}: {self._silence}")
        match error:
            case exceptions.SSLError() if fault := tls_fault(error):
                return SourceError(f"{where}: {fault}")
            case exceptions.SSLError() if "EOF" in str(error):
                return TransientError(f"{where}: {_CLOSED_BY_SERVER}")
            case exceptions.SSLError():
                return TransientError(f"{where}: {_UNREACHABLE}")
            case exceptions.ConnectTimeout():
                return out_of_attempts(
                    f"{where}: сервер не отвечает на соединение. Проверьте адрес и доступность сети."
                )
            case exceptions.ConnectionError() if isinstance(cause, MaxRetryError):
                return out_of_attempts(f"{where}: {_UNREACHABLE}")
            case exceptions.Timeout():
                return TransientError(f"{where}: {self._silence}")
            case exceptions.ConnectionError() if isinstance(cause, ReadTimeoutError):  # in the middle of a body
                return TransientError(f"{where}: {self._silence}")
            case exceptions.ConnectionError() | exceptions.ChunkedEncodingError() | exceptions.ContentDecodingError():
                return TransientError(f"{where}: ответ оборвался на середине.")
        return TransientError(f"{where}: сбой обмена по сети ({type(error).__name__}).")

    @property
    def _silence(self) -> str:
        return f"целого ответа нет дольше {self._limit.seconds:g} с. Источник перегружен или завис."


# A server that refuses a certificate may close the connection before its reason arrives.
_CLOSED_BY_SERVER = (
    "сервер закрыл защищённое соединение. Возможно, сервер не принял сертификат клиента: проверьте его и срок его"
    " действия, секреты conn_…_cert, conn_…_key."
)
_UNREACHABLE = "не удалось соединиться. Проверьте адрес и доступность источника."


LARGEST_ANSWER = 128 << 20
"""Bytes of one answer after unpacking: a kilobyte can unpack to gigabytes."""


def _content(response: Response, where: str) -> bytes:
    """The whole body, unpacked. Raises SourceError if it is too large."""
    content = bytearray()
    for piece in response.iter_content(1 << 16):
        content += piece
        if len(content) > LARGEST_ANSWER:
            raise SourceError(
                f"{where}: ответ больше {LARGEST_ANSWER >> 20} МБ. Уменьшите page_size в описании источника."
            )
    return bytes(content)


def _check_status(response: Response, where: str) -> None:
    """Raises SourceError unless the status is 200."""
    code = response.status_code
    if code == 429:
        wait = asked_wait(code, response.headers.get("Retry-After"))
        if wait is not None and wait > LONGEST_WAIT_SECONDS:
            raise SourceError(
                f"{where}: источник просит подождать {wait:.0f} с (429, слишком много запросов)."
                " Чтение продолжится в следующий запуск."
            )
        raise out_of_attempts(f"{where}: слишком много запросов (429), источник просит подождать.")
    if code >= 500:
        raise out_of_attempts(f"{where}: ошибка на стороне источника ({code}). Сообщите его владельцу.")
    if code in (401, 403):
        raise SourceError(f"{where}: источник не принял ключ доступа ({code}). Проверьте ключ и срок его действия.")
    if code == 404:
        raise SourceError(f"{where}: такого адреса нет (404). Проверьте путь в описании источника.")
    if 300 <= code < 400:
        raise SourceError(f"{where}: источник перенаправляет на другой адрес ({code}). Укажите новый адрес соединения.")
    if code != 200:
        raise SourceError(f"{where}: источник отклонил запрос ({code}). Проверьте параметры в описании источника.")


def _decode(response: Response, body: bytes, where: str) -> Any:
    """The body as JSON. Raises TransientError: a proxy or a restart may have spoilt it."""
    declared = response.headers.get("Content-Type", "")
    kind = declared.partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json") and kind != "text/json":
        raise TransientError(
            f"{where}: вместо JSON пришло «{kind[:60]}»: страница входа, заглушка или не тот путь (path)."
        )
    charset = _charset(declared)
    try:
        if charset not in ("utf-8", "utf8", "ascii", "us-ascii"):
            body = body.decode(charset).encode()
    except (LookupError, UnicodeError):
        raise TransientError(f"{where}: ответ не читается в кодировке {charset}.") from None
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        return exact_json.loads(body)
    except ValueError:
        raise TransientError(f"{where}: ответ неполон или испорчен: это не целый JSON ({len(body)} байт).") from None


def _charset(content_type: str) -> str:
    """The declared charset in lower case, by default utf-8."""
    message = Message()
    message["Content-Type"] = content_type
    return message.get_content_charset("utf-8")


def _address(url: str) -> _Address:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError("Адрес соединения должен иметь вид https://:КЛЮЧ@сервер/путь. Проверьте секрет соединения.")
    host = parts.netloc.rpartition("@")[2]
    return _Address(
        f"{parts.scheme}://{host}{parts.path}", unquote(parts.username or ""), unquote(parts.password or "")
    )


def _date(response: Response) -> datetime | None:
    """The time of the last Date header, if it can be read: a proxy puts its own before it."""
    try:
        return parsedate_to_datetime(response.raw.headers.getlist("Date")[-1]).astimezone(settings().tz)
    except (IndexError, ValueError, OverflowError):
        return None
