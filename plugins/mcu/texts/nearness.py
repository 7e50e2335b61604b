"""How near two texts are, whatever the order of their words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
FORGET_EVERY = 2_000
"""Items after which it is looked at whose texts nobody can need any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A text, its words, and the same words sorted; the place that it names or was sent from; when it was received."""

    written: str
    words: str
    in_order: str
    street: str | None = None
    house: str | None = None
    received: float = 0


def text_of(written: str, *more: Any) -> Text:
    words = plain_words(written)
    return Text(written, words, " ".join(sorted(words.split())), *more)


def step(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """(feedback_key, received, forgotten, text, street, house, others, elsewhere) → (feedback_key, other_key, score),
    the score from 0 to 100.

    Items come in the order of `received`, seconds; `others` and `elsewhere` are keys of earlier ones that are compared
    with this, none of them received before `forgotten`. A pair of `elsewhere` names two places: it is left out, unless
    one text names the place of the other too. Each text comes once, and is held as long as a later one may need it."""
    held: dict[str, Text] = {}
    for count, (key, received, forgotten, text, street, house, others, elsewhere) in enumerate(rows, 1):
        held[key] = own = text_of(text, street, house, received)
        keys, far = [*(others or ()), *(elsewhere or ())], len(others or ())
        if keys:
            earlier = [held[other] for other in keys]
            scores = nearness(own, earlier)
            for n in np.flatnonzero(scores >= LEAST).tolist():
                if n < far or _names_other(own, earlier[n]):
                    yield key, keys[n], round(float(scores[n]), 1)
        if count % FORGET_EVERY == 0:
            _forget(held, forgotten)


def _forget(held: dict[str, Text], before: float) -> None:
    """The texts received earlier: they stand first."""
    gone = []
    for key, text in held.items():
        if text.received >= before:
            break
        gone.append(key)
    for key in gone:
        del held[key]


def _names_other(one: Text, other: Text) -> bool:
    """True if one of two texts names the place of the other."""
    return any(
        at.street is not None and names_place(text.written, at.street, at.house)
        for text, at in ((one, other), (other, one))
    )


def nearness(one: Text, others: Sequence[Text]) -> np.ndarray:
    """0–100 for each of the others: the share of letters that agree, in the order of the texts or with their words
    sorted; or a little less than that of the words that both have, if neither text is much longer."""
    words = [other.words for other in others]
    scores: np.ndarray = np.maximum(
        _compare(fuzz.ratio, one.words, words), _compare(fuzz.ratio, one.in_order, [other.in_order for other in others])
    )
    own, lengths = len(one.words), np.array([len(text) for text in words])
    shorter, longer = np.minimum(lengths, own), np.maximum(lengths, own)
    doubtful = np.flatnonzero((scores >= LEAST) & (scores < SIMILAR) & (shorter >= LENGTHS * longer))
    if len(doubtful):
        common = _compare(fuzz.token_set_ratio, one.words, [words[n] for n in doubtful])
        scores[doubtful] = np.maximum(scores[doubtful], SET_WEIGHT * common)
    scores[shorter < SHORTEST] = 0
    return scores


def _compare(scorer: Any, one: str, others: Sequence[str]) -> np.ndarray:
    """One text is prepared once for all that it is compared with."""
    found: np.ndarray = process.cdist([one], others, scorer=scorer, score_cutoff=LEAST, dtype=np.float64)[0]
    return found
