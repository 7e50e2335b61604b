"""Topics by text: seconds to learn from the city's messages, and messages judged a second."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from demo_city.generate import City
from demo_city.reference import reference
from mcu.texts.topics.fit import Labelled, fit, fit_model

LEARNED, JUDGED = 2_000, 5_000


@dataclass(frozen=True, slots=True)
class Result:
    """Wall-clock seconds on one core. The text is judged with its lemmas not yet in memory."""

    learned: int
    learn_seconds: float
    once_seconds: float
    """One model without the five that measure it: the peer."""
    judged: int
    judge_seconds: float


def run(learned: int = LEARNED, judged: int = JUDGED) -> Result:
    """Learn from the first messages of a city, judge the later ones."""
    known = reference()
    group_of = dict(zip(known.topic_codes, known.topic_themes, strict=True))
    items = [item for item in City(59, learned + judged) if item.text]
    history = [Labelled(i.text, known.topic_codes[i.topic], str(i.author.number)) for i in items[:learned]]
    started = perf_counter()
    model = fit(history, group_of).model
    learn_seconds = perf_counter() - started
    started = perf_counter()
    fit_model(history, group_of)
    once_seconds = perf_counter() - started
    texts = [item.text for item in items[learned:]]
    started = perf_counter()
    model.judge(texts)
    return Result(learned, learn_seconds, once_seconds, len(texts), perf_counter() - started)
