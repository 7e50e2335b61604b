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
    """`queries`: objects with columns, metrics, orderby and row_limit; `stored`: the parameters of the chart that they
    say they are of, None for a filter's list of values."""
    if result_type not in SHOWN_RESULTS:
        return False
    if stored is None:
        return all(_is_list_of_values(query) for query in queries)
    if not is_same_dataset:
        return False
    columns, metrics, most = _columns(stored), _metrics(stored), stored.get("row_limit") or 10_000
    return all(
        set(_names(query.columns)) <= columns
        and set(_names(query.metrics)) <= metrics
        and {_name(order[0]) for order in query.orderby or []} <= columns | metrics
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
    return {*map(_name, several), *orders, _name(stored.get("x_axis"))} - {None}


def _metrics(stored: Mapping[str, Any]) -> set[Any]:
    keys = ("metric", "timeseries_limit_metric", "x_axis_sort")
    return {*map(_name, stored.get("metrics") or []), *(_name(stored.get(key)) for key in keys)} - {None}


def _names(things: Iterable[Any] | None) -> Iterable[Any]:
    return map(_name, things or [])


def _name(thing: Any) -> Any:
    """The name of a column or a saved measure; of SQL only a bare name. Anything else is equal to nothing stored."""
    if isinstance(thing, str):
        return thing
    if isinstance(thing, Mapping) and str(thing.get("sqlExpression", "")).isidentifier():
        return thing["sqlExpression"]
    return None if thing is None else ("SQL", id(thing))
