"""Publishing one kind of document: all its drafts in one transaction, from marts that no swap replaces meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import psycopg
from psycopg.rows import DictRow, dict_row

from mcu.publications import files, ledger
from mcu.publications.ledger import Draft, Kind, Publication
from mcu.publications.readiness import PublicationStopped, passed_run
from mcu.settings import settings
from mcu.warehouse.connect import connect
from mcu.warehouse.transform_runs import TransformRun

DraftsOf = Callable[[psycopg.Cursor[DictRow], TransformRun], Iterable[Draft]]


def publish_drafts(kind: Kind, drafts_of: DraftsOf) -> list[Publication]:
    """Publish what `drafts_of` makes of the marts. Raises PublicationStopped if they did not pass their gate,
    PackageError if the files of a standing edition are lost and cannot be reproduced byte for byte."""
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [kind.KIND])
        run = passed_run(conn)
        return [ledger.publish(cursor, kind, draft, run) for draft in drafts_of(cursor, run)]


def copy_to(out: Path | None, published: Iterable[Publication]) -> None:
    """Copies for whoever asked for them, one folder a municipality in `out`."""
    if out:
        for one in published:
            files.copy(one.folder, out / one.municipality_code)


def today(run: TransformRun) -> date:
    """The municipality's day of the marts."""
    return run.as_of.astimezone(settings().tz).date()


def require_over(run: TransformRun, last: date, title: str) -> None:
    """Raises PublicationStopped if `last`, the last day of the period `title`, is not over in the marts."""
    if today(run) <= last:
        raise PublicationStopped(
            f"Публикация остановлена: {title} ещё не закончен на момент витрин ({today(run):%d.%m.%Y})."
        )


def municipalities(cursor: psycopg.Cursor[DictRow]) -> list[DictRow]:
    """The known ones, by code."""
    return cursor.execute(
        "select * from marts.dim_municipality where municipality_code <> 'unknown' order by municipality_code"
    ).fetchall()
