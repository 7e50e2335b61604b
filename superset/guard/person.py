"""Each person reaches the warehouse under a login role of their own, and its views show that role what the person may
see. Whatever the query is, whoever wrote it: the page, a chart's own SQL, an export and SQL Lab give the same rows."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from flask import g

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

    if login is None or uri.username != SHARED:
        return uri, arguments
    secret = password(login, current_app.config["SECRET_KEY"])
    return uri.set(username=role_name(login, rights(login)), password=secret), arguments


def note_rights(fingerprints: Mapping[str, str]) -> None:
    """Store what each person sees, as one word of the warehouse."""
    from superset.daos.key_value import KeyValueDAO

    KeyValueDAO.upsert_entry(_resource(), dict(fingerprints), _codec(), _KEY)
    g.pop(_PINNED, None)


def rights(login: str | None) -> str:
    """What the person may see, as one word: part of each key of the cache, and of the name of the role that reads the
    rows. Both must be of one moment, so it is read once a request. If the rights have changed since, the role is gone
    and the query fails. Nobody else has the word of a person without rights, and no role has it."""
    from superset.daos.key_value import KeyValueDAO

    if _PINNED not in g:
        setattr(g, _PINNED, KeyValueDAO.get_value(_resource(), _KEY, _codec()) or {})
    return str(getattr(g, _PINNED).get(login, f"nobody: {login}"))


_PINNED = "mcu_rights"
_KEY: UUID = uuid5(NAMESPACE_URL, "mcu:rights")


def _resource() -> Any:
    from superset.key_value.types import KeyValueResource

    return KeyValueResource.APP


def _codec() -> Any:
    from superset.key_value.types import JsonKeyValueCodec

    return JsonKeyValueCodec()
