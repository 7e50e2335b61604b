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

SIMILAR = 80.0
"""A lower score is not stored: nothing is linked by it (`problems.text_score`, `copy_score` of dbt_project.yml)."""
DOUBTFUL, SET_WEIGHT, LENGTHS = 50.0, 0.9, 0.65
"""From DOUBTFUL on, words that only one of two texts of like length has are forgiven in part."""
BATCH = 2_000
"""Pairs that are compared at once."""
FORGET_EVERY = 2_000
"""Items after which it is looked at whose texts nobody can need any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A text, its words, and the same words sorted; the place that it names or was sent from; when it was received.

    Words have one byte a letter: such are compared three times as fast."""

    written: str
    words: bytes
    in_order: bytes
    key: str = ""
    street: str | None = None
    house: str | None = None
    received: float = 0


Pair = tuple[Text, Text, bool]
"""A text, an earlier one, and whether they name two places."""


def text_of(written: str, *more: Any) -> Text:
    words = plain_words(written).encode("cp1251")
    return Text(written, words, b" ".join(sorted(words.split())), *more)


def step(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """(feedback_key, received, forgotten, text, street, house, others, elsewhere) → (feedback_key, other_key, score),
    the score from 0 to 100.

    Items come in the order of `received`, seconds; `others` and `elsewhere` are keys of earlier ones that are compared
    with this, none of them received before `forgotten`. A pair of `elsewhere` names two places: it is left out, unless
    one text names the place of the other too. Each text comes once, and is held as long as a later one may need it."""
    held: dict[str, Text] = {}
    pairs: list[Pair] = []
    for count, (key, received, forgotten, text, street, house, others, elsewhere) in enumerate(rows, 1):
        held[key] = own = text_of(text, key, street, house, received)
        pairs += [(own, held[other], False) for other in others or ()]
        pairs += [(own, held[other], True) for other in elsewhere or ()]
        if len(pairs) >= BATCH:
            yield from _scored(pairs)
            pairs = []
        if count % FORGET_EVERY == 0:
            _forget(held, forgotten)
    yield from _scored(pairs)


def _scored(pairs: Sequence[Pair]) -> Iterator[tuple[str, str, float]]:
    scores = nearness([one for one, _, _ in pairs], [other for _, other, _ in pairs])
    for n in np.flatnonzero(scores >= SIMILAR).tolist():
        one, other, is_elsewhere = pairs[n]
        if not is_elsewhere or _names_other(one, other):
            yield one.key, other.key, round(float(scores[n]), 1)


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


def nearness(ones: Sequence[Text], others: Sequence[Text]) -> np.ndarray:
    """0–100 for each pair: the share of letters that agree, in the order of the texts or with their words sorted; or a
    little less than that of the words that both have, if neither text is much longer. Exact from SIMILAR on."""
    words, other_words = [text.words for text in ones], [text.words for text in others]
    scores: np.ndarray = np.maximum(
        _compare(fuzz.ratio, words, other_words, DOUBTFUL),
        _compare(fuzz.ratio, [text.in_order for text in ones], [text.in_order for text in others], DOUBTFUL),
    )
    lengths, other_lengths = (np.array([len(text) for text in texts]) for texts in (words, other_words))
    shorter, longer = np.minimum(lengths, other_lengths), np.maximum(lengths, other_lengths)
    doubtful = np.flatnonzero((scores >= DOUBTFUL) & (scores < SIMILAR) & (shorter >= LENGTHS * longer)).tolist()
    if doubtful:
        common = _compare(
            fuzz.token_set_ratio,
            [words[n] for n in doubtful],
            [other_words[n] for n in doubtful],
            SIMILAR / SET_WEIGHT,
        )
        scores[doubtful] = np.maximum(scores[doubtful], SET_WEIGHT * common)
    scores[shorter < SHORTEST] = 0
    return scores


def _compare(scorer: Any, ones: Sequence[bytes], others: Sequence[bytes], least: float) -> np.ndarray:
    """All pairs in one call: a call costs more than a pair."""
    found: np.ndarray = process.cpdist(ones, others, scorer=scorer, score_cutoff=least, dtype=np.float64)
    return found
