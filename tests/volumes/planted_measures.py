"""Measures, a problem of the regional centre and a vote on what was planted into the series."""

from __future__ import annotations

from datetime import date

from demo_city import clock, truth
from mcu.warehouse.connect import connect
from volumes import known_series

PLACE, TOPIC, WHERE = known_series.RETURNED[0]
BACK = known_series.CAME_BACK
MEASURES = {
    "PAPER": (*known_series.SURGE[:3], date(2026, 3, 13)),
    "HONEST": (*known_series.SURGE[:3], date(2026, 3, 20)),
    "BACK": (*BACK, date(2026, 8, 11)),
    "EARLY": (*BACK, date(2026, 11, 12)),
}
_MEASURE = """
insert into marts_next.fct_measures (
    measure_key, source_slug, record_ref, municipality_code, kind, title, block_code, recipient_code, planned_on,
    done_on, status_code, is_open, topic_code, place, problem_ref
) values (md5(%(ref)s)::uuid, 'measures', %(ref)s, %(municipality)s, 'measure', %(ref)s, 'unknown', 'none', %(done)s,
    %(done)s, 'done', false, %(topic)s, %(place)s, 'П-1')
"""
_OTHERS = f"""
insert into marts_next.fct_external_problems (
    problem_key, source_slug, record_ref, municipality_code, title, topic_code, place, opened_on, is_open, load_id
) values
    (md5('1')::uuid, 'bi_rcc_problems', 'П-1', '{PLACE}', 'Отказы', '{TOPIC}', '{WHERE}', '2026-11-01', true, 1),
    (md5('2')::uuid, 'bi_rcc_problems', 'П-2', '{PLACE}', 'Свет', 'energy.outage', '{WHERE}', '2026-11-01', true, 1);
insert into marts_next.fct_votes (
    source_slug, record_ref, municipality_code, title, kind, started_at, ended_at, option_no, option_title
) values ('pos_votes', 'V-1', 'murmansk', 'Как вы оцениваете Состояние улицы Новой?', 'poll', '2026-06-01 09:00+03',
    '2026-06-30 09:00+03', 1, 'Хорошо')
"""


def plant() -> None:
    """Write them straight into the facts that the models read."""
    with connect("admin", autocommit=True) as conn:
        conn.execute("truncate marts_next.fct_measures, marts_next.fct_external_problems, marts_next.fct_votes")
        for ref, (municipality, topic, place, done) in MEASURES.items():
            given = {"ref": ref, "municipality": municipality, "topic": topic, "place": place, "done": done}
            conn.execute(_MEASURE, given)
        conn.execute(_OTHERS)


def plant_city() -> dict[str, str]:
    """The measures of the city on its surge, done on paper and in earnest; title → verdict that must be found."""
    with connect("admin", autocommit=True) as conn:
        conn.execute("truncate marts_next.fct_measures, marts_next.fct_external_problems, marts_next.fct_votes")
        for measure in truth.MEASURES:
            given = {
                "ref": measure["title"], "municipality": measure["municipality_code"], "topic": measure["topic_code"],
                "place": measure["district"], "done": clock.local(measure["done"]).date(),
            }  # fmt: skip  # a table
            conn.execute(_MEASURE, given)
    return {measure["title"]: measure["verdict"] for measure in truth.MEASURES}
