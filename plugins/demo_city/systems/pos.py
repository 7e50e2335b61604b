"""ПОС: its API of messages, and ways to fail.

GET  /pos/api/v1/messages?updatedFrom=ISO&page=N&size=M   bearer; pages from 1; {"total", "page", "size", "items"}
POST /pos/_fault {"kind": …, "times": n, "seconds": s}    bearer; the next n answers fail so (`Kind`); n = 0 heals
"""

from __future__ import annotations

import asyncio
import secrets as _secrets
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, HTTPException, Query, Response
from pydantic import BaseModel, Field

from demo_city.clock import iso
from demo_city.item import Item
from demo_city.payloads import POS_EVENTS, pos, updated_at
from demo_city.store import StoreReader, StoreWriter
from demo_city.systems.base import Change, Plan, StreamWriter, System

STORE = "messages.sqlite"

Kind = Literal["500", "429", "timeout", "half_body", "repeat_page", "change_during_paging"]


class Fault(BaseModel):
    kind: Kind
    times: int = Field(1, ge=0)
    seconds: float = Field(60, gt=0)
    """How long a `timeout` keeps silent."""


class Pos(System):
    slug = "pos"

    def open(self, home: Path, plan: Plan) -> PosWriter:
        return PosWriter(home, plan.until)

    def is_built(self, home: Path, plan: Plan) -> bool:
        return (home / STORE).exists()

    def change(self, home: Path, inbox: Path, change: Change) -> None:
        store = StoreWriter(home / STORE)
        for item in change.items:
            message = pos(item, change.at)
            if not change.is_new(item):
                _go_on(message, iso(change.at))
            message["updatedAt"] = iso(change.at)
            store.put(item.index, change.at, message)
        store.close()

    def routes(self, home: Path, token: str) -> APIRouter:
        return _Api(home / STORE, token).router()

    def connection(self, base_url: str, token: str, inbox: Path) -> str:
        scheme, _, host = base_url.partition("://")
        return f"{scheme}://:{token}@{host}/{self.slug}"


class PosWriter(StreamWriter):
    """Fills the store."""

    def __init__(self, home: Path, until: int) -> None:
        self._store = StoreWriter(home / STORE)
        self._until = until
        self._served = 0

    def write(self, item: Item) -> None:
        self._store.put(item.index, updated_at(item, self._until), pos(item, self._until))
        self._served += 1

    def close(self) -> tuple[int, dict[str, int], Sequence[str]]:
        self._store.close()
        return self._served, {}, ()

    def abandon(self) -> None:
        self._store.abandon()


def _go_on(message: dict[str, Any], moment: str) -> None:
    """What happens next to a message: an answered one is marked, another is answered."""
    if message["rating"] is None and message["answer"] and message["answer"]["at"]:
        message |= {"rating": 4, "ratedAt": moment}
        message["history"].append({"event": POS_EVENTS["marked"], "at": moment})
        return
    interim = message["answer"]["interimAt"] if message["answer"] else None
    message["answer"] = {"text": "Ответ дополнен по итогам проверки.", "at": moment, "interimAt": interim}
    message["status"] = "Ответ дан"
    message["history"].append({"event": POS_EVENTS["final_reply"], "at": moment})


class _Api:
    """The API over a store, which may not exist yet."""

    def __init__(self, store: Path, token: str) -> None:
        self._store = store
        self._token = token
        self._reader = StoreReader(store)
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def router(self) -> APIRouter:
        router = APIRouter()
        router.post("/_fault")(self.fault)
        router.get("/api/v1/messages")(self.messages)
        return router

    def fault(self, body: Fault, authorization: Annotated[str | None, Header()] = None) -> dict[str, int]:
        self._authorise(authorization)
        with self._lock:
            self._faults[:] = [body] if body.times else []
        return {"waiting": len(self._faults)}

    async def messages(
        self,
        updated_from: Annotated[str | None, Query(alias="updatedFrom")] = None,
        page: Annotated[int, Query(ge=1)] = 1,
        size: Annotated[int, Query(ge=1, le=10_000)] = 500,
        authorization: Annotated[str | None, Header()] = None,
    ) -> Response:
        self._authorise(authorization)
        if not self._store.exists():
            raise HTTPException(503, "Демонстрационный город ещё не создан")
        since = _instant(updated_from)
        if self._take("500"):
            raise HTTPException(500, "Внутренняя ошибка (учебная)")
        if self._take("429"):
            return Response(status_code=429, headers={"Retry-After": "1"})
        if waiting := self._take("timeout"):
            await asyncio.sleep(waiting.seconds)
        shown = page - 1 if page > 1 and self._take("repeat_page") else page
        with self._lock:
            if page > 1 and self._next("change_during_paging"):
                self._reader.change(since)
            total, bodies = self._reader.page(since, shown, size)
        content = b'{"total":%d,"page":%d,"size":%d,"items":[%b]}' % (total, page, size, b",".join(bodies))
        if self._take("half_body"):
            content = content[: len(content) // 2]
        return Response(content, media_type="application/json")

    def _authorise(self, given: str | None) -> None:
        if not _secrets.compare_digest((given or "").encode(), f"Bearer {self._token}".encode()):
            raise HTTPException(401, "Нужен действующий токен")

    def _take(self, kind: Kind) -> Fault | None:
        """The fault to show now, if it is of this kind."""
        with self._lock:
            return self._next(kind)

    def _next(self, kind: Kind) -> Fault | None:
        """As `_take`, for a caller that holds the lock."""
        if not self._faults or self._faults[0].kind != kind:
            return None
        fault = self._faults[0]
        fault.times -= 1
        if fault.times <= 0:
            self._faults.pop(0)
        return fault


def _instant(given: str | None) -> int | None:
    """Seconds of an ISO instant. A plus sign that a client forgot to escape arrives as a blank."""
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given.strip().replace(" ", "+"))
    except ValueError:
        raise HTTPException(400, "updatedFrom: ожидается дата и время ISO 8601") from None
    if moment.tzinfo is None:
        raise HTTPException(400, "updatedFrom: не указан часовой пояс")
    return int(moment.timestamp())


SYSTEM = Pos()
