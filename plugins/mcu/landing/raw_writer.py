"""Writes versions into `raw.<slug>`. A page goes by COPY into a temporary table, then one set-based insert takes what
differs from the version in force. A page whose records were never seen goes straight into raw.

The version in force is the latest by (source_updated_at, load_id) at the incoming version's own time, among those of
accepted loads and of this load. So equal snapshots add nothing, and a record that returns to an earlier state gets a
new row. Rows are never changed. Versions of a load that is not judged yet do not count as known: it may be rejected.
If a load that was never accepted (killed, failed, quarantined) holds an equal version, that one is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from mcu.landing import ledger
from mcu.landing.counts import Counts
from mcu.landing.intake import Batch, Reject


class RawWriter:
    """Writes the versions and the rejects of one load. Every call leaves the transaction to the caller."""

    def __init__(self, conn: psycopg.Connection, slug: str, load_id: int, *, has_landed: bool = False) -> None:
        """`has_landed`: whether another writer has written versions of this load."""
        self._conn = conn
        self._slug = slug
        self._load = load_id
        self._table = sql.Identifier("raw", slug)
        # Our statements reach a few rows of a large table through its key. The temporary table has no statistics, and
        # without these settings the planner would scan the large table for every page.
        conn.execute("set enable_hashjoin = off")
        conn.execute("set enable_mergejoin = off")
        # A page does not wait for the disk. The commit that makes the load `landed` does, and it flushes the earlier
        # commits too.
        conn.execute("set synchronous_commit = off")
        conn.execute(
            "create temporary table if not exists incoming"
            " (record_ref text, source_updated_at timestamptz, payload jsonb, payload_hash bytea) on commit delete rows"
        )
        others = [load for load in ledger.unaccepted_loads(conn, slug) if load.load_id != load_id]
        self._unseen = [load.load_id for load in others]
        self._abandoned = [load.load_id for load in others if load.status in ("failed", "quarantined")]
        self._has_landed = has_landed

    def write(self, batch: Batch) -> Counts:
        """Write one page. Returns what became of its records."""
        counts = Counts(read=batch.read)
        if batch.refs:
            counts.new = self._copy_all_new(batch) or self._compare(batch)
            self._has_landed |= counts.new > 0
            if self._has_landed and counts.new < len(batch.refs):
                counts.repeated = self._count_landed() - counts.new
            if self._abandoned:
                self._delete_abandoned()
        counts.rejected = self._reject(batch.rejects)
        counts.unchanged = counts.read - counts.new - counts.rejected
        return counts

    def _copy_all_new(self, batch: Batch) -> int:
        """If no record of the page comes twice or was ever seen, copy the page straight into raw. Returns the number of
        rows; 0 means that the page must be compared."""
        if len(set(batch.refs)) < len(batch.refs):
            return 0
        known = sql.SQL(
            "select exists (select from unnest(%s::text[]) as i (record_ref)"
            " where exists (select from {} as r where r.record_ref = i.record_ref))"
        ).format(self._table)
        if self._conn.execute(known, [batch.refs]).fetchone() != (False,):
            return 0
        rows = batch.rows.replace(b"\n", b"\t%d\n" % self._load)
        self._copy(sql.SQL("copy {} ({}, load_id) from stdin").format(self._table, sql.SQL(_COLUMNS)), rows)
        return len(batch.refs)

    def _compare(self, batch: Batch) -> int:
        """Copy the page into the temporary table and insert what is new into raw. Returns the number of new rows."""
        self._copy(sql.SQL("copy incoming ({}) from stdin").format(sql.SQL(_COLUMNS)), batch.rows)
        return self._insert()

    def _copy(self, statement: sql.Composed, rows: bytes) -> None:
        with self._conn.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(rows)

    def _insert(self) -> int:
        return self._run(
            "insert into {table} (record_ref, payload, payload_hash, source_updated_at, load_id)"
            " select record_ref, payload, payload_hash, source_updated_at, %(load)s from {judged} where is_new"
            " on conflict do nothing"
        )

    def _count_landed(self) -> int:
        """How many incoming rows this load has in raw by now. Those beyond the new ones were repeats."""
        return self._run(
            "select from {incoming} where exists (select from {table} as r where r.record_ref = i.record_ref"
            " and r.payload_hash = i.payload_hash and r.load_id = %(load)s)"
        )

    def _delete_abandoned(self) -> None:
        """Delete equal versions from loads that were never accepted: this load has them now."""
        self._run(
            "delete from {table} as r using {incoming} where r.record_ref = i.record_ref"
            " and r.payload_hash = i.payload_hash and r.source_updated_at = i.source_updated_at"
            " and r.load_id = any(%(abandoned)s)"
        )

    def _reject(self, rejects: Sequence[Reject]) -> int:
        """Store rejected records. Returns how many are new: an equal reject of an accepted load is not stored again."""
        if not rejects:
            return 0
        unique = {(r.record_ref, r.payload, r.code): r for r in rejects}.values()
        columns = [
            [getattr(r, name) for r in unique] for name in ("record_ref", "position", "payload", "code", "reason")
        ]
        return self._conn.execute(
            """
            insert into ops.rejects as r
                (load_id, source_slug, record_ref, position, payload, payload_hash, reason_code, reason)
            select %s, %s, i.record_ref, i.position, i.payload::jsonb,
                encode(sha256(convert_to(coalesce(i.record_ref, '') || ' ' || i.payload::jsonb::text, 'UTF8')), 'hex'),
                i.code, i.reason
            from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
                as i (record_ref, position, payload, code, reason)
            on conflict (source_slug, payload_hash, reason_code) do update
            set load_id = excluded.load_id, position = excluded.position, reason = excluded.reason,
                rejected_at = clock_timestamp(), replayed_at = null, replay_load_id = null
            where r.load_id <> excluded.load_id and (r.replayed_at is not null or exists (
                select from ops.loads as l where l.load_id = r.load_id and l.status in ('failed', 'quarantined')
            ))
            """,
            [self._load, self._slug, *columns],
        ).rowcount

    def take_over(self, load_id: int) -> int:
        """Make all versions of another load this load's. Returns how many."""
        statement: Any = sql.SQL("update {} set load_id = %s, loaded_at = clock_timestamp() where load_id = %s").format(
            self._table
        )
        return self._conn.execute(statement, [self._load, load_id]).rowcount

    def _run(self, query: str) -> int:
        """Run a statement with the names of the tables filled in. Returns the number of rows touched or found."""
        names = {"table": self._table, "incoming": sql.SQL("incoming as i")}
        template: Any = query.replace("{judged}", _JUDGED)
        filled = sql.SQL(template).format(**names)
        given = {"load": self._load, "abandoned": self._abandoned, "unseen": self._unseen}
        return self._conn.execute(filled, given).rowcount


