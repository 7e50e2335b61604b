"""What is learned from: masked texts whose topic a source or a person has named, the newest of this installation."""

from __future__ import annotations

import psycopg
from psycopg import sql

from mcu.texts.topics.fit import Labelled

MOST = 10_000
"""So many texts are read: learning takes seconds, and what was written long ago says little."""


def labelled(conn: psycopg.Connection) -> tuple[list[Labelled], dict[str, str]]:
    """The history, and the group (theme) of each topic. Empty before the first marts."""
    (is_there,) = conn.execute("select to_regclass('marts.fct_feedback') is not null").fetchone() or (False,)
    if not is_there:
        return [], {}
    conn.execute(_NEWEST, [MOST])
    found: list[Labelled] = []
    for slug, relation in conn.execute(_SOURCES).fetchall():
        query = sql.SQL(_TEXTS).format(sql.Identifier("staging", relation))
        found += [Labelled(*row) for row in conn.execute(query, [slug])]
    conn.execute("drop table pg_temp.newest")
    return found, dict(conn.execute("select topic_code, theme_code from reference.topics").fetchall())


_NEWEST = """
create temporary table newest as
select source_slug, record_ref, topic_code, coalesce(author_key, feedback_key::text) as author
from marts.fct_feedback
where topic_source in ('source', 'person') and topic_code not in ('none', 'unknown')
order by received_at desc, feedback_key
limit %s
"""
_SOURCES = """
select source_slug, 'stg_' || source_slug || '__items'
from (select distinct source_slug from pg_temp.newest) as n
where to_regclass(format('staging.%I', 'stg_' || source_slug || '__items')) is not null
order by 1
"""
# offset 0 lets PostgreSQL find each record by the index of raw (macros/incremental/touched_rows.sql)
_TEXTS = """
select s.text, n.topic_code, n.author
from pg_temp.newest as n
cross join lateral (select text from {} as i where i.record_ref = n.record_ref offset 0) as s
where n.source_slug = %s and s.text is not null
"""
