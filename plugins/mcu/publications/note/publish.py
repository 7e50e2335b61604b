"""Publishing the weekly note of each municipality."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import psycopg
from psycopg.rows import DictRow

from mcu.publications.editions import copy_to, publish_drafts, today
from mcu.publications.ledger import Draft, Publication
from mcu.publications.note import pdf, weekly
from mcu.publications.note.figures import Week, read
from mcu.publications.note.words import Names
from mcu.publications.readiness import PublicationStopped
from mcu.warehouse.transform_runs import TransformRun

_PLACES = """
    select m.municipality_code, a.addressee
    from marts.dim_municipality as m
    left join reference.publication_addressees as a on a.municipality_code = m.municipality_code and a.kind = %s
    where m.municipality_code <> 'unknown' and exists (
        select from marts.fct_flows as f where f.municipality_code = m.municipality_code
    )
    order by m.municipality_code
"""


def publish(week_code: str | None = None, out: Path | None = None) -> list[Publication]:
    """Publish the notes of a week («2026-W46»; None: the last whole one before the marts' `as_of`), one a municipality.

    Raises PublicationStopped if the week is not over or the marts did not pass their gate."""
    published = publish_drafts(weekly, partial(_drafts, week_code))
    pdf.beside([one.folder for one in published])
    copy_to(out, published)
    return published


def _drafts(week_code: str | None, cursor: psycopg.Cursor[DictRow], run: TransformRun) -> Iterator[Draft]:
    day = today(run)
    week = _week(week_code, day)
    names = Names(cursor.execute("select * from reference.recipient_cases").fetchall())
    for place in cursor.execute(_PLACES, [weekly.KIND]).fetchall():
        figures = read(cursor, place["municipality_code"], week, run.as_of, day)
        yield weekly.draft(figures, names, place["addressee"] or "")


def _week(code: str | None, today: date) -> Week:
    week = Week.of(code) if code else Week.before(today)
    if week.last >= today:
        raise PublicationStopped(
            f"Публикация остановлена: неделя {week.code} ещё не закончена на момент витрин ({today:%d.%m.%Y})."
        )
    return week
