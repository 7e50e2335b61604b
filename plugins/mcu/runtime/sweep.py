"""What dead processes left in the ledgers: it ends with a reason, at `mcu up` and hourly (DAG `watch`). The next load
of a source does the same for itself; here it is done for sources that are not loaded any more."""

from __future__ import annotations

import psycopg

from mcu.errors import UserError
from mcu.landing import ledger
from mcu.landing.ledger import Load
from mcu.sources.registry import declared
from mcu.warehouse import transform_runs
from mcu.warehouse.connect import connect

_UNJUDGED_MINUTES = 60
"""A landed load waits so long for its own gate before it is judged here."""


def sweep() -> list[str]:
    """End what is open and has no process. Returns what was done, in Russian. Safe to rerun."""
    done = []
    with connect("loader", autocommit=True) as conn:
        for slug in ledger.sources_under_way(conn):
            load = "hashtext('mcu.load'), hashtext(%s)"
            if _is_free(conn, load, slug):
                if count := ledger.mark_interrupted(conn, slug):
                    done.append(f"Источник {slug}: прерванных загрузок отмечено: {count}.")
                conn.execute(f"select pg_advisory_unlock({load})", [slug])
        if _is_free(conn, "hashtext(%s)", "mcu.transform"):
            if count := transform_runs.mark_interrupted(conn):
                done.append(f"Прерванных расчётов витрин отмечено: {count}.")
            conn.execute("select pg_advisory_unlock(hashtext('mcu.transform'))")
        waiting = ledger.landed_before(conn, _UNJUDGED_MINUTES)
    return done + [_judged(load) for load in waiting]


def _judged(load: Load) -> str:
    from mcu.quality.gate import raw_gate  # imports Great Expectations: seconds, and rarely needed

    if load.source_slug in declared().sources:
        try:
            return raw_gate(load.load_id).message
        except UserError as error:
            return f"Загрузка № {load.load_id} не проверена: {error}"
    message = (
        f"Загрузка не проверена: описания источника {load.source_slug} больше нет или в нём ошибка. Записи сохранены;"
        f" верните описание и выполните mcu loads replay {load.load_id}."
    )
    with connect("loader") as conn:
        ledger.mark_failed(conn, load.load_id, message, load.details)
    return f"№ {load.load_id}: {message}"


def _is_free(conn: psycopg.Connection, key: str, name: str) -> bool:
    """True if nobody had the lock; now this connection has it."""
    return conn.execute(f"select pg_try_advisory_lock({key})", [name]).fetchone() == (True,)  # type: ignore[arg-type]  # ours
