"""Connections to the warehouse, by role."""

from __future__ import annotations

import logging
from itertools import count
from time import monotonic, sleep
from typing import Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

from mcu.secrets import secret
from mcu.settings import settings
from mcu.warehouse import faults

log = logging.getLogger(__name__)

Role = Literal["admin", "loader", "transformer", "reader", "access", "airflow", "superset", "backup"]

DATABASE = "mcu"
DATABASE_OF: dict[str, str] = {"airflow": "airflow", "superset": "superset"}
"""Roles with their own database; all other roles use `mcu`."""


def admin_url(database: str = "postgres") -> str:
    """URL of the superuser: on the server given by MCU_DATABASE_URL, else on the embedded one."""
    s = settings()
    if s.database_url:
        parts = urlsplit(s.database_url)
        return urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))
    return f"postgresql://postgres:{quote(secret('pg_admin'))}@127.0.0.1:{s.pg_port}/{database}"


def has_superuser() -> bool:
    """False on a server that gives this process an address without a name: it may act by its roles only."""
    given = settings().database_url
    return not given or urlsplit(given).username is not None


def url(role: Role, driver: str = "") -> str:
    """URL for `role`; `driver` as in SQLAlchemy (`psycopg2` → `postgresql+psycopg2://`)."""
    if role == "admin":
        base = admin_url(DATABASE)
    else:
        parts = urlsplit(admin_url())
        host = parts.netloc.rpartition("@")[2]
        password = quote(secret(f"pg_{role}"))
        base = f"postgresql://mcu_{role}:{password}@{host}/{DATABASE_OF.get(role, DATABASE)}"
    return base.replace("postgresql://", f"postgresql+{driver}://", 1) if driver else base


def connect(role: Role = "loader", *, autocommit: bool = False, **kwargs: Any) -> psycopg.Connection:
    """An open psycopg connection. The session's time zone is UTC, whatever the machine's is. A database that does not
    answer, starts up or has no place left is asked again for `database_wait_seconds`."""
    until = monotonic() + settings().database_wait_seconds
    for attempt in count():
        try:
            return psycopg.connect(url(role), autocommit=autocommit, options="-c timezone=UTC", **kwargs)
        except psycopg.OperationalError as error:
            words = faults.in_words(error)
            wait = min(2.0**attempt, 10.0)
            if not isinstance(words, faults.DatabaseDown) or words.fields or monotonic() + wait > until:
                raise
            log.warning("%s Повтор через %.0f с.", words, wait)
            sleep(wait)
    raise AssertionError("unreachable")
