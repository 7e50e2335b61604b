"""A chart's `params` as Superset's query context, that is, what the chart asks the warehouse.

The browser builds the same from the same params. We need it to check after a deployment that every tile has data, and
for the chart API. Only the kinds of chart that our dashboards use are known; a new kind needs a function here."""

from __future__ import annotations

import json
from typing import Any

Params = dict[str, Any]
Query = dict[str, Any]


def query_context(params: Params) -> dict[str, Any]:
    """Superset's query context of the chart; the import fills in the data source. Raises KeyError with the known kinds
    if the kind of the chart is unknown."""
    try:
        queries = QUERIES[params["viz_type"]](params)
    except KeyError:
        raise KeyError(f"вид диаграммы {params['viz_type']!r} неизвестен; известны: {', '.join(QUERIES)}") from None
    base = {"filters": _filters(params), "extras": {}, "row_limit": params.get("row_limit", 10_000)}
    return {
        "datasource": {"id": 0, "type": "table"},
        "force": False,
        "queries": [{**base, **query} for query in queries],
        "form_data": params,
        "result_format": "json",
        "result_type": "full",
    }


def _number(params: Params) -> list[Query]:
    return [{"metrics": [params["metric"]], "columns": []}]


def _number_with_trend(params: Params) -> list[Query]:
    return [{"metrics": [params["metric"]], "columns": [_axis(params)]}, *_number(params)]


def _series(params: Params) -> list[Query]:
    by_axis = {"metrics": params["metrics"], "columns": [_axis(params), *params.get("groupby", [])]}
    order = params.get("timeseries_limit_metric")
    return [{**by_axis, "orderby": [[order, False]]} if order else by_axis]


def _table(params: Params) -> list[Query]:
    if params["query_mode"] == "aggregate":
        return [{"columns": params["groupby"], "metrics": params["metrics"]}]
    return [{"columns": params["all_columns"], "orderby": [json.loads(order) for order in params["order_by_cols"]]}]


QUERIES = {
    "big_number": _number_with_trend,
    "big_number_total": _number,
    "echarts_timeseries_bar": _series,
    "echarts_timeseries_line": _series,
    "table": _table,
}


def _axis(params: Params) -> str | dict[str, Any]:
    grain = params.get("time_grain_sqla")
    if not grain:
        return str(params["x_axis"])
    axis = params["x_axis"]
    return {
        **{"label": axis, "sqlExpression": axis, "expressionType": "SQL"},
        **{"columnType": "BASE_AXIS", "timeGrain": grain},
    }


def _filters(params: Params) -> list[dict[str, Any]]:
    return [
        {"col": given["subject"], "op": given["operator"], "val": given["comparator"]}
        for given in params.get("adhoc_filters", [])
    ]
