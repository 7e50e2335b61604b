"""Publishing the set of open data of each municipality up to a month."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
from psycopg.rows import DictRow

from mcu.errors import UserError
from mcu.publications.editions import copy_to, municipalities, publish_drafts, require_over
from mcu.publications.indicators.document import number
from mcu.publications.ledger import Draft, Publication
from mcu.publications.open_data import dataset
from mcu.publications.papers.period import Period
from mcu.warehouse.transform_runs import TransformRun

ADDRESSEE = "Официальный сайт, раздел «Открытые данные»"

_VALUES = """
    select to_char(v.period_month, 'YYYY-MM') as period, m.title as municipality, v.indicator_code,
           i.title as indicator, i.unit, v.value, v.numerator, v.denominator
    from marts.fct_indicator_values as v
    join marts.dim_indicator as i using (indicator_code) join marts.dim_municipality as m using (municipality_code)
    where v.municipality_code = %(place)s and v.period_month <= %(last)s and v.indicator_code = any(%(public)s)
    order by v.period_month, i.sort_order, v.indicator_code
"""


def publish(month: str, out: Path | None = None) -> list[Publication]:
    """Publish the sets up to `month` («2026-10»), one a municipality; `out`: a folder for copies. Which indicators and
    which cells are shown nobody can choose. Raises PublicationStopped if the month is not over."""
    period = Period.of(month, "month")
    published = publish_drafts(dataset, partial(_drafts, period))
    if not published:
        raise UserError(f"По {period.title} показателей в витринах нет.")
    copy_to(out, published)
    return published


def _drafts(period: Period, cursor: psycopg.Cursor[DictRow], run: TransformRun) -> Iterator[Draft]:
    require_over(run, period.last, period.title)
    valid_until = period.last + timedelta(days=45)
    for place in municipalities(cursor):
        given = {"place": place["municipality_code"], "last": period.last, "public": list(dataset.PUBLIC)}
        values = dataset.suppressed(
            row | {name: number(row[name]) for name in ("value", "numerator", "denominator")}
            for row in cursor.execute(_VALUES, given).fetchall()
        )
        if not values:
            continue
        rows = {
            "place": {
                "municipality_code": place["municipality_code"],
                "title": place["title"],
                "signatory": place["signatory"] or "",
                "publisher": f"Администрация: {place['title']}",
            },
            "first_day": f"{values[0]['period']}-01".replace("-", ""),
            "valid": f"{valid_until:%Y%m%d}",
            "values": values,
        }
        digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
        yield Draft(period.code, place["municipality_code"], ADDRESSEE, rows, digest)
