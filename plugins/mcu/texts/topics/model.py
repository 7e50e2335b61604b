"""The fitted model: words with their weights for each topic and each group of topics. It holds no text and no rare
word, and it is known by the digest of its numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from scipy.sparse import csr_matrix

from mcu.texts.topics.lemmas import lemmas

Judgement = tuple[str | None, float]
"""A topic, or None if the model abstains, and how sure it is, 0–1."""

_SHARP_TOPIC, _SHARP_GROUP, _SHARP_MIDDLE = 0.08, 0.3, 0.03
"""How far apart two classes must lie for the nearer one to count as sure. Chosen on Kursk's messages."""


@dataclass(frozen=True, eq=False)
class TopicModel:
    """Arrays: words (n), idf (n), topics (t), groups (g), group_of (t, indices of groups), topic_weights (t, n + 1),
    group_weights (g, n + 1), middles (t, n), threshold (). The last weight of a plane is its constant; the middle of a
    topic is the mean of its texts."""

    words: np.ndarray
    idf: np.ndarray
    topics: np.ndarray
    groups: np.ndarray
    group_of: np.ndarray
    topic_weights: np.ndarray
    group_weights: np.ndarray
    middles: np.ndarray
    threshold: np.ndarray

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        """The most likely topic of each text; none below the threshold, and none of a text without a known word."""
        matrix = self.vectors([lemmas(text) for text in texts])
        shares = self.shares(matrix)
        best = shares.argmax(axis=1)
        sure = np.where(np.diff(matrix.indptr) > 0, shares.max(axis=1), 0.0)
        return [
            (str(self.topics[topic]) if share >= self.threshold else None, round(float(share), 4))
            for topic, share in zip(best, sure, strict=True)
        ]

    def shares(self, matrix: csr_matrix) -> np.ndarray:
        """(texts, topics): how likely each topic is, by three opinions: the planes of topics, their middles, the planes
        of groups. The group is judged by all three, then the topic within it by the first two."""
        topic = (
            _shares(_distances(matrix, self.topic_weights), _SHARP_TOPIC)
            + _shares(matrix @ self.middles.T, _SHARP_MIDDLE)
        ) / 2
        by_topics = topic @ self.members
        group = (_shares(_distances(matrix, self.group_weights), _SHARP_GROUP) + 2 * by_topics) / 3
        found: np.ndarray = topic * (group / np.maximum(by_topics, 1e-12))[:, self.group_of]
        return found

    def vectors(self, texts: Sequence[Sequence[str]]) -> csr_matrix:
        """TF-IDF of texts given as lemmas."""
        return vectors(self.words, self.idf, texts)

    @property
    def members(self) -> np.ndarray:
        """(topics, groups): which topic belongs to which group."""
        found: np.ndarray = self.group_of[:, None] == np.arange(len(self.groups))
        return found

    def to_bytes(self) -> bytes:
        """The same model gives the same bytes."""
        file = io.BytesIO()
        np.savez(file, allow_pickle=False, **{f.name: getattr(self, f.name) for f in fields(self)})
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> TopicModel:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return cls(**{f.name: arrays[f.name] for f in fields(cls)})


def vectors(words: np.ndarray, idf: np.ndarray, texts: Sequence[Sequence[str]]) -> csr_matrix:
    """TF-IDF of texts given as lemmas: (texts, words), rows of length 1."""
    place = {str(word): index for index, word in enumerate(words)}
    starts: list[int] = [0]
    found: list[int] = []
    counts: list[int] = []
    for text in texts:
        known: dict[int, int] = {}
        for lemma in text:
            if (index := place.get(lemma)) is not None:
                known[index] = known.get(index, 0) + 1
        found.extend(known)
        counts.extend(known.values())
        starts.append(len(found))
    matrix = csr_matrix(
        (1 + np.log(np.array(counts, dtype=np.float64)), np.array(found, dtype=np.int64), np.array(starts)),
        shape=(len(texts), len(words)),
    )
    matrix.sort_indices()
    matrix = matrix.multiply(idf).tocsr()
    lengths = np.sqrt(matrix.multiply(matrix).sum(axis=1)).A1
    return csr_matrix(matrix.multiply(1 / np.maximum(lengths, 1e-12)[:, None]))


def _distances(matrix: csr_matrix, weights: np.ndarray) -> np.ndarray:
    found: np.ndarray = matrix @ weights[:, :-1].T + weights[:, -1]
    return found


def _shares(nearness: np.ndarray, sharpness: float) -> np.ndarray:
    powers = np.exp((nearness - nearness.max(axis=1, keepdims=True)) / sharpness)
    shares: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return shares
