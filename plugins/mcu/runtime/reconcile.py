"""The counts of each step, source by source, held against each other and, in the demonstration, against the truth."""

from __future__ import annotations

import gzip
import json
from collections import Counter

import psycopg
from psycopg import sql
from rich.table import Column, Table

from demo_city.smaller import systems_truth
from demo_city.systems.base import Truth
from mcu.runtime.progress import console
from mcu.settings import settings
from mcu.warehouse.connect import connect
from mcu.warehouse.dbt import feedback_sources, other_sources, project_variable

_COUNTS = """
select
    r.source_slug,
    l.read_count, l.new_count, l.unchanged_count, l.rejected_count,
    r.raw_records, r.in_feedback, r.missing, r.extra,
    (select count(*) from ops.rejects as j where j.source_slug = r.source_slug and j.replayed_at is null) as quarantined
from marts.rpt_reconciliation as r
cross join lateral (
    select
        coalesce(sum(read_count), 0) as read_count, coalesce(sum(new_count), 0) as new_count,
        coalesce(sum(unchanged_count), 0) as unchanged_count, coalesce(sum(rejected_count), 0) as rejected_count
    from ops.loads
    where source_slug = r.source_slug and status = 'accepted'
) as l
order by r.source_slug
"""

_OF_SEVERAL_RECORDS = {"page_figures": "fct_page_figures"}
"""Relations whose rows have no record of their own: they are held against the truth, not against raw."""


def reconcile() -> bool:
    """Print the counts; whether they agree: read = new + unchanged + rejected, raw = facts, and both as planted."""
    with connect("admin") as conn:
        rows = conn.execute(_COUNTS).fetchall()
        truth = _truth()
        found = _found(conn, {slug: list(told.facts) for slug, told in truth.items()})
    headers: list[Column | str] = [
        Column("Источник", overflow="fold"),
        "Прочитано",
        "Новых",
        "Без изменений",
        "Отклонено",
    ]
    headers += ["Записей в raw", "В витринах", "Потеряно", "Лишних", "В карантине", "Должно быть: строки / карантин"]
    table = Table(*headers, title="Сверка: от источника до факта")
    agree = bool(rows)
    for slug, read, new, unchanged, rejected, raw, facts, missing, extra, quarantined in rows:
        agree &= read == new + unchanged + rejected and raw == facts and missing == extra == 0
        planted = truth.get(slug)
        agree &= planted is None or planted == Truth(found[slug], quarantined)
        counts = (read, new, unchanged, rejected, raw, facts, missing, extra, quarantined)
        table.add_row(slug, *map(str, counts), _words(planted) if planted else "—")
    console.print(table)
    console.print("[green]Счёт сходится: ничего не потеряно.[/]\n" if agree else "[red]Счёт не сходится![/]\n")
    return agree


def _found(conn: psycopg.Connection, wanted: dict[str, list[str]]) -> dict[str, Counter[str]]:
    """Source → relation → rows that there are in its mart."""
    marts = project_variable("relation_marts") | _OF_SEVERAL_RECORDS
    count = sql.SQL("select count(*) from {} where source_slug = %s")
    found: dict[str, Counter[str]] = {slug: Counter() for slug in wanted}
    for slug, relation in ((slug, relation) for slug, relations in wanted.items() for relation in relations):
        row = conn.execute(count.format(sql.Identifier("marts", marts[relation])), [slug]).fetchone()
        found[slug][relation] = row[0] if row else 0
    return found


def _truth() -> dict[str, Truth]:
    """What the demonstration city planted, by source, of the sources that are declared; nothing without the city."""
    folder = settings().var / "city" / "truth"
    path = folder / "items.jsonl.gz"
    if not settings().city or not path.exists():
        return {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        counts = Counter((item["source_slug"], item["expected"]) for item in map(json.loads, lines))
    big = {slug: Truth(Counter(items=counts[slug, "feedback"]), counts[slug, "quarantine"]) for slug, _ in counts}
    declared = feedback_sources() | other_sources()
    return {slug: truth for slug, truth in (big | systems_truth(folder)).items() if slug in declared}


def _words(planted: Truth) -> str:
    facts = " + ".join(str(rows) for _, rows in sorted(planted.facts.items()))
    return f"{facts} / {planted.rejected}"
