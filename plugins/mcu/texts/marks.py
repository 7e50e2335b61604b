"""Marks of one text that may leave it: whether two texts may be nearly equal, which house they are about, which numbers
of other systems they quote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from mcu.sources.registry import quoted_numbers
from mcu.texts.places import find_spot
from mcu.texts.signatures import SHORTEST, buckets
from mcu.texts.words import plain_words

BATCH = 10_000


def step(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """(feedback_key, source_slug, text, address, numbers) → (feedback_key, buckets, street, house, spot, quoted).

    `spot` is the street and the house as an address writes them, `quoted` has «source:number». An item of which nothing
    can be said has no row."""
    find_quoted = _finder(quoted_numbers())
    while batch := list(islice(rows, BATCH)):
        signed = _signatures(batch)
        for key, slug, text, address, numbers in batch:
            # an address may be the author's: the place that the text names goes first
            spot, shown = find_spot(text, address), find_spot(address)
            quoted = find_quoted(slug, f"{numbers or ''} {text or ''}")
            if spot and shown and (spot.street, spot.house) == (shown.street, shown.house):
                spot = shown
            if spot:
                yield key, signed.get(key), spot.street, spot.house, spot.words, quoted or None
            elif quoted or key in signed:
                yield key, signed.get(key), None, None, None, quoted or None


def _signatures(batch: list[tuple[Any, ...]]) -> dict[UUID, list[int]]:
    texts = {key: plain for key, _, text, *_ in batch if text and len(plain := plain_words(text)) >= SHORTEST}
    return dict(zip(texts, buckets(list(texts.values())).tolist(), strict=True)) if texts else {}


def _finder(patterns: dict[str, str]) -> Any:
    """A function of (source, text): the numbers of other sources in the text, each once."""
    if not patterns:
        return lambda slug, text: []
    slugs = list(patterns)
    every = re.compile("|".join(rf"(?<![\w-])(?:{patterns[slug]})(?![\w-])" for slug in slugs))

    def find(slug: str, text: str) -> list[str]:
        found = []
        for match in every.finditer(text):
            number = match.lastindex or 0
            if number and slugs[number - 1] != slug:
                found.append(f"{slugs[number - 1]}:{match[number]}")
        return list(dict.fromkeys(found))

    return find
