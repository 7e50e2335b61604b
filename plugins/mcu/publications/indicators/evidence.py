"""What each item added to the figures of a month, kept beside the publication; by it the difference to a later revision
is explained item by item, in lines that add up to the difference of each figure exactly."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import DictRow

from mcu.publications.indicators import item_causes
from mcu.publications.indicators.difference import FIELDS as NAMES
from mcu.publications.indicators.document import number
from mcu.publications.indicators.item_causes import Body

FIELDS = {"numerator": 0, "denominator": 1}

_ADDED = """
    select municipality_code, indicator_code, feedback_key::text as key, sum(numerator) as numerator,
           sum(denominator) as denominator
    from marts.rpt_indicator_items join marts.dim_indicator using (indicator_code)
    where period_month = %s and in_package
    group by 1, 2, 3
"""

_RULES = "select rule_code, md5(r::text) as fingerprint from reference.deadline_rules as r"


@dataclass(frozen=True)
class Evidence:
    """The part of each item in the figures of one municipality's month; `ledger.Evidence`."""

    body: Body

    def store(self, cursor: psycopg.Cursor[DictRow], publication_id: int) -> None:
        body = zlib.compress(json.dumps(self.body, ensure_ascii=False, sort_keys=True).encode())
        cursor.execute("insert into ops.publication_evidence values (%s, %s)", [publication_id, body])

    def explained(
        self,
        cursor: psycopg.Cursor[DictRow],
        difference: list[dict[str, Any]],
        last: Mapping[str, Any],
        row: Mapping[str, Any],
    ) -> list[dict[str, Any]]:
        """The same changes, each numerator, denominator and value with its `lines`: what added how much, and why.
        What no item explains stays as one line with the cause of the whole figure."""
        before = _stored(cursor, last["publication_id"])
        in_both = _codes(last) & _codes(row)
        moved = _moved(before["items"], self.body["items"], in_both) if before else {}
        reasons = item_causes.find(cursor, last, row, before, self.body, {key for _, key in moved}) if before else {}
        difference = _with_balanced(difference, row, moved)
        lines: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for change in difference:
            if change["field"] in FIELDS:
                lines[change["indicator_code"], change["field"]] = _item_lines(change, moved, reasons)
        for change in difference:
            place = change["indicator_code"], change["field"]
            if change["field"] == "value":
                lines[place] = _value_lines(change, last, row, lines)
            if place in lines:
                change["lines"] = lines[place]
                change["cause"] = "; ".join(dict.fromkeys(line["cause"] for line in lines[place])) or change["cause"]
        return difference


def read(cursor: psycopg.Cursor[DictRow], first_day: date) -> dict[str, Evidence]:
    """The evidence of the month that starts on `first_day`, by municipality."""
    adds: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for row in cursor.execute(_ADDED, [first_day]):
        figures = [number(row["numerator"]), number(row["denominator"])]
        adds[row["municipality_code"]][row["key"]][row["indicator_code"]] = figures
    known = item_causes.known_items(cursor, {key for items in adds.values() for key in items})
    rules = {row["rule_code"]: row["fingerprint"][:12] for row in cursor.execute(_RULES)}
    return {
        place: Evidence(
            {"rules": rules, "items": {key: known.get(key, {}) | {"adds": own} for key, own in items.items()}}
        )
        for place, items in adds.items()
    }


def _stored(cursor: psycopg.Cursor[DictRow], publication_id: int) -> Body | None:
    """None: the publication was made before evidence was kept."""
    row = cursor.execute(
        "select evidence from ops.publication_evidence where publication_id = %s", [publication_id]
    ).fetchone()
    return json.loads(zlib.decompress(row["evidence"])) if row else None


def _codes(row: Mapping[str, Any]) -> set[str]:
    return {indicator["indicator_code"] for indicator in row["rows"]["indicators"]}


