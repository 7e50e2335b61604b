"""A paged JSON API over stored records, common to the systems that serve JSON over HTTP.

A system describes its own API, independently of the platform's spec of the source; a load shows if the two agree.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets as _secrets
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse

_FILE = "records.json"


@dataclass(frozen=True)
class Api:
    """GET `path` answers with a page of records, ordered by (`updated`, `key`)."""

    path: str
    auth: Literal["bearer", "basic", "api_key"]
    paging: Literal["page", "offset", "cursor", "next_link"]
    key: str
    updated: str
    since: str
    """The query parameter that asks for what was changed at or after an ISO instant."""
    page: str
    size: str
    items: str
    """Dotted path of the list in the answer."""
    total: str | None = None
    next: str | None = None
    first_page: int = 1
    longest_page: int = 100

    def store(self, home: Path, records: list[dict[str, Any]]) -> None:
        """Write the records that `routes` serve."""
        records.sort(key=lambda r: (r[self.updated], str(r[self.key])))
        (home / _FILE).write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")

    def routes(self, home: Path, token: str) -> APIRouter:
        router = APIRouter()

        @router.get(self.path)
        def records(request: Request) -> JSONResponse:
            self._authorise(request, token)
            if not (home / _FILE).exists():
                raise HTTPException(503, "Демонстрационный город ещё не создан")
            query = request.query_params
            stored = _read(home / _FILE, (home / _FILE).stat().st_mtime_ns)
            since = _instant(query.get(self.since))
            found = [r for r in stored if since is None or datetime.fromisoformat(r[self.updated]) >= since]
            size = min(int(query.get(self.size, self.longest_page)), self.longest_page)
            start = self._start(query.get(self.page), size)
            body: dict[str, Any] = {}
            _put(body, self.items, found[start : start + size])
            if self.total:
                _put(body, self.total, len(found))
            if self.next:
                _put(body, self.next, self._mark(request, start + size) if start + size < len(found) else None)
            return JSONResponse(body)

        return router

    def connection(self, base_url: str, slug: str, token: str) -> str:
        """The address with the key, as the secret conn_<slug> holds it."""
        scheme, host = base_url.split("://")
        return f"{scheme}://{'mcu' if self.auth == 'basic' else ''}:{token}@{host}/{slug}"

    def _authorise(self, request: Request, token: str) -> None:
        headers = {
            "bearer": ("authorization", f"Bearer {token}"),
            "basic": ("authorization", "Basic " + base64.b64encode(f"mcu:{token}".encode()).decode()),
            "api_key": ("x-api-key", token),
        }
        header, value = headers[self.auth]
        if not _secrets.compare_digest(request.headers.get(header, "").encode(), value.encode()):
            raise HTTPException(401, "Нужен действующий ключ доступа")

    def _start(self, given: str | None, size: int) -> int:
        try:
            match self.paging:
                case "page":
                    return (int(given or self.first_page) - self.first_page) * size
                case "cursor":
                    return int(base64.urlsafe_b64decode(given).decode().removeprefix("after:")) if given else 0
                case _:
                    return int(given or 0)
        except (ValueError, binascii.Error):
            raise HTTPException(400, f"{self.page}: неверное значение") from None

    def _mark(self, request: Request, start: int) -> str:
        if self.paging == "cursor":
            return base64.urlsafe_b64encode(f"after:{start}".encode()).decode()
        return str(request.url.include_query_params(**{self.page: start}))


@lru_cache(maxsize=16)
def _read(path: Path, written: int) -> list[dict[str, Any]]:
    """The records. `written`, the time of writing, makes the cache notice a new file."""
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _put(body: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    for part in way:
        body = body.setdefault(part, {})
    body[last] = value


def _instant(given: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(given) if given else None
    except ValueError:
        raise HTTPException(400, "Ожидается дата и время ISO 8601") from None
    if moment and moment.tzinfo is None:
        raise HTTPException(400, "Не указан часовой пояс")
    return moment
