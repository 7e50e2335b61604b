"""The ПОС simulator and, at /<slug>, those of the smaller systems: `python -m demo_city.serve`.

GET  /pos/api/v1/messages?updatedFrom=ISO&page=N&size=M   bearer; pages from 1; {"total", "page", "size", "items"}
POST /pos/_fault {"kind": …, "times": n, "seconds": s}    bearer; the next n answers fail so (`Kind`); n = 0 heals
GET  /health

The server binds 127.0.0.1 only. No request is logged: addresses of citizens' messages are nobody's business.
"""

from __future__ import annotations

import asyncio
import secrets as _secrets
import threading
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import FastAPI, Header, HTTPException, Query, Response
from pydantic import BaseModel, Field

from demo_city.store import StoreReader
from demo_city.systems import all_systems
from mcu.secrets import secret
from mcu.settings import settings

Kind = Literal["500", "429", "timeout", "half_body", "repeat_page", "change_during_paging"]


class Fault(BaseModel):
    kind: Kind
    times: int = Field(1, ge=0)
    seconds: float = Field(60, gt=0)
    """How long a `timeout` keeps silent."""


def make_app(store: Path, token: str, systems: Path | None = None) -> FastAPI:
    """The application over the store of ПОС and the folder of the smaller systems; every request but /health needs
    `token`, the bearer of ПОС, and of the others in the way of each."""
    app = FastAPI(title="Платформа обратной связи (модель)", docs_url=None, redoc_url=None, openapi_url=None)
    reader = StoreReader(store)
    lock = threading.Lock()
    faults: list[Fault] = []

    def take(*kinds: Kind) -> Fault | None:
        """The fault to show now, if one of these kinds is waiting."""
        with lock:
            if not faults or faults[0].kind not in kinds:
                return None
            fault = faults[0]
            fault.times -= 1
            if fault.times <= 0:
                faults.pop(0)
            return fault

    def authorise(given: str | None) -> None:
        if not _secrets.compare_digest((given or "").encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "Нужен действующий токен")

    for slug, system in all_systems().items() if systems else ():
        assert systems
        if router := system.routes(systems / slug, token):
            app.include_router(router, prefix=f"/{slug}")

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/pos/_fault")
    def fault(body: Fault, authorization: Annotated[str | None, Header()] = None) -> dict[str, int]:
        authorise(authorization)
        with lock:
            faults.clear()
            if body.times:
                faults.append(body)
        return {"waiting": len(faults)}

    @app.get("/pos/api/v1/messages")
    async def messages(
        updated_from: Annotated[str | None, Query(alias="updatedFrom")] = None,
        page: Annotated[int, Query(ge=1)] = 1,
        size: Annotated[int, Query(ge=1, le=10_000)] = 500,
        authorization: Annotated[str | None, Header()] = None,
    ) -> Response:
        authorise(authorization)
        if not store.exists():
            raise HTTPException(503, "Демонстрационный город ещё не создан")
        since = _instant(updated_from)
        if take("500"):
            raise HTTPException(500, "Внутренняя ошибка (учебная)")
        if take("429"):
            return Response(status_code=429, headers={"Retry-After": "1"})
        if waiting := take("timeout"):
            await asyncio.sleep(waiting.seconds)
        shown = page
        if page > 1 and take("repeat_page"):
            shown = page - 1
        with lock:
            if page > 1 and faults and faults[0].kind == "change_during_paging":
                faults[0].times -= 1
                if faults[0].times <= 0:
                    faults.pop(0)
                reader.change(since)
            total, bodies = reader.page(since, shown, size)
        content = b'{"total":%d,"page":%d,"size":%d,"items":[%b]}' % (total, page, size, b",".join(bodies))
        if take("half_body"):
            content = content[: len(content) // 2]
        return Response(content, media_type="application/json")

    return app


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


def main() -> None:
    import uvicorn

    city = settings().var / "city"
    app = make_app(city / "pos.sqlite", secret("city_token"), city / "systems")
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=settings().city_port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
