"""`ops.publications`: each edition of a document as it was made, with the rows it was made of.

The same rows give the edition that stands, byte for byte; changed ones give the next revision, which lists what changed
since. An edition that was recalled never comes back: the next one is a new revision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from mcu.publications import files
from mcu.publications.causes import cause
from mcu.publications.versions import versions
from mcu.settings import settings
from mcu.warehouse.transform_runs import TransformRun

STATUSES = {"prepared": "подготовлено", "approved": "утверждено", "sent": "отправлено", "recalled": "отозвано"}


class Kind(Protocol):
    """A kind of document; `row` is a row of `ops.publications`."""

    KIND: str

    def title(self, row: Mapping[str, Any]) -> str:
        """What it is, in Russian, with the municipality and the period."""

    def files(self, row: Mapping[str, Any]) -> dict[str, bytes]:
        """Name → bytes. They depend on the row only: no clock, no database."""

    def difference(self, before: Any, after: Any, cause: str, causes: Mapping[str, str]) -> list[dict[str, Any]]:
        """What changed between two editions (their `rows`), line by line, each with its cause: the one of `causes` for
        its indicator, else `cause`, what the versions of both say."""


class Evidence(Protocol):
    """What the figures of a draft are made of, kept beside it, so that a later revision can explain its difference."""

    def store(self, cursor: psycopg.Cursor[DictRow], publication_id: int) -> None: ...

    def explained(
        self,
        cursor: psycopg.Cursor[DictRow],
        difference: list[dict[str, Any]],
        last: Mapping[str, Any],
        row: Mapping[str, Any],
    ) -> list[dict[str, Any]]:
        """The same changes with the lines that each is made of; `last`, `row`: the two revisions."""


@dataclass(frozen=True)
class Draft:
    """What is to be published. `rows_sha256`: of the figures; a reworded title makes no new revision."""

    period: str
    municipality_code: str
    addressee: str
    rows: dict[str, Any]
    rows_sha256: str
    evidence: Evidence | None = None
    """What each item adds to the figures, if a difference is to be explained item by item."""


@dataclass(frozen=True)
class Publication:
    """One revision of a municipality's period. `files`: name → SHA-256. `is_new`: not published before."""

    publication_id: int
    kind: str
    period: str
    municipality_code: str
    revision: int
    as_of: datetime
    status: str
    folder: Path
    files: dict[str, str]
    is_new: bool
    message: str
    """What happened, in Russian."""
    difference: list[dict[str, Any]] = field(default_factory=list)


def publish(cursor: psycopg.Cursor[DictRow], kind: Kind, draft: Draft, run: TransformRun) -> Publication:
    """The edition of `draft` in the ledger, new or standing, with its files. Raises PackageError if the files of a
    standing one are lost and cannot be reproduced byte for byte."""
    last = cursor.execute(
        """select * from ops.publications where kind = %s and period = %s and municipality_code = %s
           order by revision desc limit 1""",
        [kind.KIND, draft.period, draft.municipality_code],
    ).fetchone()
    if last and last["rows_sha256"] == draft.rows_sha256 and last["status"] != "recalled":
        restore_files(kind, last)
        return _publication(kind, last, is_new=False)
    return _publication(kind, _insert(cursor, kind, draft, run, last), is_new=True)


def restore_files(kind: Kind, row: Mapping[str, Any]) -> Path:
    """The folder of an edition; files that are missing or spoilt are made again from the stored rows."""
    place = folder(row)
    if not files.is_whole(place, row["files"]):
        bodies = _bodies(kind, row)
        changed = sorted(name for name, body in bodies.items() if files.sha256(body) != row["files"].get(name))
        if changed:
            raise files.PackageError(
                f"Файлы публикации {row['municipality_code']} за {row['period']} (редакция {row['revision']}) "
                "утрачены, а воспроизвести их байт в "
                f"байт нельзя: изменилось оформление ({', '.join(changed)}). Восстановите {place} из резервной копии."
            )
        files.write(place, bodies)
    return place


def folder(row: Mapping[str, Any]) -> Path:
    return settings().var.joinpath(
        "publications", row["kind"], row["period"], row["municipality_code"], f"r{row['revision']}"
    )


def _bodies(kind: Kind, row: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of a row, whether it is fresh or read back: jsonb does not keep the order of keys."""
    ordered = {name: json.loads(json.dumps(row[name], sort_keys=True)) for name in ("rows", "versions", "difference")}
    return kind.files({**row, **ordered})


def _insert(
    cursor: psycopg.Cursor[DictRow], kind: Kind, draft: Draft, run: TransformRun, last: Mapping[str, Any] | None
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "kind": kind.KIND,
        "period": draft.period,
        "municipality_code": draft.municipality_code,
        "addressee": draft.addressee,
        "as_of": run.as_of,
        "revision": last["revision"] + 1 if last else 1,
        "rows": draft.rows,
        "rows_sha256": draft.rows_sha256,
        "definition_hash": run.definition_hash,
        "versions": versions(cursor, run),
        "difference": None,
        "status": "prepared",
    }
    if last:
        row["difference"] = kind.difference(last["rows"], draft.rows, cause(last, row), _causes(cursor, last))
        if draft.evidence:
            row["difference"] = draft.evidence.explained(cursor, row["difference"], last, row)
    bodies = _bodies(kind, row)
    files.write(folder(row), bodies)
    row["files"] = {name: files.sha256(body) for name, body in bodies.items()}
    stored = row | {name: Jsonb(row[name]) for name in ("rows", "files", "versions")}
    inserted = cursor.execute(
        """insert into ops.publications (kind, period, municipality_code, addressee, as_of, revision, rows,
                                         rows_sha256, definition_hash, versions, files, difference)
           values (%(kind)s, %(period)s, %(municipality_code)s, %(addressee)s, %(as_of)s, %(revision)s, %(rows)s,
                   %(rows_sha256)s, %(definition_hash)s, %(versions)s, %(files)s, %(difference)s)
           returning publication_id""",
        stored | {"difference": row["difference"] and Jsonb(row["difference"])},
    ).fetchone()
    assert inserted is not None
    if draft.evidence:
        draft.evidence.store(cursor, inserted["publication_id"])
    return row | inserted


def _causes(cursor: psycopg.Cursor[DictRow], last: Mapping[str, Any]) -> dict[str, str]:
    """Indicator → which definitions moved it in this month since the last revision, as the platform found it then."""
    rows = cursor.execute(
        """select indicator_code, string_agg(distinct cause, '; ') as cause from ops.restated
           where municipality_code = %s and to_char(period_month, 'YYYY-MM') = %s and restated_at > %s
           group by indicator_code""",
        [last["municipality_code"], last["period"], last["made_at"]],
    )
    return {row["indicator_code"]: row["cause"] for row in rows}


def _publication(kind: Kind, row: Mapping[str, Any], *, is_new: bool) -> Publication:
    difference = row["difference"] or []
    what = f"№ {row['publication_id']}: {kind.title(row)} (редакция {row['revision']})"
    if is_new:
        changed = f", изменений по сравнению с предыдущей: {len(difference)}" if difference else ""
        said = f"подготовлено к утверждению{changed}"
    else:
        said = f"изменений нет, {STATUSES[row['status']]}"
    names = ("publication_id", "kind", "period", "municipality_code", "revision", "as_of", "status", "files")
    return Publication(
        folder=folder(row),
        is_new=is_new,
        message=f"{what} — {said}. Файлы: {folder(row)}",
        difference=difference,
        **{name: row[name] for name in names},
    )
