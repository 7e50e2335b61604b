"""What a viewer of the dashboard tries through the API of charts: nothing but the rows of the datasets comes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from abuses import as_expressions
from platform_fixture import Platform

pytestmark = pytest.mark.e2e

Viewer = tuple[requests.Session, str]
"""A session of the head of the МЦУ and the address of Superset."""


@pytest.fixture(scope="module")
def viewer(platform: Platform) -> Iterator[Viewer]:
    session = requests.Session()
    session.trust_env = False
    url = f"http://127.0.0.1:{platform.env['MCU_SUPERSET_PORT']}"
    sign_in = {"username": "rukovoditel", "password": platform.secret("superset_rukovoditel"), "provider": "db"}
    token = session.post(f"{url}/api/v1/security/login", json=sign_in, timeout=60).json()["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"
    yield session, url
    session.close()


def query(place: str, sql: str) -> dict[str, Any]:
    """One query with foreign SQL in one place."""
    own = {"expressionType": "SQL", "label": "x", "sqlExpression": sql, "hasCustomLabel": True}
    body: dict[str, Any] = {"columns": ["municipality"], "metrics": [], "filters": [], "extras": {}, "row_limit": 10}
    match place:
        case "column":
            return body | {"columns": [own]}
        case "measure":
            return body | {"columns": [], "metrics": [own]}
        case "filter":
            return body | {"extras": {"where": f"({sql})::text is not null"}}
        case "having":
            return body | {"extras": {"having": f"({sql})::text is not null"}}
    return body | {"orderby": [[own, True]]}


def ask(viewer: Viewer, *queries: dict[str, Any]) -> requests.Response:
    session, url = viewer
    found = session.get(f"{url}/api/v1/dataset/", params={"q": "(page_size:100)"}, timeout=60).json()["result"]
    (dataset,) = [row["id"] for row in found if row["table_name"] == "bi_feedback"]
    body = {
        "datasource": {"id": dataset, "type": "table"},
        "queries": list(queries),
        "force": True,
        "result_format": "json",
        "result_type": "full",
    }
    return session.post(f"{url}/api/v1/chart/data", json=body, timeout=60)


def test_an_honest_query_gives_rows(viewer: Viewer) -> None:
    assert ask(viewer, query("column", "municipality")).json()["result"][0]["rowcount"] > 0


@pytest.mark.parametrize("place", ["column", "measure", "filter", "having", "order"])
def test_no_abuse_succeeds(viewer: Viewer, place: str) -> None:
    answers = {name: ask(viewer, query(place, sql)) for name, sql in as_expressions().items()}
    assert len(answers) > 25
    assert [name for name, answer in answers.items() if answer.status_code == 200] == []


@pytest.mark.parametrize("sql", ["{{ current_username() }}", "{% for i in [1] %}1{% endfor %}", "1; drop table x"])
def test_templates_and_second_statements_are_refused(viewer: Viewer, sql: str) -> None:
    assert ask(viewer, query("column", sql)).status_code != 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/api/v1/dataset/", {"database": 1, "table_name": "x", "sql": "select 1"}),
        ("post", "/api/v1/sqllab/execute/", {"database_id": 1, "sql": "select 1"}),
        ("post", "/api/v1/database/", {"database_name": "x", "sqlalchemy_uri": "postgresql://x"}),
        ("get", "/api/v1/security/users/", None),
        ("get", "/api/v1/database/1/tables/?q=(schema_name:raw)", None),
    ],
)
def test_nobody_but_the_administrator_reaches_databases_and_people(
    viewer: Viewer, method: str, path: str, body: dict[str, Any] | None
) -> None:
    session, url = viewer
    assert session.request(method, url + path, json=body, timeout=60).status_code in (400, 401, 403, 404)
