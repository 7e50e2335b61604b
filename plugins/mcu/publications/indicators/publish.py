"""Publishing a month. Publishing it again gives the same bytes and no new row; if the figures changed since, it gives
the next revision with a line-by-line difference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from mcu.errors import UserError
from mcu.publications.indicators import package
from mcu.publications.indicators.difference import difference
from mcu.publications.indicators.document import Document, read_document
from mcu.publications.indicators.workbook import month_title
from mcu.publications.readiness import PublicationStopped, passed_run
from mcu.settings import settings
from mcu.warehouse.connect import connect
from mcu.warehouse.transform_runs import TransformRun

KIND = "indicators"
ALL_MUNICIPALITIES = "all"
"""The municipality code of a package that covers all municipalities."""


@dataclass(frozen=True)
class Publication:
    """One revision of a published period. `files`: name → SHA-256. `is_new` is false if it was published before."""

    kind: str
    period: str
    revision: int
    as_of: datetime
    folder: Path
    files: dict[str, str]
    is_new: bool
    message: str
    """What happened, in Russian."""
    difference: list[dict[str, Any]] = field(default_factory=list)


def publish(month: str, out: Path | None = None) -> Publication:
    """Publish the indicators of `month` («2026-10»); `out` is a folder for a copy of the files.

    Raises PublicationStopped if the month is not over or the marts did not pass their gate, PackageError if the files
    of an earlier publication are lost and cannot be reproduced byte for byte."""
    first_day = _first_day(month)
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"{KIND}:{month}"])
        run = _run_after(cursor, first_day)
        now = read_document(cursor, first_day)
        last = cursor.execute(
            """select * from ops.publications where kind = %s and period = %s and municipality_code = %s
               order by revision desc limit 1""",
            [KIND, month, ALL_MUNICIPALITIES],
        ).fetchone()
        if last and last["rows_sha256"] == now.values_sha256:
            published = _existing(last)
        else:
            published = _new_revision(cursor, month, now, run, last)
    if out:
        package.copy(published.folder, out)
    return published


def previous_month(at: datetime) -> str:
    """The last whole month before `at`, by the municipality's clock: «2026-10»."""
    return f"{at.astimezone(settings().tz).replace(day=1) - timedelta(days=1):%Y-%m}"


def verify(folder: Path) -> dict[str, Any]:
    """The manifest of the package in `folder`. Raises PackageError naming each file that differs from it."""
    return package.verify(folder)


def _new_revision(
    cursor: psycopg.Cursor[DictRow], month: str, now: Document, run: TransformRun, last: Mapping[str, Any] | None
) -> Publication:
    changes = None
    if last:
        before = Document.model_validate(last["rows"])
        changes = difference(before, now, same_rules=last["definition_hash"] == run.definition_hash)
    row = {
        "kind": KIND,
        "period": month,
        "municipality_code": ALL_MUNICIPALITIES,
        "as_of": run.as_of,
        "revision": last["revision"] + 1 if last else 1,
        "rows": now.model_dump(mode="json"),
        "rows_sha256": now.values_sha256,
        "definition_hash": run.definition_hash,
        "difference": changes,
    }
    files = package.files(row)
    package.write(_folder(row), files)
    row["files"] = {name: package.sha256(body) for name, body in files.items()}
    cursor.execute(
        """insert into ops.publications (kind, period, municipality_code, as_of, revision, rows, rows_sha256,
                                         definition_hash, files, difference)
           values (%(kind)s, %(period)s, %(municipality_code)s, %(as_of)s, %(revision)s, %(rows)s, %(rows_sha256)s,
                   %(definition_hash)s, %(files)s, %(difference)s)""",
        row | {"rows": Jsonb(row["rows"]), "files": Jsonb(row["files"]), "difference": changes and Jsonb(changes)},
    )
    return _publication(row, is_new=True)


def _existing(row: Mapping[str, Any]) -> Publication:
    """An earlier publication; files that are missing are made again from the stored rows."""
    folder = _folder(row)
    if not package.is_whole(folder, row["files"]):
        files = package.files(row)
        changed = sorted(name for name, body in files.items() if package.sha256(body) != row["files"].get(name))
        if changed:
            raise package.PackageError(
                f"Файлы публикации за {row['period']} (редакция {row['revision']}) утрачены, а воспроизвести их байт в "
                f"байт нельзя: изменилось оформление ({', '.join(changed)}). Восстановите {folder} из резервной копии."
            )
        package.write(folder, files)
    return _publication(row, is_new=False)


def _publication(row: Mapping[str, Any], *, is_new: bool) -> Publication:
    difference = row["difference"] or []
    what = f"Показатели за {month_title(row['period'])} (редакция {row['revision']})"
    if is_new:
        changed = f", изменений по сравнению с предыдущей: {len(difference)}" if difference else ""
        message = f"{what}: опубликованы{changed}. Файлы: {_folder(row)}"
    else:
        message = f"{what}: уже опубликованы, изменений нет. Файлы: {_folder(row)}"
    return Publication(
        *(row["kind"], row["period"], row["revision"], row["as_of"], _folder(row), row["files"], is_new, message),
        difference,
    )


def _folder(row: Mapping[str, Any]) -> Path:
    return settings().var.joinpath("publications", row["kind"], row["period"], f"r{row['revision']}")


def _first_day(month: str) -> date:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise UserError(f"Месяц указан как «{month}», а нужен вид ГГГГ-ММ, например 2026-10.")
    return date.fromisoformat(f"{month}-01")


def _run_after(cursor: psycopg.Cursor[DictRow], first_day: date) -> TransformRun:
    """The passed transformation that the marts stand on; the month must be over at its as_of."""
    run = passed_run(cursor.connection)
    as_of: datetime = run.as_of
    if f"{as_of.astimezone(settings().tz):%Y-%m}" <= f"{first_day:%Y-%m}":
        raise PublicationStopped(
            f"Публикация остановлена: {month_title(f'{first_day:%Y-%m}')} ещё не закончен на момент витрин "
            f"({as_of.astimezone(settings().tz):%d.%m.%Y %H:%M})."
        )
    return run
