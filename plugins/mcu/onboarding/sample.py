"""A source's staging run over a sample that is not in raw: which names would find no row in the maps."""

from __future__ import annotations

import json
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from mcu.onboarding.mapping_gaps import Gap, find_gaps
from mcu.warehouse.connect import DATABASE, connect
from mcu.warehouse.dbt import feedback_sources, run_dbt, state


def gaps_in_samples(samples: dict[str, list[tuple[str, dict[str, Any]]]]) -> dict[str, list[Gap]]:
    """Slug → names in its sample that no map knows; `samples`: slug → (record_ref, payload) pairs. Writes nothing: a
    sample lies in a temporary table. Sources without staging are left out. No reference data yet: no gaps.

    Raises DbtFailed if the staging does not compile, psycopg.Error if it does not run."""
    slugs = [slug for slug, records in samples.items() if records and "items" in feedback_sources().get(slug, [])]
    if not slugs:
        return {}
    run_dbt(["compile", "--select", *(f"stg_{slug}__items" for slug in slugs)])
    nodes = json.loads((state() / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    return {slug: _gaps(slug, nodes[f"model.mcu.stg_{slug}__items"]["compiled_code"], samples[slug]) for slug in slugs}


def missing_in_maps() -> list[Gap]:
    """Names in all accepted records that no map knows, source by source."""
    found: list[Gap] = []
    for slug in feedback_sources():
        with connect("transformer") as conn:
            found += find_gaps(conn, slug, sql.Identifier("staging", f"stg_{slug}__items"))
    return found


def _gaps(slug: str, staging: str, records: list[tuple[str, dict[str, Any]]]) -> list[Gap]:
    query = staging.replace(f'"{DATABASE}"."raw"."{slug}"', "sample")
    query = query.replace(f'"{DATABASE}"."staging"."stg_ops__accepted_loads"', "(select 0::bigint as load_id)")
    query = query.replace("%", "%%")  # the query runs with parameters
    with connect("transformer") as conn:
        conn.execute(
            "create temporary table sample (record_ref text, payload jsonb, payload_hash bytea default '',"
            " source_updated_at timestamptz default now(), load_id bigint default 0,"
            " loaded_at timestamptz default now())"
        )
        with conn.cursor() as cursor, cursor.copy("copy sample (record_ref, payload) from stdin") as copy:
            for ref, payload in records:
                copy.write_row([ref, Jsonb(payload)])
        found = find_gaps(conn, slug, sql.SQL("({})").format(sql.SQL(query)))  # type: ignore[arg-type]  # dbt's text, not a literal
        conn.rollback()
    return found
