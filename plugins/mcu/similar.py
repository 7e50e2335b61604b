"""Which of several names another one may have become."""

from __future__ import annotations

import difflib
import re


def nearest(title: str, among: list[str]) -> str | None:
    """The name most like `title`: by letters, or by the stem of a shared word; None where none is like it."""
    best = max(among, key=lambda other: _likeness(title, other), default=None)
    return best if best is not None and _likeness(title, best) >= 0.6 else None


def _likeness(one: str, other: str) -> float:
    ours, theirs = _plain(one), _plain(other)
    stems = {w[:4] for w in ours.split() if len(w) >= 4} & {w[:4] for w in theirs.split() if len(w) >= 4}
    return difflib.SequenceMatcher(None, ours, theirs).ratio() + (0.4 if stems else 0.0)


def _plain(title: str) -> str:
    """A name for comparison: case, ё, punctuation and the humps of camelCase do not matter."""
    apart = re.sub(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])", " ", title).replace("_", " ")
    return " ".join(re.findall(r"\w+", apart.casefold().replace("ё", "е")))
