"""The documents of a month, read from the marts: one for each municipality."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import DictRow

from mcu.errors import UserError
from mcu.publications.indicators.document import Document, Indicator, Municipality, Value, number
from mcu.warehouse.dbt import project_variable

UNKNOWN = "unknown"

_VALUES = """
    select v.indicator_code, v.municipality_code, v.numerator, v.denominator, v.value, v.plan_value, v.plan_set_by,
           v.plan_basis
    from marts.fct_indicator_values as v join marts.dim_indicator as i using (indicator_code)
    where v.period_month = %s and i.in_package
    order by i.sort_order, i.indicator_code
"""

_INDICATORS = "select * from marts.dim_indicator where in_package order by sort_order, indicator_code"

_UNMAPPED = """
    select count(*) as items from marts.fct_feedback
    where municipality_code = 'unknown' and date_trunc('month', received_on) = %s
"""

_ASSUMED_RULES = """
    select title, municipality_code, legal_basis from reference.deadline_rules
    where legal_basis like '%%по умолчанию%%' and stage not in ('request', 'body_request') -- of no indicator
      and valid_from < %(day)s::date + interval '1 month' and (valid_to is null or valid_to > %(day)s)
    order by stage, title
"""


def read_documents(cursor: psycopg.Cursor[DictRow], first_day: date) -> list[Document]:
    """The documents of the month that starts on `first_day`, by title. Raises UserError if there are no figures."""
    values: dict[str, list[DictRow]] = defaultdict(list)
    for row in cursor.execute(_VALUES, [first_day]):
        values[row["municipality_code"]].append(row)
    if not values:
        raise UserError(f"За {first_day:%m.%Y} показателей в витринах нет.")
    places = cursor.execute("select * from marts.dim_municipality").fetchall()
    indicators = cursor.execute(_INDICATORS).fetchall()
    rules = cursor.execute(_ASSUMED_RULES, {"day": first_day}).fetchall()
    unmapped = cursor.execute(_UNMAPPED, [first_day]).fetchone()
    documents = []
    for place in places:
        own = values.get(place["municipality_code"], [])
        if place["municipality_code"] == UNKNOWN or not own:
            continue
        documents.append(
            Document(
                municipality=Municipality(**{name: place[name] or "" for name in Municipality.model_fields}),
                indicators=[_indicator(row, place) for row in indicators],
                values=[_value(row) for row in own],
                min_records=project_variable("package")["min_records"],
                unmapped_count=unmapped["items"] if unmapped else 0,
                assumptions=_assumptions(place, indicators, own, rules),
            )
        )
    return sorted(documents, key=lambda one: one.municipality.title.lower().replace("ё", "е"))


def _value(row: Mapping[str, Any]) -> Value:
    return Value(
        indicator_code=row["indicator_code"],
        plan_set_by=row["plan_set_by"] or "",
        plan_basis=row["plan_basis"] or "",
        **{name: number(row[name]) for name in ("numerator", "denominator", "value", "plan_value")},
    )


def _indicator(row: Mapping[str, Any], place: Mapping[str, Any]) -> Indicator:
    words: dict[str, Any] = {name: row[name] or "" for name in Indicator.model_fields}
    return Indicator.model_validate(words | {"legal_basis": _basis(row, place)})


def _basis(row: Mapping[str, Any], place: Mapping[str, Any]) -> str:
    """The act of an indicator for this municipality: an act of another one does not hold here."""
    if row["act_of"] in (None, place["municipality_code"]):
        return row["legal_basis"] or ""
    return f"{place['legal_basis']}; показатель актом не установлен, принят по умолчанию"


def _assumptions(
    place: Mapping[str, Any],
    indicators: list[DictRow],
    values: list[DictRow],
    rules: list[DictRow],
) -> list[str]:
    """What no act of this municipality says: indicators, plans, deadlines."""
    code, titles = place["municipality_code"], {row["indicator_code"]: row["title"] for row in indicators}
    foreign = [row["title"] for row in indicators if row["act_of"] not in (None, code)]
    plans = [
        f"«{titles[row['indicator_code']]}» — {row['plan_set_by']} ({_lower(row['plan_basis'])})"
        for row in values
        if "по умолчанию" in (row["plan_basis"] or "").lower()
    ]
    said = []
    if foreign:
        said.append(
            "Показатели, которых в акте муниципального образования нет (приняты по умолчанию): "
            + "; ".join(f"«{title}»" for title in foreign)
            + "."
        )
    if plans:
        said.append(f"Планы, установленные не ЦУР ({len(plans)}): " + "; ".join(plans) + ".")
    said += [
        f"Срок. {rule['title']}: {rule['legal_basis']}." for rule in rules if rule["municipality_code"] in (None, code)
    ]
    return said


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
