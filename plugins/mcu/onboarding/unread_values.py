"""Filled values of accepted records that staging could not read."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from mcu.privacy.masking import mask
from mcu.warehouse.connect import connect

MOST = 50
"""At most so many values are shown."""


def describe_unread() -> Iterator[str]:
    """«Не распознано: pos_export, Оценка: «пять с плюсом» - 1», the most frequent first. Nothing before the first
    build."""
    with connect("transformer") as conn:
        try:
            rows = conn.execute(_UNREAD, [MOST + 1]).fetchall()
        except psycopg.errors.UndefinedTable:
            return
    for slug, field, value, count in rows[:MOST]:
        yield f"Не распознано: {slug}, {field}: «{mask(value)}» - {count}"
    if len(rows) > MOST:
        yield f"Показаны первые {MOST} нераспознанных значений."


_UNREAD = """
    select source_slug, field, left(value, 80), count(*) from intermediate.int_unread_values
    group by 1, 2, 3 order by 4 desc, 1, 2, 3 limit %s
"""
