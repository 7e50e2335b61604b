"""The model in force, in words: what it is worth and what it takes for what."""

from __future__ import annotations

from mcu.texts.topics import ledger
from mcu.warehouse.connect import connect


def describe() -> list[str]:
    """Lines in Russian, the worst confusions first, all of them."""
    with connect("transformer") as conn:
        known = ledger.newest(conn)
        mistakes = conn.execute(_MISTAKES).fetchall()
    if known is None or known.version == ledger.WORDS:
        return ["Модели тем нет: темы подсказываются по словам (dbt_project/seeds/topic_words.csv)."]
    share = known.right_count / known.suggested_count if known.suggested_count else 0
    return [
        f"Модель {known.version} от {known.trained_at:%d.%m.%Y}: текстов {known.texts_count}, тем {known.topics_count},"
        f" слов {known.words_count}.",
        f"На незнакомых текстах подсказок {known.suggested_count}, из них верных {known.right_count} ({share:.1%});"
        f" воздержалась в {known.abstained_share:.1%} случаев.",
        *(f"{count} × «{topic}» приняла за «{taken}»" for topic, taken, count in mistakes),
    ]


_MISTAKES = """
select coalesce(t.title, c.topic_code), coalesce(s.title, c.suggested_code), c.texts_count
from ops.topic_model_confusion as c
left join reference.topics as t on c.topic_code = t.topic_code
left join reference.topics as s on c.suggested_code = s.topic_code
where
    c.model_no = (select max(model_no) from ops.topic_models)
    and c.suggested_code not in ('none', c.topic_code)
order by 3 desc, 1, 2
"""
