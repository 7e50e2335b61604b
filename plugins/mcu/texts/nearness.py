"""How near two texts are, whatever the order of their words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from mcu.texts.places import names_place
from mcu.texts.signatures import SHORTEST
from mcu.texts.words import plain_words

LEAST = 50.0
"""A lower score is that of texts with nothing in common and is not stored."""
SIMILAR = 80.0
"""Below it, words that only one of two texts of like length has are forgiven in part."""
SET_WEIGHT, LENGTHS = 0.9, 0.65
BATCH = 10_000
_plain = lru_cache(maxsize=50_000)(plain_words)


def step(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """(feedback_key, other_key, text, other_text, place, other_place) → (feedback_key, other_key, score), the score
    from 0 to 100. A place is (street, house) as `find_spot` gives them; both are None unless the two places differ. A
    pair of other places is left out, unless one text names the place of the other too."""
    while batch := list(islice(rows, BATCH)):
        scores = nearness([row[2] for row in batch], [row[3] for row in batch])
        for (key, other_key, text, other, place, other_place), score in zip(batch, scores.tolist(), strict=True):
            if score < LEAST or (
                place and other_place and not (names_place(other, *place) or names_place(text, *other_place))
            ):
                continue
            yield key, other_key, round(score, 1)


def nearness(texts: Sequence[str], others: Sequence[str]) -> np.ndarray:
    """0–100 for each pair of texts: the share of letters that agree, in the order of the texts or with their words
    sorted; or a little less than that of the words that both have, if neither text is much longer."""
    left, right = [_plain(text) for text in texts], [_plain(text) for text in others]
    scores: np.ndarray = np.maximum(
        _compare(fuzz.ratio, left, right), _compare(fuzz.ratio, _in_order(left), _in_order(right))
    )
    lengths = np.array([[len(one), len(other)] for one, other in zip(left, right, strict=True)]).reshape(-1, 2)
    shorter, longer = lengths.min(axis=1), lengths.max(axis=1)
    is_doubtful = (scores >= LEAST) & (scores < SIMILAR) & (shorter >= LENGTHS * longer)
    doubtful = np.flatnonzero(is_doubtful)
    common = _compare(fuzz.token_set_ratio, [left[n] for n in doubtful], [right[n] for n in doubtful])
    scores[doubtful] = np.maximum(scores[doubtful], SET_WEIGHT * common)
    scores[shorter < SHORTEST] = 0
    return scores


def _compare(scorer: Any, left: Sequence[str], right: Sequence[str]) -> np.ndarray:
    found: np.ndarray = process.cpdist(left, right, scorer=scorer, score_cutoff=LEAST, dtype=np.float64, workers=-1)
    return found


def _in_order(texts: Sequence[str]) -> list[str]:
    return [_sorted(text) for text in texts]


@lru_cache(maxsize=50_000)
def _sorted(text: str) -> str:
    return " ".join(sorted(text.split()))
