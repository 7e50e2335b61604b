"""Publishing the saved slices of a month."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import DictRow

from mcu.errors import UserError
from mcu.publications.editions import copy_to, municipalities, publish_drafts, require_over
from mcu.publications.ledger import Draft, Publication
from mcu.publications.slices import document
from mcu.slices.catalogue import SliceRefused
from mcu.slices.count import count, named_municipality
from mcu.slices.question import Period
from mcu.slices.saved import saved_slices
from mcu.warehouse.transform_runs import TransformRun


def publish(month: str, out: Path | None = None) -> list[Publication]:
    """Publish the saved slices of `month` («2026-10»), one workbook a municipality; none if no slice is saved.

    Raises PublicationStopped if the month is not over or the marts did not pass their gate, SliceRefused if a slice
    cannot be counted; the others are published before."""
    if not re.fullmatch(r"\d{4}-\d{2}", month):
        raise UserError(f"Месяц указан как «{month}», а нужен вид ГГГГ-ММ, например 2026-10.")
    refused: dict[str, str] = {}
    published = publish_drafts(document, partial(_drafts, month, Period.of(month), refused))
    copy_to(out, published)
    if refused:
        listed = "; ".join(f"{name}: {why}" for name, why in refused.items())
        raise SliceRefused(f"Остальные разрезы опубликованы ({len(published)}), не посчитаны: {listed}")
    return published


def _drafts(
    month: str, period: Period, refused: dict[str, str], cursor: psycopg.Cursor[DictRow], run: TransformRun
) -> Iterator[Draft]:
    """One bad slice does not stop the others: it is named in the workbook and added to `refused`."""
    require_over(run, period.end - timedelta(days=1), period.title)
    slices = saved_slices(cursor)
    for place in municipalities(cursor) if slices else []:
        code = place["municipality_code"]
        counted, missing = [], []
        for one in slices:
            try:
                if named_municipality(cursor, one.question(month)) not in (None, code):
                    continue
                table = count(cursor, one.question(month, code), run).model_dump(mode="json")
            except SliceRefused as error:
                refused[one.name] = str(error)
                missing.append(one.title)
            else:
                counted.append({"name": one.name, "title": one.title, "table": table})
        if counted:
            rows = {"place": place["title"], "slices": counted, "missing": missing}
            yield Draft(month, code, place["addressee"] or "", rows, _sha256(counted))


def _sha256(counted: list[dict[str, Any]]) -> str:
    """Of the figures: neither a reworded title nor a later run with the same figures makes a new revision."""
    figures = [{**one["table"], "as_of": None} for one in counted]
    return hashlib.sha256(json.dumps(figures, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
