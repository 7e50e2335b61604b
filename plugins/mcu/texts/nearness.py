"""How near two texts are, whatever the order of their words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz

from mcu.texts.places import names_place
from mcu.texts.signatures import SHORTEST
from mcu.texts.words import plain_words

LEAST = 50.0
"""A lower score is that of texts with nothing in common and is not stored."""
SIMILAR = 80.0
"""Below it, words that only one of two texts of like length has are forgiven in part."""
SET_WEIGHT, LENGTHS = 0.9, 0.65
_plain = lru_cache(maxsize=50_000)(plain_words)


def step(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """(feedback_key, other_key, text, other_text, place, other_place) → (feedback_key, other_key, score), the score
    from 0 to 100. A place is (street, house) as `find_spot` gives them; both are None unless the two places differ. A
    pair of other places is left out, unless one text names the place of the other too."""
    for key, other_key, text, other, place, other_place in rows:
        score = nearness(text, other)
        if score < LEAST or (
            place and other_place and not (names_place(other, *place) or names_place(text, *other_place))
        ):
            continue
        yield key, other_key, round(score, 1)


def nearness(one: str, other: str) -> float:
    """0–100: the share of letters that agree, in the order of the texts or with their words sorted; or a little less
    than that of the words that both have, if neither text is much longer."""
    left, right = _plain(one), _plain(other)
    if len(left) < SHORTEST or len(right) < SHORTEST:
        return 0.0
    if left == right:
        return 100.0
    score = max(fuzz.ratio(left, right, score_cutoff=LEAST), fuzz.token_sort_ratio(left, right, score_cutoff=LEAST))
    if LEAST <= score < SIMILAR and min(len(left), len(right)) >= LENGTHS * max(len(left), len(right)):
        score = max(score, SET_WEIGHT * fuzz.token_set_ratio(left, right))
    return score
