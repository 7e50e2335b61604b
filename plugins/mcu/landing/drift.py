"""Drift of fields told as a difference: what was renamed, what is new, what is gone."""

from __future__ import annotations

from mcu.sources.alike import nearest
from mcu.sources.spec import SourceSpec

MOST = 10
"""So many fields are named."""


def renamed(spec: SourceSpec, drift: dict[str, list[str]]) -> list[tuple[str, str]]:
    """(field as it was called, as it may be called now) of missing and unknown fields that are alike; each once."""
    free = list(drift.get("unknown_fields", []))
    pairs = []
    for title in (_title(spec, name) for name in drift.get("missing_fields", [])):
        if near := nearest(title, free):
            free.remove(near)
            pairs.append((title, near))
    return pairs


def told_drift(spec: SourceSpec, drift: dict[str, list[str]]) -> str:
    """«; столбец „Тема“ переименован в „Тематика обращения“?; новый столбец: …»; empty where nothing drifted."""
    pairs = renamed(spec, drift)
    word = "столбец" if getattr(spec.connector, "columns", None) else "поле"
    told = [f"{word} „{old}“ переименован{'' if word == 'столбец' else 'о'} в „{new}“?" for old, new in pairs]
    new = [name for name in drift.get("unknown_fields", []) if name not in {n for _, n in pairs}]
    gone = [_title(spec, name) for name in drift.get("missing_fields", [])]
    gone = [title for title in gone if title not in {o for o, _ in pairs}]
    told += [f"неизвестные {_PLURAL[word]}: {_list(new)}"] if new else []
    told += [f"нет ожидаемых {_PLURAL_OF[word]}: {_list(gone)}"] if gone else []
    return "".join(f"; {part}" for part in told)


_PLURAL = {"столбец": "столбцы", "поле": "поля"}
_PLURAL_OF = {"столбец": "столбцов", "поле": "полей"}


def _title(spec: SourceSpec, name: str) -> str:
    """What people know the field by: the column's header where the source is a file."""
    columns: dict[str, str] = getattr(spec.connector, "columns", {})
    return columns.get(name, name)


def _list(names: list[str]) -> str:
    return ", ".join(f"„{name}“" for name in names[:MOST]) + (" и другие" if len(names) > MOST else "")
