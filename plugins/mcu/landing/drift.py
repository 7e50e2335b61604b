"""Drift of a source's fields described as a difference: renamed, new, missing."""

from __future__ import annotations

from mcu.similar import nearest
from mcu.sources.spec import SourceSpec

LONGEST_LIST = 10
"""A message names at most so many fields."""


def renamed(spec: SourceSpec, drift: dict[str, list[str]]) -> list[dict[str, str]]:
    """Pairs of a missing and an unknown field with similar names, each used once: `field`, its title as declared
    (`from`), its likely title now (`to`)."""
    free = list(drift.get("unknown_fields", []))
    pairs = []
    for name in drift.get("missing_fields", []):
        title = _title(spec, name)
        if near := nearest(title, free):
            free.remove(near)
            pairs.append({"field": name, "from": title, "to": near})
    return pairs


def describe_drift(spec: SourceSpec, drift: dict[str, list[str]]) -> str:
    """«; столбец „Тема“ переименован в „Тематика обращения“?; неизвестные столбцы: …»; empty if nothing drifted."""
    pairs = renamed(spec, drift)
    new = [name for name in drift.get("unknown_fields", []) if name not in {pair["to"] for pair in pairs}]
    gone = [name for name in drift.get("missing_fields", []) if name not in {pair["field"] for pair in pairs}]
    is_table = bool(_columns(spec))
    rename = "столбец „{from}“ переименован в „{to}“?" if is_table else "поле „{from}“ переименовано в „{to}“?"
    parts = [rename.format_map(pair) for pair in pairs]
    parts += [f"неизвестные {'столбцы' if is_table else 'поля'}: {_list(new)}"] if new else []
    gone = [_title(spec, name) for name in gone]
    parts += [f"нет ожидаемых {'столбцов' if is_table else 'полей'}: {_list(gone)}"] if gone else []
    return "".join(f"; {part}" for part in parts)


def _columns(spec: SourceSpec) -> dict[str, str]:
    columns: dict[str, str] = getattr(spec.connector, "columns", {})
    return columns


def _title(spec: SourceSpec, name: str) -> str:
    """The name that people know: the column's header if the source is a table."""
    return _columns(spec).get(name, name)


def _list(names: list[str]) -> str:
    return ", ".join(f"„{name}“" for name in names[:LONGEST_LIST]) + (" и другие" if len(names) > LONGEST_LIST else "")
