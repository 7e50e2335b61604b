"""A publication's way: prepared → approved → sent, or recalled. A person approves; nothing leaves without it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

from mcu.errors import UserError
from mcu.privacy.refusal import refuse_personal
from mcu.publications.kinds import KINDS
from mcu.publications.ledger import STATUSES, folder
from mcu.settings import settings
from mcu.warehouse.connect import connect


class StepRefused(UserError):
    """A publication cannot take this step now; the message says why."""

    code = "publication_step_refused"


_FROM = {"approved": ("prepared",), "sent": ("approved",), "recalled": ("prepared", "approved", "sent")}


def approve(publication_id: int, by: str) -> str:
    """Approve a prepared publication. Raises StepRefused, also if a later revision stands."""
    return _step(publication_id, "approved", by)


def recall(publication_id: int, by: str, reason: str) -> str:
    """Recall a publication: it is never sent again. What has left is not undone; the reason says what to do."""
    if not reason.strip():
        raise StepRefused("Укажите причину отзыва: она остаётся в журнале.")
    refuse_personal(reason)
    return _step(publication_id, "recalled", by, reason)


def mark_sent(cursor: psycopg.Cursor[DictRow], publication_id: int, by: str, receipt: str) -> None:
    """Record that the receiver has it."""
    _record(cursor, publication_id, "sent", by, receipt)


def find(cursor: psycopg.Cursor[DictRow], publication_id: int) -> DictRow:
    """The row of a document; it stays locked until the transaction ends. Raises StepRefused."""
    row = cursor.execute(
        "select * from ops.publications where publication_id = %s and kind <> 'deadline_digest' for update",
        [publication_id],
    ).fetchone()
    if row is None:
        raise StepRefused(f"Публикации № {publication_id} нет: mcu publications list.")
    return row


def listed(kind: str | None, limit: int) -> list[dict[str, Any]]:
    """The last publications, the newest first: their row without the contents, and the last step of each."""
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            """select p.publication_id, p.kind, p.period, p.municipality_code, p.revision, p.addressee, p.as_of,
                      p.made_at, p.status, p.rows_sha256, p.versions, jsonb_array_length(p.difference) as changes,
                      s.done_by, s.done_at, s.reason
               from ops.publications as p
               left join lateral (
                   select * from ops.publication_steps as s
                   where s.publication_id = p.publication_id order by step_id desc limit 1
               ) as s on true
               where p.kind <> 'deadline_digest' and (%(kind)s::text is null or p.kind = %(kind)s)
               order by p.publication_id desc limit %(limit)s""",
            {"kind": kind, "limit": limit},
        ).fetchall()


def is_prepared(publication_id: int) -> bool:
    """True if it waits for its approval."""
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        return bool(find(cursor, publication_id)["status"] == "prepared")


def waiting(status: str) -> list[int]:
    """The documents of a status that no later revision has replaced, oldest first."""
    with connect("loader") as conn:
        found = conn.execute(
            """select publication_id from ops.publications as p
               where status = %s and kind <> 'deadline_digest' and not exists (
                   select from ops.publications as l
                   where (l.kind, l.period, l.municipality_code) = (p.kind, p.period, p.municipality_code)
                     and l.revision > p.revision
               )
               order by publication_id""",
            [status],
        ).fetchall()
    return [one for (one,) in found]


def _step(publication_id: int, status: str, by: str, reason: str | None = None) -> str:
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        row = find(cursor, publication_id)
        if row["status"] not in _FROM[status]:
            raise StepRefused(f"Публикация № {publication_id} уже {STATUSES[row['status']]}.")
        if status == "approved":
            _refuse_outdated(cursor, row)
        _record(cursor, publication_id, status, by, reason)
    return f"Публикация № {publication_id}: {STATUSES[status]} ({by})."


def _record(cursor: psycopg.Cursor[DictRow], publication_id: int, status: str, by: str, reason: str | None) -> None:
    if not by.strip():
        raise StepRefused("Укажите, кто это сделал: должность, фамилия.")
    cursor.execute("update ops.publications set status = %s where publication_id = %s", [status, publication_id])
    cursor.execute(
        "insert into ops.publication_steps (publication_id, status, done_by, reason) values (%s, %s, %s, %s)",
        [publication_id, status, by.strip(), reason],
    )


def _refuse_outdated(cursor: psycopg.Cursor[DictRow], row: DictRow) -> None:
    later = cursor.execute(
        """select publication_id, revision from ops.publications
           where kind = %(kind)s and period = %(period)s and municipality_code = %(municipality_code)s
             and revision > %(revision)s
           order by revision desc limit 1""",
        row,
    ).fetchone()
    if later:
        raise StepRefused(
            f"Публикация № {row['publication_id']} устарела: есть редакция {later['revision']}, "
            f"№ {later['publication_id']}."
        )


def shown(publication_id: int) -> list[str]:
    """Where a publication stands, in Russian: what it was made of, its files, who did what, what was sent where."""
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        row = find(cursor, publication_id)
        done = cursor.execute(
            "select * from ops.publication_steps where publication_id = %s order by step_id", [publication_id]
        ).fetchall()
        sendings = cursor.execute("select * from ops.sendings where publication_id = %s", [publication_id]).fetchall()
    return [
        KINDS[row["kind"]].title(row) + f", редакция {row['revision']}",
        f"Для кого: {row['addressee'] or 'не указано'}. Сведения на {_local(row['as_of'])}. {STATUSES[row['status']]}.",
        f"Строки: SHA-256 {row['rows_sha256']}. Изменений к предыдущей редакции: {len(row['difference'] or [])}.",
        "Версии: " + ", ".join(f"{name} {version}" for name, version in sorted(row["versions"].items())) + ".",
        f"Файлы: {folder(row)}",
        *(f"  {name} {sha}" for name, sha in sorted(row["files"].items())),
        *(
            f"{_local(one['done_at'])}: {STATUSES[one['status']]}, {one['done_by']}"
            + (f" ({one['reason']})" if one["reason"] else "")
            for one in done
        ),
        *(
            f"{one['address']}: {_SENDING[one['status']]}, попыток {one['attempts']}, повторов {one['repeats']}"
            + (f", ошибка: {one['error']}" if one["error"] else "")
            for one in sendings
        ),
    ]


_SENDING = {"waiting": "ждёт", "under_way": "исход неизвестен", "received": "получено"}


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(settings().tz):%d.%m.%Y %H:%M}"
