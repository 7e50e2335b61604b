"""Each person reaches the warehouse under a login role of their own, and its views show that role what the person may
see. Whatever the query is, whoever wrote it: the page, a chart's own SQL, an export and SQL Lab give the same rows."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from flask import g

from guard import stored

SHARED = "mcu_reader"
"""The role of the stored address. It may connect and sees no row: what nobody asks for is shown to nobody."""


def role_name(login: str, fingerprint: str) -> str:
    """As `access.role_of` of the warehouse names it. Other rights are another role: rows read under new rights cannot
    be stored in the cache as those of old ones, nor the other way round."""
    return "mcu_person_" + sha256(f"{login}\n{fingerprint}".encode()).hexdigest()[:20]


def password(login: str, secret_key: str) -> str:
    """The password of the person's role. Only Superset's server can derive it; no person ever knows it."""
    return hmac.new(secret_key.encode(), f"mcu:person:{login}".encode(), sha256).hexdigest()


def as_person(uri: Any, arguments: dict[str, Any], login: str | None, *_: Any) -> tuple[Any, dict[str, Any]]:
    """Superset's DB_CONNECTION_MUTATOR: the address of the warehouse for the person who is signed in."""
    from flask import current_app

    login = login or g.get(_ASKS)
    if login is None or uri.username != SHARED:
        return uri, arguments
    secret = password(login, current_app.config["SECRET_KEY"])
    return uri.set(username=role_name(login, rights(login)), password=secret), arguments


def note_who_asks(login: str | None) -> None:
    """For what is read after the request: a large file is written while it is sent, when Superset has forgotten who is
    signed in. It copies what the request has stored in `g`."""
    setattr(g, _ASKS, login)


def note_rights(fingerprints: Mapping[str, str]) -> None:
    """Store what each person sees, as one word of the warehouse."""
    stored.write(_RIGHTS, fingerprints)
    g.pop(_PINNED, None)


def rights(login: str | None) -> str:
    """What the person may see, as one word: part of each key of the cache, and of the name of the role that reads the
    rows. Both must be of one moment, so it is read once a request. If the rights have changed since, the role is gone
    and the query fails. Nobody else has the word of a person without rights, and no role has it."""
    if _PINNED not in g:
        setattr(g, _PINNED, stored.read(_RIGHTS) or {})
    return str(getattr(g, _PINNED).get(login, f"nobody: {login}"))


_RIGHTS, _PINNED, _ASKS = "rights", "mcu_rights", "mcu_asks"
