"""The next copy, made from the published one: rows, indexes, keys, checks and comments are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mcu.warehouse.connect import connect
from mcu.warehouse.copies import copy_tables, empty_next, next_name

TABLES = """
create table marts.copied_area (code text primary key, rank integer not null check (rank > 0));
create table marts.copied_item (
    number integer, area text references marts.copied_area (code), seen_on date default '2026-01-01', key uuid,
    unique (area, seen_on, number)
);
create index on marts.copied_item (seen_on desc nulls last) include (number);
create unique index on marts.copied_item (lower(area), number) where number > 1;
comment on table marts.copied_item is 'одна запись';
comment on column marts.copied_item.area is 'где';
insert into marts.copied_area select 'a' || n, n from generate_series(1, 3) as n;
insert into marts.copied_item select n, 'a' || 1 + n % 3, '2026-11-01'::date + n, gen_random_uuid()
from generate_series(1, 50) as n
"""


@pytest.fixture
def published(warehouse: Path) -> Iterator[None]:
    with connect("transformer") as conn:
        conn.execute(TABLES)
    yield
    with connect("transformer") as conn:
        conn.execute("drop table marts.copied_item, marts.copied_area")
        empty_next(conn)


def shape(schema: str) -> list[Any]:
    """What the tables of a schema are made of, names of indexes and of keys apart. Views are left out: dbt makes
    them."""
    with connect("transformer") as conn:
        found = conn.execute(
            """
            select 'index', tablename, regexp_replace(indexdef, 'INDEX \\S+ ', 'INDEX ') from pg_indexes
            where schemaname = %(schema)s
            union all
            select 'key', conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint
            where connamespace = %(schema)s::regnamespace
            union all
            select 'comment', c.relname || d.objsubid, d.description from pg_description as d
            join pg_class as c on d.objoid = c.oid
            where c.relnamespace = %(schema)s::regnamespace and c.relkind = 'r'
            union all
            select 'default', table_name || '.' || column_name, column_default from information_schema.columns
            where table_schema = %(schema)s and column_default is not null
            order by 1, 2, 3
            """,
            {"schema": schema},
        ).fetchall()
    return [tuple(re.sub(rf"\b{schema}\.", "", part) for part in row) for row in found]


def test_a_copy_has_all_that_its_original_has(published: None) -> None:
    with connect("transformer") as conn:
        copy_tables(conn)
        rows = [
            conn.execute(f"select * from {schema}.copied_item order by number").fetchall()
            for schema in ("marts", next_name("marts"))
        ]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 50
    original = shape("marts")
    assert {kind for kind, *_ in original} == {"index", "key", "comment", "default"}
    assert shape(next_name("marts")) == original
