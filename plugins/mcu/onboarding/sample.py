"""How a sample would look in the contract: a source's staging run over records that are not in raw."""

from __future__ import annotations

import json
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from mcu.onboarding.mapping_gaps import Unknown, unknown_refs
from mcu.warehouse.connect import DATABASE, connect
from mcu.warehouse.dbt import feedback_sources, run_dbt, state


def unknown_in_sample(samples: dict[str, list[tuple[str, dict[str, Any]]]]) -> dict[str, list[Unknown]]:
    """Slug → words of its (record_ref, payload) that no map knows. Writes nothing: the sample lies in a temporary
    table. Sources without staging, and all of them where no reference data is built yet, are left out.
    Raises DbtFailed for staging that cannot be compiled, psycopg.Error for one that cannot be run."""
    slugs = [slug for slug, records in samples.items() if records and "items" in feedback_sources().get(slug, [])]
    if not slugs:
        return {}
    run_dbt(["compile", "--select", *(f"stg_{slug}__items" for slug in slugs)])
    nodes = json.loads((state() / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    return {
        slug: _unknown(slug, nodes[f"model.mcu.stg_{slug}__items"]["compiled_code"], samples[slug]) for slug in slugs
    }


def missing_in_maps() -> list[Unknown]:
    """Words of all accepted records that no map knows, by the staging of each source."""
    found: list[Unknown] = []
    for slug in feedback_sources():
        with connect("transformer") as conn:
            found += unknown_refs(conn, slug, sql.Identifier("staging", f"stg_{slug}__items"))
    return found


def _unknown(slug: str, staging: str, records: list[tuple[str, dict[str, Any]]]) -> list[Unknown]:
    query = staging.replace(f'"{DATABASE}"."raw"."{slug}"', "sample")
    query = query.replace(f'"{DATABASE}"."staging"."stg_ops__accepted_loads"', "(select 0::bigint as load_id)")
    query = query.replace("%", "%%")  # it runs with parameters
    with connect("transformer") as conn:
        conn.execute(
            "create temporary table sample (record_ref text, payload jsonb, payload_hash bytea default '',"
            " source_updated_at timestamptz default now(), load_id bigint default 0,"
            " loaded_at timestamptz default now())"
        )
        with conn.cursor() as cursor, cursor.copy("copy sample (record_ref, payload) from stdin") as copy:
            for ref, payload in records:
                copy.write_row([ref, Jsonb(payload)])
        found = unknown_refs(conn, slug, sql.SQL("({})").format(sql.SQL(query)))  # type: ignore[arg-type]
        conn.rollback()
    return found
