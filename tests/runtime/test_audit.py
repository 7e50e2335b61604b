"""Who looked at what: read from the rows of the guard's journal. tests/dbt/test_dbt_rights.py shows them written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mcu.runtime.audit import acts
from mcu.warehouse.connect import connect

SINCE = datetime(2026, 11, 20, tzinfo=UTC)
TABLES = """
create table ab_user (id integer, username text);
create table dashboards (id integer, dashboard_title text);
create table slices (id integer, slice_name text);
create table logs (
    action text, user_id integer, json text, dttm timestamp, dashboard_id integer, slice_id integer
);
insert into ab_user values (1, 'ivanova'), (2, 'petrov');
insert into dashboards values (7, 'Сроки');
insert into slices values (9, 'Кого вызывать');
"""


@pytest.fixture(autouse=True)
def log_of_superset(warehouse: Path) -> Iterator[None]:
    with connect("superset") as conn:
        conn.execute(TABLES)
    yield
    with connect("superset") as conn:
        conn.execute("drop table ab_user, dashboards, slices, logs")


def log(what: str, *, user: int = 1, page: int | None = 7, refused: bool = False, action: str = "mcu") -> None:
    said = {"what": what, "format": "csv", "dataset": "bi_deadlines", "refused": refused}
    at = (SINCE + timedelta(hours=1)).replace(tzinfo=None)
    with connect("superset") as conn:
        conn.execute("insert into logs values (%s, %s, %s, %s, %s, 9)", [action, user, json.dumps(said), at, page])


WORDS = {
    "page": "открыта страница", "query": "собственный запрос данных", "rows": "просмотр строк", "file": "выгрузка CSV",
    "sql": "запрос SQL",
}  # fmt: skip  # a table


@pytest.mark.parametrize(("what", "words"), WORDS.items())
def test_an_act_is_named_with_its_page_tile_and_view(what: str, words: str) -> None:
    log(what)
    (act,) = acts(SINCE)
    assert (act.login, act.what, act.page, act.tile, act.dataset) == (
        "ivanova", words, "Сроки", "Кого вызывать", "bi_deadlines",
    )  # fmt: skip  # a table


def test_a_page_or_a_tile_that_is_gone_hides_no_act() -> None:
    log("file", page=8)
    assert [act.page for act in acts(SINCE)] == [""]


def test_what_superset_wrote_itself_repeats_nothing() -> None:
    log("file", action="ChartDataRestApi.data")
    assert acts(SINCE) == []


def test_tiles_are_shown_only_if_asked_for_and_refusals_always() -> None:
    log("tile")
    log("values")
    assert acts(SINCE) == []
    assert {act.what for act in acts(SINCE, with_tiles=True)} == {"показана плитка", "показаны значения столбца"}
    log("tile", refused=True)
    assert [act.what for act in acts(SINCE)] == ["показана плитка (отказано)"]


def test_one_person_and_a_time_can_be_chosen() -> None:
    log("page")
    log("page", user=2)
    assert [act.login for act in acts(SINCE, "petrov")] == ["petrov"]
    assert acts(SINCE + timedelta(days=1)) == []
