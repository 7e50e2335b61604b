"""States of what decides, besides data, what the marts contain: `ops.definitions` keeps the fingerprint of each file of
a state under its hash (`transform.definition_hash`), so that a later state can say what has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb


def remember(conn: psycopg.Connection, definition: str, project: Path, paths: Iterable[Path]) -> None:
    """Keep the files of the present state; those of the dbt project by their path in it (`seeds/topics.csv`)."""
    files = {
        str(path.relative_to(project)) if path.is_relative_to(project) else path.name: hashlib.sha256(
            path.read_bytes()
        ).hexdigest()[:16]
        for path in paths
    }
    conn.execute(
        "insert into ops.definitions (definition_hash, files) values (%s, %s) on conflict do nothing",
        [definition, Jsonb(files)],
    )


def changed_files(conn: psycopg.Connection, before: str, after: str) -> list[str]:
    """Files that differ between two states, in order; empty if one of the states is not known."""
    found = conn.execute(
        "select files from ops.definitions where definition_hash = any(%s)", [[before, after]]
    ).fetchall()
    if len(found) < 2:
        return []
    (one,), (other,) = found
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
