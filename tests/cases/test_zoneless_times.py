"""Kind 11: a time without a zone in a database is read and compared in the municipality's zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu.connectors.base import Window
from mcu.secrets import put_secret
from mcu.settings import settings
from mcu.sources.opening import open_source
from mcu.warehouse.connect import connect, url
from tests.cases.casework import SLUG, case, json_spec, quick, run

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def table(empty_warehouse: Path) -> Iterator[str]:
    """A row every half an hour of 2 November, local time without a zone; the id is its local time."""
    put_secret(f"conn_{SLUG}", url("admin"))
    with connect("admin") as conn:
        conn.execute("create table public.zoneless (id text, updated_at timestamp, created_at timestamp)")
        conn.execute(
            "insert into public.zoneless select to_char(t, 'HH24:MI'), t, t"
            " from generate_series('2026-11-02 00:00'::timestamp, '2026-11-02 23:30', '30 min') as t"
        )
    yield "public.zoneless"
    with connect("admin") as conn:
        conn.execute("drop table public.zoneless")


def spec(relation: str = "public.zoneless", **record: Any) -> Any:
    return json_spec(
        record={"updated_at": "updated_at", "times": ["created_at"], **record},
        connector={"type": "sql", "connection": SLUG, "relation": relation},
        overlap_hours=0,
    )


def read(since: datetime | None, until: datetime | None, relation: str = "public.zoneless") -> list[str]:
    pages = open_source(spec(relation), url("admin")).pages(Window(since, until))
    return [r["id"] for page in pages for r in page.records]


def at(hour: int, minute: int = 0, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime(2026, 11, 2, hour, minute, tzinfo=zone)


@pytest.mark.parametrize(
    ("since", "until", "ids"),
    [
        case(at(10), at(11), ["10:00", "10:30"], id="both"),
        case(at(22, 30), None, ["22:30", "23:00", "23:30"], id="since"),
        case(None, at(1), ["00:00", "00:30"], id="until"),
        case(at(20).astimezone(UTC), at(20, 30), ["20:00"], id="in-utc"),
        case(at(23, 45), None, [], id="behind-the-last"),
    ],
)
@pytest.mark.usefixtures("table")
def test_a_window_is_local(since: datetime | None, until: datetime | None, ids: list[str]) -> None:
    assert read(since, until) == ids


@pytest.mark.parametrize("zone", ["Asia/Kamchatka", "Europe/Kaliningrad", "Asia/Yekaterinburg", "Asia/Vladivostok"])
@pytest.mark.usefixtures("table")
def test_the_zone_is_the_installations(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_TIMEZONE", zone)
    settings.cache_clear()
    try:
        assert read(at(10, zone=ZoneInfo(zone)), at(11, zone=ZoneInfo(zone))) == ["10:00", "10:30"]
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_what_lands_is_the_local_moment(table: str) -> None:
    found = run(spec())
    with connect("loader") as conn:
        (moment,) = conn.execute(f"select source_updated_at from raw.{SLUG} where record_ref = '10:00'").fetchone()
    assert moment == at(10) and len(found.records) == 48


@pytest.mark.parametrize("kind", ["timestamptz", "timestamp", "date"])
def test_a_second_run_brings_what_changed_and_loses_nothing(empty_warehouse: Path, kind: str) -> None:
    put_secret(f"conn_{SLUG}", url("admin"))
    with connect("admin") as conn:
        conn.execute(f"create table public.later (id text, updated_at {kind}, created_at {kind})")
        conn.execute("insert into public.later values ('a', '2026-11-02 10:00', '2026-11-02 10:00')")
    try:
        run(spec("public.later"))
        with connect("loader") as conn:
            conn.execute("update ops.loads set status = 'accepted', accept_no = 1, accepted_at = now()")
            conn.execute("update ops.source_state set cursor = (select cursor_after from ops.loads limit 1)")
        with connect("admin") as conn:
            conn.execute("insert into public.later values ('b', '2026-11-02 10:30', '2026-11-02 10:30')")
        found = run(spec("public.later"))
    finally:
        with connect("admin") as conn:
            conn.execute("drop table public.later")
    assert set(found.records) == {"a", "b"}


@pytest.mark.parametrize(
    "value", ["infinity", "-infinity", "0001-01-01", "9999-12-31", "0044-03-15 BC", "294276-12-31"]
)
def test_one_odd_moment_holds_up_nobody(table: str, value: str) -> None:
    with connect("admin") as conn:
        conn.execute(f"insert into {table} values ('odd', '2026-11-02 12:00', '{value}')")
    found = run(spec())
    assert len(set(found.records) - {"odd"}) == 48
    assert "odd" in found.records or found.is_accounted_for("odd")


@pytest.mark.parametrize("value", ["infinity", "-infinity", "0001-01-01", "9999-12-31", "0044-03-15 BC"])
def test_one_odd_time_of_change_holds_up_nobody(table: str, value: str) -> None:
    with connect("admin") as conn:
        conn.execute(f"insert into {table} values ('odd', '{value}', '2026-11-02 12:00')")
    found = run(spec())
    assert len(set(found.records) - {"odd"}) == 48
    assert "odd" in found.records or found.is_accounted_for("odd")


@pytest.mark.usefixtures("table")
@given(st.integers(0, 47), st.integers(0, 47))
@quick(6)
def test_every_window_is_the_rows_between(first: int, last: int) -> None:
    start = at(0)
    found = read(start + timedelta(minutes=30 * first), start + timedelta(minutes=30 * last))
    assert found == [f"{n // 2:02}:{n % 2 * 30:02}" for n in range(first, last)]
