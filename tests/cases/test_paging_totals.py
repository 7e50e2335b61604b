"""Kind 7: totals and paging that contradict themselves. All is read or reported; the cursor passes over nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu.connectors.base import Window
from mcu.errors import UserError
from mcu.secrets import put_secret
from mcu.sources.opening import open_source
from mcu.sources.registry import get_source
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect
from tests.cases.casework import SLUG, case, json_spec, quick, run
from tests.connectors.forms import serve

HALF = "читается одна страница, курсор уходит за непрочитанное"


def api_spec(**connector: Any) -> SourceSpec:
    return json_spec(
        record={"updated_at": "updated"},
        connector={
            "type": "rest",
            "connection": SLUG,
            "path": "/items",
            "auth": "none",
            "page_size": 10,
            "since_param": "since",
            "timeout_seconds": 5,
            **connector,
        },
    )


def record(number: int) -> dict[str, Any]:
    return {"id": f"R{number:03}", "updated": f"2026-11-01T10:{number:02}:00Z"}


def paged(records: int, total: Callable[[int], Any], largest: int = 10, paging: str = "page") -> Any:
    """An API of so many records: `total` of a page's number."""

    def answer(path: str, query: dict[str, str]) -> dict[str, Any]:
        size = min(int(query["size"]), largest)
        start = (int(query["page"]) - 1) * size if paging == "page" else int(query["page"])
        found = [record(n) for n in range(records) if record(n)["updated"] >= query.get("since", "")]
        body: dict[str, Any] = {"items": found[start : start + size]}
        if (said := total(start // size + 1)) is not None:
            body["total"] = said
        return body

    return answer


def cursor() -> str:
    with connect("loader") as conn:
        rows = conn.execute(
            "select coalesce(cursor_after ->> 'updated_at', '') from ops.loads union all"
            " select coalesce(cursor ->> 'updated_at', '') from ops.source_state"
        ).fetchall()
    return max((value for (value,) in rows), default="")


@pytest.mark.parametrize("paging", ["page", "offset"])
@pytest.mark.parametrize(
    "total",
    [
        case(lambda page: 0, id="zero"),
        case(lambda page: -1, id="minus-one"),
        case(lambda page: 10, id="page-size"),
        case(lambda page: 20, id="cap"),
        case(lambda page: 1, id="pages-of-one"),
        case(lambda page: 3, id="number-of-pages"),
        case(lambda page: "0", id="zero-as-text"),
        case(lambda page: False, id="boolean"),
        case(lambda page: 25 if page == 1 else 0, id="zero-from-the-second"),
        case(lambda page: 24, id="one-less"),
        case(lambda page: 25, id="right"),
        case(lambda page: "25", id="right-as-text"),
        case(lambda page: None, id="none"),
    ],
)
def test_all_is_read_whatever_the_total_says(empty_warehouse: Path, total: Callable[[int], Any], paging: str) -> None:
    with serve(paged(25, total, paging=paging)) as place:
        put_secret(f"conn_{SLUG}", f"http://{place}")
        found = run(api_spec(paging=paging))
    assert len(found.records) == 25
    said = total(1)
    if said is not None and int(said) < 25:
        assert "заяв" in found.messages or "итог" in found.messages


@pytest.mark.parametrize("total", [case(lambda page: 30, id="more"), case(lambda page: 10**6, id="far-more")])
def test_a_total_that_is_never_reached_is_accounted_for(empty_warehouse: Path, total: Callable[[int], Any]) -> None:
    with serve(paged(25, total)) as place:
        put_secret(f"conn_{SLUG}", f"http://{place}")
        found = run(api_spec())
    assert len(found.records) == 25 and "заявил" in found.messages


@pytest.mark.parametrize(
    ("records", "total"),
    [
        case(0, 0, id="nothing"),
        case(7, 0, id="short-page"),
        case(10, 10, id="exactly-one-page"),
        case(20, 20, id="exactly-two-pages"),
        case(10, 0, id="one-full-page-and-zero"),
        case(21, 20, id="one-more-than-a-cap"),
    ],
)
def test_ends_of_pages(empty_warehouse: Path, records: int, total: int) -> None:
    with serve(paged(records, lambda page: total)) as place:
        put_secret(f"conn_{SLUG}", f"http://{place}")
        found = run(api_spec())
    assert len(found.records) == records
    assert total >= records or "заяв" in found.messages or "итог" in found.messages


def test_a_server_that_gives_smaller_pages(empty_warehouse: Path) -> None:
    with serve(paged(25, lambda page: 25, largest=4)) as place:
        put_secret(f"conn_{SLUG}", f"http://{place}")
        found = run(api_spec())
    assert len(found.records) == 25


def test_the_cursor_never_passes_what_was_not_read(empty_warehouse: Path) -> None:
    """Newest first and a total of nothing: what one run is not given the next one must be."""

    def answer(path: str, query: dict[str, str]) -> dict[str, Any]:
        found = [record(n) for n in reversed(range(25)) if record(n)["updated"] >= query.get("since", "")]
        start = (int(query["page"]) - 1) * 10
        return {"items": found[start : start + 10], "total": 0}

    with serve(answer) as place:
        put_secret(f"conn_{SLUG}", f"http://{place}")
        for _ in range(3):
            found = run(api_spec().model_copy(update={"overlap_hours": 0}))
    assert len(found.records) == 25 or cursor() <= min(r["updated"] for r in found.records.values())


def vk_answer(count: Callable[[int, int], int], posts: int = 5) -> Any:
    """A community of so many posts; `count` of the offset and the true length."""

    def answer(path: str, form: dict[str, str]) -> Any:
        method = path.rpartition("/")[2]
        if method == "groups.getById":
            return {"response": {"groups": [{"id": 990000001, "name": "Город", "members_count": 5}]}}
        offset, size = int(form.get("offset", 0)), int(form.get("count", 100))
        items = [
            {"id": n, "from_id": 500 + n, "owner_id": -990000001, "date": 1793603100 - n, "text": "Яма"}
            for n in range(1, posts + 1)
        ]
        return {"response": {"count": count(offset, posts), "items": items[offset : offset + size]}}

    return answer


def vk_spec() -> SourceSpec:
    spec = get_source("vk").model_dump()
    spec["connector"] |= {"pages": {990000001: "murmansk"}, "boards": False, "page_size": 2, "timeout_seconds": 5}
    return SourceSpec.model_validate(spec)


@pytest.mark.parametrize(
    "count",
    [
        case(lambda offset, posts: posts, id="right"),
        case(lambda offset, posts: 0, id="zero"),
        case(lambda offset, posts: 2, id="page-size"),
        case(lambda offset, posts: 4, id="cap"),
        case(lambda offset, posts: 0 if offset else posts, id="zero-from-the-second"),
    ],
)
def test_a_wall_is_read_whole(empty_warehouse: Path, count: Callable[[int, int], int]) -> None:
    with serve(vk_answer(count)) as place:
        put_secret("conn_vk", f"http://:key@{place}")
        found = run(vk_spec())
    assert {f"wall-990000001_{n}" for n in range(1, 6)} <= set(found.records)


@given(st.integers(0, 35), st.lists(st.one_of(st.none(), st.integers(-1, 40)), min_size=5, max_size=5))
@quick(30)
def test_nothing_is_missing_without_a_word(records: int, totals: list[int | None]) -> None:
    """Any totals: every record is read, or the run fails aloud."""
    with serve(paged(records, lambda page: totals[min(page, 5) - 1])) as place:
        connector = open_source(api_spec(), f"http://{place}")
        seen: set[str] = set()
        try:
            for page in connector.pages(Window()):
                seen.update(r["id"] for r in page.records)
        except UserError as error:
            assert str(error)
        assert len(seen) == records
