"""How near two texts are, whatever the order of their words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
BATCH = 2_000
"""Items whose pairs are compared at once."""


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
    while batch := list(islice(rows, BATCH)):
        names: list[tuple[str, str, bool]] = []
        pairs: list[tuple[Text, Text]] = []
        for key, received, _, text, street, house, others, elsewhere in batch:
            held[key] = own = text_of(text, street, house, received)
            for other, is_elsewhere in [(o, False) for o in others or ()] + [(o, True) for o in elsewhere or ()]:
                names.append((key, other, is_elsewhere))
                pairs.append((own, held[other]))
        yield from _near(names, pairs)
        _forget(held, batch[-1][2])


def _forget(held: dict[str, Text], before: float) -> None:
    """The texts received earlier: they stand first."""
    gone = []
    for key, text in held.items():
        if text.received >= before:
            break
        gone.append(key)
    for key in gone:
        del held[key]


def _near(names: list[tuple[str, str, bool]], pairs: list[tuple[Text, Text]]) -> Iterator[tuple[str, str, float]]:
    scores = nearness(pairs)
    for n in np.flatnonzero(scores >= LEAST).tolist():
        key, other, is_elsewhere = names[n]
        if not is_elsewhere or _names_other(*pairs[n]):
            yield key, other, round(float(scores[n]), 1)


def _names_other(one: Text, other: Text) -> bool:
    """True if one of two texts names the place of the other."""
    return any(
        at.street is not None and names_place(text.written, at.street, at.house)
        for text, at in ((one, other), (other, one))
    )


def nearness(pairs: Sequence[tuple[Text, Text]]) -> np.ndarray:
    """0–100 for each pair of texts: the share of letters that agree, in the order of the texts or with their words
    sorted; or a little less than that of the words that both have, if neither text is much longer."""
    left, right = [one.words for one, _ in pairs], [other.words for _, other in pairs]
    sorted_left, sorted_right = [one.in_order for one, _ in pairs], [other.in_order for _, other in pairs]
    scores: np.ndarray = np.maximum(_compare(fuzz.ratio, left, right), _compare(fuzz.ratio, sorted_left, sorted_right))
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
