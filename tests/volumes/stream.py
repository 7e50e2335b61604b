"""Items written straight into the input of the volume models, and the models run over them alone."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from demo_city import clock
from mcu.warehouse.connect import connect
from mcu.warehouse.dbt import PROJECT, Window, run_dbt

MODELS = [
    "int_volumes_before", "int_daily_volumes", "int_expected_days", "int_day_kinds", "int_day_factors",
    "int_expected_levels", "fct_feedback", "fct_expected_volumes", "rpt_volume_surges", "rpt_volume_contributions",
    "rpt_volume_today", "rpt_silences", "rpt_problem_area_items", "rpt_problem_areas", "rpt_measure_checks",
    "rpt_problem_lists", "rpt_vote_topics", "bi_problem_areas", "bi_measure_checks", "bi_volume_surges",
]  # fmt: skip  # a table
AS_OF = clock.CITY_END
_INPUTS = ("int_feedback", "int_repeats", "int_milestones", "int_topics", "int_matters", "int_touched")
_INSERTS = """
insert into intermediate_next.int_feedback (
    feedback_key, source_slug, record_ref, municipality_code, time_zone, kind, channel_code, received_at, received_on,
    status_code, is_open, topic_code, block_code, recipient_code, author_key, is_fast_track, priority, place, load_id
)
select
    md5(source_slug || ':' || record_ref)::uuid, source_slug, record_ref, municipality_code, 'Europe/Moscow', 'message',
    channel_code, received_at, (received_at at time zone 'Europe/Moscow')::date, 'answered', false, topic_code,
    block_code, 'none', author, false, 'ordinary', place, 1
from given;
insert into intermediate_next.int_repeats (feedback_key, is_repeat, is_duplicate)
select md5(source_slug || ':' || record_ref)::uuid, is_again, false from given;
insert into intermediate_next.int_milestones (feedback_key, is_open)
select md5(source_slug || ':' || record_ref)::uuid, false from given;
insert into intermediate_next.int_topics (feedback_key, source_slug, record_ref, topic_code, topic_source, block_code)
select md5(source_slug || ':' || record_ref)::uuid, source_slug, record_ref, topic_code, 'source', block_code
from given;
insert into intermediate_next.int_matters (feedback_key, matter_key)
select md5(source_slug || ':' || record_ref)::uuid, md5(source_slug || ':' || record_ref)::uuid from given;
analyze intermediate_next.int_feedback; analyze intermediate_next.int_repeats; analyze intermediate_next.int_milestones;
analyze intermediate_next.int_topics; analyze intermediate_next.int_matters;
"""


class Told(NamedTuple):
    """One item as the volume models see it."""

    source_slug: str
    record_ref: str
    municipality_code: str
    channel_code: str
    received_at: datetime
    topic_code: str
    block_code: str
    place: str
    author: str
    is_again: bool


def blocks() -> dict[tuple[str, str], str]:
    """(municipality, topic) → block."""
    themes = {row["topic_code"]: row["theme_code"] for row in _seed("topics")}
    of_theme = {(row["municipality_code"], row["theme_code"]): row["block_code"] for row in _seed("topic_blocks")}
    return {
        (place, topic): block
        for topic, theme in themes.items()
        for (place, of), block in of_theme.items()
        if of == theme
    }


def _seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fill(items: Iterable[Told]) -> None:
    """Replace all items of the next copy by these."""
    with connect("admin", autocommit=True) as conn:
        conn.execute(f"truncate {', '.join(f'intermediate_next.{name}' for name in _INPUTS)}")
        conn.execute(
            "create temp table given (source_slug text, record_ref text, municipality_code text, channel_code text,"
            " received_at timestamptz, topic_code text, block_code text, place text, author text, is_again boolean)"
        )
        with conn.cursor() as cursor, cursor.copy("copy given from stdin") as lines:
            for item in items:
                lines.write_row(item)
        conn.execute(_INSERTS)


def run(*, full: bool = True) -> None:
    """The volume models over what stands there; an incremental run counts the days of int_recount_days anew."""
    refresh = ["--full-refresh"] if full else []
    run_dbt(["run", *refresh, "--select", *MODELS], window=Window(AS_OF, 0, 0, AS_OF))


def rows(query: str, *params: Any) -> list[tuple[Any, ...]]:
    with connect("admin") as conn:
        conn.execute("set search_path = marts_next, intermediate_next, reference_next, bi_next")
        return conn.execute(query, params).fetchall()
