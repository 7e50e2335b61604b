"""What changed in a published period since, line by line, each with its cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mcu.publications.indicators.document import Document

FIELDS = {
    "numerator": "Числитель",
    "denominator": "Знаменатель",
    "value": "Значение",
    "plan_value": "Плановое значение",
}

PLAN = "изменено плановое значение"

_KEY = "indicator_code"


def difference(before: Document, after: Document, cause: str, causes: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each changed figure: indicator, what, before, after, cause (Russian), in the order of `after`.

    A row that one of the two lacks has None on that side; rows that `after` lacks come last. `causes`: which definition
    moved an indicator; else `cause`, what the versions of both say. A plan that changed is a cause of its own."""
    old, new = _figures(before), _figures(after)
    rows = new.index.append(old.index[~old.index.isin(new.index)])
    changed = old.reindex(rows).compare(new.reindex(rows), result_names=("before", "after"))
    changes = []
    for row in changed.stack(level=0, future_stack=True).dropna(how="all").itertuples():
        indicator_code, field = row.Index
        is_old, is_new = (indicator_code in side.index for side in (old, new))
        document = after if is_new else before
        changes.append(
            {
                "indicator_code": indicator_code,
                "indicator": document.indicator(indicator_code).title,
                "field": field,
                "what": FIELDS[field],
                "before": None if pd.isna(row.before) else row.before,
                "after": None if pd.isna(row.after) else row.after,
                "cause": PLAN if field == "plan_value" and is_old and is_new else causes.get(indicator_code, cause),
            }
        )
    return changes


def _figures(document: Document) -> pd.DataFrame:
    """The figures by indicator. As objects: a whole number stays whole beside an empty cell."""
    rows = [value.model_dump() for value in document.values]
    return pd.DataFrame(rows, columns=[_KEY, *FIELDS], dtype=object).set_index(_KEY)
