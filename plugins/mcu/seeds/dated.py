"""Rows in force from a day up to, not with, another: rows of one key must not overlap; deadline rules leave no gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from mcu.seeds.declared import Declaration
from mcu.seeds.read import Row, Seed

_RULES = "deadline_rules"
_SCOPE_OF_A_RULE = (
    "stage",
    "municipality_code",
    "channel_code",
    "kind",
    "topic_prefix",
    "is_key_topic",
    "priority",
    "season_from",
    "season_to",
)
"""The rules that say the same thing one after another, as in int_deadline_rules."""


def faults_of_dates(seed: Seed, declared: Declaration) -> Iterator[str]:
    """Overlaps and gaps of one seed, in words. Dates that cannot be read are reported elsewhere."""
    if not {"valid_from", "valid_to"} <= set(seed.columns):
        return
    for row in seed.rows:
        if row.cells.get("valid_to") and row.cells["valid_to"] <= row.cells["valid_from"]:
            yield f"{seed.at(row)}: окончание {row.cells['valid_to']} не позже начала {row.cells['valid_from']}"
    for key in _keys(seed, declared):
        rows = defaultdict(list)
        for row in seed.rows:
            rows[row.key(key)].append(row)
        for followed in rows.values():
            yield from _between(seed, sorted(followed, key=lambda row: row.cells.get("valid_from", "")))


def _keys(seed: Seed, declared: Declaration) -> list[tuple[str, ...]]:
    """What must be in force once: each key without its first day."""
    if seed.name == _RULES:
        return [_SCOPE_OF_A_RULE]
    return [tuple(c for c in key if c != "valid_from") for key in declared.keys if "valid_from" in key]


def _between(seed: Seed, rows: list[Row]) -> Iterator[str]:
    for row, following in pairwise(rows):
        end, start = row.cells.get("valid_to", ""), following.cells.get("valid_from", "")
        if start == row.cells["valid_from"] and seed.name != _RULES:
            continue  # a repeated row
        names = " и ".join(dict.fromkeys(r.cells["rule_code"] for r in (row, following))) if seed.name == _RULES else ""
        of = f" ({names})" if names else ""
        if not end or end > start:
            yield (
                f"{seed.at(following)}: наложение на строку {row.line}{of}: та действует "
                f"{f'до {end}' if end else 'бессрочно'}, эта — с {start}; укажите в строке {row.line} valid_to {start}"
            )
        elif end < start and seed.name in (_RULES, "work_schedules"):
            yield f"{seed.at(following)}: разрыв после строки {row.line}{of}: с {end} до {start} не действует ничего"
