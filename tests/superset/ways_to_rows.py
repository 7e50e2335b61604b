"""Superset itself in one process, its own tables in SQLite: what each person gets of each dataset by each way there is.

Run by Superset's own Python. Reads {"people": {login: [role, [[municipality, block, recipient], …]]}, "changed": {…},
"looking": logins, "settings": {setting: {UUID of a tile: filters}}} from standard input, the first of whom sees all and
is called `head`; prints {"rows": {login: {way: {view: rows or
status}}}, "sql": {way: {view: SQL of its tile}}, …} as JSON."""

from __future__ import annotations

import csv
import io
import json
import logging
import sys
from typing import Any

PASSWORD = "a password of a test"
TILE_WAYS = ("page", "link")


def main() -> None:
    logging.disable(logging.CRITICAL)
    asked = json.load(sys.stdin)
    from superset.app import create_app

    app = create_app()
    app.config.update(WTF_CSRF_ENABLED=False)
    app.appbuilder.sm.limiter.enabled = False
    with app.app_context():
        prepare(asked["people"])
        every, datasets = charts(), ids_of_datasets()
    people = {login: signed_in(app, login) for login in asked["people"]}
    # a view that is empty for the head, who sees all, proves nothing of others
    datasets = {view: number for view, number in datasets.items() if own_query(people["head"], view, number)}
    tiles = {view: (number, context) for number, view, context in every.values() if view in datasets}
    link = saved_link(people["head"])
    found: dict[str, Any] = {"rows": {}, "sql": sql_of_tiles(people["head"], tiles)}
    for login, client in people.items():
        chosen = opened(client, link)
        found["rows"][login] = {
            "page": {view: page(client, *tile) for view, tile in tiles.items()},
            "link": {view: page(client, *tile, chosen=chosen) for view, tile in tiles.items()},
            "query": {view: own_query(client, view, number) for view, number in datasets.items()},
            "csv": {view: own_csv(client, view, number) for view, number in datasets.items()},
            "streamed csv": {"bi_feedback": own_csv(client, "bi_feedback", datasets["bi_feedback"], is_streamed=True)},
        }
    found["tiles"] = {
        login: {setting: every_tile(people[login], every, filters) for setting, filters in asked["settings"].items()}
        for login in asked["looking"]
    }
    found["first page"] = {login: client.get("/").location for login, client in people.items()}
    found["other ways"] = {login: other_ways(client, datasets["bi_feedback"]) for login, client in people.items()}
    with app.app_context():
        found["journal"] = journal()
        give(asked["changed"])
    views = ("bi_feedback", "bi_indicators")
    found["after"] = {
        login: {view: own_query(client, view, datasets[view]) for view in views} for login, client in people.items()
    }
    print(json.dumps(found))


def prepare(people: dict[str, Any]) -> None:
    """The metadata, and all that `superset/sync.py` brings."""
    from flask_appbuilder import Model

    import sync
    from deploy import bundle
    from superset import db

    Model.metadata.create_all(db.engine)
    assets = bundle.read()
    sync.base_roles()
    sync.import_assets(assets)
    sync.sync_roles(assets)
    give(people)


def give(people: dict[str, Any]) -> None:
    import sync
    from deploy import access

    scopes = {login: tuple(access.Scope(*scope) for scope in given) for login, (_, given) in people.items()}
    persons = [access.Person(login, role, scopes[login]) for login, (role, _) in people.items()]
    account = {"password": PASSWORD, "first_name": "a", "last_name": "b", "keeps_password": "true"}
    sync.give_rights([access.MACHINE, *persons])
    sync.sync_people([access.MACHINE, *persons], dict.fromkeys(["admin", *people], account))


def ids_of_datasets() -> dict[str, int]:
    from superset.connectors.sqla.models import SqlaTable

    from superset import db

    return {dataset.table_name: dataset.id for dataset in db.session.query(SqlaTable)}


Chart = tuple[int, str, dict[str, Any]]
"""Number, view, and what its page asks."""


def charts() -> dict[str, Chart]:
    """UUID → chart."""
    from superset.models.slice import Slice

    from superset import db

    found = db.session.query(Slice).order_by(Slice.uuid)
    return {str(c.uuid): (c.id, c.datasource.table_name, json.loads(c.query_context)) for c in found}


