"""A source's staging run over a sample that is not in raw: which names would find no row in the maps."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from mcu.onboarding.mapping_gaps import Gap, find_gaps
from mcu.onboarding.scratch import SCHEMA, scratch_database
from mcu.warehouse.connect import DATABASE, connect
from mcu.warehouse.copies import next_name
from mcu.warehouse.dbt import feedback_sources, run_dbt, state

Sample = list[tuple[str, dict[str, Any]]]
"""(record_ref, payload) of each record."""
Outcome = list[Gap] | str
"""The names that no map knows; or, for people, why that could not be checked."""


def compile_staging(slugs: Iterable[str]) -> dict[str, str]:
    """Slug → SQL of its items over `raw`, of each source that has staging. Needs no database. Raises DbtFailed."""
    wanted = [slug for slug in slugs if "items" in feedback_sources().get(slug, [])]
    if not wanted:
        return {}
    run_dbt(
        ["compile", "--no-introspect", "--no-populate-cache", "--select", *(f"+stg_{slug}__items" for slug in wanted)]
    )
    nodes = json.loads((state() / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    code = {node["relation_name"]: node.get("compiled_code") for node in nodes.values() if node.get("compiled_code")}
    return {slug: _whole(nodes[f"model.mcu.stg_{slug}__items"]["compiled_code"], code) for slug in wanted}


def gaps_in_samples(samples: Mapping[str, Sample]) -> dict[str, Outcome]:
    """Slug → what its sample holds that no map knows, by the seeds as the files are now. Writes nothing.

    Raises DbtFailed, or UserError if a seed cannot be read."""
    staging, found = compile_staging(samples), dict[str, Outcome]()
    with scratch_database() as conn:
        for slug, records in samples.items():
            if slug not in staging:
                found[slug] = f"нет модели staging/{slug}/stg_{slug}__items.sql"
                continue
            try:
                with conn.transaction(force_rollback=True):
                    found[slug] = _gaps(conn, slug, staging[slug], records)
            except psycopg.Error as error:
                found[slug] = (
                    f"модель stg_{slug}__items не выполняется на образце: {error.diag.message_primary or error}"
                )
    return found


def missing_in_maps() -> list[Gap]:
    """Names in all accepted records that no map knows, source by source. None before the first transformation."""
    found: list[Gap] = []
    for slug in feedback_sources():
        with suppress(psycopg.errors.UndefinedTable), connect("transformer") as conn:
            found += find_gaps(conn, slug, sql.Identifier("staging", f"stg_{slug}__items"))
    return found


def _whole(query: str, code: Mapping[str, str]) -> str:
    """The query with the models that it reads inside it."""
    loads = f'"{DATABASE}"."{next_name("staging")}"."stg_ops__accepted_loads"'
    query = query.replace(loads, "(select 0::bigint as load_id)")
    for relation, inner in code.items():
        if relation and relation in query:
            query = query.replace(relation, f"({_whole(inner, code)})")
    return query


def _gaps(conn: psycopg.Connection, slug: str, staging: str, records: Sample) -> list[Gap]:
    seeds = f'"{DATABASE}"."{next_name("reference")}"'
    query = staging.replace(f'"{DATABASE}"."raw"."{slug}"', "sample").replace(seeds, SCHEMA)
    query = query.replace("%", "%%")  # the query runs with parameters
    conn.execute(
        "create temporary table sample (record_ref text, payload jsonb, payload_hash bytea default '',"
        " source_updated_at timestamptz default now(), load_id bigint default 0,"
        " loaded_at timestamptz default now())"
    )
    with conn.cursor() as cursor, cursor.copy("copy sample (record_ref, payload) from stdin") as copy:
        for ref, payload in records:
            copy.write_row([ref, Jsonb(payload)])
    return find_gaps(conn, slug, sql.SQL("({})").format(sql.SQL(query)), SCHEMA)  # type: ignore[arg-type]  # dbt's text
