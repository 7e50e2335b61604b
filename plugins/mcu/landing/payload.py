"""JSON that PostgreSQL accepts, and the lines of COPY that carry it."""

from __future__ import annotations

import json
from decimal import Decimal
from hashlib import sha256
from typing import Any

import orjson

_DEEPEST = 100
_DIGITS_OF_A_FLOAT = 15
_LARGEST_EXPONENT = 307


def json_of(value: Any) -> bytes:
    """The value as JSON without U+0000, which jsonb does not accept. Equal values give equal bytes. Raises TypeError,
    ValueError or RecursionError for a value that is no JSON."""
    try:
        payload = orjson.dumps(value, default=_as_json, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # perhaps a whole number beyond 64 bits
        payload = orjson.dumps(_with_big_numbers(value), default=_as_json, option=orjson.OPT_SORT_KEYS)
    if b"\\u0000" in payload:
        payload = orjson.dumps(_with_big_numbers(_without_nul(value)), default=_as_json, option=orjson.OPT_SORT_KEYS)
    return payload


def json_of_anything(value: Any) -> str:
    """What can be stored of a value that is no JSON: half characters, numbers out of range and whatever is nested too
    deep are replaced."""
    return json.dumps(_storable(value, 0), ensure_ascii=False)


def copy_line(ref: str, moment: bytes, payload: bytes) -> bytes:
    """A line of COPY's text format: ref, moment, payload, the payload's SHA-256. JSON has escaped line ends and tabs
    already; only its backslashes must be doubled."""
    digest = sha256(payload).hexdigest()
    if b"\\" in payload:
        payload = payload.replace(b"\\", b"\\\\")
    if "\\" in ref or not ref.isprintable():
        ref = ref.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return b"%b\t%b\t%b\t\\\\x%b\n" % (ref.encode(), moment, payload, digest.encode())


def storable_text(text: str) -> str:
    """The text without what the database does not take: U+0000 goes, half of a character becomes «?»."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _storable(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {str(_storable(str(key), depth)): _storable(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(item, depth + 1) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and abs(value) < 1e300:
        return value
    return storable_text(str(value))


def _as_json(value: Any) -> Any:
    """What orjson does not know: a Decimal as its digits, anything else as text. A number that a float holds is written
    as the float, so that equal numbers give equal bytes. Raises ValueError for NaN, infinity and beyond 1e308."""
    if not isinstance(value, Decimal):
        return str(value)
    if not value.is_finite() or value.adjusted() > _LARGEST_EXPONENT:
        raise ValueError("a number that JSON or a reader cannot hold")
    if len(value.as_tuple().digits) <= _DIGITS_OF_A_FLOAT and value.adjusted() > -_LARGEST_EXPONENT:
        return float(value)
    return orjson.Fragment(str(value))


def _with_big_numbers(value: Any) -> Any:
    if type(value) is int and not -(2**63) <= value < 2**64:
        return Decimal(value)
    if isinstance(value, dict):
        return {key: _with_big_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_big_numbers(item) for item in value]
    return value


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    return value
