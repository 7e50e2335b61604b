"""Whether a query asks only for what a page shows. Superset checks the right to export for CSV and XLSX alone: the same
rows as JSON would be free to everybody. Whoever may not export gets the charts as they are stored, and the lists of
values of filters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

SHOWN_RESULTS = ("full", "results")
"""Not `samples` and `drill_detail`, which give the rows behind a chart."""
LONGEST_LIST = 5_000


def is_as_shown(
    result_type: str, queries: Iterable[Any], stored: Mapping[str, Any] | None, *, is_same_dataset: bool
) -> bool:
    """`queries`: objects with columns, metrics, orderby, row_limit, row_offset, and a result_type that goes before that
    of all; `stored`: the parameters of the chart that they say they are of, None for a filter's list of values."""
    queries = list(queries)
    if any((query.result_type or result_type) not in SHOWN_RESULTS or query.row_offset for query in queries):
        return False
    if stored is None:
        return all(_is_list_of_values(query) for query in queries)
    if not is_same_dataset:
        return False
    columns, metrics, most = _columns(stored), _metrics(stored), stored.get("row_limit") or 10_000
    return all(
        set(map(_column, query.columns or [])) <= columns
        and set(map(_metric, query.metrics or [])) <= metrics
        and all(_column(order[0]) in columns or _metric(order[0]) in metrics for order in query.orderby or [])
        and (query.row_limit or most) <= most
        for query in queries
    )


def _is_list_of_values(query: Any) -> bool:
    columns, metrics = query.columns or [], query.metrics or []
    return (
        len(columns) <= 1
        and all(type(name) is str for name in (*columns, *metrics))
        and (query.row_limit or LONGEST_LIST) <= LONGEST_LIST
    )


def _columns(stored: Mapping[str, Any]) -> set[Any]:
    several = (name for key in ("groupby", "columns", "all_columns") for name in stored.get(key) or [])
    orders = (json.loads(order)[0] for order in stored.get("order_by_cols") or [])
    return {*map(_column, several), *orders, _column(stored.get("x_axis"))} - {None}


def _metrics(stored: Mapping[str, Any]) -> set[Any]:
    keys = ("metric", "timeseries_limit_metric", "x_axis_sort")
    return {*map(_metric, stored.get("metrics") or []), *(_metric(stored.get(key)) for key in keys)} - {None}


def _column(thing: Any) -> Any:
    """The name of a column, which may be written as SQL. Anything else is equal to nothing stored."""
    if isinstance(thing, Mapping) and thing.get("expressionType", "SQL") == "SQL":
        return thing["sqlExpression"] if str(thing.get("sqlExpression", "")).isidentifier() else _other(thing)
    return thing if thing is None or isinstance(thing, str) else _other(thing)


def _metric(thing: Any) -> Any:
    """The name of a saved measure. One that a request makes up may be called like it and count something else."""
    return thing if thing is None or isinstance(thing, str) else _other(thing)


def _other(thing: Any) -> Any:
    return ("SQL", id(thing))
