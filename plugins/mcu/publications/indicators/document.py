"""What is published of a municipality's month: figures by code, and the titles and acts as they were then."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Number = int | float | None

Assessment = Literal["met", "not_met", "little_data", "no_data", "no_plan"]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(_Frozen):
    """One figure, rounded to six digits; shares are 0–1. A median has no numerator. `denominator`: of how many."""

    indicator_code: str
    numerator: Number
    denominator: Number
    value: Number
    plan_value: Number
    plan_set_by: str
    plan_basis: str

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
    aggregation: Literal["count", "share", "mean", "median"]
    """How the value is made."""
    direction: str
    """Which is better: `more` or `less`; anything else: the plan is not judged."""
    formula: str
    decided_by: str
    legal_basis: str
    """The act of this municipality, or one that holds for all."""

    @property
    def is_share(self) -> bool:
        return self.aggregation == "share"

    @property
    def is_whole(self) -> bool:
        """True if its values are whole numbers."""
        return self.aggregation == "count"


class Municipality(_Frozen):
    municipality_code: str
    title: str
    legal_basis: str
    """The act that made its МЦУ."""
    addressee: str
    """The regional centre that the package goes to."""
    signatory: str
    """The position that signs it."""


class Document(_Frozen):
    """Figures of one municipality, in the order of indicators."""

    municipality: Municipality
    indicators: list[Indicator]
    values: list[Value]
    min_records: int
    """A share, mean or median of fewer records is not judged."""
    unmapped_count: int
    """Items of the month whose municipality no map knows; they are in no package."""
    assumptions: list[str]
    """What no act says, in words."""

    @property
    def values_sha256(self) -> str:
        """SHA-256 of the figures without the titles: a reworded title makes no new revision."""
        rows = [value.model_dump(exclude={"plan_set_by", "plan_basis"}) for value in self.values]
        return hashlib.sha256(json.dumps(rows, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def indicator(self, code: str) -> Indicator:
        return next(i for i in self.indicators if i.indicator_code == code)

    def assess(self, value: Value) -> Assessment:
        """Whether the plan is met, or why that is not said."""
        indicator = self.indicator(value.indicator_code)
        if value.value is None:
            return "no_data"
        if value.plan_value is None or value.deviation is None or indicator.direction not in ("more", "less"):
            return "no_plan"
        if not indicator.is_whole and (value.denominator or 0) < self.min_records:
            return "little_data"
        is_met = value.deviation >= 0 if indicator.direction == "more" else value.deviation <= 0
        return "met" if is_met else "not_met"


def number(value: Any) -> Number:
    """A figure as it is published: a whole number as int, another with at most six digits after the point."""
    if value is None:
        return None
    rounded = round(Decimal(str(value)), 6)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)
