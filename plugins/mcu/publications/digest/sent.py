"""The record of sent lists: rows of `ops.publications` of the kind `deadline_digest`, period = day, rows = addressee →
its list. Each run that sends something is one revision of a municipality's day."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from mcu.publications.digest.lists import DeadlineList
from mcu.warehouse.connect import connect
from mcu.warehouse.transform_runs import TransformRun

KIND = "deadline_digest"


class SentLists:
    """What was sent in one municipality on one day."""

    def __init__(self, cursor: psycopg.Cursor[DictRow], day: date, municipality_code: str, run: TransformRun) -> None:
        """`run`: the transformation that the lists come from."""
        key = [KIND, day.isoformat(), municipality_code]
        last = cursor.execute(
            """select revision, rows from ops.publications where kind = %s and period = %s and municipality_code = %s
               order by revision desc limit 1""",
            key,
        ).fetchone()
        self._cursor = cursor
        self._key = [*key, last["revision"] + 1 if last else 1, run.as_of, run.definition_hash]
        self._sent: dict[str, list[dict[str, Any]]] = last["rows"] if last else {}

    def has(self, one: DeadlineList) -> bool:
        """True if exactly this list was sent that day."""
        return self._sent.get(one.key) == one.rows

    def add(self, one: DeadlineList) -> None:
        """Store that `one` was sent, and commit."""
        self._sent[one.key] = one.rows
        text = json.dumps(self._sent, ensure_ascii=False, sort_keys=True)
        self._cursor.execute(
            """insert into ops.publications (kind, period, municipality_code, revision, as_of, definition_hash,
                                             rows, rows_sha256, files, status)
               values (%s, %s, %s, %s, %s, %s, %s, %s, '{}', 'sent')
               on conflict (kind, period, municipality_code, revision)
               do update set rows = excluded.rows, rows_sha256 = excluded.rows_sha256""",
            [*self._key, Jsonb(self._sent), hashlib.sha256(text.encode()).hexdigest()],
        )
        self._cursor.connection.commit()


def letters_of(day: date) -> int:
    """How many lists of `day` were sent."""
    with connect("loader") as conn:
        sent = conn.execute(
            """select distinct on (municipality_code) rows from ops.publications where kind = %s and period = %s
               order by municipality_code, revision desc""",
            [KIND, day.isoformat()],
        ).fetchall()
    return sum(len(rows) for (rows,) in sent)
