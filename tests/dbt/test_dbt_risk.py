"""The forecast of risk, held against what really happened: the city as it stood at some past instants, forecast there,
then let run to its end. Nothing that came after an instant is in the warehouse when the forecast is made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean
from typing import Any

import orjson
import pytest
from dbt_in_one_process import dbt_in_one_process
from dbt_warehouse import rows, transform
from psycopg import sql

from demo_city import clock, payloads, truth
from demo_city.generate import City
from demo_city.item import Item
from demo_city.settings import city_settings
from mcu.warehouse.connect import connect
from quality.minimal_marts import own_warehouse

ITEMS = 20_000
ORIGINS = [clock.at(2026, month, day, hour) for month, day, hour in ((6, 15, 9), (8, 3, 12), (9, 22, 9), (11, 9, 10))]
"""Past instants, on different days of the week; each forecast ends before the city does."""

IDENTITY = ("author", "author_link", "author_name", "author_phone", "author_email")


@dataclass(frozen=True)
class Forecast:
    """One deadline that was forecast at `origin`, and how it ended."""

    origin: int
    stage: str
    recipient_code: str
    level: str
    risk: str
    expected: float
    base: float
    """The constant base rate known at the origin: the share of missed among all deadlines of the stage due by then."""
    is_missed: bool


@pytest.fixture(scope="module")
def forecasts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Forecast]]:

    with own_warehouse(tmp_path_factory.mktemp("risk")), dbt_in_one_process("+rpt_deadline_risk"):
        city, kept, seen = City(city_settings().city_seed, ITEMS), [], set[bytes]()
        for origin in [*ORIGINS, clock.END]:
            land(city, origin, seen)
            transform(datetime.fromtimestamp(origin, UTC))
            kept += [(origin, *row) for row in rows(FORECAST)] if origin < clock.END else []
        ended = {(key, stage): missed for key, stage, missed in rows(OUTCOME)}
        yield [
            Forecast(origin, stage, recipient, level, risk, float(expected), float(base), ended[key, stage])
            for origin, key, stage, recipient, level, risk, expected, base in kept
            if (key, stage) in ended
        ]


FORECAST = """
    select feedback_key, stage, recipient_code, peers_level, risk, expected_miss_share, b.base
    from marts.rpt_deadline_risk
    join (
        select stage, avg((status in ('late', 'running_late'))::int) as base
        from marts.rpt_deadline_status where due_at < as_of and status != 'cancelled' group by stage
    ) as b using (stage)
"""
OUTCOME = """
    select feedback_key, stage, not coalesce(done_at <= due_at or cancelled_at <= due_at, false)
    from marts.rpt_deadline_status where due_at < as_of
"""


def land(city: City, until: int, seen: set[bytes]) -> None:
    """What the sources show at `until` and is not `seen` yet: one accepted load of each, without identities."""
    from mcu.warehouse.raw_tables import ensure_raw_table

    items = [item for item in city if item.received <= until and not item.fault]
    with connect("loader") as conn:
        for slug, show in payloads.PAYLOADS.items():
            ensure_raw_table(conn, slug)
            (load_id,) = conn.execute(
                "insert into ops.loads (source_slug, status, accepted_at, accept_no) values (%s, 'accepted', now(),"
                " (select coalesce(max(accept_no), 0) + 1 from ops.loads)) returning load_id",
                [slug],
            ).fetchone()
            copy = sql.SQL("copy {} (record_ref, payload, payload_hash, source_updated_at, load_id) from stdin")
            with conn.cursor() as cursor, cursor.copy(copy.format(sql.Identifier("raw", slug))) as lines:
                for item in items:
                    if item.source != slug:
                        continue
                    record_ref, text, digest = version(item, show(item, until))
                    if digest not in seen:
                        seen.add(digest)
                        touched = datetime.fromtimestamp(payloads.updated_at(item, until), UTC)
                        lines.write_row((record_ref, text, digest, touched, load_id))
            conn.execute(sql.SQL("analyze {}").format(sql.Identifier("raw", slug)))


def version(item: Item, payload: dict[str, Any]) -> tuple[str, str, bytes]:
    """Reference, payload and its hash, as landing leaves them."""
    payload = {name: value for name, value in payload.items() if name not in IDENTITY}
    payload["author_key"] = hashlib.sha256(repr(item.author).encode()).hexdigest()
    text = orjson.dumps(payload)
    return str(payload.get("id") or payload["number"]), text.decode(), hashlib.sha256(text).digest()


def mean(values: Iterable[float]) -> float:
    return fmean(map(float, values))


def brier(found: list[Forecast], guess: Callable[[Forecast], float]) -> float:
    """The mean square of guess − what happened: less is better."""
    return mean((guess(f) - f.is_missed) ** 2 for f in found)


def test_the_shares_are_calibrated(forecasts: list[Forecast]) -> None:
    assert len(forecasts) > 80
    print(f"\n{len(forecasts)} forecasts at {len(ORIGINS)} instants; seed {city_settings().city_seed}, {ITEMS} items")
    print("  expected   n   mean   missed")
    for low, high in ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 1.01)):
        bucket = [f for f in forecasts if low <= f.expected < high]
        expected, missed = mean(f.expected for f in bucket), mean(f.is_missed for f in bucket)
        print(f"  {low:.1f}–{min(high, 1):.1f}  {len(bucket):4}  {expected:.3f}  {missed:.3f}")
        # three standard errors of a share over so few cases
        assert abs(expected - missed) <= 3 * (expected * (1 - expected) / len(bucket)) ** 0.5
    expected, missed = mean(f.expected for f in forecasts), mean(f.is_missed for f in forecasts)
    print(f"  all      {len(forecasts):4}  {expected:.3f}  {missed:.3f}")
    assert abs(expected - missed) < 0.1


def test_the_forecast_is_better_than_a_constant(forecasts: list[Forecast]) -> None:
    """Than the base rate known then, and than the best constant there is, which knows the future."""
    hindsight = mean(f.is_missed for f in forecasts)
    ours = brier(forecasts, lambda f: f.expected)
    base, best = brier(forecasts, lambda f: f.base), brier(forecasts, lambda _: hindsight)
    print(f"\nBrier score: forecast {ours:.4f}, base rate {base:.4f}, best constant in hindsight {best:.4f}")
    assert ours < 0.7 * base
    assert ours < 0.9 * best


def test_high_risk_is_missed_more_than_medium_and_medium_more_than_low(forecasts: list[Forecast]) -> None:
    missed = {risk: mean(f.is_missed for f in forecasts if f.risk == risk) for risk in ("high", "medium", "low")}
    print(f"\nmissed by risk: {missed}")
    assert missed["high"] > 0.6 > missed["medium"] > missed["low"]


def test_the_planted_slow_recipient_is_among_the_riskiest(forecasts: list[Forecast]) -> None:
    by_recipient: dict[str, list[float]] = {}
    for f in forecasts:
        if f.stage == "final":  # a slow answer, not a slow registration, is planted
            by_recipient.setdefault(f.recipient_code, []).append(f.expected)
    ranked = sorted(by_recipient, key=lambda code: -mean(by_recipient[code]))
    place = ranked.index(str(truth.SLOW["recipient_code"])) + 1
    print(f"\n{truth.SLOW['recipient_code']}: place {place} of {len(ranked)} by expected share")
    assert place <= len(ranked) / 4
