"""Systems of the city served over HTTP as `demo_city.serve` does it: each below its own slug."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import uvicorn
from fastapi import APIRouter, FastAPI

from ground import free_port


@contextmanager
def serving(routers: Mapping[str, APIRouter | None]) -> Iterator[str]:
    """Serve on a free port; yields the base URL."""
    app = FastAPI()
    for slug, router in routers.items():
        if router:
            app.include_router(router, prefix=f"/{slug}")
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
