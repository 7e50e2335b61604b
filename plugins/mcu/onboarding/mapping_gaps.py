"""Names of a source that no map knows, each with a row ready for the map."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO

import psycopg
from psycopg import sql

COLUMNS = {
    "municipality": ("source_slug", "municipality_ref", "municipality_code"),
    "status": ("source_slug", "status_ref", "status_code", "valid_from", "valid_to"),
    "topic": ("source_slug", "topic_ref", "topic_code", "valid_from", "valid_to"),
    "recipient": ("source_slug", "municipality_code", "recipient_ref", "recipient_code", "valid_from", "valid_to"),
}
"""Map → its columns, as `dbt_project/seeds/<map>_map.csv` has them."""
TITLES = {"municipality": "муниципалитет", "status": "статус", "topic": "тема", "recipient": "исполнитель"}
FILL_IN = "ВПИШИТЕ_КОД"
HOW_TO_ADD = "Добавить строку: mcu maps add КАРТА 'СТРОКА' [--code КОД]"


@dataclass(frozen=True, slots=True)
class Gap:
    """One unknown name. `code`: the code of the most similar known name, or FILL_IN."""

    map: str
    source_slug: str
    ref: str
    municipality_code: str | None
    count: int
    first_on: date
    code: str

    def row(self) -> str:
        """The row to paste into the map."""
        given = {
            "source_slug": self.source_slug,
            "municipality_code": self.code,
            "valid_from": self.first_on.isoformat(),
            "valid_to": "",
            f"{self.map}_ref": self.ref,
            f"{self.map}_code": self.code,
        }
        if self.map == "recipient":
            given["municipality_code"] = self.municipality_code or FILL_IN
        line = StringIO()
        csv.writer(line, lineterminator="").writerow([given[name] for name in COLUMNS[self.map]])
        return line.getvalue()


def find_gaps(conn: psycopg.Connection, slug: str, items: sql.Composable, reference: str = "reference") -> list[Gap]:
    """Names in the relation `items` (of the contract) that no map in force knows, the most frequent first; a map's row
    of the source `*` holds for every source. `reference`: the schema of the maps."""
    query = sql.SQL(_UNKNOWN).format(items=items, reference=sql.Identifier(reference))
    rows = conn.execute(query, {"slug": slug}).fetchall()
    known = {name: _known(conn, name, slug, reference) for name in COLUMNS}
    return [
        Gap(name, slug, ref, municipality, count, first_on, _nearest(ref, known[name], municipality))
        for name, ref, municipality, count, first_on in rows
    ]


def describe_gaps(gaps: Iterable[Gap]) -> Iterator[str]:
    """Lines for people: for each map the names that it lacks, then the rows to paste."""
    found = list(gaps)
    for name in COLUMNS:
        if lacking := [gap for gap in found if gap.map == name]:
            names = ", ".join(f"«{gap.ref}» - {gap.count}" for gap in lacking)
            yield f"Нет в {name}_map.csv ({TITLES[name]}): {names}"
            yield from (f"    {gap.row()}" for gap in lacking)


def _known(conn: psycopg.Connection, name: str, slug: str, reference: str) -> list[tuple[str, str, str | None]]:
    """(name, code, municipality) in a map: rows of this source first."""
    municipality = "municipality_code" if name == "recipient" else "null::text"
    query = sql.SQL(
        "select {ref}, {code}, {municipality} from {table} order by source_slug <> %s, source_slug <> '*', 1"
    ).format(
        ref=sql.Identifier(f"{name}_ref"),
        code=sql.Identifier(f"{name}_code"),
        municipality=sql.SQL(municipality),
        table=sql.Identifier(reference, f"{name}_map"),
    )
    return conn.execute(query, [slug]).fetchall()


def _nearest(ref: str, known: list[tuple[str, str, str | None]], municipality: str | None) -> str:
    codes: dict[str, str] = {}
    for name, code, of in known:
        if municipality is None or of == municipality:
            codes.setdefault(name.casefold(), code)
    near = difflib.get_close_matches(ref.casefold(), codes, 1, 0.75)
    return codes[near[0]] if near else FILL_IN


_UNKNOWN = """
    with items as (
        select
            btrim(i.municipality_ref) as municipality_ref, i.status_ref, i.topic_ref, i.recipient_ref,
            i.received_at::date as received_on,
            coalesce(m.municipality_code, d.municipality_code) as municipality_code
        from {items} as i
        left join lateral (
            select municipality_code from {reference}.municipality_map as m
            where m.source_slug in (%(slug)s, '*') and m.municipality_ref = btrim(i.municipality_ref)
            order by m.source_slug = '*'
            limit 1
        ) as m on true
        left join {reference}.municipalities as d on i.municipality_ref = d.municipality_code
    ),
    unknown as (
        select 'municipality' as map, municipality_ref as ref, null::text as municipality_code, received_on
        from items where municipality_code is null
        union all
        select 'status', status_ref, null, received_on from items as i
        where not exists (
            select from {reference}.status_map as m
            where m.source_slug in (%(slug)s, '*') and m.status_ref = i.status_ref
                and m.valid_from <= i.received_on and (m.valid_to is null or m.valid_to > i.received_on)
        )
        union all
        select 'topic', topic_ref, null, received_on from items as i
        where not exists (
            select from {reference}.topic_map as m
            where m.source_slug in (%(slug)s, '*') and m.topic_ref = i.topic_ref
                and m.valid_from <= i.received_on and (m.valid_to is null or m.valid_to > i.received_on)
        )
        union all
        select 'recipient', recipient_ref, municipality_code, received_on from items as i
        where municipality_code is not null and not exists (
            select from {reference}.recipient_map as m
            where m.source_slug in (%(slug)s, '*') and m.recipient_ref = i.recipient_ref
                and m.municipality_code = i.municipality_code
                and m.valid_from <= i.received_on and (m.valid_to is null or m.valid_to > i.received_on)
        )
    )
    select map, ref, municipality_code, count(*), date_trunc('year', min(received_on))::date
    from unknown
    where ref <> ''
    group by 1, 2, 3
    order by 1, 4 desc, 2, 3
"""
