"""The counts of each step, source by source, held against each other and, in the demonstration, against the truth."""

from __future__ import annotations

import gzip
import json
from collections import Counter

from rich.table import Table

from mcu.runtime.progress import console
from mcu.settings import settings
from mcu.warehouse.connect import connect

_COUNTS = """
select
    r.source_slug,
    l.read_count, l.new_count, l.unchanged_count, l.rejected_count,
    r.raw_records, r.in_feedback, r.missing, r.extra,
    (select count(*) from ops.rejects as j where j.source_slug = r.source_slug and j.replayed_at is null) as quarantined
from marts.reconciliation as r
cross join lateral (
    select
        coalesce(sum(read_count), 0) as read_count, coalesce(sum(new_count), 0) as new_count,
        coalesce(sum(unchanged_count), 0) as unchanged_count, coalesce(sum(rejected_count), 0) as rejected_count
    from ops.loads
    where source_slug = r.source_slug and status = 'accepted'
) as l
order by r.source_slug
"""


def reconcile() -> bool:
    """Print the counts; whether they agree: read = new + unchanged + rejected, raw = facts, and both as planted."""
    with connect("admin") as conn:
        rows = conn.execute(_COUNTS).fetchall()
    truth = _truth()
    headers = ["Источник", "Прочитано", "Новых", "Без изменений", "Отклонено"]
    headers += ["Записей в raw", "В фактах", "Потеряно", "Лишних", "В карантине", "Должно быть: факты / карантин"]
    table = Table(*headers, title="Сверка: от источника до факта")
    agree = bool(rows)
    for slug, read, new, unchanged, rejected, raw, facts, missing, extra, quarantined in rows:
        planted = (truth[slug, "feedback"], truth[slug, "quarantine"])
        agree &= read == new + unchanged + rejected and raw == facts and missing == extra == 0
        agree &= not truth or planted == (facts, quarantined)
        counts = (read, new, unchanged, rejected, raw, facts, missing, extra, quarantined)
        table.add_row(slug, *map(str, counts), "{} / {}".format(*planted) if truth else "—")
    console.print(table)
    console.print("[green]Счёт сходится: ничего не потеряно.[/]\n" if agree else "[red]Счёт не сходится![/]\n")
    return agree


def _truth() -> Counter[tuple[str, str]]:
    """(source, feedback | quarantine) → how many records the demonstration city planted; empty without the city."""
    path = settings().var / "city" / "truth" / "items.jsonl.gz"
    if not settings().city or not path.exists():
        return Counter()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        items = map(json.loads, lines)
        return Counter((item["source_slug"], item["expected"]) for item in items)
