"""Which rules, calendar, maps and code a publication came from, as short fingerprints.

Reference data is read from the published copy of the warehouse, so that a file changed since does not count."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import DictRow

from mcu.warehouse.dbt import PROJECT
from mcu.warehouse.transform import definition_hash
from mcu.warehouse.transform_runs import TransformRun

CALENDAR = {"calendar_days", "calendar_corrections", "work_schedules"}
RULES = {"deadline_rules", "repeat_rules", "rating_schemes", "rating_components", "indicators", "indicator_plans"}

_TABLES = "select table_name from information_schema.tables where table_schema = 'reference' order by table_name"
_ROWS = "select coalesce(md5(string_agg(t::text, e'\\n' order by t::text)), '') as rows from reference.{} as t"


def versions(cursor: psycopg.Cursor[DictRow], run: TransformRun) -> dict[str, str | int]:
    """`rules`, `calendar`, `maps` (all other reference data), `models`, `code`, and the last accepted load."""
    found = {"rules": hashlib.sha256(), "calendar": hashlib.sha256(), "maps": hashlib.sha256()}
    for row in cursor.execute(_TABLES).fetchall():
        table = row["table_name"]
        rows = cursor.execute(sql.SQL(_ROWS).format(sql.Identifier(table))).fetchone()
        part = "calendar" if table in CALENDAR else "rules" if table in RULES else "maps"
        found[part].update(f"{table}\0{rows and rows['rows']}\0".encode())
    return {
        **{part: digest.hexdigest()[:12] for part, digest in found.items()},
        "models": _models_version(run.definition_hash),
        "code": code_version(),
        "accepted_upto": run.accepted_upto,
    }


@cache
def code_version() -> str:
    """A fingerprint of what makes documents of rows: this package with its templates."""
    return _of_files(Path(__file__).parent)


@cache
def _models_version(definition: str) -> str:
    """A fingerprint of the SQL of the marts; of all that the run was made by, if the files are no longer its own."""
    return _of_files(PROJECT / "models", PROJECT / "macros") if definition_hash() == definition else definition[:12]


def _of_files(*folders: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
