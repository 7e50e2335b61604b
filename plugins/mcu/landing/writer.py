"""Into `raw.<slug>`: COPY into a temporary table, then one set-based insert. A version that is there already is none.

An equal version may be there and still count as new:
- it hangs in a load that was never accepted (killed, failed, quarantined): this load adopts it;
- the source has no `updated_at` and went from A to B and back: A is the latest again, so its time moves forward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from mcu.landing.intake import Batch, Refusal
from mcu.landing.privacy import Actions
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


def ensure_raw_table(conn: psycopg.Connection, slug: str) -> None:
    """Make `raw.<slug>` if it is not there. Latest versions are found through the primary key, loads through BRIN."""
    if conn.execute("select to_regclass(%s)", [f"raw.{slug}"]).fetchone() != (None,):
        return
    table = sql.Identifier("raw", slug)
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
                primary key (record_ref, payload_hash)
            )
            """
        ).format(table=table)
    )
    conn.execute(
        sql.SQL("create index if not exists {name} on {table} using brin (load_id) with (pages_per_range = 16)").format(
            name=sql.Identifier(f"{slug}_by_load"), table=table
        )
    )


class Writer:
    """Writes the pages of one load. Every call leaves the transaction to the caller."""

    def __init__(self, conn: psycopg.Connection, spec: SourceSpec, load_id: int) -> None:
        self._conn = conn
        self._slug = spec.slug
        self._load = load_id
        self._table = sql.Identifier("raw", spec.slug)
        self._is_snapshot = spec.record.updated_at is None
        # Our statements reach a few rows of a large table through its key; without statistics on the temporary
        # table the planner would rather read the large one whole, page after page.
        conn.execute("set enable_hashjoin = off")
        conn.execute("set enable_mergejoin = off")
        # A page need not wait for the disk: the commit that makes the load `landed` does, and what came before it is
        # then on the disk too.
        conn.execute("set synchronous_commit = off")
        conn.execute(
            "create temporary table if not exists incoming"
            " (record_ref text, source_updated_at timestamptz, payload jsonb) on commit delete rows"
        )
        self._hanging = _hanging_loads(conn, self._table, spec.slug)

    def write(self, batch: Batch) -> Counts:
        """Land one page; returns what became of its records."""
        counts = Counts(read=batch.read)
        if batch.lines:
            with (
                self._conn.cursor() as cursor,
                cursor.copy("copy incoming (record_ref, source_updated_at, payload) from stdin") as copy,
            ):
                copy.write(b"".join(batch.lines))
            counts.new = self._insert()
            if counts.new < len(batch.lines):
                counts.repeated = self._repeated() - counts.new
                if self._hanging:
                    counts.new += self._adopt()
                if self._is_snapshot:
                    counts.new += self._move_forward()
        counts.rejected = self.refuse(batch.refusals)
        counts.unchanged = counts.read - counts.new - counts.rejected
        return counts

    def _insert(self) -> int:
        return self._conn.execute(
            sql.SQL(
                "insert into {table} (record_ref, payload, payload_hash, source_updated_at, load_id)"
                " select record_ref, payload, " + _HASH + ", source_updated_at, %s from incoming"
                " on conflict do nothing"
            ).format(table=self._table),
            [self._load],
        ).rowcount

    def _repeated(self) -> int:
        """How many incoming rows this load has landed by now: those beyond the just inserted came twice."""
        return self._count("select count(*) from {incoming} join {table} as r using (record_ref, payload_hash)"
                           " where r.load_id = %(load)s")  # fmt: skip

    def _adopt(self) -> int:
        moved = "greatest(r.source_updated_at, i.source_updated_at)" if self._is_snapshot else "r.source_updated_at"
        return self._update(
            "update {table} as r set load_id = %(load)s, loaded_at = clock_timestamp(), source_updated_at = " + moved +
            " from {last} where r.record_ref = i.record_ref and r.payload_hash = i.payload_hash"
            " and r.load_id = any(%(hanging)s)"
        )  # fmt: skip

    def _move_forward(self) -> int:
        return self._update(
            """
            update {table} as r
            set load_id = %(load)s, loaded_at = clock_timestamp(), source_updated_at = i.source_updated_at
            from {last}
            where r.record_ref = i.record_ref and r.payload_hash = i.payload_hash and r.load_id <> %(load)s
                and i.is_last and r.source_updated_at < i.source_updated_at
                and exists (
                    select from {table} as n
                    where n.record_ref = r.record_ref and n.payload_hash <> r.payload_hash
                        and (n.source_updated_at, n.loaded_at) > (r.source_updated_at, r.loaded_at)
                )
                and i.source_updated_at > all (
                    select n.source_updated_at from {table} as n
                    where n.record_ref = r.record_ref and n.payload_hash <> r.payload_hash
                )
            """
        )

    def refuse(self, refusals: Sequence[Refusal]) -> int:
        """Keep refused records; an equal refusal kept by an accepted load is none. Returns how many are new."""
        if not refusals:
            return 0
        unique = {(r.payload, r.code): r for r in refusals}.values()
        columns = [
            [getattr(r, name) for r in unique] for name in ("record_ref", "position", "payload", "code", "reason")
        ]
        return self._conn.execute(
            """
            insert into ops.rejects as r
                (load_id, source_slug, record_ref, position, payload, payload_hash, reason_code, reason)
            select %s, %s, i.record_ref, i.position, i.payload::jsonb,
                encode(sha256(convert_to(i.payload::jsonb::text, 'UTF8')), 'hex'), i.code, i.reason
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

    def _update(self, query: str) -> int:
        return self._conn.execute(self._filled(query), {"load": self._load, "hanging": self._hanging}).rowcount

    def _count(self, query: str) -> int:
        row = self._conn.execute(self._filled(query), {"load": self._load}).fetchone()
        return int(row[0]) if row else 0

    def _filled(self, query: str) -> sql.Composed:
        return sql.SQL(query).format(table=self._table, incoming=sql.SQL(_INCOMING), last=sql.SQL(_LAST))  # type: ignore[arg-type]


_HASH = "sha256(convert_to(payload::text, 'UTF8'))"
_INCOMING = f"(select record_ref, source_updated_at, {_HASH} as payload_hash from incoming) as i"
_LAST = f"""(
    select record_ref, payload_hash, max(source_updated_at) as source_updated_at,
        max(source_updated_at) = max(max(source_updated_at)) over (partition by record_ref) as is_last
    from (select record_ref, source_updated_at, {_HASH} as payload_hash from incoming) as i
    group by record_ref, payload_hash
) as i"""
"""Each incoming version once, and whether it is its record's last one in the page."""


def _hanging_loads(conn: psycopg.Connection, table: sql.Identifier, slug: str) -> list[int]:
    """Loads that were never accepted and still hold versions."""
    rows = conn.execute(
        sql.SQL(
            "select l.load_id from ops.loads as l where l.source_slug = %s and l.status in ('failed', 'quarantined')"
            " and l.new_count > 0 and exists (select from {table} as r where r.load_id = l.load_id)"
        ).format(table=table),
        [slug],
    )
    return [int(load_id) for (load_id,) in rows]


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
