"""Why a figure of a published month changed, item by item: the causes as the marts and the ledger of loads show them.
With whole builds of dbt: tests/dbt/test_dbt_restated.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from psycopg.rows import dict_row

from mcu.publications.indicators import evidence, publish
from mcu.publications.indicators.item_causes import CORRECTED, LATE, MERGED, RELATED
from mcu.publications.ledger import Publication
from mcu.warehouse.connect import connect
from quality.minimal_marts import make_marts, own_warehouse, publish_marts

MONTH = "2026-10"
RULES, MAPS, MODELS = "изменены правила", "изменены справочники или сопоставления", "изменены определения"
CALENDAR = "изменён производственный календарь или рабочее время"

MARTS = """
drop table if exists marts_next.rpt_indicator_items, marts_next.fct_feedback, marts_next.fct_deadlines,
    reference_next.deadline_rules;
create table reference_next.deadline_rules as
    select code as rule_code, 'final' as stage, 'Срок ' || code as title, null::text as municipality_code,
           date '2020-01-01' as valid_from, null::date as valid_to, 'закон' as legal_basis, 30 as amount
    from unnest(array['long', 'short']) as code;
create table reference_next.calendar_days as select date '2026-10-05' as date_on;
create table reference_next.municipality_map as select 'Мурманск' as municipality_ref, 'murmansk' as municipality_code;
create table marts_next.fct_feedback as
    select md5(ref)::uuid as feedback_key, 'pos' as source_slug, ref as record_ref, 'murmansk' as municipality_code,
           date '2026-10-05' as received_on, 'roads' as topic_code, false as is_repeat, false as is_duplicate,
           null::uuid as repeat_of_key, null::uuid as duplicate_of_key
    from unnest(array['CORRECTED', 'RULE', 'CALENDAR', 'MAP', 'RELATED', 'MERGED', 'MODEL', 'SAME']) as ref;
create table marts_next.fct_deadlines as
    select feedback_key, 'final' as stage, case record_ref when 'RULE' then 'short' else 'long' end as rule_code,
           'final' as answer, timestamptz '2026-10-20 18:00+03' as due_at
    from marts_next.fct_feedback;
create table marts_next.rpt_indicator_items as
    select 'overdue_share' as indicator_code, 'murmansk' as municipality_code, date '2026-10-01' as period_month,
           feedback_key, case when record_ref in ('CALENDAR', 'CORRECTED') then 1 else 0 end as numerator,
           1 as denominator
    from marts_next.fct_feedback;
