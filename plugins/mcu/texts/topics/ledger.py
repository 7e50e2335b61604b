"""`ops.topic_models` and `ops.topic_model_confusion`: what each trained model is worth. No other module writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import class_row

WORDS = "words"
"""The version that stands for no model: rules of words."""


@dataclass(frozen=True)
class Trained:
    """One row of `ops.topic_models`. The counts are of texts that the model had not seen."""

    version: str
    trained_at: datetime
    texts_count: int
    topics_count: int
    words_count: int
    threshold: Decimal | None
    suggested_count: int
    right_count: int
    abstained_share: Decimal | None


def newest(conn: psycopg.Connection) -> Trained | None:
    """The model in force."""
    with conn.cursor(row_factory=class_row(Trained)) as cursor:
        return cursor.execute(
            "select version, trained_at, texts_count, topics_count, words_count, threshold, suggested_count,"
            " right_count, abstained_share from ops.topic_models order by model_no desc limit 1"
        ).fetchone()


def record(
    conn: psycopg.Connection, version: str, figures: Mapping[str, Any], confusion: Mapping[tuple[str, str | None], int]
) -> None:
    """A new model is in force from now on, with `confusion`: (topic, suggestion or None) → texts."""
    row = conn.execute(
        "insert into ops.topic_models (version, texts_count, topics_count, words_count, threshold, suggested_count,"
        " right_count, abstained_share) values (%(version)s, %(texts_count)s, %(topics_count)s, %(words_count)s,"
        " %(threshold)s, %(suggested_count)s, %(right_count)s, %(abstained_share)s) returning model_no",
        {"version": version, **figures},
    ).fetchone()
    assert row is not None
    lines = [(row[0], topic, guess or "none", count) for (topic, guess), count in sorted(confusion.items(), key=str)]
    with conn.cursor() as cursor:
        cursor.executemany("insert into ops.topic_model_confusion values (%s, %s, %s, %s)", lines)
