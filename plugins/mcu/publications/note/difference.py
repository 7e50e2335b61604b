"""Which bound numbers of a note changed between two revisions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mcu.publications.note.metrics import METRICS


def binding_difference(before: Any, after: Any, cause: str, causes: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each number of one of the two that the other lacks or has otherwise: metric, slice, before, after, cause."""
    old, new = _values(before), _values(after)
    return [
        {
            "metric": json.loads(key)["metric"],
            "what": METRICS[json.loads(key)["metric"]].title,
            "slice": json.loads(key)["slice"],
            "before": old.get(key),
            "after": new.get(key),
            "cause": causes.get(json.loads(key)["metric"], cause),
        }
        for key in dict.fromkeys([*new, *old])
        if old.get(key) != new.get(key)
    ]


def _values(rows: Mapping[str, Any]) -> dict[str, Any]:
    return {
        json.dumps({name: e.get(name) for name in ("metric", "slice", "minus", "divided_by")}, sort_keys=True): e[
            "value"
        ]
        for e in rows["entries"]
        if e["metric"] in METRICS
    }
