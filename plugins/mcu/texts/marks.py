"""Marks of one text that may leave it: whether two texts may be nearly equal, which house they are about, which numbers
of other systems they quote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from mcu.sources.registry import quoted_numbers
from mcu.texts.places import Spot, find_spot, may_name_more
from mcu.texts.signatures import SHORTEST, signatures
from mcu.texts.words import plain_words

BATCH = 10_000
UNSIGNED = (None, None)
"""Of a text that says too little."""


def step(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """(feedback_key, source_slug, text, address, numbers) → (feedback_key, buckets, sketch, street, house, spot,
    is_broad, quoted).

    `buckets` and `sketch` are those of `mcu.texts.signatures`, `spot` is the street and the house as they were written,
    `is_broad`: the text may name another place too, `quoted` has «source:number». An item of which nothing can be said
    has no row."""
    find_quoted = _finder(quoted_numbers())
    while batch := list(islice(rows, BATCH)):
        signed = _signatures(batch)
        for key, slug, text, address, numbers in batch:
            quoted = find_quoted(slug, f"{numbers or ''} {text or ''}")
            told = find_spot(text)
            if spot := _spot(told, find_spot(address)):
                is_broad = bool(text) and may_name_more(text, told, spot)
                yield key, *signed.get(key, UNSIGNED), spot.street, spot.house, spot.words, is_broad, quoted or None
            elif quoted or key in signed:
                yield key, *signed.get(key, UNSIGNED), None, None, None, False, quoted or None


def _spot(told: Spot | None, shown: Spot | None) -> Spot | None:
    """An address may be the author's: the place that the text names goes first, a street without its house last."""
    if told and shown and (told.street, told.house) == (shown.street, shown.house):
        return shown
    named = [spot for spot in (told, shown) if spot]
    return next((spot for spot in named if spot.house), named[0] if named else None)


def _signatures(batch: list[tuple[Any, ...]]) -> dict[Any, tuple[str, str]]:
    """Buckets and sketch, written as PostgreSQL writes an array and bits: its client takes six times as long for a
    list."""
    texts = {key: plain for key, _, text, *_ in batch if text and len(plain := plain_words(text)) >= SHORTEST}
    if not texts:
        return {}
    buckets, bits = signatures([*texts.values()])
    sketches = (bits + ord("0")).astype(np.uint8)
    return {
        key: (f"{{{str(numbers)[1:-1]}}}", sketch.tobytes().decode())
        for key, numbers, sketch in zip(texts, buckets.tolist(), sketches, strict=True)
    }


def _finder(patterns: dict[str, str]) -> Any:
    """A function of (source, text): the numbers of other sources in the text, each once."""
    if not patterns:
        return lambda slug, text: []
    slugs = list(patterns)
    # most texts have no number; a pattern alone is looked for by its first letters
    bare = [re.compile(pattern) for pattern in patterns.values()]
    every = re.compile("|".join(rf"(?<![\w-])(?:{patterns[slug]})(?![\w-])" for slug in slugs))

    def find(slug: str, text: str) -> list[str]:
        found: list[str] = []
        if not any(pattern.search(text) for pattern in bare):
            return found
        for match in every.finditer(text):
            number = match.lastindex or 0
            if number and slugs[number - 1] != slug:
                found.append(f"{slugs[number - 1]}:{match[number]}")
        return list(dict.fromkeys(found))

    return find
