"""Who looked at what: read from Superset's log, whatever a request wrote into it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

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


def log(
    given: dict[str, Any] | str, *, action: str = "ChartDataRestApi.data", user: int = 1, page: int | None = 7
) -> None:
    text = given if isinstance(given, str) else json.dumps(given)
    at = (SINCE + timedelta(hours=1)).replace(tzinfo=None)
    with connect("superset") as conn:
        conn.execute("insert into logs values (%s, %s, %s, %s, %s, null)", [action, user, text, at, page])


CASES = {
    "a page": ({}, "dashboard", "открыта страница"),
    "a file": ({"result_format": "csv", "form_data": {"slice_id": 9}}, "ChartDataRestApi.data", "запрос выгрузки CSV"),
    "a file by a form": ({"form_data": {"result_format": "xlsx"}}, "ChartDataRestApi.data", "запрос выгрузки XLSX"),
    "a file that says it is none": (
        {"format": "csv", "result_format": "json"}, "ChartDataRestApi.data", "запрос выгрузки CSV",
    ),
    "a format with a text in it": ({"result_format": "x[red]"}, "ChartDataRestApi.data", "запрос выгрузки"),
    "rows behind a tile": ({"result_type": "drill_detail"}, "ChartDataRestApi.data", "просмотр строк"),
    "what PostgreSQL cannot read": ({"a": chr(0)}, "ChartDataRestApi.data", "запрос, который не разобрать"),
    "numbers that are none": (
        {"result_format": "csv", "form_data": {"slice_id": "x", "dashboardId": "y"}}, "ChartDataRestApi.data",
        "запрос выгрузки CSV",
    ),
    "form data that is a text": (
        {"result_format": "csv", "form_data": "x"}, "ChartDataRestApi.data", "запрос выгрузки CSV",
    ),
}  # fmt: skip  # a table


@pytest.mark.parametrize(("given", "action", "what"), CASES.values(), ids=CASES)
def test_an_act_is_told_whatever_the_request_says(given: dict[str, Any], action: str, what: str) -> None:
    log(given, action=action)
    (act,) = acts(SINCE)
    assert (act.login, act.what, act.page) == ("ivanova", what, "Сроки")


def test_the_tile_has_its_name() -> None:
    log({"result_format": "csv", "form_data": {"slice_id": 9}}, page=None)
    assert [act.tile for act in acts(SINCE)] == ["Кого вызывать"]


def test_a_look_at_a_tile_is_no_act_of_its_own() -> None:
    log({"result_format": "json", "result_type": "full"})
    assert acts(SINCE) == []


def test_one_person_and_a_time_can_be_chosen() -> None:
    log({}, action="dashboard")
    log({}, action="dashboard", user=2)
    assert [act.login for act in acts(SINCE, "petrov")] == ["petrov"]
    assert acts(SINCE + timedelta(days=1)) == []
