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
    """The role that the person has now; if there is none, one that nobody has."""
    with connect("admin") as conn:
        row = conn.execute("select role_name from access.rights where login = %s", [login]).fetchone()
    return str(row[0]) if row else "mcu_person_of_nobody"


def give(people: Mapping[str, Sequence[Scope]]) -> dict[str, str]:
    """Give exactly these people exactly these scopes. Returns login → fingerprint."""
    with connect("access") as conn:
        given = [
            {
                "login": login,
                "role": "МЦУ: оператор",
                "verifier": _verifier(conn),
                "scopes": [dict(zip(("municipality", "block", "recipient"), scope, strict=False)) for scope in scopes],
            }
            for login, scopes in people.items()
        ]
        row = conn.execute("select access.set_rights(%s::jsonb)", [json.dumps(given)]).fetchone()
    assert row is not None
    return dict(row[0])


def connect_as(login: str) -> psycopg.Connection:
    """The connection that Superset has for the person."""
    return psycopg.connect(url("reader"), user=role_of(login), password=PASSWORD, autocommit=True)


def _verifier(conn: psycopg.Connection) -> str:
    return conn.pgconn.encrypt_password(PASSWORD.encode(), b"", b"scram-sha-256").decode()
