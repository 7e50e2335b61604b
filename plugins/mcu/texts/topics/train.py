"""Training: from the history of this installation to a model in force, its file and its figures."""

from __future__ import annotations

from typing import Any

from mcu.texts.topics import ledger, store
from mcu.texts.topics.fit import Fitted, TooLittle, fit
from mcu.texts.topics.history import labelled
from mcu.warehouse.connect import connect


def train() -> str:
    """Learn anew. Returns what happened, in Russian. The same history gives the same model and no new row."""
    with connect("transformer") as conn:
        history, group_of = labelled(conn)
    try:
        fitted = fit(history, group_of)
    except TooLittle:
        return _put_in_force(ledger.WORDS, None, len(history))
    return _put_in_force(store.save(fitted.model), fitted, len(history))


def _put_in_force(version: str, fitted: Fitted | None, texts_count: int) -> str:
    figures = _figures(fitted, texts_count)
    with connect("loader") as conn:
        known = ledger.newest(conn)
        if known is None or known.version != version:
            ledger.record(conn, version, figures, fitted.confusion if fitted else {})
    if fitted is None:
        return f"Текстов с темой мало ({texts_count}): темы подсказываются по словам"
    suggested, right = figures["suggested_count"], figures["right_count"]
    return (
        f"Модель тем {version}: текстов {texts_count}, тем {figures['topics_count']}; на незнакомых текстах подсказок"
        f" {suggested}, верных {right}, воздержалась в {figures['abstained_share']:.1%} случаев"
    )


def _figures(fitted: Fitted | None, texts_count: int) -> dict[str, Any]:
    if fitted is None:
        return {
            "texts_count": texts_count, "topics_count": 0, "words_count": 0, "threshold": None, "suggested_count": 0,
            "right_count": 0, "abstained_share": None,
        }  # fmt: skip  # a table
    judged = sum(fitted.confusion.values())
    suggested = sum(count for (_, guess), count in fitted.confusion.items() if guess)
    return {
        "texts_count": texts_count,
        "topics_count": len(fitted.model.topics),
        "words_count": len(fitted.model.words),
        "threshold": round(float(fitted.model.threshold), 6),
        "suggested_count": suggested,
        "right_count": sum(count for (topic, guess), count in fitted.confusion.items() if topic == guess),
        "abstained_share": round(1 - suggested / judged, 6),
    }
