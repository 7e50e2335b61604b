"""The SQL connector against a table of a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mcu.connectors.base import SourceError, Window
from mcu.sources.opening import open_source
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect, url


def spec(**connector: Any) -> SourceSpec:
    return SourceSpec.model_validate(
        {
            "slug": "demo",
            "title": "Проба",
            "connector": {
                "type": "sql",
                "connection": "demo",
                "relation": "public.appeals",
                "batch_size": 10,
                **connector,
            },
            "record": {"id": "id", "updated_at": "updated_at"},
            "personal": {},
        }
    )


@pytest.fixture
def table(warehouse: Path) -> Iterator[None]:
    with connect("admin") as conn:
        conn.execute("create table public.appeals (id text, updated_at timestamptz, questions jsonb, amount numeric)")
        conn.execute(
            "insert into public.appeals select 'A' || lpad(n::text, 3, '0'),"
            " '2026-11-01T10:00:00+03:00'::timestamptz + make_interval(mins => n / 2), '[{\"no\": 1}]', 1.5"
            " from generate_series(1, 25) as n"
        )
    yield
    with connect("admin") as conn:
        conn.execute("drop table public.appeals")


def read(window: Window | None = None, **connector: Any) -> list[list[dict[str, Any]]]:
    return [page.records for page in open_source(spec(**connector), url("admin")).pages(window or Window())]


@pytest.mark.usefixtures("table")
def test_rows_come_in_order_in_batches_as_json() -> None:
    pages = read()
    assert [len(page) for page in pages] == [10, 10, 5]
    rows = [row for page in pages for row in page]
    assert [row["id"] for row in rows] == [f"A{n:03}" for n in range(1, 26)]
    assert rows[0] == {"id": "A001", "updated_at": "2026-11-01T10:00:00+03:00", "questions": [{"no": 1}], "amount": 1.5}


@pytest.mark.usefixtures("table")
def test_a_window_takes_its_first_instant_and_not_its_last() -> None:
    window = Window(datetime(2026, 11, 1, 7, 5, tzinfo=UTC), datetime(2026, 11, 1, 7, 6, tzinfo=UTC))
    assert [row["id"] for page in read(window) for row in page] == ["A010", "A011"]


@pytest.mark.usefixtures("table")
def test_a_row_without_a_time_is_never_passed_over() -> None:
    with connect("admin") as conn:
        conn.execute("insert into public.appeals (id) values ('A999')")
    window = Window(since=datetime(2026, 11, 2, tzinfo=UTC))
    assert [row["id"] for page in read(window) for row in page] == ["A999"]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"relation": "public.nothing"}, "нет таблицы или представления public.nothing"),
        ({"updated_at": "changed"}, "нет столбца «id» или «changed»"),
    ],
)
def test_what_is_missing_is_named(change: dict[str, str], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(**change)


def test_an_unreachable_base_names_its_place_and_no_password() -> None:
    connector = open_source(spec(), "postgresql://someone:hidden-word@127.0.0.1:1/base")
    with pytest.raises(SourceError) as caught:
        list(connector.pages(Window()))
    assert "127.0.0.1:1 не отвечает" in str(caught.value)
    assert "hidden-word" not in str(caught.value)
