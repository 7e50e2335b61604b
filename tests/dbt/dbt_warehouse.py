"""Accepted loads written straight into raw, as landing would leave them, and the marts read back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import psycopg
import pytest
from dbt_lives import NOW, Version
from psycopg import sql
from psycopg.types.json import Jsonb

from ground import publish_unchecked
from mcu.connectors.base import Page
from mcu.landing.intake import Intake
from mcu.sources.registry import get_source
from mcu.warehouse import transform as warehouse
from mcu.warehouse.connect import connect
from mcu.warehouse.raw_tables import ensure_raw_table
from mcu.warehouse.transform import TransformResult

FACTS = (
    "fct_feedback", "fct_feedback_events", "fct_questions", "fct_deadlines", "fct_flows", "fct_ratings",
    "fct_rating_components", "fct_rating_priors", "fct_rating_ranges", "fct_satisfaction", "fct_reply_audit_sample",
    "fct_indicator_values", "rpt_reconciliation", "dim_as_of", "rpt_deadline_risk", "fct_citizen_clocks",
    "fct_forwarding_chains", "fct_retroactive_edits", "rpt_problem_area_items", "fct_problems", "fct_problem_items",
    "rpt_attention", "rpt_week_changes", "rpt_channel_order", "rpt_block_load", "rpt_marks", "rpt_unmatched",
    "fct_dwell", "fct_open_daily", "rpt_dwell", "rpt_transitions", "rpt_workload", "rpt_open_items", "rpt_ratings",
    "rpt_rating_levers", "rpt_citizen_clocks_by_recipient", "rpt_problem_items", "rpt_problem_weeks",
    "rpt_flow_weeks",
)  # fmt: skip  # a table
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


def accept_records(slug: str, records: list[dict[str, Any]]) -> None:
    """One load of `slug`: the records as the connector gives them, without identity as landing leaves them."""
    ready = Intake(get_source(slug), NOW).take(Page(records, "страница 1"))
    assert not ready.rejects, ready.rejects
    load_id = accept(slug, ())
    with connect("loader") as conn:
        conn.execute(
            "create temp table landed (record_ref text, source_updated_at timestamptz, payload jsonb, hash bytea)"
        )
        with conn.cursor() as cursor, cursor.copy("copy landed from stdin") as lines:
            lines.write(ready.rows)
        conn.execute(
            sql.SQL(
                "insert into {} (record_ref, source_updated_at, payload, payload_hash, load_id)"
                " select *, %s from landed"
            ).format(sql.Identifier("raw", slug)),
            [load_id],
        )


Tests = Literal["all", "data", "none"]


def transform(as_of: datetime, full: bool = False, *, tests: Tests = "data") -> TransformResult:
    """Build the marts and let people read them without their gate. `tests`: those of dbt that run with them. Its unit
    tests bring their own rows, so that one full run has said all about them."""
    left_out = {"all": [], "data": ["unit_test"], "none": ["unit_test", "test"]}[tests]
    options = [f"--exclude-resource-type={kind}" for kind in left_out]
    with pytest.MonkeyPatch.context() as patch:
        for basis, arguments in list(warehouse._ARGUMENTS.items()):
            patch.setitem(warehouse._ARGUMENTS, basis, [*arguments, *options])
        result = warehouse.transform(as_of, full)
    publish_unchecked()
    return result


def empty() -> None:
    """No load, no raw table, no run; dbt's relations stay."""
    with connect("loader") as conn:
        for (table,) in conn.execute("select tablename from pg_tables where schemaname = 'raw'").fetchall():
            conn.execute(sql.SQL("drop table {} cascade").format(sql.Identifier("raw", table)))
        conn.execute(
            "truncate ops.loads, ops.transform_runs, ops.matter_links, ops.problem_edits, ops.topic_models,"
            " ops.topic_corrections, ops.recommendations restart identity cascade"
        )


def rows(query: str, *params: Any) -> list[tuple[Any, ...]]:
    """What the transformer sees."""
    with connect("transformer") as conn:
        return conn.execute(query, params).fetchall()


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
