"""Gives each person a login role of PostgreSQL and its scopes."""

from __future__ import annotations

import json
from collections.abc import Collection

from deploy.access import AccessRefused, Person, as_given
from guard import person as persons


def give(people: Collection[Person], access_url: str, secret_key: str) -> dict[str, str]:
    """Make the warehouse's roles and scopes equal to `people`; sessions of those whose rights change end. Returns login
    → fingerprint of what the person sees. Raises AccessRefused: the reference data does not know a code."""
    import psycopg2
    from psycopg2.extensions import encrypt_password

    connection = psycopg2.connect(access_url.replace("postgresql+psycopg2://", "postgresql://", 1))
    try:
        verifiers = {
            one.login: encrypt_password(persons.password(one.login, secret_key), "", connection, "scram-sha-256")
            for one in people
        }
        with connection, connection.cursor() as cursor:
            given = json.dumps(as_given(people, verifiers), ensure_ascii=False)
            cursor.execute("select access.set_rights(%s::jsonb)", [given])
            return dict(cursor.fetchone()[0])
    except psycopg2.Error as error:
        if error.pgcode == "MC001":
            raise AccessRefused(f"access.csv: {error.diag.message_primary}") from None
        raise
    finally:
        connection.close()
