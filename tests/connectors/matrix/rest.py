"""REST: paged by number with a control total, and by cursor without one."""

from __future__ import annotations

import json
from typing import Any

from mcu.sources.spec import SourceSpec
from tests.connectors.matrix.http import PAGE, Fault, Http, World, instead
from tests.connectors.matrix.outcome import REFUSED


def make(n: int, text: str = "Не чистят снег", updated_at: str | None = None) -> dict[str, Any]:
    return {"id": f"R{n:03}", "text": text, "updatedAt": updated_at or f"2026-11-01T10:00:{n:02}Z"}


def spec(slug: str, connection: str, **connector: Any) -> SourceSpec:
    return SourceSpec.model_validate(
        {
            "slug": slug,
            "title": "Проба",
            "connector": {
                "type": "rest",
                "connection": connection,
                "path": "/items",
                "page_size": PAGE,
                "timeout_seconds": 0.3,
                **connector,
            },
            "record": {"id": "id", "updated_at": "updatedAt", "required": ["id"], "times": ["updatedAt"]},
            "personal": {"text": ["text"]},
        }
    )


def by_page(records: list[dict[str, Any]], path: str, query: dict[str, str]) -> dict[str, Any]:
    start = (int(query.get("page", 1)) - 1) * PAGE
    return {"items": records[start : start + PAGE], "total": len(records)}


def by_cursor(records: list[dict[str, Any]], path: str, query: dict[str, str]) -> dict[str, Any]:
    start = int(query.get("page") or 0)
    rest = start + PAGE < len(records)
    return {"items": records[start : start + PAGE], "next": str(start + PAGE) if rest else None}


def by_link(records: list[dict[str, Any]], path: str, query: dict[str, str]) -> dict[str, Any]:
    body = by_cursor(records, path, query)
    return {**body, "next": f"/items?page={body['next']}" if body["next"] else None}


def back(world: World, good: bytes) -> tuple[bytes, str]:
    return json.dumps({**json.loads(good), "next": "0"}).encode(), "application/json"


REST = Http("rest, страницы", make, by_page, spec)
REST_CURSOR = Http(
    "rest, курсор",
    make,
    by_cursor,
    lambda slug, connection: spec(slug, connection, paging="cursor", total=None),
    differs={
        # Without a control total these look like the end of the list or like a record that moved away.
        "пустая страница однажды": None,
        "пустая страница постоянно": None,
        "запись изменилась между страницами": None,
        "запись в 10 МБ": None,  # as with pages
    },
    own={"курсор идёт назад": Fault(REFUSED, instead(back), kept=2 * PAGE)},
)
REST_LINK = Http(
    "rest, ссылка", make, by_link, lambda slug, connection: spec(slug, connection, paging="next_link", total=None)
)
