"""Who looked at what and took it away: a row of Superset's log table for each request that gives or is refused rows.

Superset's own rows repeat what a request says of itself (and `?explode=` leaves them out altogether). These say what
Superset has made of it, and whether it was refused. If one cannot be written, no row is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, g, request

ACTION = "mcu"
"""Superset names its own actions after its functions, so no request can write one of these."""
ACTS = ("tile", "values", "query", "rows", "file")
"""What a query is, the weightiest last: a tile as stored, a list of values of a column, any other query, single rows
behind a tile, a file."""
_PAGE = "DashboardRestApi.get_charts"
"""What a page asks for whatever way it is opened; from one page to another its address is not asked for."""
_OTHERS = {
    "DatasourceRestApi.get_column_values": "values",
    # refused before there is a query
    "Datasource.samples": "rows",
    "Superset.explore_json": "query",
}
_SQL = "SqlLabRestApi."
_REFUSED = 400
_LARGEST_ID = 2**31


def install(app: Flask) -> None:
    app.after_request(_write)


def note(query_context: Any, *, is_shown: bool) -> None:
    """Called for each query before it is known whether it is allowed."""
    chart, given = query_context.slice_, query_context.form_data or {}
    found = {
        "what": _what(_result_types(query_context), str(query_context.result_format), chart, is_shown=is_shown),
        "format": str(query_context.result_format),
        "dataset": query_context.datasource.name,
        "page": _id(given.get("dashboardId")) if isinstance(given, Mapping) else None,
        "tile": chart.id if chart else None,
    }
    before = g.get("mcu_act")
    if before is None or ACTS.index(found["what"]) > ACTS.index(before["what"]):
        g.mcu_act = found


def _result_types(query_context: Any) -> set[str]:
    """A query may have one of its own, which goes before that of all."""
    common = str(query_context.result_type)
    return {str(query.result_type or common) for query in query_context.queries} or {common}


def _what(result_types: set[str], result_format: str, chart: Any, *, is_shown: bool) -> str:
    if result_format != "json":
        return "file"
    if result_types & {"samples", "drill_detail"}:
        return "rows"
    if not is_shown:
        return "query"
    return "tile" if chart else "values"


def _write(response: Response) -> Response:
    from superset.models.core import Log
    from superset.utils.core import get_user_id

    from superset import db

    act, user = g.get("mcu_act") or _act_of_the_endpoint(response), get_user_id()
    if act is None or user is None:
        return response
    said = {"what": act["what"], "format": act.get("format"), "dataset": act.get("dataset")}
    said["refused"] = response.status_code >= _REFUSED
    row = {"action": ACTION, "user_id": user, "dashboard_id": act.get("page"), "slice_id": act.get("tile")}
    with db.engine.begin() as connection:  # of its own: that of the request may have failed
        connection.execute(Log.__table__.insert().values(**row, json=json.dumps(said, ensure_ascii=False)))
    return response


def _act_of_the_endpoint(response: Response) -> dict[str, Any] | None:
    """What gives something without a query that `note` sees."""
    from superset.models.dashboard import Dashboard

    endpoint, given = request.endpoint or "", request.view_args or {}
    if endpoint == _PAGE and response.status_code < _REFUSED:
        return {"what": "page", "page": Dashboard.get(given["id_or_slug"]).id}
    if endpoint in _OTHERS:
        return {"what": _OTHERS[endpoint]}
    return {"what": "sql"} if endpoint.startswith(_SQL) else None


def _id(given: Any) -> int | None:
    try:
        number = int(given)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 < number < _LARGEST_ID else None
