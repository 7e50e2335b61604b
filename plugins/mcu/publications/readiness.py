"""Whether anything may be published: the marts must have passed their gate."""

from __future__ import annotations

from typing import Any

import psycopg

from mcu.errors import UserError
from mcu.warehouse.transform_runs import TransformRun, latest_run


class PublicationStopped(UserError):
    """Nothing may be published now; the message says why."""

    code = "publication_stopped"


def passed_run(conn: psycopg.Connection[Any]) -> TransformRun:
    """The last transformation. Raises PublicationStopped unless its gate is passed."""
    run = latest_run(conn)
    if run is None:
        raise PublicationStopped("Публикация невозможна: витрины ещё не построены.")
    if run.status != "passed":
        reason = {
            "blocked": "критическая проверка витрин не пройдена",
            "built": "витрины построены, но ещё не проверены",
            "running": "витрины сейчас строятся",
        }.get(run.status, "последнее построение витрин не удалось")
        raise PublicationStopped(f"Публикация остановлена: {reason}.")
    return run
