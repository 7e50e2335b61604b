"""The governed list of measures and dimensions, read from `catalogue.yml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from mcu.errors import UserError

FILE = Path(__file__).with_name("catalogue.yml")


class SliceRefused(UserError):
    """A question that the catalogue does not allow; the message lists what it allows."""

    code = "slice_refused"


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Grain(_Frozen):
    """What one record of a measure is."""

    title: str
    relation: str
    day: str
    instant: str
    where: str = "true"
    columns: dict[str, str]


class Measure(_Frozen):
    """What is counted of the records of a cell."""

    title: str
    grain: str
    kind: Literal["count", "share", "mean", "median"]
    formula: str
    page: str
    unit: str
    where: str = "true"
    part: str = "true"
    amount: str = "null::numeric"


class Dimension(_Frozen):
    """By what it is counted. `of`: the query that leads from the grain's column to the value. `is_local`: names repeat
    from one municipality to another; `labels` gives its code as the third column."""

    title: str
    labels: str | None = None
    is_local: bool = False
    of: str | None = None
    time: Literal["week", "month", "quarter", "year"] | None = None


class Catalogue(_Frozen):
    grains: dict[str, Grain]
    measures: dict[str, Measure]
    dimensions: dict[str, Dimension]

    def measure(self, code: str) -> Measure:
        """Raises SliceRefused with all measures."""
        if code not in self.measures:
            raise SliceRefused(f"Показателя «{code}» для разрезов нет. Можно указать: {_listed(self.measures)}.")
        return self.measures[code]

    def dimensions_of(self, code: str) -> dict[str, Dimension]:
        """The dimensions by which a measure may be counted."""
        known = self.grains[self.measure(code).grain].columns
        return {name: one for name, one in self.dimensions.items() if one.time or name in known}

    def dimension(self, measure: str, name: str) -> Dimension:
        """Raises SliceRefused with those that the measure allows."""
        allowed = self.dimensions_of(measure)
        if name not in allowed:
            raise SliceRefused(
                f"По признаку «{name}» показатель «{measure}» не считается. Можно указать: {_listed(allowed)}."
            )
        return allowed[name]


@cache
def catalogue() -> Catalogue:
    body = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for grain in body["grains"].values():
        grain["relation"] = grain.pop("from")
    return Catalogue.model_validate(body)


def _listed(named: dict[str, Measure] | dict[str, Dimension]) -> str:
    return ", ".join(f"{code} ({one.title})" for code, one in named.items())
