"""Which template an answer was written by: what stands in braces may be anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

from rapidfuzz import fuzz

from mcu.texts.words import plain_words

LEAST = 85.0
"""From this share of common words on an answer is one by the template."""
_FILLED = re.compile(r"\{[^}]*\}")
_CLAUSE = re.compile(r"[^.,;:!?()–—\n]+")
_DENIAL = re.compile(r"не|ни|нет|нельзя|невозможн\w*|отказ\w*|отсутств\w*")
_MAY_DENY = re.compile(r"\b(?:не|ни|отказ|отсутств)", re.IGNORECASE)
_BOUNDS = {"более", "менее", "позднее", "позже", "ранее", "раньше", "только"}
"""«Не позднее» denies nothing."""


def step(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """(feedback_keys, reply, codes, texts of the templates) → (feedback_key, code, score) of the nearest template,
    where it is near enough, for each of the items that have this reply."""
    for keys, reply, codes, texts in rows:
        words = plain_words(reply)
        scores = [(_score(reply, words, text), code) for code, text in zip(codes, texts, strict=True)]
        score, code = max(scores)
        if score >= LEAST:
            yield from ((key, code, round(score, 1)) for key in keys)


def _score(reply: str, words: str, text: str) -> float:
    """0–100: the letters of the template that the answer, of these words, has, in any order; an answer much longer is
    another one, and so is one that denies what the template says, or the other way round."""
    wanted = _wanted(text)
    if not wanted or not len(wanted) / 2 < len(words) < 2 * len(wanted):
        return 0.0
    score = fuzz.token_set_ratio(wanted, words, score_cutoff=LEAST)
    if score and _denied(reply, wanted) != _denied_by_template(text):
        return 0.0
    return score


@lru_cache(maxsize=1_000)
def _wanted(text: str) -> str:
    return plain_words(_FILLED.sub(" ", text))


@lru_cache(maxsize=1_000)
def _denied_by_template(text: str) -> set[tuple[str, str]]:
    return _denied(_FILLED.sub(" ", text), _wanted(text))


def _denied(text: str, wanted: str) -> set[tuple[str, str]]:
    """Each denial of a clause that speaks of what the template speaks of, with the word after it. A clause of other
    words («Причина: нет давления в сети») fills a blank."""
    found: set[tuple[str, str]] = set()
    if not _MAY_DENY.search(text):
        return found
    own = {word for word in wanted.split() if len(word) > 3 and word not in _BOUNDS}
    for clause in _CLAUSE.findall(text):
        words = plain_words(clause).split()
        for word, following in pairwise([*words, ""]):
            if word.startswith("не") and word[2:] in own:
                found.add(("не", word[2:]))
            elif _DENIAL.fullmatch(word) and following not in _BOUNDS and not own.isdisjoint(words):
                found.add((word, following))
    return found
