"""The tables `raw.<slug>`: every version of every record of one source, as it came."""

from __future__ import annotations

import psycopg
from psycopg import sql

_KEY = "record_ref, source_updated_at, load_id, payload_hash"


def ensure_raw_table(conn: psycopg.Connection, slug: str) -> None:
    """Create `raw.<slug>` if it is missing. Its primary key finds the versions in force, a BRIN index finds loads."""
    table = sql.Identifier("raw", slug)
    key = conn.execute(
        "select conname, cardinality(conkey) from pg_constraint where conrelid = to_regclass(%s) and contype = 'p'",
        [f"raw.{slug}"],
    ).fetchone()
    if key is not None:
        if key[1] == 2:  # an installation from before a record that returns to an earlier state got a new row
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
