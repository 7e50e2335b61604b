"""A changed definition that moves figures of past months: each of them is kept with its cause, and the next revision of
a package names it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from mcu.publications.indicators import publish
from mcu.warehouse import copies, restated, transform_runs
from mcu.warehouse.connect import connect
from mcu.warehouse.dbt import PROJECT
from quality.minimal_marts import AS_OF, make_marts, own_warehouse, publish_marts

BEFORE = {"seeds/deadline_rules.csv": "a", "seeds/recipients.csv": "a", "models/int_repeats.sql": "a"}
AFTER = BEFORE | {"seeds/deadline_rules.csv": "b"}
MANIFEST: dict[str, Any] = {
    "nodes": {
        "model.ind_new": {"name": "ind_new_count", "original_file_path": "models/ind_new_count.sql",
                          "depends_on": {"nodes": ["model.repeats"], "macros": ["macro.day"]}},
        "model.ind_late": {"name": "ind_overdue_share", "original_file_path": "models/ind_overdue_share.sql",
                           "depends_on": {"nodes": ["seed.rules"], "macros": []}},
        "model.repeats": {"name": "int_repeats", "original_file_path": "models/int_repeats.sql",
                          "depends_on": {"nodes": ["seed.rules"], "macros": []}},
        "seed.rules": {"name": "deadline_rules", "original_file_path": "seeds/deadline_rules.csv", "depends_on": {}},
    },
    "macros": {"macro.day": {"name": "day", "original_file_path": "macros/day.sql", "depends_on": {}}},
}  # fmt: skip  # a table


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with own_warehouse(tmp_path_factory.mktemp("restated")) as var:
        yield var


@pytest.fixture
def marts(ground: Path) -> None:
    make_marts()
    publish_marts()
    with connect("transformer") as conn:
        for definition, files in (("d1", BEFORE), ("d2", AFTER)):
            conn.execute(
                "insert into ops.definitions values (%s, %s) on conflict do nothing", [definition, Jsonb(files)]
            )


def publish_by(definition: str, change: str, places: str = "set rank = rank") -> list[tuple[Any, ...]]:
    """Publish marts of that definition that differ by `change` and `places`, as the gate does; what was restated."""
    with copies.transform_lock() as conn:
        copies.empty_next(conn)
        for table in TABLES:
            conn.execute(f"create table marts_next.{table} as table marts.{table}")
        conn.execute("create table reference_next.deadline_rules as table reference.deadline_rules")
        conn.execute(f"update marts_next.fct_indicator_values {change}")
        conn.execute(f"update marts_next.fct_ratings {places}")
        conn.execute(
            "insert into ops.transform_runs (as_of, accepted_upto, definition_hash, is_full, status, stands_in,"
            " finished_at) values (%s, 1, %s, true, 'built', 'next', clock_timestamp())",
            [AS_OF, definition],
        )
        before, after = (transform_runs.standing(conn, copy) for copy in ("published", "next"))
        assert after is not None
        restated.record(conn, before, after)
        copies.publish(conn, after.run_id, "Проверки пройдены.")
    with connect("loader") as conn:
        return conn.execute(
            "select indicator_code, municipality_code, period_month::text, numerator_before, numerator_after, cause"
            " from ops.restated where run_id = %s order by 1, 2, 3", [after.run_id],
        ).fetchall()  # fmt: skip  # a table


TABLES = (
    "fct_indicator_values", "fct_ratings", "dim_as_of", "dim_municipality", "dim_indicator", "fct_feedback",
    "rpt_indicator_items",
)  # fmt: skip  # a table
CHANGE = "set numerator = numerator + 1 where indicator_code = 'overdue_share' and municipality_code = 'murmansk'"


def test_each_moved_figure_of_a_past_month_is_kept_with_its_cause(marts: None) -> None:
    found = publish_by("d2", CHANGE)
    with connect("loader") as conn:
        moved = conn.execute(
            "select indicator_code, municipality_code, period_month::text, numerator - 1, numerator"
            " from marts.fct_indicator_values where indicator_code = 'overdue_share'"
            " and municipality_code = 'murmansk' and period_month < '2026-11-01' order by 3"
        ).fetchall()
    assert [row[:5] for row in found] == moved != [], "not the month that goes on"
    assert {row[5] for row in found} == {"изменены определения: правила сроков"}


def moved_places() -> list[tuple[Any, ...]]:
    with connect("loader") as conn:
        return conn.execute(
            "select scheme_code, period_start::text, municipality_code, unit_code, score_before, rank_before,"
            " score_after, rank_after, cause from ops.restated_ratings order by unit_code"
        ).fetchall()


def test_each_moved_place_of_a_past_period_is_kept_with_its_cause(marts: None) -> None:
    """Two change places in October; the month that goes on, and a score that moves in no shown place, are left out."""
    publish_by("d2", "set value = value", "set rank = 3 - rank, score = score - 5 * (rank = 1)::int")
    cause = "изменены определения: правила сроков"
    assert moved_places() == [
        ("base.month", "2026-10-01", "murmansk", "murmansk.roads", Decimal("70.25"), 2, Decimal("70.25"), 1, cause),
        ("base.month", "2026-10-01", "murmansk", "murmansk.zhkh", Decimal("71.5"), 1, Decimal("66.5"), 2, cause),
    ]


def test_a_place_that_is_gone_or_new_is_kept(marts: None) -> None:
    publish_by("d2", "set value = value", "set unit_code = 'murmansk.new' where unit_code = 'murmansk.roads'")
    assert [row[3:8] for row in moved_places()] == [
        ("murmansk.new", None, None, Decimal("70.25"), 2),
        ("murmansk.roads", Decimal("70.25"), 2, None, None),
    ]


def test_a_new_scheme_restates_nothing(marts: None) -> None:
    """Its places of past periods are the first ones."""
    publish_by("d2", "set value = value", "set scheme_code = 'murmansk.month' where unit_code = 'murmansk.roads'")
    assert [row[0] for row in moved_places()] == ["base.month"], "the place by the scheme of before is gone"


def test_marts_of_a_version_without_these_ratings_are_published(marts: None) -> None:
    with connect("transformer") as conn:
        conn.execute("alter table marts.fct_ratings drop column peers_count")
    assert publish_by("d2", CHANGE) != [] and moved_places() == []


def test_new_data_alone_restate_nothing(marts: None) -> None:
    assert publish_by("d1", CHANGE, "set rank = 3 - rank, score = 1") == [] and moved_places() == []


def test_the_package_names_the_definition_that_moved_its_figure(marts: None) -> None:
    publish("2026-10")
    publish_by("d2", CHANGE)
    (second,) = [one for one in publish("2026-10") if one.municipality_code == "murmansk"]
    assert second.revision == 2
    assert {c["cause"] for c in second.difference} == {"изменены определения: правила сроков"}


def test_the_cause_is_what_the_indicator_is_computed_from() -> None:
    def causes(*changed: str, has_new_data: bool = False) -> dict[str, str]:
        return restated.causes_of(["new_count", "overdue_share"], changed, MANIFEST, has_new_data=has_new_data)

    found = causes("models/int_repeats.sql", "seeds/deadline_rules.csv", "macros/day.sql")
    assert found["new_count"] == "изменены определения: расчёт int_repeats, правила сроков, расчёт day"
    assert found["overdue_share"] == "изменены определения: правила сроков"
    assert "кроме того, поступили новые данные" in causes("macros/day.sql", has_new_data=True)["new_count"]


def test_every_russian_name_is_that_of_a_seed() -> None:
    assert restated.TITLES.keys() <= {path.stem for path in (PROJECT / "seeds").glob("*.csv")}
