"""A text as the dictionary forms of its words. Names of people are left out: they say nothing about a topic."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pymorphy3 import MorphAnalyzer

from mcu.texts.words import plain_words

_MARKUP = re.compile(r"<[^>]{0,500}>|&#?\w{1,8};")
_LETTERS = re.compile(r"[а-я]{2,30}")
_OF_PEOPLE = ("Name", "Surn", "Patr")


def lemmas(text: str) -> list[str]:
    """The lemmas of a text, in its order."""
    words = _LETTERS.findall(plain_words(_MARKUP.sub(" ", text)))
    return [lemma for word in words if (lemma := _lemma(word))]


@lru_cache(maxsize=200_000)
def _lemma(word: str) -> str | None:
    best = _analyzer().parse(word)[0]
    return None if any(mark in best.tag for mark in _OF_PEOPLE) else best.normal_form.replace("ё", "е")


@cache
def _analyzer() -> MorphAnalyzer:
    return MorphAnalyzer(lang="ru")
