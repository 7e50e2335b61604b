"""What each person reads of the views of `bi`, beside what the figures below say that the person may read."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from typing import Any

import psycopg
from dbt_warehouse import rows
from psycopg import sql

from mcu.warehouse.dbt import PROJECT

OF_ANYONE = {"bi_as_of", "bi_marts_check", "bi_channels", "bi_periods"}
"""No figure of the city: the instant of the figures, whether newer ones wait, what channels and months there are."""
OF_MANAGERS = {"bi_sources"}
"""Whether a source answers: for everybody who sees a municipality as a whole."""
MIXED = {"bi_unknowns"}
"""Their rows have several kinds: of a municipality, and of none."""
OF_ITEMS = {"bi_problem_items", "bi_problem_area_items"}
"""Items of what several people wrote about: only those that the person sees of what the person sees."""
CHOICES = {"bi_pages", "bi_problem_cards"}
"""What there is to choose in a municipality, for everybody who sees a part of it: without a choice no page opens."""
COUNTS_OF_ITEMS = {"bi_problem_weeks"}
"""How many such items there are."""
ITEMS = {
    "bi_feedback": "fct_feedback", "bi_deadlines": "rpt_deadline_status", "bi_open_items": "rpt_open_items",
    "bi_attention": "rpt_attention", "bi_deadline_risk": "rpt_deadline_risk",
}  # fmt: skip  # a table
"""View of items → the mart below it."""


def views() -> list[str]:
    return [name for (name,) in rows("select viewname::text from pg_views where schemaname = 'bi' order by 1")]


def content(conn: psycopg.Connection, view: str) -> Counter[str]:
    query = sql.SQL("select t::text from {} as t").format(sql.Identifier("bi", view))
    return Counter(text for (text,) in conn.execute(query))


def columns(view: str) -> set[str]:
    found = rows(
        "select column_name::text from information_schema.columns where table_schema = 'bi' and table_name = %s", view
    )
    return {name for (name,) in found}


def of_municipality(view: str, title: str) -> Counter[str]:
    """The rows of the view that name the municipality, as who builds sees them."""
    query = sql.SQL("select t::text from {} as t where municipality = %s").format(sql.Identifier("bi", view))
    return Counter(text for (text,) in rows(query.as_string(), title))


def items(conn: psycopg.Connection, view: str) -> Counter[str]:
    query = sql.SQL("select feedback_key::text from {}").format(sql.Identifier("bi", view))
    return Counter(key for (key,) in conn.execute(query))


def items_of(mart: str, column: str, codes: Iterable[str]) -> Counter[str]:
    query = sql.SQL("select feedback_key::text from {} where {} = any(%s)").format(
        sql.Identifier("marts", mart), sql.Identifier(column)
    )
    return Counter(key for (key,) in rows(query.as_string(), list(codes)))


def recipients() -> list[dict[str, Any]]:
    with (PROJECT / "seeds" / "recipients.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def below(code: str) -> set[str]:
    """The recipient and all below it, read from the seed."""
    found = {code}
    while more := {r["recipient_code"] for r in recipients() if r["parent_code"] in found} - found:
        found |= more
    return found
