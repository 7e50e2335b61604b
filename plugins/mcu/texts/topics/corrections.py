"""What people say of an item's topic (`ops.topic_corrections`). It wins over the source and over any model, is learned
from, and survives every rebuild. No other module writes the table."""

from __future__ import annotations

from mcu.errors import UserError
from mcu.warehouse.connect import connect


def correct(ref: str, topic_code: str | None, *, by: str, source_slug: str | None = None) -> str:
    """Name the topic of the item `ref`, or take an earlier word back (None). Returns the topic's title, empty if it was
    taken back. Raises UserError if the item or the topic is unknown, or several sources have the number."""
    with connect("transformer") as conn:
        found = conn.execute(
            "select source_slug from marts.fct_feedback"
            " where record_ref = %s and source_slug = coalesce(%s, source_slug) order by 1",
            [ref, source_slug],
        ).fetchall()
        titles: dict[str, str] = dict(conn.execute("select topic_code, title from reference.topics").fetchall())
    if not found:
        raise UserError(f"Запись «{ref}» в витринах не найдена. Проверьте номер и источник.")
    if len(found) > 1:
        raise UserError(
            f"Номер «{ref}» есть в нескольких источниках: {', '.join(s for (s,) in found)}. Укажите --source."
        )
    if topic_code is not None and topic_code not in titles:
        raise UserError(f"Темы «{topic_code}» нет в справочнике dbt_project/seeds/topics.csv.")
    with connect("loader") as conn:
        conn.execute(
            "insert into ops.topic_corrections (source_slug, record_ref, topic_code, corrected_by)"
            " values (%s, %s, %s, %s)",
            [found[0][0], ref, topic_code, by],
        )
    return titles[topic_code] if topic_code else ""
