"""Publishing a month, one package a municipality."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg
from psycopg.rows import DictRow

from mcu.errors import UserError
from mcu.publications.editions import copy_to, publish_drafts, require_over
from mcu.publications.indicators import evidence, package
from mcu.publications.indicators.figures import read_documents
from mcu.publications.ledger import Draft, Publication
from mcu.russian import month_title
from mcu.settings import settings
from mcu.warehouse.transform_runs import TransformRun


def publish(month: str, out: Path | None = None) -> list[Publication]:
    """Publish the indicators of `month` («2026-10»), one package a municipality; `out` is a folder for a copy: one
    folder a municipality in it.

    Raises PublicationStopped if the month is not over or the marts did not pass their gate, PackageError if the files
    of an earlier publication are lost and cannot be reproduced byte for byte."""
    first_day = _first_day(month)
    published = publish_drafts(package, partial(_drafts, month, first_day))
    copy_to(out, published)
    return published


def _drafts(month: str, first_day: date, cursor: psycopg.Cursor[DictRow], run: TransformRun) -> Iterator[Draft]:
    days = calendar.monthrange(first_day.year, first_day.month)[1]
    require_over(run, first_day.replace(day=days), month_title(month))
    items = evidence.read(cursor, first_day)
    for now in read_documents(cursor, first_day):
        place = now.municipality
        yield Draft(
            month,
            place.municipality_code,
            place.addressee,
            now.model_dump(mode="json"),
            now.values_sha256,
            items.get(place.municipality_code),
        )


def previous_month(at: datetime) -> str:
    """The last whole month before `at`, by the municipality's clock: «2026-10»."""
    return f"{at.astimezone(settings().tz).replace(day=1) - timedelta(days=1):%Y-%m}"


def _first_day(month: str) -> date:
    if not re.fullmatch(r"20\d{2}-(0[1-9]|1[0-2])", month):
        raise UserError(f"Месяц указан как «{month}», а нужен вид ГГГГ-ММ, например 2026-10.")
    return date.fromisoformat(f"{month}-01")
