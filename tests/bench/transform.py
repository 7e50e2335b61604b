"""Seconds of a full dbt build and of incremental ones, on a throw-away warehouse filled by the city's generator."""

from __future__ import annotations

import hashlib
import math
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import orjson
import psycopg
from psycopg import sql

from demo_city import clock, payloads
from demo_city.generate import City
from demo_city.item import Item
from demo_city.settings import city_settings
from ground import changed_settings, free_port, publish_unchecked
from mcu.warehouse.connect import connect

SLUGS = ("pos", "incident", "registry")
CHANGED = 1_000


@dataclass(frozen=True, slots=True)
class Result:
    """Wall-clock seconds of `transform()`: dbt's own start, tests included."""

    items: int
    events: int
    small_seconds: float
    """Of a full build of a tenth of the items."""
    full_seconds: float
    changed: int
    recent_seconds: float
    """After `changed` of the items that changed last got a new version: what a day brings."""
    spread_seconds: float
    """After `changed` of all two years did: each month and period is counted anew."""

    @property
    def growth(self) -> float:
        """Exponent of the full build's time over items."""
        return math.log(self.full_seconds / self.small_seconds) / math.log(10)


def run(items: int = 100_000, changed: int = CHANGED) -> Result:
    """Build the marts of `items` items in full, then twice after a change. Leaves nothing behind and does not touch
    this installation."""
    as_of = datetime.fromtimestamp(clock.END, UTC)
    with own_warehouse():
        fill(items // 10)
        small = _built(as_of, is_full=True)
    with own_warehouse():
        fill(items)
        full = _built(as_of, is_full=True)
        change(changed, is_recent=True)
        recent = _built(as_of + timedelta(hours=1))
        change(changed)
        spread = _built(as_of + timedelta(hours=2))
        with connect("transformer") as conn:
            counts = conn.execute(
                "select (select count(*) from marts.fct_feedback), (select count(*) from marts.fct_feedback_events)"
            ).fetchone()
        assert counts is not None
    return Result(*counts, small, full, changed, recent, spread)


def _built(as_of: datetime, *, is_full: bool = False) -> float:
    """Seconds of one build, published after it."""
    from mcu.warehouse.transform import transform

    started = perf_counter()
    assert transform(as_of).is_full is is_full
    took = perf_counter() - started
    publish_unchecked()
    return took


def fill(items: int) -> None:
    """Every item of a city as one accepted load a source, COPY straight into raw."""
    from mcu.warehouse.raw_tables import ensure_raw_table

    with connect("loader") as conn:
        for slug in SLUGS:
            ensure_raw_table(conn, slug)
        loads = {slug: _accept(conn, slug) for slug in SLUGS}
        conn.commit()
        for slug in SLUGS:
            copy = sql.SQL("copy {} (record_ref, payload, payload_hash, source_updated_at, load_id) from stdin").format(
                sql.Identifier("raw", slug)
            )
            with conn.cursor() as cursor, cursor.copy(copy) as lines:
                for item in City(city_settings().city_seed, items):
                    if item.source == slug and not item.fault:
                        lines.write_row((*_row(item), loads[slug]))
            conn.execute(sql.SQL("analyze {}").format(sql.Identifier("raw", slug)))


def _row(item: Item) -> tuple[str, str, bytes, datetime]:
    """Reference, payload without identity, its hash, and when it changed."""
    show: dict[str, Any] = {"pos": payloads.pos, "incident": payloads.incident, "registry": payloads.registry}
    payload = show[item.source](item, clock.END)
    for field in ("author", "author_link", "author_name", "author_phone", "author_email"):
        payload.pop(field, None)
    payload["author_key"] = hashlib.sha256(repr(item.author).encode()).hexdigest()
    text = orjson.dumps(payload)
    touched = datetime.fromtimestamp(payloads.updated_at(item, clock.END), UTC)
    return str(payload.get("id") or payload["number"]), text.decode(), hashlib.sha256(text).digest(), touched


def change(changed: int, *, is_recent: bool = False) -> None:
    """A new version of `changed` records, accepted: drawn from all of each source, or those that changed last."""
    order = "source_updated_at desc, record_ref" if is_recent else "hashtext(record_ref)"
    with connect("loader") as conn:
        for slug in SLUGS:
            conn.execute(
                sql.SQL(
                    """
                    insert into {table} (record_ref, payload, payload_hash, source_updated_at, load_id)
                    select
                        record_ref, payload || '{{"text": "изменено"}}', payload_hash || 'x',
                        source_updated_at + '1 min', %s
                    from (
                        select distinct on (record_ref) *
                        from {table}
                        order by record_ref, source_updated_at desc, load_id desc
                    ) as latest
                    order by {order}
                    limit %s
                    """
                ).format(table=sql.Identifier("raw", slug), order=sql.SQL(order)),
                [_accept(conn, slug), changed // len(SLUGS)],
            )


def _accept(conn: psycopg.Connection, slug: str) -> int:
    row = conn.execute(
        "insert into ops.loads (source_slug, status, accepted_at, accept_no) values (%s, 'accepted', now(),"
        " (select coalesce(max(accept_no), 0) + 1 from ops.loads)) returning load_id",
        [slug],
    ).fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def own_warehouse() -> Iterator[None]:
    """An embedded PostgreSQL of its own in a temporary folder."""
    from mcu.warehouse import bootstrap, embedded

    given = {"MCU_PG_PORT": str(free_port()), "MCU_DATABASE_URL": ""}
    with (
        tempfile.TemporaryDirectory(prefix="mcu-bench-", ignore_cleanup_errors=True) as folder,
        changed_settings(given | {"MCU_VAR": folder}),
    ):
        try:
            embedded.start()
            bootstrap.bootstrap()
            yield
        finally:
            embedded.stop()


if __name__ == "__main__":
    print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
