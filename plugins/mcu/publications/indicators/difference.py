"""What changed in a published period since, line by line, each with its cause."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mcu.publications.indicators.document import Document

FIELDS = {
    "numerator": "Числитель",
    "denominator": "Знаменатель",
    "value": "Значение",
    "plan_value": "Плановое значение",
}

DATA = "поступили новые или исправленные данные"
RULES = "изменены правила, справочники или определения"
PLAN = "изменено плановое значение"

_KEY = ["indicator_code", "municipality_code"]


def difference(before: Document, after: Document, *, same_rules: bool) -> list[dict[str, Any]]:
    """Each changed figure: indicator, municipality, what, before, after, cause (Russian), in the order of `after`.

    A row that one of the two lacks has None on that side; rows that `after` lacks come last. `same_rules`: both were
    computed by the same definitions."""
    old, new = _figures(before), _figures(after)
    rows = new.index.append(old.index[~old.index.isin(new.index)])
    changed = old.reindex(rows).compare(new.reindex(rows), result_names=("before", "after"))
    changes = []
    for row in changed.stack(level=0, future_stack=True).dropna(how="all").itertuples():
        indicator_code, municipality_code, field = row.Index
        is_old, is_new = ((indicator_code, municipality_code) in side.index for side in (old, new))
        document = after if is_new else before
        changes.append(
            {
                "indicator_code": indicator_code,
                "indicator": document.indicator(indicator_code).title,
                "municipality_code": municipality_code,
                "municipality": document.municipality(municipality_code).title,
                "what": FIELDS[field],
                "before": None if pd.isna(row.before) else row.before,
                "after": None if pd.isna(row.after) else row.after,
                "cause": PLAN if field == "plan_value" and is_old and is_new else DATA if same_rules else RULES,
            }
        )
    return changes


def _figures(document: Document) -> pd.DataFrame:
    """The figures by indicator and municipality. As objects: a whole number stays whole beside an empty cell."""
    rows = [value.model_dump() for value in document.values]
    return pd.DataFrame(rows, columns=[*_KEY, *FIELDS], dtype=object).set_index(_KEY)
