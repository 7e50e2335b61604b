"""Which template an answer was written by: what stands in braces may be anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz

from mcu.texts.words import plain_words

LEAST = 85.0
"""From this share of common words on an answer is one by the template."""
_FILLED = re.compile(r"\{[^}]*\}")


def step(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """(feedback_key, reply, codes, texts of the templates) → (feedback_key, code, score) of the nearest template, where
    it is near enough."""
    for key, reply, codes, texts in rows:
        words = plain_words(reply)
        scores = [(_score(words, text), code) for code, text in zip(codes, texts, strict=True)]
        score, code = max(scores)
        if score >= LEAST:
            yield key, code, round(score, 1)


def _score(words: str, text: str) -> float:
    """0–100: the letters of the template that the answer has, in its order; an answer much longer is another one."""
    wanted = _wanted(text)
    if not wanted or not len(wanted) / 2 < len(words) < 2 * len(wanted):
        return 0.0
    return fuzz.token_set_ratio(wanted, words, score_cutoff=LEAST)


@lru_cache(maxsize=1_000)
def _wanted(text: str) -> str:
    return plain_words(_FILLED.sub(" ", text))
