"""Two copies of everything that dbt makes. People read the published one: `marts`, `bi` and their like. dbt builds the
other one, `marts_next`, `bi_next`; the mart gate judges it, and one transaction swaps the names of the two.

A view or a function finds its tables by their identity and not by their name, so it moves with its copy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from mcu.errors import UserError
from mcu.warehouse import transform_runs
from mcu.warehouse.connect import connect
from mcu.warehouse.orphans import end_orphans
from mcu.warehouse.transform_runs import Copy

SCHEMAS = ("reference", "staging", "intermediate", "marts", "bi")
READ_BY_SUPERSET = "bi"

_WAIT_SECONDS = 900
"""How long a run waits for another one to end."""


class TransformBusy(UserError):
    """Another transformation is running."""

    code = "transform_busy"


def next_name(schema: str) -> str:
    """The schema of the next copy, as `dbt_project/macros/generate_schema_name.sql` calls it."""
    return f"{schema}_next"


@contextmanager
def transform_lock() -> Iterator[psycopg.Connection]:
    """A connection of the transformer that owns the next copy until it closes or its process dies. Whoever builds or
    judges that copy holds it. Raises TransformBusy."""
    with connect("transformer", autocommit=True) as conn:
        try:
            conn.execute(f"set lock_timeout = '{_WAIT_SECONDS}s'")
            conn.execute("select pg_advisory_lock(hashtext('mcu.transform'))")
        except psycopg.errors.LockNotAvailable:
            raise TransformBusy("Другой расчёт витрин идёт слишком долго: дождитесь его окончания") from None
        end_orphans(conn)
        yield conn


def make_schemas(conn: psycopg.Connection) -> None:
    """Make the schemas of both copies as far as they are missing, with their grants."""
    for schema in SCHEMAS:
        _make_schema(conn, schema, schema)
        _make_schema(conn, schema, next_name(schema))
    _open_to_superset(conn)


def empty_next(conn: psycopg.Connection) -> None:
    """Drop whatever the next copy holds. The published one is not touched."""
    with conn.transaction():
        for schema in SCHEMAS:
            _execute(conn, "drop schema if exists {} cascade", next_name(schema))
            _make_schema(conn, schema, next_name(schema))


def copy_tables(conn: psycopg.Connection) -> None:
    """Make the next copy equal to the published one, but for its views and functions: dbt makes them. Indexes come
    after the rows: sorted once, they take a fraction of the time."""
    with conn.transaction():
        empty_next(conn)
        tables = conn.execute(_TABLES, [list(SCHEMAS)]).fetchall()
        for schema, table, description in tables:
            there, here = sql.Identifier(schema, table), sql.Identifier(next_name(schema), table)
            conn.execute(sql.SQL("create table {} (like {} including all excluding indexes)").format(here, there))
            conn.execute(sql.SQL("insert into {} table {}").format(here, there))
            conn.execute(sql.SQL("comment on table {} is {}").format(here, sql.Literal(description)))
        for (definition,) in conn.execute(_INDEXES, [list(SCHEMAS)]).fetchall():
            text = re.sub(r" ON (\w+)\.", lambda m: f" ON {next_name(m[1])}.", definition, count=1)
            conn.execute(sql.SQL(text))  # type: ignore[arg-type]  # of ours
        for schema, table, definition in conn.execute(_KEYS, [list(SCHEMAS)]).fetchall():
            text = re.sub(r" REFERENCES (\w+)\.", lambda m: f" REFERENCES {next_name(m[1])}.", definition)
            here = sql.Identifier(next_name(schema), table)
            conn.execute(sql.SQL("alter table {} add {}").format(here, sql.SQL(text)))  # type: ignore[arg-type]  # of ours
        for schema, table, _ in tables:
            conn.execute(sql.SQL("analyze {}").format(sql.Identifier(next_name(schema), table)))


def relations(conn: psycopg.Connection, copy: Copy) -> dict[str, str]:
    """schema.name → `table` or `view`, named as in the published copy."""
    names = {schema: schema if copy == "published" else next_name(schema) for schema in SCHEMAS}
    found = conn.execute(_RELATIONS, [list(names.values())]).fetchall()
    published = {name: schema for schema, name in names.items()}
    return {f"{published[schema]}.{relation}": kind for schema, relation, kind in found}


def missing(conn: psycopg.Connection, copy: Copy) -> dict[str, str]:
    """What the run in this copy has made and somebody has dropped or renamed since."""
    run = transform_runs.standing(conn, copy)
    made, here = (run.relations if run else None) or {}, relations(conn, copy)
    return {name: kind for name, kind in sorted(made.items()) if name not in here}


def publish(conn: psycopg.Connection, run_id: int, message: str) -> None:
    """Let people read the run that waits in the next copy. All of it, or nothing if the process dies. Waits for a
    publication that reads the marts (`readiness.passed_run`)."""
    with conn.transaction():
        transform_runs.mark_published(conn, run_id, message)
        swap(conn)


def swap(conn: psycopg.Connection) -> None:
    """Exchange the names of the two copies. Queries that run go on in the copy in which they began."""
    with conn.transaction():
        for schema in SCHEMAS:
            for before, after in ((schema, "swapped"), (next_name(schema), schema), ("swapped", next_name(schema))):
                _execute(conn, "alter schema {} rename to {}", before, after)
        _open_to_superset(conn)


def _make_schema(conn: psycopg.Connection, schema: str, name: str) -> None:
    _execute(conn, _SCHEMA, name)
    if schema == READ_BY_SUPERSET:
        _execute(conn, _READABLE, name)


def _open_to_superset(conn: psycopg.Connection) -> None:
    _execute(conn, "grant usage on schema {} to mcu_reader", READ_BY_SUPERSET)
    _execute(conn, "revoke usage on schema {} from mcu_reader", next_name(READ_BY_SUPERSET))


def _execute(conn: psycopg.Connection, query: str, *names: str) -> None:
    conn.execute(sql.SQL(query).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]  # a text of this module


_SCHEMA = """
create schema if not exists {0} authorization mcu_transformer;
grant usage on schema {0} to mcu_loader;
revoke all on schema {0} from mcu_reader;
alter default privileges for role mcu_transformer in schema {0} grant select on tables to mcu_loader
"""
_READABLE = "alter default privileges for role mcu_transformer in schema {} grant select on tables to mcu_reader"

_RELATIONS = """
select n.nspname, c.relname, case when c.relkind in ('v', 'm') then 'view' else 'table' end
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm') and n.nspname = any(%s)
order by 1, 2
"""
_TABLES = """
select n.nspname, c.relname, obj_description(c.oid, 'pg_class')
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname = any(%s)
order by 1, 2
"""
_INDEXES = """
select pg_get_indexdef(i.indexrelid)
from pg_index as i
join pg_class as c on c.oid = i.indrelid
join pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname = any(%s)
    and c.relkind = 'r'
    and not exists (select from pg_constraint as k where k.conindid = i.indexrelid and k.conrelid = i.indrelid)
order by i.indexrelid
"""
"""But for those that a key makes."""
_KEYS = """
select n.nspname, c.relname, pg_get_constraintdef(k.oid)
from pg_constraint as k
join pg_class as c on c.oid = k.conrelid
join pg_namespace as n on n.oid = c.relnamespace
where k.contype in ('p', 'u', 'x', 'f') and n.nspname = any(%s)
order by k.contype = 'f', k.oid
"""
"""Foreign keys last: they refer to the others."""
