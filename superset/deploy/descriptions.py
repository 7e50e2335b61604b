"""What dbt says of the views of `bi`: it stores its descriptions as comments in the database (`persist_docs`)."""

from __future__ import annotations

from collections.abc import Mapping

WHOLE = ""
"""Stands for the relation itself among its columns."""

Descriptions = Mapping[str, Mapping[str, str]]
"""Relation → column (or WHOLE) → description."""

_COMMENTS = """
select c.relname, coalesce(a.attname, ''), d.description
from pg_catalog.pg_description as d
join pg_catalog.pg_class as c on c.oid = d.objoid and d.classoid = 'pg_catalog.pg_class'::regclass
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace and n.nspname = 'bi'
left join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum = d.objsubid and d.objsubid > 0
"""


def read_descriptions(reader_url: str) -> Descriptions:
    """The descriptions of every view; empty before the marts are built for the first time."""
    from sqlalchemy import create_engine, text

    found: dict[str, dict[str, str]] = {}
    engine = create_engine(reader_url)
    with engine.connect() as connection:
        for relation, column, description in connection.execute(text(_COMMENTS)):
            found.setdefault(relation, {})[column] = description
    engine.dispose()
    return found
