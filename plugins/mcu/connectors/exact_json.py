"""JSON whose numbers keep their digits: what a float would round is a Decimal.

What JSON or PostgreSQL does not know (half of a character, NaN, lists a thousand deep) is read all the same, as a value
that landing rejects with its record: one such record never holds up the others."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

MOST_DIGITS = 4_000
"""Digits of a whole number. Python refuses to read longer ones, and reading takes the square of their length."""
DEEPEST = 500
"""Levels. The parser calls itself for each."""

_SHAPE = bytes.maketrans(b"0123456789.E", b"00000000000e")
_LONG_NUMBER = re.compile(rb"[\s:,\[]-?(?:[0-9][0-9.]{15}|[0-9][0-9.]*[eE]\+?[0-9]{3})").search
NO_BRACKETS = rb'[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"'
"""Pattern of what stands between two brackets: plain signs, or a whole text in quotes."""
next_bracket = re.compile(rb"(?:%b)*+[{}\[\]]" % NO_BRACKETS, re.DOTALL).match


def loads(body: bytes | str) -> Any:
    """The value. Raises json.JSONDecodeError."""
    if isinstance(body, str):
        body = body.encode("utf-8", "surrogatepass")
    if not _has_long_numbers(body):
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(body)
    try:
        return _tolerant(body)
    except ValueError:
        orjson.loads(body)  # its error says whether the text is torn
        raise


def _tolerant(body: bytes) -> Any:
    try:
        return _decode(body)
    except RecursionError:
        return _decode(_cut_below(body, DEEPEST))


def _decode(body: bytes) -> Any:
    try:
        text = body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise json.JSONDecodeError("not UTF-8", "", error.start) from None
    return json.loads(text, parse_int=_whole, parse_float=_number, parse_constant=Decimal)


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= MOST_DIGITS else Decimal(digits)


def _number(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent that no machine can hold
        return Decimal("NaN")


def _cut_below(body: bytes, deepest: int) -> bytes:
    """The text with NaN in place of what is nested deeper."""
    pieces: list[bytes] = []
    depth = kept = at = 0
    while found := next_bracket(body, at):
        at = found.end()
        if body[at - 1] in b"{[":
            depth += 1
            if depth == deepest + 1:
                pieces += [body[kept : at - 1], b"NaN"]
        else:
            if depth == deepest + 1:
                kept = at
            depth -= 1
    return b"".join(pieces) + body[kept:] if depth <= deepest else body


def _has_long_numbers(body: bytes) -> bool:
    """Whether a number may have more digits than a float. The usual body is decided by two quick passes."""
    shape = body.translate(_SHAPE, b"+")
    may_be = b"0000000000000000" in shape or b"0e000" in shape
    return may_be and _LONG_NUMBER(b" " + body) is not None