def every_tile(client: Any, every: dict[str, Chart], filters: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """UUID of each tile → its rows under these filters, as the page asks for them."""
    found = {}
    for uuid, (number, _, context) in every.items():
        queries = [{**q, "filters": [*q["filters"], *filters[uuid]]} for q in context["queries"]]
        given = {**context, "queries": queries, "form_data": {"slice_id": number}}
        found[uuid] = rows_of(client.post("/api/v1/chart/data", json=given))
    return found


def signed_in(app: Any, login: str) -> Any:
    client = app.test_client()
    answer = client.post("/login/", data={"username": login, "password": PASSWORD})
    assert answer.status_code == 302 and "/login" not in answer.location, (login, answer.status_code)
    return client


def saved_link(client: Any) -> str:
    """A page with a filter, as somebody who sees all saved it: the key of the link."""
    mask = {"NATIVE_FILTER-1": {"extraFormData": {"filters": [FILTER]}, "filterState": {"value": FILTER["val"]}}}
    number = client.get("/api/v1/dashboard/obstanovka").get_json()["result"]["id"]
    answer = client.post(f"/api/v1/dashboard/{number}/permalink", json={"dataMask": mask})
    return str(answer.get_json()["key"])


FILTER = {"col": "municipality", "op": "IN", "val": ["Мурманск", "Губкинский округ"]}


def opened(client: Any, key: str) -> dict[str, Any]:
    """The filter of the link, as the page of whoever opens it reads it."""
    answer = client.get(f"/superset/dashboard/p/{key}/")
    assert answer.status_code == 302 and "/superset/dashboard/" in answer.location, answer.location
    state = client.get(f"/api/v1/dashboard/permalink/{key}").get_json()["state"]
    (chosen,) = state["dataMask"]["NATIVE_FILTER-1"]["extraFormData"]["filters"]
    return dict(chosen)


def page(client: Any, chart: int, context: dict[str, Any], *, chosen: dict[str, Any] | None = None) -> Any:
    """The rows of the first query of a tile."""
    return rows_of(client.post("/api/v1/chart/data", json=of_tile(chart, context, chosen)))


def of_tile(chart: int, context: dict[str, Any], chosen: dict[str, Any] | None, kind: str = "full") -> dict[str, Any]:
    queries = [{**q, "filters": [*q["filters"], *([chosen] if chosen else [])]} for q in context["queries"]]
    return {**context, "queries": queries, "form_data": {"slice_id": chart}, "result_type": kind}


def sql_of_tiles(client: Any, tiles: dict[str, Any]) -> dict[str, dict[str, str]]:
    def sql(chart: int, context: dict[str, Any], chosen: dict[str, Any] | None) -> str:
        answer = client.post("/api/v1/chart/data", json=of_tile(chart, context, chosen, "query"))
        return str(answer.get_json()["result"][0].get("query"))

    chosen = {"page": None, "link": FILTER}
    return {way: {view: sql(*tile, chosen[way]) for view, tile in tiles.items()} for way in TILE_WAYS}


def own(view: str, dataset: int, result_format: str) -> dict[str, Any]:
    """A query of the person's own: the fingerprint of each whole row."""
    row = {"label": "x", "sqlExpression": f"md5({view}::text)", "expressionType": "SQL"}
    query = {"columns": [row], "filters": [], "extras": {}, "orderby": [], "row_limit": 100_000}
    return {
        **{"datasource": {"id": dataset, "type": "table"}, "queries": [query], "force": False},
        **{"result_format": result_format, "result_type": "full"},
    }


def own_query(client: Any, view: str, dataset: int) -> Any:
    found = rows_of(client.post("/api/v1/chart/data", json=own(view, dataset, "json")))
    return found if isinstance(found, int) else sorted(row["x"] for row in found)


def own_csv(client: Any, view: str, dataset: int, *, is_streamed: bool = False) -> Any:
    """As the page sends it: a form. The parameter leaves no row in Superset's own log. A file of many rows is written
    while it is read, after the request has ended."""
    given = own(view, dataset, "csv") | ({"form_data": {"row_limit": 100_000}} if is_streamed else {})
    form = {"form_data": json.dumps(given)}
    answer = client.post("/api/v1/chart/data?explode=x&x=[]", data=form)
    if answer.status_code != 200:
        return answer.status_code
    return sorted(row["x"] for row in csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def rows_of(answer: Any) -> Any:
    return answer.get_json()["result"][0]["data"] if answer.status_code == 200 else answer.status_code


def other_ways(client: Any, dataset: int) -> dict[str, int]:
    """Way → status of the answer."""
    where = f"datasource_type=table&datasource_id={dataset}&page=1&per_page=5&force=false"
    legacy = {"query_context": json.dumps(own("bi_feedback", dataset, "json"))}
    ways = {
        "SQL Lab": client.post("/api/v1/sqllab/execute/", json={"database_id": 1, "sql": "select 1"}),
        "samples": client.post(f"/datasource/samples?{where}", json={}),
        "query": client.post("/api/v1/query/", data=legacy),
        "values": client.get(f"/api/v1/datasource/table/{dataset}/column/topic/values/"),
        "page": client.get("/api/v1/dashboard/obstanovka/charts"),
        "explore_json": client.post("/superset/explore_json/", data={"form_data": "{}"}),
        "files of the dashboard": client.get("/api/v1/dashboard/export/?q=!(1)"),
    }
    return {way: answer.status_code for way, answer in ways.items()}


def journal() -> list[list[Any]]:
    """Login, what, whether it was refused, how often."""
    from collections import Counter

    from superset.models.core import Log

    from superset import db

    rows = db.session.query(Log).filter(Log.action == "mcu")
    said = Counter((row.user.username, *(json.loads(row.json)[name] for name in ("what", "refused"))) for row in rows)
    return [[*key, count] for key, count in said.items()]


if __name__ == "__main__":
    main()
