"""A step: items without a topic of their own get what their words suggest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from mcu.seeds.read import read_seeds
from mcu.texts.topics import store
from mcu.texts.topics.ledger import WORDS
from mcu.texts.topics.model import Judgement
from mcu.texts.topics.rules import WordRules

BATCH = 5_000


def step(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """(feedback_key, text, model_version) → (feedback_key, topic_code, confidence, model_version); an abstention is a
    row without a topic."""
    while batch := list(islice(rows, BATCH)):
        version = batch[0][2]
        judgements = _judge_of(version)([text for _, text, _ in batch])
        for (key, *_), (topic, confidence) in zip(batch, judgements, strict=True):
            yield key, topic, confidence, version


@lru_cache(maxsize=1)
def _model(version: str) -> Callable[[Sequence[str]], list[Judgement]]:
    return store.load(version).judge


def _judge_of(version: str) -> Callable[[Sequence[str]], list[Judgement]]:
    if version != WORDS:
        return _model(version)
    project = Path(os.environ["DBT_PROJECT_DIR"])  # the one that this process of dbt builds
    return WordRules(row.cells for row in read_seeds(project)["topic_words"].rows).judge
