"""Rotation of the pepper: every stored pseudonym becomes a pseudonym of itself under one more key. Nobody's identity is
needed for it, equal authors stay equal, and whoever learns the old pepper can make nothing of the new pseudonyms."""

from __future__ import annotations

from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

import psycopg
from psycopg import sql

from mcu.connectors import exact_json
from mcu.errors import UserError
from mcu.landing.payload import json_of
from mcu.privacy import pepper
from mcu.privacy.pseudonyms import AUTHOR_KEY
from mcu.secrets import given_secret, is_given_by_environment, put_secret
from mcu.warehouse.connect import connect

BATCH = 5_000
_HASH_OF_VERSION = sql.SQL("decode(n.hash, 'hex')")
_HASH_OF_REJECT = sql.SQL(
    "encode(sha256(convert_to(coalesce(r.record_ref, '') || ' ' || n.payload::jsonb::text, 'UTF8')), 'hex')"
)
"""As `landing/raw_writer.py` counts it."""


class RotationRefused(UserError):
    """The pepper cannot be rotated now."""

    code = "rotation_refused"


def rotate() -> int:
    """Add a key to the pepper and re-key what is stored, all or nothing. Returns how many records were re-keyed. A
    rotation that was killed is finished by the next load or the next call. Raises UserError."""
    if is_given_by_environment("pepper"):
        raise RotationRefused(
            "Ключ псевдонимов задан переменной MCU_SECRET_PEPPER: на время замены перенесите его в файл секретов"
            " pepper, после замены верните новое значение файла в переменную."
        )
    with connect("loader") as conn:
        pepper.guard(conn)
        tables = _tables(conn)
        _lock_sources(conn, tables)
        key = token_urlsafe(24)
        longer = put_secret(pepper.NEXT, f"{given_secret('pepper')} {key}")
        count = sum(_rekey(conn, sql.Identifier("raw", table), _HASH_OF_VERSION, key.encode()) for table in tables)
        count += _rekey(conn, sql.Identifier("ops", "rejects"), _HASH_OF_REJECT, key.encode())
        conn.execute(
            "insert into ops.peppers (generation, fingerprint, rekeyed_count)"
            " select max(generation) + 1, %s, %s from ops.peppers",
            [pepper.fingerprint(longer), count],
        )
        conn.commit()
        pepper.guard(conn)  # takes the new one into use
    return count


def _tables(conn: psycopg.Connection) -> list[str]:
    return [name for (name,) in conn.execute("select tablename from pg_tables where schemaname = 'raw' order by 1")]


def _lock_sources(conn: psycopg.Connection, slugs: list[str]) -> None:
    """No load may write under the old pepper meanwhile. The locks end with the transaction."""
    for slug in slugs:
        lock = "select pg_try_advisory_xact_lock(hashtext('mcu.load'), hashtext(%s))"
        if conn.execute(lock, [slug]).fetchone() != (True,):
            raise RotationRefused(f"Источник {slug} загружается: дождитесь окончания и повторите замену ключа.")


def _rekey(conn: psycopg.Connection, table: sql.Identifier, hashed: sql.SQL, key: bytes) -> int:
    """Re-key the payloads of a table; their hashes follow, so that the next load knows them."""
    select = sql.SQL("select ctid::text, payload::text from {} where payload ->> %s is not null").format(table)
    update = sql.SQL(
        "update {} as r set payload = n.payload::jsonb, payload_hash = {}"
        " from unnest(%s::tid[], %s::text[], %s::text[]) as n (place, payload, hash) where r.ctid = n.place"
    ).format(table, hashed)
    count = 0
    with conn.cursor("mcu_rekey") as cursor:
        cursor.execute(select, [AUTHOR_KEY])
        while rows := cursor.fetchmany(BATCH):
            payloads = [_rekeyed(text, key) for _, text in rows]
            hashes = [sha256(payload).hexdigest() for payload in payloads]
            conn.execute(update, [[place for place, _ in rows], [p.decode() for p in payloads], hashes])
            count += len(rows)
    return count


def _rekeyed(text: str, key: bytes) -> bytes:
    record: dict[str, Any] = exact_json.loads(text)
    record[AUTHOR_KEY] = pepper.keyed_again(record[AUTHOR_KEY], key)
    return json_of(record)
