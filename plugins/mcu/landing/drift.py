"""Drift of fields told as a difference: what was renamed, what is new, what is gone."""

from __future__ import annotations

from mcu.similar import nearest
from mcu.sources.spec import SourceSpec

MOST = 10
"""So many fields are named."""


def renamed(spec: SourceSpec, drift: dict[str, list[str]]) -> list[dict[str, str]]:
    """Missing and unknown fields that are alike, each once: `field`, how it was called, how it may be called now."""
    free = list(drift.get("unknown_fields", []))
    pairs = []
    for name in drift.get("missing_fields", []):
        title = _title(spec, name)
        if near := nearest(title, free):
            free.remove(near)
            pairs.append({"field": name, "from": title, "to": near})
    return pairs


def told_drift(spec: SourceSpec, drift: dict[str, list[str]]) -> str:
    """«; столбец „Тема“ переименован в „Тематика обращения“?; неизвестные столбцы: …»; empty where nothing drifted."""
    pairs = renamed(spec, drift)
    new = [name for name in drift.get("unknown_fields", []) if name not in {pair["to"] for pair in pairs}]
    gone = [name for name in drift.get("missing_fields", []) if name not in {pair["field"] for pair in pairs}]
    is_table = bool(_columns(spec))
    was = "столбец „{from}“ переименован в „{to}“?" if is_table else "поле „{from}“ переименовано в „{to}“?"
    told = [was.format_map(pair) for pair in pairs]
    told += [f"неизвестные {'столбцы' if is_table else 'поля'}: {_list(new)}"] if new else []
    gone = [_title(spec, name) for name in gone]
    told += [f"нет ожидаемых {'столбцов' if is_table else 'полей'}: {_list(gone)}"] if gone else []
    return "".join(f"; {part}" for part in told)


def _columns(spec: SourceSpec) -> dict[str, str]:
    columns: dict[str, str] = getattr(spec.connector, "columns", {})
    return columns


def _title(spec: SourceSpec, name: str) -> str:
    """What people know the field by: the column's header where the source is a table."""
    return _columns(spec).get(name, name)


def _list(names: list[str]) -> str:
    return ", ".join(f"„{name}“" for name in names[:MOST]) + (" и другие" if len(names) > MOST else "")
