"""Records in composed Unicode (NFC), before anything else is done with them: «й» written as «и» and a breve is another
field, another number of a record, another name to every comparison."""

from __future__ import annotations

import unicodedata
from typing import Any

import orjson

from mcu.connectors.base import Page


def composed_records(page: Page) -> list[Any]:
    """The page's records with every key and text in NFC. A page that has none of the combining signs of European
    alphabets, U+0300 to U+037F, is returned as it is: a fast search of its bytes proves it."""
    try:
        content = orjson.dumps(page.records, default=str)
        if b"\xcc" not in content and b"\xcd" not in content:
            return page.records
    except (TypeError, ValueError, RecursionError):
        pass  # a value that is no JSON: landing finds it later
    return [_composed(record) for record in page.records]


def _composed(record: Any) -> Any:
    try:
        return _walk(record)
    except RecursionError:
        return record  # landing rejects it


def _walk(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if kind is dict:
        return {_walk(key): _walk(item) for key, item in value.items()}
    if kind is list:
        return [_walk(item) for item in value]
    return value
