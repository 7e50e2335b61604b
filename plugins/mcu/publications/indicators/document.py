"""What is published: figures by code, and the titles that the codes had when they were published."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import DictRow
from pydantic import BaseModel, ConfigDict, model_validator

from mcu.errors import UserError

Number = int | float | None


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(_Frozen):
    """One figure, rounded to six digits; shares are 0–1. A median has no numerator. `denominator`: of how many."""

    indicator_code: str
    municipality_code: str
    numerator: Number
    denominator: Number
    value: Number
    plan_value: Number

    @property
    def deviation(self) -> Number:
        """Value minus plan; None if one of them is missing."""
        if self.value is None or self.plan_value is None:
            return None
        return number(self.value - self.plan_value)


class Indicator(_Frozen):
    indicator_code: str
    title: str
    unit: str
    aggregation: str
    """How the value is made: `count`, `share`, `mean` or `median`."""
    direction: str
    """Which is better: `more` or `less`; anything else: the plan is not judged."""
    formula: str = ""
    decided_by: str = ""
    legal_basis: str = ""

    @model_validator(mode="before")
    @classmethod
    def _published_earlier(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Documents published before the catalogue had aggregations hold counts and shares only."""
        return {"aggregation": "share" if given.get("unit") == "доля" else "count"} | given

    @property
    def is_share(self) -> bool:
        return self.aggregation == "share"

    @property
    def is_whole(self) -> bool:
        """True if its values are whole numbers."""
        return self.aggregation == "count"

    def is_met(self, value: Value) -> bool | None:
        """True if the plan is met; None if there is nothing to compare."""
        if value.deviation is None or self.direction not in ("more", "less"):
            return None
        return value.deviation >= 0 if self.direction == "more" else value.deviation <= 0


class Municipality(_Frozen):
    municipality_code: str
    title: str


class Document(_Frozen):
    """Figures in the order of indicators, then of municipalities' titles."""

    indicators: list[Indicator]
    municipalities: list[Municipality]
    values: list[Value]

    @property
    def values_sha256(self) -> str:
        """SHA-256 of the figures without the titles: a reworded title makes no new revision."""
        rows = [value.model_dump() for value in self.values]
        return hashlib.sha256(json.dumps(rows, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def indicator(self, code: str) -> Indicator:
        return next(i for i in self.indicators if i.indicator_code == code)

    def municipality(self, code: str) -> Municipality:
        return next(m for m in self.municipalities if m.municipality_code == code)


def read_document(cursor: psycopg.Cursor[DictRow], first_day: date) -> Document:
    """The figures of the month that starts on `first_day`, from the marts. Raises UserError if there are none."""
    rows = cursor.execute(
        """select indicator_code, municipality_code, numerator, denominator, value, plan_value
           from marts.fct_indicator_values where period_month = %s""",
        [first_day],
    ).fetchall()
    if not rows:
        raise UserError(f"За {first_day:%m.%Y} показателей в витринах нет.")
    indicators = cursor.execute("select * from marts.dim_indicator order by sort_order, indicator_code").fetchall()
    municipalities = cursor.execute("select municipality_code, title from marts.dim_municipality").fetchall()
    known = {row["municipality_code"] for row in rows}
    places = sorted(
        (Municipality(**row) for row in municipalities if row["municipality_code"] in known),
        key=lambda place: place.title.lower().replace("ё", "е"),
    )
    order_of_indicator = {row["indicator_code"]: n for n, row in enumerate(indicators)}
    order_of_place = {place.municipality_code: n for n, place in enumerate(places)}
    values = [
        Value(
            indicator_code=row["indicator_code"],
            municipality_code=row["municipality_code"],
            **{name: number(row[name]) for name in ("numerator", "denominator", "value", "plan_value")},
        )
        for row in rows
    ]
    values.sort(key=lambda v: (order_of_indicator[v.indicator_code], order_of_place[v.municipality_code]))
    words = Indicator.model_fields
    return Document(
        indicators=[Indicator(**{k: v or "" for k, v in row.items() if k in words}) for row in indicators],
        municipalities=places,
        values=values,
    )


def number(value: Any) -> Number:
    """A figure as it is published: a whole number as int, another with at most six digits after the point."""
    if value is None:
        return None
    rounded = round(Decimal(str(value)), 6)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)
