"""Writes the pages of a load, each in a transaction of its own together with the load's counts."""

from __future__ import annotations

import psycopg

from mcu.landing import ledger
from mcu.landing.counts import Counts
from mcu.landing.intake import Batch
from mcu.landing.raw_writer import RawWriter
from mcu.privacy.pseudonyms import Actions


class Writer:
    """Writes in this process. `WriterProcess` has the same `write` and `finish`."""

    def __init__(self, conn: psycopg.Connection, slug: str, load_id: int, counts: Counts | None = None) -> None:
        """`counts`: what was already written into the load."""
        self._conn = conn
        self._load_id = load_id
        self.counts = counts or Counts()
        self._raw = RawWriter(conn, slug, load_id, has_landed=self.counts.new > 0)

    def write(self, batch: Batch, actions: Actions, total: int | None, *, is_durable: bool = False) -> None:
        """Write and commit one page. `total` is the source's own count of its records; a durable page waits for the
        disk."""
        if is_durable:
            self._conn.execute("set local synchronous_commit = on")
        self.add(batch)
        self.commit(actions, total)

    def finish(self) -> Counts:
        """The counts of the load."""
        return self.counts

    def add(self, batch: Batch) -> None:
        """Write one page and leave it uncommitted."""
        self.counts += self._raw.write(batch)

    def take_over(self, load_id: int) -> None:
        """Make the versions of another load this load's; leaves them uncommitted."""
        moved = self._raw.take_over(load_id)
        self.counts.read += moved
        self.counts.new += moved

    def commit(self, actions: Actions, total: int | None = None) -> None:
        """Commit what was added, with the counts of the load and of its anonymisation."""
        self._log_actions(actions)
        ledger.record_counts(self._conn, self._load_id, self.counts, total)
        self._conn.commit()

    def _log_actions(self, actions: Actions) -> None:
        if not actions:
            return
        rows = [(field, action, count) for (field, action), count in actions.items()]
        self._conn.execute(
            """
            insert into ops.anonymization_log as a (load_id, field, action, count)
            select %s, * from unnest(%s::text[], %s::text[], %s::bigint[])
            on conflict (load_id, field, action) do update set count = a.count + excluded.count
            """,
            [self._load_id, *map(list, zip(*rows, strict=True))],
        )
