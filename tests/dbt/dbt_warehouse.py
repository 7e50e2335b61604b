"""Accepted loads written straight into raw, as landing would leave them, and the marts read back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import psycopg
from dbt_lives import Version
from psycopg import sql
from psycopg.types.json import Jsonb

from mcu.warehouse.connect import connect
from mcu.warehouse.raw_tables import ensure_raw_table

FACTS = (
    "fct_feedback", "fct_feedback_events", "fct_questions", "fct_deadlines", "fct_flows", "fct_ratings",
    "fct_indicator_values", "rpt_reconciliation", "dim_as_of", "rpt_deadline_risk", "fct_citizen_clocks",
    "fct_forwarding_chains", "fct_retroactive_edits",
)  # fmt: skip
"""What must not depend on whether a run was full or incremental."""


def accept(slug: str, versions: Iterable[Version], *, status: str = "accepted") -> int:
    """One load of `slug` with these versions; an equal version is none. Returns its load_id."""
    with connect("loader") as conn:
        ensure_raw_table(conn, slug)
        row = conn.execute(
            "insert into ops.loads (source_slug, status, accepted_at, accept_no) values (%s, %s, now(),"
            " case when %s = 'accepted' then (select coalesce(max(accept_no), 0) + 1 from ops.loads) end)"
            " returning load_id",
            [slug, status, status],
        ).fetchone()
        assert row is not None
        for v in versions:
            digest = hashlib.sha256(json.dumps(v.payload, sort_keys=True).encode()).digest()
            conn.execute(
                sql.SQL(
                    "insert into {} (record_ref, payload, payload_hash, source_updated_at, load_id)"
                    " values (%s, %s, %s, %s, %s) on conflict do nothing"
                ).format(sql.Identifier("raw", slug)),
                [v.record_ref, Jsonb(v.payload), digest, v.updated_at, row[0]],
            )
    return int(row[0])


def empty() -> None:
    """No load, no raw table, no run; dbt's relations stay."""
    with connect("loader") as conn:
        for (table,) in conn.execute("select tablename from pg_tables where schemaname = 'raw'").fetchall():
            conn.execute(sql.SQL("drop table {} cascade").format(sql.Identifier("raw", table)))
        conn.execute("truncate ops.loads, ops.transform_runs restart identity cascade")


def rows(query: str, *params: Any) -> list[tuple[Any, ...]]:
    """What the transformer sees."""
    with connect("transformer") as conn:
        return conn.execute(query, params).fetchall()  # type: ignore[arg-type]


def one(query: str, *params: Any) -> Any:
    (value,) = rows(query, *params)[0]
    return value


def facts(tables: Iterable[str] = FACTS) -> dict[str, list[str]]:
    """Every row of the marts as text, sorted."""
    with connect("transformer") as conn:
        return {table: sorted(_texts(conn, table)) for table in tables}


def _texts(conn: psycopg.Connection, table: str) -> list[str]:
    query = sql.SQL("select t::text from {} as t").format(sql.Identifier("marts", table))
    return [text for (text,) in conn.execute(query)]
