"""What the guard stores, in Superset's key-value table under names of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5


def read(name: str) -> Mapping[str, Any] | None:
    from superset.daos.key_value import KeyValueDAO
    from superset.key_value.types import JsonKeyValueCodec, KeyValueResource

    found: Mapping[str, Any] | None = KeyValueDAO.get_value(KeyValueResource.APP, _key(name), JsonKeyValueCodec())
    return found


def write(name: str, value: Mapping[str, Any]) -> None:
    from superset.daos.key_value import KeyValueDAO
    from superset.key_value.types import JsonKeyValueCodec, KeyValueResource

    KeyValueDAO.upsert_entry(KeyValueResource.APP, dict(value), JsonKeyValueCodec(), _key(name))


def change(name: str, how: Callable[[Mapping[str, Any]], Mapping[str, Any] | None]) -> bool:
    """Store what `how` makes of what stands there, which nobody changes meanwhile. False: it made nothing of it."""
    from superset.key_value.models import KeyValueEntry

    from superset import db

    if read(name) is None:
        write(name, {})
    db.session.flush()
    db.session.query(KeyValueEntry).filter_by(uuid=_key(name)).populate_existing().with_for_update().one()
    found = how(read(name) or {})
    if found is not None:
        write(name, found)
    return found is not None


def _key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"mcu:{name}")
