"""The columns and measures of a dataset that the parameters of a chart name."""

from __future__ import annotations

import json
from typing import Any

Params = dict[str, Any]


def of_columns(params: Params) -> list[str]:
    given = [*(params.get("groupby") or []), *(params.get("all_columns") or [])]
    given += [params["x_axis"]] if params.get("x_axis") else []
    given += [f["subject"] for f in (params.get("adhoc_filters") or [])]
    return given + [json.loads(order)[0] for order in (params.get("order_by_cols") or [])]


def of_metrics(params: Params) -> list[str]:
    single = [params[key] for key in ("metric", "timeseries_limit_metric", "x_axis_sort") if params.get(key)]
    return [*(params.get("metrics") or []), *single]


def of_either(params: Params) -> list[str]:
    """Names that may be either."""
    return [
        *(params.get("column_config") or {}),
        *(rule["column"] for rule in (params.get("conditional_formatting") or [])),
    ]