_COLUMNS = "record_ref, source_updated_at, payload, payload_hash"
_JUDGED = """(
    select
        v.record_ref, v.payload, v.payload_hash, v.source_updated_at,
        case
            when v.is_last then
                f.payload_hash is distinct from v.payload_hash
                -- It ends the state that another new version of the same page begins.
                or coalesce(max(v.source_updated_at) filter (where not v.is_last and not v.is_seen)
                            over (partition by v.record_ref) >= f.source_updated_at, false)
            else not v.is_seen
        end as is_new
    from (
        select
            o.*,
            not o.is_last and exists (
                select from {table} as r
                where r.record_ref = o.record_ref and r.payload_hash = o.payload_hash and r.load_id <> all(%(unseen)s)
            ) as is_seen
        from (
            select *, row_number() over (partition by record_ref order by source_updated_at desc, payload_hash) = 1
                as is_last
            from (
                select *, row_number() over (partition by record_ref, payload_hash order by source_updated_at desc)
                    as nth
                from {incoming}
            ) as numbered
            where nth = 1
        ) as o
    ) as v
    left join lateral (
        select r.payload_hash, r.source_updated_at from {table} as r
        where r.record_ref = v.record_ref and r.source_updated_at <= v.source_updated_at
            and r.load_id <> all(%(unseen)s)
        order by r.source_updated_at desc, r.load_id desc, r.payload_hash
        limit 1
    ) as f on v.is_last
) as judged"""
"""Each version of the page once, and whether it is new. A record's last version is new unless it equals the version in
force at its time. Its earlier versions (a file may repeat a number) are new unless they were ever seen."""
