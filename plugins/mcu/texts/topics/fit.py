"""Fitting: which words are used, the planes of a linear SVM, and the threshold below which the model abstains."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from mcu.texts.topics.lemmas import lemmas
from mcu.texts.topics.model import TopicModel, vectors

FOLDS = 5
FEWEST_AUTHORS = 3
"""A word of fewer people is in no model: it may be somebody's name, and it teaches nothing."""
FEWEST_TEXTS = 5
"""A topic of fewer texts is not learned."""
SURE_SHARE = 0.9
"""What is suggested must be right so often, by texts that the model has not seen."""


@dataclass(frozen=True)
class Labelled:
    """One text with the topic that a source or a person gave it. `author` only counts who uses a word."""

    text: str
    topic: str
    author: str


@dataclass(frozen=True)
class Fitted:
    model: TopicModel
    confusion: Counter[tuple[str, str | None]]
    """(topic, what the model would have suggested, None if it abstained) → texts, each judged unseen."""


class TooLittle(ValueError):
    """There is too little to learn from: fewer than two topics with enough texts."""


def fit(history: Sequence[Labelled], group_of: Mapping[str, str]) -> Fitted:
    """Learn topics from `history`; `group_of` is the group of each topic. The order of the texts does not matter.
    Raises TooLittle."""
    many = Counter(one.topic for one in history)
    known = sorted(
        (one for one in history if many[one.topic] >= FEWEST_TEXTS), key=lambda o: (o.text, o.topic, o.author)
    )
    if len({one.topic for one in known}) < 2:
        raise TooLittle
    words = [lemmas(one.text) for one in known]
    model = fit_model(known, group_of, words)
    judged, sure = judged_unseen(known, words, group_of)
    topics = np.array([one.topic for one in known])
    threshold = threshold_for(sure, judged == topics)
    guesses = [str(guess) if share >= threshold else None for guess, share in zip(judged, sure, strict=True)]
    confusion = Counter(zip((one.topic for one in known), guesses, strict=True))
    return Fitted(replace(model, threshold=np.array(threshold)), confusion)


def judged_unseen(
    known: Sequence[Labelled], words: Sequence[Sequence[str]], group_of: Mapping[str, str]
) -> tuple[np.ndarray, np.ndarray]:
    """What models that have not seen a text suggest for it, and how sure they are. Equal texts share a fold: a text
    that many people send would be known already."""
    fold = np.array([fold_of(text) for text in words])
    judged = np.empty(len(known), dtype=object)
    sure = np.zeros(len(known))
    for number in range(FOLDS):
        seen, unseen = np.flatnonzero(fold != number).tolist(), np.flatnonzero(fold == number).tolist()
        if not unseen or len({known[i].topic for i in seen}) < 2:
            continue
        model = fit_model([known[i] for i in seen], group_of, [words[i] for i in seen])
        shares = model.shares(model.vectors([words[i] for i in unseen]))
        judged[unseen] = model.topics[shares.argmax(axis=1)]
        sure[unseen] = shares.max(axis=1)
    return judged, sure


def fold_of(words: Sequence[str]) -> int:
    """The fold of a text, by its words and by nothing else."""
    return int.from_bytes(blake2b(" ".join(words).encode(), digest_size=8).digest(), "big") % FOLDS


def threshold_for(sure: np.ndarray, is_right: np.ndarray) -> float:
    """The lowest share from which SURE_SHARE of the suggestions are right; 1.01, which none reaches, if there is
    none."""
    order = np.argsort(-sure, kind="stable")
    right = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    # texts of one share stand or fall together
    is_last = np.append(np.diff(sure[order]) != 0, True)
    good = np.flatnonzero((right >= SURE_SHARE) & is_last)
    return float(sure[order][good[-1]]) if len(good) else 1.01


def fit_model(
    known: Sequence[Labelled], group_of: Mapping[str, str], words: Sequence[Sequence[str]] | None = None
) -> TopicModel:
    """A model without a threshold: it never abstains. `words` are the lemmas of the texts, if they are known."""
    words = words or [lemmas(one.text) for one in known]
    vocabulary = _vocabulary(known, words)
    frequency = Counter(word for text in words for word in set(text))
    idf = np.array([1 + np.log((1 + len(words)) / (1 + frequency[word])) for word in vocabulary])
    matrix = vectors(vocabulary, idf, words)
    labels = np.array([one.topic for one in known])
    topics, topic_weights = _planes(matrix, labels)
    groups, group_weights = _planes(matrix, np.array([group_of[label] for label in labels]))
    place = {group: index for index, group in enumerate(groups)}
    belongs = np.array([place[group_of[topic]] for topic in topics])
    middles = _middles(matrix, labels, topics)
    return TopicModel(vocabulary, idf, topics, groups, belongs, topic_weights, group_weights, middles, np.array(0.0))


def _vocabulary(known: Sequence[Labelled], words: Sequence[Sequence[str]]) -> np.ndarray:
    authors: defaultdict[str, set[str]] = defaultdict(set)
    for one, text in zip(known, words, strict=True):
        for word in set(text):
            authors[word].add(one.author)
    return np.array(sorted(word for word, who in authors.items() if len(who) >= FEWEST_AUTHORS))


def _planes(matrix: csr_matrix, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Classes and their weights with the constant last: one plane against the rest for each class."""
    classes = np.unique(labels)
    if len(classes) == 1:
        return classes, np.zeros((1, matrix.shape[1] + 1))
    machine = LinearSVC(C=0.6, random_state=0).fit(matrix, labels)
    weights = np.hstack([machine.coef_, machine.intercept_[:, None]])
    if len(classes) == 2:
        weights = np.vstack([-weights, weights])
    return classes, weights


def _middles(matrix: csr_matrix, labels: np.ndarray, topics: np.ndarray) -> np.ndarray:
    means = np.vstack([matrix[labels == topic].mean(axis=0).A1 for topic in topics])
    middles: np.ndarray = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return middles
