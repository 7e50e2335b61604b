"""Publishing the results of a month for ССТУ, one report a municipality."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
from psycopg.rows import DictRow

from mcu.errors import UserError
from mcu.publications.editions import copy_to, municipalities, publish_drafts, require_over
from mcu.publications.ledger import Draft, Publication
from mcu.publications.papers.period import Period
from mcu.publications.sstu import report
from mcu.publications.sstu.results import read
from mcu.warehouse.transform_runs import TransformRun

ADDRESSEE = "ССТУ.РФ, раздел «Результаты рассмотрения обращений»"


def publish(month: str, out: Path | None = None) -> list[Publication]:
    """Publish the reports of `month` («2026-10»); `out`: a folder for copies. Raises PublicationStopped if the month is
    not over or the marts did not pass their gate, UserError if no question got a result."""
    period = Period.of(month, "month")
    published = publish_drafts(report, partial(_drafts, period))
    if not published:
        raise UserError(f"За {period.title} результатов рассмотрения вопросов нет.")
    copy_to(out, published)
    return published


def _drafts(period: Period, cursor: psycopg.Cursor[DictRow], run: TransformRun) -> Iterator[Draft]:
    require_over(run, period.last, period.title)
    for place in municipalities(cursor):
        appeals, refused = read(cursor, place["municipality_code"], period.first, period.last)
        if appeals or refused:
            rows = {"place": place["title"], "appeals": appeals, "refused": refused}
            digest = hashlib.sha256(json.dumps([appeals, refused], sort_keys=True).encode()).hexdigest()
            yield Draft(period.code, place["municipality_code"], ADDRESSEE, rows, digest)
