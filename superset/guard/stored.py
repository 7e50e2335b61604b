"""What the guard stores, in Superset's key-value table under names of ours."""

from __future__ import annotations

from collections.abc import Mapping
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


def _key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"mcu:{name}")
