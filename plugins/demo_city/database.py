"""The database of registered appeals (59-ФЗ): a real second PostgreSQL database, `city_registry`."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import orjson
import psycopg
from psycopg import sql

from mcu.secrets import secret
from mcu.warehouse.connect import admin_url

DATABASE = "city_registry"
ROLE = "mcu_city"

COLUMNS = {
    "id": "text primary key", "number": "text", "municipality": "text", "received_at": "timestamptz",
    "registered_at": "timestamptz", "updated_at": "timestamptz not null", "delivery": "text", "appeal_type": "text",
    "status": "text", "recipient": "text", "assigned_at": "timestamptz", "extended_at": "timestamptz",
    "forwarded_at": "timestamptz", "forwarded_to": "text", "notified_at": "timestamptz",
    "answered_at": "timestamptz", "result": "text",
    "author_name": "text", "author_phone": "text", "author_email": "text", "author_address": "text",
    "author_flat": "text", "text": "text", "answer_text": "text", "repeat_of": "text", "questions": "jsonb",
}  # fmt: skip  # a table


def registry_url() -> str:
    """The address a source connects to, with the city's own role."""
    host = urlsplit(admin_url()).netloc.rpartition("@")[2]
    return f"postgresql://{ROLE}:{quote(secret('pg_city'))}@{host}/{DATABASE}"


def prepare() -> None:
    """Create the database and its role if they are missing, and set the password to the secret."""
    with psycopg.connect(admin_url(), autocommit=True) as conn:
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        if not conn.execute("select 1 from pg_roles where rolname = %s", [ROLE]).fetchone():
            conn.execute(sql.SQL("create role {} login").format(role))
        conn.execute(sql.SQL("alter role {} password {}").format(role, sql.Literal(secret("pg_city"))))
        if not conn.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            conn.execute(sql.SQL("create database {} template template0 encoding 'UTF8'").format(database))
        conn.execute(sql.SQL("alter database {} owner to {}").format(database, role))
        conn.execute(sql.SQL("revoke all on database {} from public").format(database))


def stamp() -> str | None:
    """What the database holds, as its writer described it; None if nothing complete."""
    try:
        with psycopg.connect(registry_url(), connect_timeout=10) as conn:
            row = conn.execute("select value from city.stamp").fetchone()
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return None
    return str(row[0]) if row else None


class DatabaseWriter:
    """Replaces the whole content in one transaction: readers see the old rows or the new ones, never a part."""

    def __init__(self) -> None:
        self._conn = psycopg.connect(registry_url(), options="-c timezone=UTC")
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        for statement in (
            "drop view if exists public.appeals_export",
            "drop schema if exists city cascade",
            "create schema city",
            "create table city.stamp (value text not null)",
            f"create table city.appeals ({columns})",
        ):
            self._conn.execute(statement)  # type: ignore[arg-type]  # psycopg wants a literal; all names are ours
        self._cursor = self._conn.cursor()
        self._copying = self._cursor.copy(_COPY)  # type: ignore[arg-type]  # as above
        self._copy = self._copying.__enter__()
        self.served = 0

    def put(self, row: dict[str, Any]) -> None:
        self._copy.write_row(_values(row))
        self.served += 1

    def close(self, stamp: str) -> None:
        self._copying.__exit__(None, None, None)
        self._conn.execute("create index on city.appeals (updated_at, id)")
        view = f"create view public.appeals_export as select {', '.join(COLUMNS)} from city.appeals"
        self._conn.execute(view)  # type: ignore[arg-type]  # as above
        self._conn.execute("insert into city.stamp values (%s)", [stamp])
        self._conn.commit()
        self._conn.autocommit = True
        self._conn.execute("analyze city.appeals")
        self._conn.close()

    def abandon(self) -> None:
        """Leave the database as it was, unless `close` has committed."""
        self._conn.close()


def upsert(rows: list[dict[str, Any]]) -> None:
    """Change or add rows."""
    names = ", ".join(COLUMNS)
    marks = ", ".join(["%s"] * len(COLUMNS))
    changes = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "id")
    insert = f"insert into city.appeals ({names}) values ({marks}) on conflict (id) do update set {changes}"
    with psycopg.connect(registry_url(), options="-c timezone=UTC") as conn, conn.cursor() as cursor:
        cursor.executemany(
            insert,  # type: ignore[arg-type]  # as above
            [_values(row) for row in rows],
        )


_COPY = f"copy city.appeals ({', '.join(COLUMNS)}) from stdin"


def _values(row: dict[str, Any]) -> list[Any]:
    return [orjson.dumps(row[name]).decode() if name == "questions" else row[name] for name in COLUMNS]
