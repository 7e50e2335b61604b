"""JSON whose numbers keep their digits: what a float would round is a Decimal."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import orjson

_SHAPE = bytes.maketrans(b"0123456789.E", b"00000000000e")
_LONG_NUMBER = re.compile(rb"[\s:,\[]-?(?:[0-9][0-9.]{15}|[0-9][0-9.]*[eE]\+?[0-9]{3})").search
_NO_NUMBER = re.compile(rb"[\s:,\[]-?(?:NaN|Infinity)\b").search


def loads(body: bytes | str) -> Any:
    """The value. NaN and Infinity, which are no JSON, become a Decimal too: one such record must not hold up the
    others. Raises json.JSONDecodeError."""
    if isinstance(body, str):
        body = body.encode()
    if not _has_long_numbers(body):
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            if not _NO_NUMBER(body):
                raise
    return json.loads(body, parse_float=Decimal, parse_constant=Decimal)


def _has_long_numbers(body: bytes) -> bool:
    """Whether a number may have more digits than a float. The usual body is decided by two quick passes."""
    shape = body.translate(_SHAPE, b"+")
    may_be = b"0000000000000000" in shape or b"0e000" in shape
    return may_be and _LONG_NUMBER(b" " + body) is not None
