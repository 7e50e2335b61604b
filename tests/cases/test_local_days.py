"""Kind 2: a day taken from an instant is the municipality's; only a pure date stands as it is written."""

# ruff: noqa: DTZ001  # cells of a table know no zone

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu.landing.load import load_source
from mcu.secrets import put_secret
from mcu.sources.registry import get_source
from tests.cases.casework import book, case, declared, land, quick, stage
from tests.connectors.forms import serve

MOSCOW = ZoneInfo("Europe/Moscow")
HEADER = [
    "Номер",
    "Вид",
    "Муниципальное образование",
    "Наименование",
    "Срок исполнения",
    "Дата исполнения",
    "Состояние",
]


def days(path: Path, query: str, *values: str) -> list[tuple[date | None, date | None] | None]:
    """(planned_on, done_on) of each value, which stands in both columns; None for a rejected one."""
    rows = [[f"М-{n}", "Поручение", "город Мурманск", "Ремонт", v, v, "В работе"] for n, v in enumerate(values)]
    found = land(declared("measures"), book(path, [HEADER, *rows]))
    staged = {r["record_ref"]: (r["planned_on"], r["done_on"]) for r in stage(query)}
    assert all(ref in staged or found.is_accounted_for(ref) for ref in (f"М-{n}" for n in range(len(values))))
    return [staged.get(f"М-{n}") for n in range(len(values))]


@pytest.mark.parametrize(
    ("value", "day"),
    [
        case("02.11.2026", 2, id="written-day"),
        case("2026-11-02", 2, id="iso-day"),
        case("02.11.2026 23:30", 2, id="local-evening"),
        case("2026-11-02T23:30:00", 2, id="naive-evening"),
        case("2026-11-02T00:00:00", 2, id="naive-midnight"),
        case("2026-11-02T21:30:00Z", 3, id="utc-evening"),
        case("2026-11-02T21:00:00Z", 3, id="utc-of-local-midnight"),
        case("2026-11-02T20:59:59Z", 2, id="utc-of-the-last-second"),
        case("2026-11-02T23:59:59+00:00", 3, id="zero-offset"),
        case("2026-11-03T00:00:00+03:00", 3, id="own-midnight"),
        case("2026-11-03T02:30:00+03:00", 3, id="own-night"),
        case("2026-11-03T01:00:00+05:00", 2, id="from-the-east"),
        case("2026-11-02T18:30:00-03:00", 3, id="from-the-west"),
        case("2026-11-02T21:30:00.000Z", 3, id="java-script"),
        case("2026-12-31T21:00:00Z", date(2027, 1, 1), id="new-year"),
    ],
)
def test_a_day_of_a_register(
    empty_warehouse: Path, staging: dict[str, str], tmp_path: Path, value: str, day: int | date
) -> None:
    (found,) = days(tmp_path / "a.xlsx", staging["stg_measures__measures"], value)
    meant = day if isinstance(day, date) else date(2026, 11, day)
    assert found in ((meant, meant), None)


@given(
    st.lists(
        st.tuples(
            st.datetimes(datetime(2020, 1, 1), datetime(2026, 11, 1)).map(lambda t: t.replace(microsecond=0)),
            st.integers(-12, 14),
        ),
        min_size=20,
        max_size=20,
    )
)
@quick(3)
def test_every_instant_gives_the_local_day(
    empty_warehouse: Path, staging: dict[str, str], tmp_path: Path, drawn: list[tuple[datetime, int]]
) -> None:
    moments = [t.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=h))) for t, h in drawn]
    found = days(tmp_path / "a.xlsx", staging["stg_measures__measures"], *(m.isoformat() for m in moments))
    assert found == [(m.astimezone(MOSCOW).date(),) * 2 for m in moments]


@pytest.mark.parametrize(
    ("value", "day"),
    [
        case("2026-11-02", 2, id="pure"),
        case("2026-11-02T21:30:00Z", 3, id="utc-evening"),
        case("2026-11-02T21:00:00.000Z", 3, id="local-midnight-of-java-script"),
        case("2026-11-03T01:00:00+05:00", 2, id="from-the-east"),
        case("2026-11-03T00:30:00+03:00", 3, id="own-night"),
    ],
)
def test_a_day_of_an_api(empty_warehouse: Path, staging: dict[str, str], value: str, day: int) -> None:
    """Sources that take the first ten characters for the day: ЕЦПУР, ССТУ, the registry."""
    record = {
        "uid": "1",
        "docType": "Поручение",
        "municipality": "Мурманск",
        "name": "Ремонт",
        "state": "В работе",
        "term": value,
        "completed": value,
        "changed": "2026-11-05T10:00:00Z",
        "author": "",
    }
    with serve(lambda path, query: {"value": [record], "count": 1}) as place:
        put_secret("conn_ecpur", f"http://name:word@{place}")
        load_source(get_source("ecpur"))
    (row,) = stage(staging["stg_ecpur__measures"])
    assert (row["planned_on"], row["done_on"]) == (date(2026, 11, day),) * 2
