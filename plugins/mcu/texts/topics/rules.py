"""Topics without any history: rules of words (seed `topic_words`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from mcu.texts.topics.lemmas import lemmas
from mcu.texts.topics.model import Judgement


class WordRules:
    """A rule is a topic and words that must all occur, in any form and order."""

    def __init__(self, rules: Iterable[Mapping[str, str]]) -> None:
        """`rules`: rows of the seed, topic_code and words."""
        self._by_word: defaultdict[str, list[tuple[frozenset[str], str]]] = defaultdict(list)
        for rule in rules:
            words = frozenset(lemmas(rule["words"]))
            for word in sorted(words)[:1]:
                self._by_word[word].append((words, rule["topic_code"]))

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        """The topic whose rules name most words of a text; none if two topics name equally many."""
        return [self._judge(frozenset(lemmas(text))) for text in texts]

    def _judge(self, words: frozenset[str]) -> Judgement:
        named: defaultdict[str, set[str]] = defaultdict(set)
        for word in words:
            for needed, topic in self._by_word.get(word, ()):
                if needed <= words:
                    named[topic] |= needed
        most = max((len(found) for found in named.values()), default=0)
        best = [topic for topic, found in named.items() if len(found) == most]
        return (best[0], 1.0) if len(best) == 1 else (None, 0.0)
