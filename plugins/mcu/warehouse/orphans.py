"""dbt must not outlive the transformation that runs it: two builds at once would drop each other's tables."""

from __future__ import annotations

import ctypes
import signal
import time

import psycopg

APPLICATION = "mcu-transform"
"""The name of the sessions of a build."""
_SECONDS = 30
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def die_with_parent() -> None:
    """For a new process, before its program begins: it is killed when its parent is, however that ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def end_orphans(conn: psycopg.Connection) -> int:
    """End the sessions of a build whose process is gone: the server works on until it notices. The caller holds the
    lock of transformations, so there is no living build. Returns how many there were."""
    query = (
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where application_name = %s and usename = current_user and datname = current_database()"
    )
    until, found = time.monotonic() + _SECONDS, 0
    while time.monotonic() < until:
        row = conn.execute(query, [APPLICATION]).fetchone()
        assert row is not None
        if not row[0]:
            break
        found = max(found, row[0])
        time.sleep(0.2)
    return found
