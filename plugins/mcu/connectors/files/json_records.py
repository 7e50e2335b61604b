"""Finds the records of a JSON text by its brackets, without decoding it: a file of any size takes little memory."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from mmap import mmap

import orjson

from mcu.connectors.exact_json import NO_BRACKETS, next_bracket

Text = bytes | mmap

_BLANK = re.compile(rb"[ \t\r\n]*+").match
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL).match
_PLAIN = re.compile(rb'[^\s,:"{}\[\]]++').match
_OPENING = b"{["


def _nested(levels: int) -> bytes:
    """Pattern of a list or object of at most so many levels."""
    inner = rb"%b|%b" % (NO_BRACKETS, _nested(levels - 1)) if levels > 1 else NO_BRACKETS
    return rb"[{\[](?:%b)*+[}\]]" % inner


_USUAL = re.compile(_nested(4), re.DOTALL).match
"""One match instead of one for each bracket."""


class NotWhole(ValueError):
    """The text is no JSON. `is_torn`: it ends in the middle."""

    def __init__(self, *, is_torn: bool) -> None:
        super().__init__("torn" if is_torn else "damaged")
        self.is_torn = is_torn


Span = tuple[int, int]


def records_of(text: Text, path: Sequence[str]) -> Iterator[Span]:
    """Start and end of each record of the list at a path of keys. Without a path the text is that list or one record.
    Raises NotWhole, perhaps after the last record."""
    at = _skip_blank(text, 0)
    if path or text[at : at + 1] == b"[":
        end = yield from _found(text, at, path)
    else:
        end = _end_of(text, at)
        yield at, end
    if text[end:].strip(b"\0 \t\r\n"):
        raise NotWhole(is_torn=False)


def _found(text: Text, at: int, path: Sequence[str]) -> Generator[Span, None, int]:
    """Yields the records below the value at `at` and returns its end."""
    opening = b"{" if path else b"["
    if text[at : at + 1] != opening:
        return _end_of(text, at)
    closing = b"}" if path else b"]"
    at = _skip_blank(text, at + 1)
    if text[at : at + 1] == closing:
        return at + 1
    while True:
        if path:
            key, at = _key(text, at)
        if path and key == path[0]:
            at = yield from _found(text, at, path[1:])
        else:
            start, at = at, _end_of(text, at)
            if not path:
                yield start, at
        at = _skip_blank(text, at)
        sign = text[at : at + 1]
        if sign == closing:
            return at + 1
        if sign != b",":
            raise NotWhole(is_torn=not sign)
        at = _skip_blank(text, at + 1)


def _key(text: Text, at: int) -> tuple[object, int]:
    """The key at `at`, and where its value begins."""
    found = _STRING(text, at)
    end = _skip_blank(text, found.end()) if found else at
    if not found or text[end : end + 1] != b":":
        raise NotWhole(is_torn=end >= len(text))
    try:
        return orjson.loads(found[0]), _skip_blank(text, end + 1)
    except orjson.JSONDecodeError:
        return None, _skip_blank(text, end + 1)


def _end_of(text: Text, at: int) -> int:
    """The end of the value at `at`."""
    sign = text[at : at + 1]
    if sign not in (b"{", b"["):
        found = _STRING(text, at) if sign == b'"' else _PLAIN(text, at)
        if not found:
            raise NotWhole(is_torn=sign in (b"", b'"'))
        return found.end()
    if found := _USUAL(text, at):
        return found.end()
    depth = 0
    while bracket := next_bracket(text, at):
        at = bracket.end()
        depth += 1 if text[at - 1] in _OPENING else -1
        if not depth:
            return at
    raise NotWhole(is_torn=True)


def _skip_blank(text: Text, at: int) -> int:
    found = _BLANK(text, at)
    return found.end() if found else at
