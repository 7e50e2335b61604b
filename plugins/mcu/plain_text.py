"""Foreign text where people read lines: a number of a record must not begin a line of its own or move the cursor."""

from __future__ import annotations

import re

# Controls with the escape sign, separators of lines, signs that turn the direction of writing.
_CONTROL = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069"
_BREAKS = re.compile(rf"[\s{_CONTROL}]+")
_CONTROLS = re.compile(f"[{_CONTROL}]")


def one_line(text: str) -> str:
    """The text on one line, without signs that a reader does not see."""
    return _BREAKS.sub(" ", text).strip()


def printable(text: str) -> str:
    """The text with its line ends, without signs that a terminal obeys."""
    return _CONTROLS.sub("", text)
