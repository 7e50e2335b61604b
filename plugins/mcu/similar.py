"""Finding the new name of a renamed column or field."""

from __future__ import annotations

import difflib
import re


def nearest(title: str, among: list[str]) -> str | None:
    """The name in `among` most similar to `title`, by letters and by shared word stems; None if none is similar."""
    best = max(among, key=lambda other: _likeness(title, other), default=None)
    return best if best is not None and _likeness(title, best) >= 0.6 else None


def _likeness(one: str, other: str) -> float:
    ours, theirs = _normalised(one), _normalised(other)
    stems = {w[:4] for w in ours.split() if len(w) >= 4} & {w[:4] for w in theirs.split() if len(w) >= 4}
    return difflib.SequenceMatcher(None, ours, theirs).ratio() + (0.4 if stems else 0.0)


def _normalised(title: str) -> str:
    """Lower-case words: case, ё, punctuation and camelCase do not affect the comparison."""
    spaced = re.sub(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])", " ", title).replace("_", " ")
    return " ".join(re.findall(r"\w+", spaced.casefold().replace("ё", "е")))
