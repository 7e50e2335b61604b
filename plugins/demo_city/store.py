"""The store of ПОС: an SQLite file of ready JSON bodies, ordered by (updatedAt, id).

Paging by number needs the n-th record of an ordered list at once, so a reader keeps the order in memory
(16 bytes a message) and reads it again when the file changes.
"""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from demo_city.clock import iso

_SCHEMA = """create table if not exists messages (
    key integer primary key, id text, updated_at integer not null, body blob not null)"""


class StoreWriter:
    """Fills a store; `close` commits all rows in one transaction, `abandon` none."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("pragma synchronous = off")
        self._db.execute(_SCHEMA)
        self._db.execute("begin")
        self._rows: list[tuple[int, str | None, int, bytes]] = []

    def put(self, key: int, updated_at: int, body: dict[str, Any]) -> None:
        self._rows.append((key, body["id"], updated_at, orjson.dumps(body)))
        if len(self._rows) >= 1_000:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._db.execute("create index if not exists by_update on messages (updated_at, id)")
        self._db.execute("commit")
        self._db.close()

    def abandon(self) -> None:
        self._db.close()

    def _flush(self) -> None:
        self._db.executemany("insert or replace into messages values (?, ?, ?, ?)", self._rows)
        self._rows.clear()


class StoreReader:
    """Pages of a store. One reader per thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._keys = array("q")
        self._updates = array("q")

    def page(self, since: int | None, page: int, size: int) -> tuple[int, list[bytes]]:
        """(how many messages were updated since, those of page `page` counted from 1)."""
        self._refresh()
        first = bisect_left(self._updates, since) if since is not None else 0
        start = first + (page - 1) * size
        keys = self._keys[start : start + size]
        return len(self._keys) - first, self._bodies(keys)

    def change(self, since: int | None) -> None:
        """Change the first message updated since, as an official does while somebody reads: it moves to the end."""
        self._refresh()
        first = bisect_left(self._updates, since) if since is not None else 0
        if first >= len(self._keys):
            return
        key, moment = self._keys[first], self._updates[-1] + 1
        body = orjson.loads(self._bodies([key])[0])
        body["updatedAt"] = iso(moment)
        self._db.execute(
            "update messages set updated_at = ?, body = ? where key = ?", (moment, orjson.dumps(body), key)
        )

    def _bodies(self, keys: Iterable[int]) -> list[bytes]:
        asked = list(keys)
        found: dict[int, bytes] = {}
        for start in range(0, len(asked), 500):
            part = asked[start : start + 500]
            marks = ",".join("?" * len(part))
            found.update(self._db.execute(f"select key, body from messages where key in ({marks})", part))
        return [found[key] for key in asked]

    def _refresh(self) -> None:
        """Read the order again if the file was replaced or changed."""
        inode = self._path.stat().st_ino
        if self._seen is None or self._seen[0] != inode:
            self._db = sqlite3.connect(self._path, isolation_level=None, timeout=30, check_same_thread=False)
            self._seen = None
        version = self._db.execute("pragma data_version").fetchone()[0] * 1_000_003 + self._db.total_changes
        if self._seen == (inode, version):
            return
        self._keys, self._updates = array("q"), array("q")
        for key, updated_at in self._db.execute("select key, updated_at from messages order by updated_at, id"):
            self._keys.append(key)
            self._updates.append(updated_at)
        self._seen = (inode, version)
