"""Whether anything may be published: the marts must have passed their gate."""

from __future__ import annotations

from typing import Any

import psycopg

from mcu.errors import UserError
from mcu.warehouse.transform_runs import TransformRun, latest_judged_run, latest_run, standing


class PublicationStopped(UserError):
    """Nothing may be published now; the message says why."""

    code = "publication_stopped"


def passed_run(conn: psycopg.Connection[Any]) -> TransformRun:
    """The transformation whose marts people read; until the transaction ends, no other takes its place. Raises
    PublicationStopped if there is none, or if a later one failed or was blocked by its gate."""
    conn.execute("lock table ops.transform_runs in share mode")
    run, judged = standing(conn, "published"), latest_judged_run(conn)
    if judged and judged.status != "passed":
        blocked = judged.status == "blocked"
        reason = "критическая проверка витрин не пройдена" if blocked else "последнее построение витрин не удалось"
        raise PublicationStopped(f"Публикация остановлена: {reason}.")
    if run is None:
        built = "построены, но ещё не проверены" if latest_run(conn) else "ещё не построены"
        raise PublicationStopped(f"Публикация невозможна: витрины {built}.")
    return run
