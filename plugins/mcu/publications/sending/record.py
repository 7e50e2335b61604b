"""`ops.sendings`: one row a publication and address, committed before and after what leaves."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb


class Sending:
    """One row, with the lock of the publication held by the caller."""

    def __init__(self, cursor: psycopg.Cursor[DictRow], publication_id: int, address: str, key: str) -> None:
        """`key` is used if there is no row yet."""
        self._cursor, self._at = cursor, [publication_id, address]
        cursor.execute(
            """insert into ops.sendings (publication_id, address, key, status) values (%s, %s, %s, 'waiting')
               on conflict (publication_id, address) do nothing""",
            [*self._at, key],
        )
        row = cursor.execute(
            "select * from ops.sendings where publication_id = %s and address = %s", self._at
        ).fetchone()
        assert row is not None
        self.key: str = row["key"]
        self.is_received = row["status"] == "received"
        self.repeats: int = row["repeats"] + (row["status"] == "under_way")
        cursor.connection.commit()

    def begin(self) -> None:
        """It is about to leave: from now on nobody knows whether it arrived."""
        self._set("status = 'under_way', attempts = attempts + 1, repeats = %s, error = null", self.repeats)

    def fail(self, error: str, *, is_known: bool) -> None:
        """`is_known`: it has not arrived, so the next attempt is no repeat."""
        self._set("error = %s, status = case when %s then 'waiting' else status end", error, is_known)

    def receive(self, receipt: dict[str, Any]) -> None:
        self._set("status = 'received', receipt = %s, received_at = clock_timestamp(), error = null", Jsonb(receipt))

    def _set(self, changes: str, *values: object) -> None:
        query = f"update ops.sendings set {changes} where publication_id = %s and address = %s"
        self._cursor.execute(query, [*values, *self._at])  # type: ignore[arg-type]  # composed of this module's texts
        self._cursor.connection.commit()
