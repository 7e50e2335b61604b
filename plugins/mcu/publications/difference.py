"""What has changed in a published period since, line by line, each with its cause."""

from __future__ import annotations

from typing import Any

from mcu.publications.document import Document, Value

FIELDS = {
    "numerator": "Числитель",
    "denominator": "Знаменатель",
    "value": "Значение",
    "plan_value": "Плановое значение",
}

DATA = "поступили новые или исправленные данные"
RULES = "изменены правила, справочники или определения"
PLAN = "изменено плановое значение"


def difference(before: Document, after: Document, *, same_rules: bool) -> list[dict[str, Any]]:
    """Each changed figure: indicator, municipality, what, before, after, cause (Russian), in the order of `after`.
    A row that came or went has None on its other side."""
    old = {_key(value): value for value in before.values}
    new = {_key(value): value for value in after.values}
    changes = []
    for key in [*new, *(key for key in old if key not in new)]:
        document, value = (after, new[key]) if key in new else (before, old[key])
        for name, what in FIELDS.items():
            was, now = (getattr(side[key], name) if key in side else None for side in (old, new))
            if was == now:
                continue
            cause = PLAN if name == "plan_value" and key in old and key in new else DATA if same_rules else RULES
            changes.append(
                {
                    "indicator_code": value.indicator_code,
                    "indicator": document.indicator(value).title,
                    "municipality_code": value.municipality_code,
                    "municipality": document.municipality(value).title,
                    "what": what,
                    "before": was,
                    "after": now,
                    "cause": cause,
                }
            )
    return changes


def _key(value: Value) -> tuple[str, str]:
    return value.indicator_code, value.municipality_code
