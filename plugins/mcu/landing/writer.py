"""Into `raw.<slug>`: COPY into a temporary table, then one set-based insert of what differs from the version in force;
a page of records that were never seen goes straight there.

In force is the latest by (source_updated_at, load_id) at the incoming version's own time, as accepted loads and this
one have it; so equal snapshots add nothing, and a state that was left and came back is a row of its own. A row is never
changed, nor does a load count on another that is still to be judged: what it takes for known stays known. Equal
versions that hang in a load that was never accepted (killed, failed, quarantined) are taken out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from mcu.landing.intake import Batch, Refusal
from mcu.privacy.pseudonyms import Actions
from mcu.sources.spec import SourceSpec


@dataclass(slots=True)
class Counts:
    """read = new + unchanged + rejected. `repeated` (exact repeats within the load) is part of unchanged."""

    read: int = 0
    new: int = 0
    unchanged: int = 0
    rejected: int = 0
    repeated: int = 0

    def __iadd__(self, other: Counts) -> Counts:
        self.read += other.read
        self.new += other.new
        self.unchanged += other.unchanged
        self.rejected += other.rejected
        self.repeated += other.repeated
        return self


_KEY = "record_ref, source_updated_at, load_id, payload_hash"


def ensure_raw_table(conn: psycopg.Connection, slug: str) -> None:
    """Make `raw.<slug>` if it is not there. Versions in force are found through the primary key, loads through BRIN."""
    table = sql.Identifier("raw", slug)
    key = conn.execute(
        "select conname, cardinality(conkey) from pg_constraint where conrelid = to_regclass(%s) and contype = 'p'",
        [f"raw.{slug}"],
    ).fetchone()
    if key is not None:
        if key[1] == 2:  # made when a returned state had no row of its own
            conn.execute(
                sql.SQL("alter table {} drop constraint {}, add primary key ({})").format(
                    table, sql.Identifier(key[0]), sql.SQL(_KEY)
                )
            )
        return
    conn.execute(
        sql.SQL(
            """
            create table if not exists {table} (
                record_ref text not null,
                payload jsonb not null,
                payload_hash bytea not null,
                source_updated_at timestamptz not null,
                load_id bigint not null,
                loaded_at timestamptz not null default clock_timestamp(),
                primary key ({key})
            )
            """
        ).format(table=table, key=sql.SQL(_KEY))
    )
    conn.execute(
        sql.SQL("create index if not exists {name} on {table} using brin (load_id) with (pages_per_range = 16)").format(
            name=sql.Identifier(f"{slug}_by_load"), table=table
        )
    )


class Writer:
    """Writes the pages of one load. Every call leaves the transaction to the caller."""

    def __init__(self, conn: psycopg.Connection, spec: SourceSpec, load_id: int, *, has_landed: bool = False) -> None:
        """`has_landed`: whether another writer has brought versions into this load."""
        self._conn = conn
        self._slug = spec.slug
        self._load = load_id
        self._table = sql.Identifier("raw", spec.slug)
        # Our statements reach a few rows of a large table through its key; without statistics on the temporary
        # table the planner would rather read the large one whole, page after page.
        conn.execute("set enable_hashjoin = off")
        conn.execute("set enable_mergejoin = off")
        # A page need not wait for the disk: the commit that makes the load `landed` does, and what came before it is
        # then on the disk too.
        conn.execute("set synchronous_commit = off")
        conn.execute(
            "create temporary table if not exists incoming"
            " (record_ref text, source_updated_at timestamptz, payload jsonb, payload_hash bytea) on commit delete rows"
        )
        others = [(n, status) for n, status in _loads_not_accepted(conn, self._table, spec.slug) if n != load_id]
        self._unseen = [n for n, _ in others]
        self._hanging = [n for n, status in others if status in ("failed", "quarantined")]
        self._has_landed = has_landed

    def write(self, batch: Batch) -> Counts:
        """Land one page; returns what became of its records."""
        counts = Counts(read=batch.read)
        if batch.refs:
            counts.new = self._copy_all_new(batch) or self._compare(batch)
            self._has_landed |= counts.new > 0
            if self._has_landed and counts.new < len(batch.refs):
                counts.repeated = self._landed_again() - counts.new
            if self._hanging:
                self._adopt()
        counts.rejected = self.refuse(batch.refusals)
        counts.unchanged = counts.read - counts.new - counts.rejected
        return counts

    def _copy_all_new(self, batch: Batch) -> int:
        """Where no record of the page comes twice or was ever seen, there is nothing to compare: straight into raw.
        0 where it is not so."""
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
        """The page in a temporary table, and of it what is new into raw."""
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

    def _landed_again(self) -> int:
        """How many incoming rows this load has landed by now: those beyond the just inserted came twice."""
        return self._run(
            "select from {incoming} where exists (select from {table} as r where r.record_ref = i.record_ref"
            " and r.payload_hash = i.payload_hash and r.load_id = %(load)s)"
        )

    def _adopt(self) -> None:
        """What this load has brought need not hang elsewhere any longer."""
        self._run(
            "delete from {table} as r using {incoming} where r.record_ref = i.record_ref"
            " and r.payload_hash = i.payload_hash and r.source_updated_at = i.source_updated_at"
            " and r.load_id = any(%(hanging)s)"
        )

    def refuse(self, refusals: Sequence[Refusal]) -> int:
        """Keep refused records; an equal refusal kept by an accepted load is none. Returns how many are new."""
        if not refusals:
            return 0
        unique = {(r.record_ref, r.payload, r.code): r for r in refusals}.values()
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

    def count_actions(self, actions: Actions) -> None:
        """Add to the account of anonymisation."""
        if not actions:
            return
        rows = [(field, action, count) for (field, action), count in actions.items()]
        self._conn.execute(
            """
            insert into ops.anonymization_log as a (load_id, field, action, count)
            select %s, * from unnest(%s::text[], %s::text[], %s::bigint[])
            on conflict (load_id, field, action) do update set count = a.count + excluded.count
            """,
            [self._load, *map(list, zip(*rows, strict=True))],
        )

    def _run(self, query: str) -> int:
        """Rows touched, or found."""
        names = {"table": self._table, "incoming": sql.SQL("incoming as i")}
        filled = sql.SQL(query.replace("{judged}", _JUDGED)).format(**names)  # type: ignore[arg-type]
        given = {"load": self._load, "hanging": self._hanging, "unseen": self._unseen}
        return self._conn.execute(filled, given).rowcount


_COLUMNS = "record_ref, source_updated_at, payload, payload_hash"
_JUDGED = """(
    select
        v.record_ref, v.payload, v.payload_hash, v.source_updated_at,
        case
            when v.is_last then
                f.payload_hash is distinct from v.payload_hash
                -- It ends what another new version of the same page begins.
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
"""Each version of the page once, and whether it is new. A record's last version is, unless the version in force at its
time is equal; those before it (a file may repeat a number) are, unless ever seen."""


def _loads_not_accepted(conn: psycopg.Connection, table: sql.Identifier, slug: str) -> list[tuple[int, str]]:
    """Loads that hold versions which staging does not see: (load, status)."""
    rows = conn.execute(
        sql.SQL(
            "select l.load_id, l.status from ops.loads as l where l.source_slug = %s and l.status <> 'accepted'"
            " and l.new_count > 0 and exists (select from {table} as r where r.load_id = l.load_id)"
        ).format(table=table),
        [slug],
    )
    return [(int(load_id), status) for load_id, status in rows]


def forget_load(conn: psycopg.Connection, load_id: int) -> None:
    """Take back a load that brought nothing: no row of it stays in any ledger."""
    conn.execute("delete from ops.anonymization_log where load_id = %s", [load_id])
    conn.execute("delete from ops.loads where load_id = %s", [load_id])


def take_over(conn: psycopg.Connection, spec: SourceSpec, from_load: int, to_load: int) -> int:
    """Move all versions that hang in one load to another. Returns how many."""
    statement: Any = sql.SQL(
        "update {table} set load_id = %s, loaded_at = clock_timestamp() where load_id = %s"
    ).format(table=sql.Identifier("raw", spec.slug))
    return conn.execute(statement, [to_load, from_load]).rowcount