"""

FIGURES = """
update marts.fct_indicator_values as v set numerator = i.n, denominator = i.d, value = round(i.n::numeric / i.d, 6)
from (select sum(numerator) as n, sum(denominator) as d from marts.rpt_indicator_items) as i
where v.indicator_code = 'overdue_share' and v.municipality_code = 'murmansk' and v.period_month = '2026-10-01'
"""

CHANGES = {
    "late": """
        insert into marts.fct_feedback
            select md5('LATE')::uuid, 'pos', 'LATE', 'murmansk', '2026-10-06', 'roads', false, false, null, null;
        insert into marts.rpt_indicator_items values
            ('overdue_share', 'murmansk', '2026-10-01', md5('LATE')::uuid, 1, 1)""",
    "corrected": "update marts.rpt_indicator_items set numerator = 0 where feedback_key = md5('CORRECTED')::uuid",
    "rule": """
        update reference.deadline_rules set amount = 20 where rule_code = 'short';
        update marts.fct_deadlines set due_at = due_at - interval '10 days' where rule_code = 'short';
        update marts.rpt_indicator_items set numerator = 1 where feedback_key = md5('RULE')::uuid""",
    "calendar": """
        insert into reference.calendar_days values ('2026-10-16');
        update marts.fct_deadlines set due_at = due_at + interval '1 day' where feedback_key = md5('CALENDAR')::uuid;
        update marts.rpt_indicator_items set numerator = 0 where feedback_key = md5('CALENDAR')::uuid""",
    "map": """
        update reference.municipality_map set municipality_code = 'giaginsky';
        update marts.fct_feedback set municipality_code = 'giaginsky' where record_ref = 'MAP';
        delete from marts.rpt_indicator_items where feedback_key = md5('MAP')::uuid""",
    "related": """
        update marts.fct_feedback set is_repeat = true, repeat_of_key = md5('LATE')::uuid where record_ref = 'RELATED';
        update marts.rpt_indicator_items set numerator = 1 where feedback_key = md5('RELATED')::uuid""",
    "merged": "update marts.rpt_indicator_items set numerator = 1 where feedback_key = md5('MERGED')::uuid",
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with own_warehouse(tmp_path_factory.mktemp("explained")) as var:
        yield var


@pytest.fixture
def first(ground: Path) -> Publication:
    """The month as it was published."""
    make_marts()
    with connect("transformer") as conn:
        conn.execute(MARTS)
    publish_marts()
    with connect("loader") as conn:
        conn.execute("truncate ops.matter_links")
        conn.execute("truncate raw.pos")
        conn.execute(
            "insert into raw.pos select record_ref, '{}', sha256(record_ref::bytea), now(), 1"
            " from unnest(array['CORRECTED', 'RULE', 'CALENDAR', 'MAP', 'RELATED', 'MERGED', 'MODEL', 'SAME'])"
            " as record_ref"
        )
    figures()
    return of_murmansk()


def of_murmansk() -> Publication:
    (found,) = [one for one in publish(MONTH) if one.municipality_code == "murmansk"]
    return found


def figures() -> None:
    with connect("transformer") as conn:
        conn.execute(FIGURES)


def happened(*names: str, **run: Any) -> Publication:
    """The next revision after these changes."""
    with connect("transformer") as conn:
        for name in names:
            conn.execute(CHANGES[name])
    with connect("loader") as conn:
        if {"late", "corrected"} & set(names):
            conn.execute(
                "insert into ops.loads (source_slug, status, accept_no, accepted_at)"
                " values ('pos', 'accepted', 2, now())"
            )
            for ref in [name.upper() for name in names if name in ("late", "corrected")]:
                conn.execute("insert into raw.pos values (%s, '{}', sha256('new'), now(), 2)", [ref])
            run["accepted_upto"] = 2
        if "merged" in names:
            conn.execute(
                "insert into ops.matter_links (action, feedback_key, other_key, record_ref, other_ref, said_by)"
                " values ('link', md5('MERGED')::uuid, md5('SAME')::uuid, 'MERGED', 'SAME', 'проверка')"
            )
        for column, value in run.items():
            conn.execute(f"update ops.transform_runs set {column} = %s", [value])
    figures()
    return of_murmansk()


def causes(published: Publication, field: str = "numerator") -> dict[str, str]:
    return {
        line["record_ref"]: line["cause"]
        for change in published.difference
        if change["field"] == field
        for line in change["lines"]
    }


ONE: list[tuple[tuple[str, ...], dict[str, str]]] = [
    (("late",), {"LATE": LATE}),
    (("corrected",), {"CORRECTED": CORRECTED}),
    (("rule",), {"RULE": RULES}),
    (("calendar",), {"CALENDAR": CALENDAR}),
    (("merged",), {"MERGED": MERGED}),
    (("late", "related"), {"LATE": LATE, "RELATED": RELATED}),
    (("late", "corrected", "rule", "calendar"),
     {"LATE": LATE, "CORRECTED": CORRECTED, "RULE": RULES, "CALENDAR": CALENDAR}),
]  # fmt: skip  # a table


@pytest.mark.parametrize(("names", "expected"), ONE, ids=["+".join(names) for names, _ in ONE])
def test_exactly_the_items_that_changed_are_named_with_their_cause(
    first: Publication, names: tuple[str, ...], expected: dict[str, str]
) -> None:
    assert causes(happened(*names)) == expected


def test_an_item_that_a_map_took_elsewhere_is_named(first: Publication) -> None:
    assert causes(happened("map"), "denominator") == {"MAP": MAPS}


def test_what_no_item_shows_is_a_definition(first: Publication) -> None:
    with connect("transformer") as conn:
        conn.execute("update marts.rpt_indicator_items set numerator = 1 where feedback_key = md5('MODEL')::uuid")
    assert causes(happened(definition_hash="d2")) == {"MODEL": MODELS}


def test_figures_that_are_not_in_the_package_leave_no_evidence(first: Publication) -> None:
    with connect("transformer") as conn:
        conn.execute(
            "insert into marts.dim_indicator (indicator_code, title, unit, aggregation, direction, formula, decided_by,"
            " sort_order, in_package) values ('own_share', 'Своя доля', 'доля', 'share', 'less', 'а / б', 'МЦУ', 3,"
            " false);"
            " insert into marts.rpt_indicator_items select 'own_share', municipality_code, period_month, feedback_key,"
            " 1, 1 from marts.rpt_indicator_items;"
            " insert into marts.fct_indicator_values select 'own_share', municipality_code, period_month, 8, 8, 1"
            " from marts.fct_indicator_values where indicator_code = 'overdue_share'"
        )
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        items = evidence.read(cursor, date(2026, 10, 1))["murmansk"].body["items"]
    assert {code for item in items.values() for code in item["adds"]} == {"overdue_share"}
    with connect("transformer") as conn:
        conn.execute("update marts.dim_indicator set in_package = true")
    second = happened("late")
    lines = {change["indicator_code"]: change["lines"] for change in second.difference if change["field"] == "value"}
    assert lines["overdue_share"] and lines["own_share"][0]["record_ref"] is None, "no item of a new figure has changed"
    numerators = {change["indicator_code"]: change for change in second.difference if change["field"] == "numerator"}
    assert [line["change"] for line in numerators["own_share"]["lines"]] == [8]


def test_all_together_add_up_to_the_difference(first: Publication) -> None:
    second = happened(*CHANGES)
    assert {change["field"] for change in second.difference} == {"numerator", "denominator", "value"}
    for change in second.difference:
        parts = sum(line["change"] for line in change["lines"])
        assert parts == pytest.approx(change["after"] - change["before"], abs=1e-12) and change["lines"]
    sheet = load_workbook(next(second.folder.glob("*.xlsx")))["Изменения по записям"]
    shown = [row[3] for row in sheet.iter_rows(min_row=6, values_only=True)]
    assert {"LATE", "CORRECTED", "RULE", "CALENDAR", "MAP", "RELATED", "MERGED"} <= set(shown)


def test_items_that_outweigh_each_other_are_named_too(first: Publication) -> None:
    """The numerator is two before and after, but of other items."""
    second = happened("late", "corrected")
    (change,) = [c for c in second.difference if c["field"] == "numerator"]
    assert (change["before"], change["after"]) == (2, 2) and causes(second) == {"LATE": LATE, "CORRECTED": CORRECTED}
    (value,) = [c for c in second.difference if c["field"] == "value"]
    assert {line["cause"] for line in value["lines"]} == {LATE, CORRECTED}


def test_a_figure_that_its_items_do_not_explain_has_one_line_more(first: Publication) -> None:
    with connect("transformer") as conn:
        conn.execute(
            "update marts.fct_indicator_values set numerator = numerator + 5 where indicator_code = 'new_count'"
        )
    (change,) = [c for c in of_murmansk().difference if c["field"] == "numerator"]
    assert [(line["record_ref"], line["change"]) for line in change["lines"]] == [(None, 5)]
