"""Creates databases, roles, schemas and grants. Safe to rerun: passwords are set to the current secrets."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import sql

from mcu.secrets import secret
from mcu.warehouse.connect import DATABASE, DATABASE_OF, admin_url

ROLES = ("loader", "transformer", "reader", "airflow", "superset")


def bootstrap() -> None:
    """Prepare the warehouse for loaders, dbt, Airflow and Superset."""
    with psycopg.connect(admin_url(), autocommit=True) as conn:
        for role in ROLES:
            name = sql.Identifier(f"mcu_{role}")
            if not _exists(conn, "pg_roles", "rolname", f"mcu_{role}"):
                conn.execute(sql.SQL("create role {} login").format(name))
            conn.execute(sql.SQL("alter role {} password {}").format(name, sql.Literal(secret(f"pg_{role}"))))
            conn.execute(sql.SQL("alter role {} set timezone = 'UTC'").format(name))
        for database, owner in {DATABASE: "postgres", **{db: f"mcu_{r}" for r, db in DATABASE_OF.items()}}.items():
            if not _exists(conn, "pg_database", "datname", database):
                conn.execute(
                    sql.SQL("create database {} template template0 encoding 'UTF8'").format(sql.Identifier(database))
                )
            if owner != "postgres":
                conn.execute(
                    sql.SQL("alter database {} owner to {}").format(sql.Identifier(database), sql.Identifier(owner))
                )
            conn.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(database)))
        # dbt sorts rarely but a million rows at a time; such a sort should not spill to disk.
        conn.execute("alter role mcu_transformer set work_mem = '256MB'")
        for role in ROLES[:3]:
            conn.execute(
                sql.SQL("grant connect, temporary on database {} to {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(f"mcu_{role}")
                )
            )
    with psycopg.connect(admin_url(DATABASE)) as conn:
        conn.execute(Path(__file__).with_name("schema.sql").read_bytes())


def _exists(conn: psycopg.Connection, catalog: str, column: str, value: str) -> bool:
    query = sql.SQL("select 1 from {} where {} = %s").format(sql.Identifier(catalog), sql.Identifier(column))
    return conn.execute(query, [value]).fetchone() is not None
