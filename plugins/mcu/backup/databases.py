"""Dump and restore a database by PostgreSQL's own programs, without a plain copy on the disk."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from mcu.backup.sealed import SealedReader, SealedWriter
from mcu.errors import UserError
from mcu.warehouse.binaries import program
from mcu.warehouse.connect import DATABASE, DATABASE_OF, admin_url, connect, url

DATABASES = (DATABASE, *DATABASE_OF.values())
WAIT_SECONDS = 900
_PIECE = 1 << 20


class DatabaseNotCopied(UserError):
    """pg_dump or pg_restore failed; the message quotes its last line. Fields: database, program."""

    code = "database_not_copied"


@contextmanager
def no_transformation() -> Iterator[None]:
    """Marts are not swapped meanwhile: a swap would wait for the dump, and every reader for the swap.

    Raises UserError if a transformation runs longer than a quarter of an hour."""
    with connect("transformer", autocommit=True) as conn:
        try:
            conn.execute(f"set lock_timeout = '{WAIT_SECONDS}s'")
            conn.execute("select pg_advisory_lock(hashtext('mcu.transform'))")
        except psycopg.errors.LockNotAvailable:
            raise UserError(
                "Резервная копия не сделана: расчёт витрин идёт дольше 15 минут. Повторите позже: mcu backup."
            ) from None
        yield


def dump(database: str, to: SealedWriter) -> None:
    """Write the database in pg_dump's custom format. Raises DatabaseNotCopied."""
    with _running("pg_dump", url("backup"), database, "--format=custom", stdout=subprocess.PIPE) as process:
        assert process.stdout
        while piece := process.stdout.read(_PIECE):
            to.write(piece)


def drop_all() -> None:
    with psycopg.connect(admin_url(), autocommit=True) as conn:
        for database in DATABASES:
            conn.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database)))


def replace(database: str, content: SealedReader) -> None:
    """Drop the database, create it anew and fill it. Roles must exist. Raises DatabaseNotCopied."""
    name = sql.Identifier(database)
    with psycopg.connect(admin_url(), autocommit=True) as conn:
        conn.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        conn.execute(sql.SQL("create database {} template template0 encoding 'UTF8'").format(name))
    options = (f"--dbname={database}", "--exit-on-error")
    with _running("pg_restore", admin_url(), database, *options, stdin=subprocess.PIPE) as process:
        assert process.stdin
        # If it ends early, its exit code and its words say why.
        with contextlib.suppress(BrokenPipeError):
            while piece := content.read(_PIECE):
                process.stdin.write(piece)
            process.stdin.close()
    with psycopg.connect(admin_url(database), autocommit=True) as conn:
        conn.execute("analyze")


def sessions() -> int:
    """How many programs use the three databases now."""
    with psycopg.connect(admin_url(), autocommit=True) as conn:
        row = conn.execute(
            "select count(*) from pg_stat_activity where datname = any(%s) and pid <> pg_backend_pid()",
            [list(DATABASES)],
        ).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _running(name: str, at: str, database: str, *options: str, **pipes: int) -> Iterator[subprocess.Popen[bytes]]:
    """One of PostgreSQL's programs; its password is in no command line. Raises DatabaseNotCopied."""
    parts = urlsplit(at)
    env = os.environ | {
        "PGHOST": parts.hostname or "", "PGPORT": str(parts.port or 5432), "PGDATABASE": database,
        "PGUSER": unquote(parts.username or ""), "PGPASSWORD": unquote(parts.password or ""),
    }  # fmt: skip  # a table
    command = [str(program(name)), "--no-password", *options]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen(command, env=env, stderr=errors, **pipes)  # type: ignore[call-overload]  # stdin or stdout
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            failed = process.wait()
        if failed:
            errors.seek(0)
            why = (errors.read().strip().splitlines() or [f"код {failed}"])[0]
            raise DatabaseNotCopied(f"База {database}: {name} не выполнен. {why}", database=database, program=name)
