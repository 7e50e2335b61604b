"""Creates databases, roles, schemas, grants and limits. Safe to rerun: passwords are set to the current secrets."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import sql

from mcu.privacy import pepper
from mcu.secrets import secret
from mcu.warehouse.connect import DATABASE, DATABASE_OF, admin_url, connect
from mcu.warehouse.copies import make_schemas

ROLES = ("loader", "transformer", "reader", "access", "airflow", "superset", "backup")


def bootstrap() -> None:
    """Prepare the warehouse for loaders, dbt, Airflow and Superset. Raises PepperRefused after all the rest is done."""
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
        for role in ROLES[:4]:
            conn.execute(
                sql.SQL("grant connect, temporary on database {} to {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(f"mcu_{role}")
                )
            )
        _let_backup_read(conn)
        # It makes and renames the schemas of the two copies.
        conn.execute(sql.SQL("grant create on database {} to mcu_transformer").format(sql.Identifier(DATABASE)))
    with psycopg.connect(admin_url(DATABASE)) as conn:
        conn.execute(Path(__file__).with_name("schema.sql").read_bytes())
        make_schemas(conn)
        conn.execute(Path(__file__).with_name("hardening.sql").read_bytes())
        conn.execute(Path(__file__).with_name("access.sql").read_bytes())
    with connect("loader") as conn:
        pepper.guard(conn)


def _let_backup_read(conn: psycopg.Connection) -> None:
    """The role `mcu_backup` reads every database, also as a stream of the whole cluster, and writes nothing."""
    conn.execute("alter role mcu_backup replication")
    conn.execute("grant pg_read_all_data to mcu_backup")
    for database in (DATABASE, *DATABASE_OF.values()):
        conn.execute(sql.SQL("grant connect on database {} to mcu_backup").format(sql.Identifier(database)))
    with psycopg.connect(admin_url(DATABASE)) as warehouse:  # what pg_dump calls, and nobody else may
        warehouse.execute(
            "grant execute on function pg_catalog.set_config(text, text, boolean),"
            " pg_catalog.pg_get_sequence_data(regclass) to mcu_backup"
        )


def _exists(conn: psycopg.Connection, catalog: str, column: str, value: str) -> bool:
    query = sql.SQL("select 1 from {} where {} = %s").format(sql.Identifier(catalog), sql.Identifier(column))
    return conn.execute(query, [value]).fetchone() is not None
