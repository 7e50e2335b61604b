"""Compare the counts of each step, source by source, and with the expected counts of a companion that knows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import psycopg
from psycopg import sql
from rich.table import Column, Table

from mcu.runtime.companion import ExpectedCounts, companion
from mcu.runtime.progress import console
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

_OPEN = """
select coalesce(no_deadline_title, case when is_without_deadline then '' end, s.title), count(*),
       bool_or(is_without_deadline)
from marts.rpt_open_items as i
left join reference.deadline_statuses as s on i.status = s.status
group by 1
order by 3, 2 desc
"""

_OF_SEVERAL_RECORDS = {"page_figures": "fct_page_figures"}
"""Relations whose rows are made of several records: they are compared with the expected counts, not with raw."""

_HEADERS = (
    Column("Источник", overflow="fold"), "Прочитано", "Новых", "Без изменений", "Отклонено", "Записей в raw",
    "В витринах", "Потеряно", "Лишних", "В карантине", "Должно быть: строки / карантин",
)  # fmt: skip  # a table


def reconcile() -> bool:
    """Print the counts. True if they agree: read = new + unchanged + rejected, raw = facts, and both as expected."""
    with connect("transformer") as conn:
        rows = conn.execute(_COUNTS).fetchall()
        expected = _expected()
        found = _rows_in_marts(conn, expected)
        open_items = conn.execute(_OPEN).fetchall()
    table = Table(*_HEADERS, title="Сверка: от источника до факта")
    agree = bool(rows)
    for slug, read, new, unchanged, rejected, raw, facts, missing, extra, quarantined in rows:
        agree &= read == new + unchanged + rejected and raw == facts and missing == extra == 0
        planted = expected.get(slug)
        agree &= planted is None or planted == ExpectedCounts(found[slug], quarantined)
        counts = (read, new, unchanged, rejected, raw, facts, missing, extra, quarantined)
        table.add_row(slug, *map(str, counts), _describe(planted) if planted else "—")
    console.print(table)
    agree &= _print_open_items(open_items)
    console.print("[green]Счёт сходится: ничего не потеряно.[/]\n" if agree else "[red]Счёт не сходится![/]\n")
    return agree


def _print_open_items(rows: list[tuple[str, int, bool]]) -> bool:
    """Print which deadline the open items have, or why they have none. True if none lacks both."""
    table = Table("Состояние срока или причина, по которой его нет", "Открытых", title="Сроки открытых обращений")
    for title, count, _ in rows:
        table.add_row(title or "[red]Срока и причины нет[/]", str(count))
    if not any(is_without for *_, is_without in rows):
        table.add_row("Срока и причины нет", "0")
    console.print(table)
    return not any(is_without for *_, is_without in rows)


def _expected() -> dict[str, ExpectedCounts]:
    """Expected counts of the declared sources; empty without a companion."""
    beside = companion()
    if not beside:
        return {}
    declared = feedback_sources() | other_sources()
    return {slug: counts for slug, counts in beside.expected_counts().items() if slug in declared}


def _rows_in_marts(conn: psycopg.Connection, expected: Mapping[str, ExpectedCounts]) -> dict[str, Counter[str]]:
    """Source → relation → rows of its mart, for the relations of which a count is expected."""
    marts = project_variable("relation_marts") | _OF_SEVERAL_RECORDS
    count = sql.SQL("select count(*) from {} where source_slug = %s")
    found: dict[str, Counter[str]] = {slug: Counter() for slug in expected}
    for slug, counts in expected.items():
        for relation in counts.facts:
            row = conn.execute(count.format(sql.Identifier("marts", marts[relation])), [slug]).fetchone()
            found[slug][relation] = row[0] if row else 0
    return found


def _describe(expected: ExpectedCounts) -> str:
    facts = " + ".join(str(rows) for _, rows in sorted(expected.facts.items()))
    return f"{facts} / {expected.rejected}"
