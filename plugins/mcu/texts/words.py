"""A text reduced to what two people would write alike: no case, no ё, no punctuation, no masked places."""

from __future__ import annotations

import re

_MASKED = re.compile(r"\[[А-ЯЁN]+\]")
_WORD = re.compile(r"[a-zа-я0-9]+")


def plain_words(text: str) -> str:
    """The words of a text, a blank between them."""
    return " ".join(_WORD.findall(_MASKED.sub(" ", text).lower().replace("ё", "е")))
