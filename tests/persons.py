"""People with rights in a test's warehouse, and their connections: as `superset/sync.py` makes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import psycopg

from mcu.warehouse.connect import connect, url

Scope = tuple[str] | tuple[str, str | None] | tuple[str, str | None, str | None]
"""(municipality, block, recipient)."""
ALL: Scope = ("*",)
PASSWORD = "of a person in a test"


def role_of(login: str) -> str:
    with connect("admin") as conn:
        row = conn.execute("select access.role_of(%s)", [login]).fetchone()
    assert row is not None
    return str(row[0])


def give(people: Mapping[str, Sequence[Scope]]) -> int:
    """Give exactly these people exactly these scopes. Returns how many others lost their roles."""
    with connect("access") as conn:
        given = [
            {
                "login": login,
                "role": "МЦУ: оператор",
                "verifier": _verifier(conn, role_of(login)),
                "scopes": [dict(zip(("municipality", "block", "recipient"), scope, strict=False)) for scope in scopes],
            }
            for login, scopes in people.items()
        ]
        row = conn.execute("select access.set_rights(%s::jsonb)", [json.dumps(given)]).fetchone()
    assert row is not None
    return int(row[0])


def connect_as(login: str) -> psycopg.Connection:
    """The connection that Superset has for the person."""
    return psycopg.connect(url("reader"), user=role_of(login), password=PASSWORD, autocommit=True)


def _verifier(conn: psycopg.Connection, role: str) -> str:
    return conn.pgconn.encrypt_password(PASSWORD.encode(), role.encode(), b"scram-sha-256").decode()