def _moved(
    old: Mapping[str, Any], new: Mapping[str, Any], codes: Collection[str]
) -> dict[tuple[str, str], dict[str, Any]]:
    """(indicator, item) → what the item is, and by how much its numerator and denominator have changed. `codes`: the
    indicators of both revisions; what a new one counts are no changes of items."""
    found = {}
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key, {"adds": {}}), new.get(key, {"adds": {}})
        for code in sorted(was["adds"].keys() | now["adds"].keys()):
            before, after = was["adds"].get(code) or [0, 0], now["adds"].get(code) or [0, 0]
            if before != after and code in codes:
                change = [number((a or 0) - (b or 0)) for a, b in zip(after, before, strict=True)]
                item = now if "source" in now else was
                found[code, key] = {"source": item.get("source"), "ref": item.get("ref"), "change": change}
    return found


def _with_balanced(
    difference: list[dict[str, Any]], row: Mapping[str, Any], moved: Mapping[tuple[str, str], Any]
) -> list[dict[str, Any]]:
    """The changes, and of each changed indicator the numerator or denominator in which items outweigh each other: it
    stays what it was, and yet it is made of others."""
    found = list(difference)
    titles = {change["indicator_code"]: change["indicator"] for change in difference}
    present = {(change["indicator_code"], change["field"]) for change in difference}
    for code, title in titles.items():
        figures = next((v for v in row["rows"]["values"] if v["indicator_code"] == code), None)
        for field, part in FIELDS.items():
            is_moved = any(one == code and item["change"][part] for (one, _), item in moved.items())
            if figures and is_moved and (code, field) not in present:
                same = {"before": figures[field], "after": figures[field], "cause": ""}
                found.append({"indicator_code": code, "indicator": title, "field": field, "what": NAMES[field]} | same)
    codes, fields = list(titles), list(NAMES)
    return sorted(found, key=lambda change: (codes.index(change["indicator_code"]), fields.index(change["field"])))


def _item_lines(
    change: Mapping[str, Any], moved: Mapping[tuple[str, str], Any], reasons: Mapping[str, str]
) -> list[dict[str, Any]]:
    part = FIELDS[change["field"]]
    lines = [
        {"source": item["source"], "record_ref": item["ref"], "cause": reasons[key], "change": item["change"][part]}
        for (code, key), item in moved.items()
        if code == change["indicator_code"] and item["change"][part]
    ]
    left = number((change["after"] or 0) - (change["before"] or 0) - sum(line["change"] for line in lines))
    if left:
        lines.append({"source": None, "record_ref": None, "cause": change["cause"], "change": left})
    return sorted(
        lines, key=lambda line: (item_causes.order(line["cause"]), line["source"] or "~", line["record_ref"] or "")
    )


def _value_lines(
    change: Mapping[str, Any],
    last: Mapping[str, Any],
    row: Mapping[str, Any],
    lines: Mapping[tuple[str, str], list[dict[str, Any]]],
) -> list[dict[str, Any]]:
    """The causes one after another, each with what it moves the value by: what remains after the last is the value of
    the later revision. A median is not made of sums: its change has one line."""
    code, target = change["indicator_code"], change["after"]
    start = change["before"]
    whole = [
        {"source": None, "record_ref": None, "cause": change["cause"], "change": number((target or 0) - (start or 0))}
    ]
    aggregation = next((i["aggregation"] for i in row["rows"]["indicators"] if i["indicator_code"] == code), "median")
    figures = next((v for v in last["rows"]["values"] if v["indicator_code"] == code), None)
    if aggregation not in ("count", "share", "mean") or figures is None or start is None or target is None:
        return whole
    shifts: dict[str, list[Any]] = defaultdict(lambda: [0, 0])
    for field, part in FIELDS.items():
        for line in lines.get((code, field), []):
            shifts[line["cause"]][part] += line["change"]
    at, value, found = [figures["numerator"] or 0, figures["denominator"] or 0], start, []
    for cause in sorted(shifts, key=item_causes.order):
        at = [a + s for a, s in zip(at, shifts[cause], strict=True)]
        then = _value(aggregation, at)
        if then is None:
            return whole
        if then != value:
            found.append({"source": None, "record_ref": None, "cause": cause, "change": number(then - value)})
        value = then
    if left := number(target - value):
        found.append({"source": None, "record_ref": None, "cause": change["cause"], "change": left})
    return found


def _value(aggregation: str, figures: list[Any]) -> Any:
    numerator, denominator = figures
    if aggregation == "count":
        return number(numerator)
    return number(numerator / denominator) if denominator else None
