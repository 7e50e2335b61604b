"""Whether anything may be published: the marts must have passed their gate."""

from __future__ import annotations

import psycopg
from psycopg.rows import DictRow

from mcu.errors import UserError


class PublicationStopped(UserError):
    """Nothing may be published now; the message says why."""


def passed_run(cursor: psycopg.Cursor[DictRow]) -> DictRow:
    """as_of, status and definition_hash of the last transformation. Raises PublicationStopped unless it passed."""
    run = cursor.execute(
        """select as_of, status, definition_hash from ops.transform_runs
           order by coalesce(finished_at, started_at) desc, run_id desc limit 1"""
    ).fetchone()
    if run is None:
        raise PublicationStopped("Публикация невозможна: витрины ещё не построены.")
    if run["status"] != "passed":
        reason = {
            "blocked": "критическая проверка витрин не пройдена",
            "built": "витрины построены, но ещё не проверены",
            "running": "витрины сейчас строятся",
        }.get(run["status"], "последнее построение витрин не удалось")
        raise PublicationStopped(f"Публикация остановлена: {reason}.")
    return run
