"""The simulators: `python -m demo_city.serve` serves each system at /<slug>, and GET /health.

The server binds 127.0.0.1 only and logs no request: its addresses and answers hold citizens' data.
"""

from __future__ import annotations

from pathlib import Path

import uvicorn
from fastapi import FastAPI

from demo_city.build import home
from demo_city.settings import city_settings
from demo_city.systems import all_systems
from mcu.secrets import secret


def make_app(systems: Path, token: str) -> FastAPI:
    """The application over the states `systems/<slug>`. Every request but /health needs `token`, each system in its
    own way."""
    app = FastAPI(title="Демонстрационный город (модель)", docs_url=None, redoc_url=None, openapi_url=None)
    for slug, system in all_systems().items():
        if router := system.routes(systems / slug, token):
            app.include_router(router, prefix=f"/{slug}")

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    return app


def main() -> None:
    uvicorn.run(
        make_app(home() / "systems", secret("city_token")),
        host="127.0.0.1",
        port=city_settings().city_port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
