"""What each tile of the dashboards shows, as SQL written from the files of its chart and dataset alone: no code of
Superset's or of `superset/deploy` takes part."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
import yaml
from psycopg.rows import dict_row

from ground import ROOT

ASSETS = ROOT / "superset" / "assets"
COLOURS = yaml.safe_load((ROOT / "superset" / "theme" / "colours.yml").read_text(encoding="utf-8"))["meaning"]
GRAINS = {"P1D": "day", "P1W": "week", "P1M": "month"}
SERIES = ("echarts_timeseries_bar", "echarts_timeseries_line")
INSTANTS = {1082, 1114, 1184}
"""date, timestamp, timestamptz: Superset writes them as numbers."""

Filter = dict[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class Tile:
    name: str
    uuid: str
    dataset: Mapping[str, Any]
    body: Mapping[str, Any]

    @property
    def params(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.body["params"]
        return found

    @property
    def most(self) -> int:
        return int(self.params.get("row_limit", 10_000))

    def heeds(self, choice: Iterable[Filter]) -> list[Filter]:
        """The filters of a page that this tile understands; a filter is called like its column."""
        columns = {column["column_name"] for column in self.dataset["columns"]} - set(self.body.get("ignores", []))
        return [one for one in choice if one["col"] in columns]

    def named(self) -> dict[str, str]:
        """Name → SQL of what the tile asks for."""
        columns = {c["column_name"]: c.get("expression") or c["column_name"] for c in self.dataset["columns"]}
        metrics = {m["metric_name"]: m["expression"] for m in self.dataset.get("metrics", [])}
        params, kind = self.params, self.body["viz_type"]
        if kind == "table" and params.get("query_mode", "raw") == "raw":
            return {name: columns[name] for name in params["all_columns"]}
        if kind == "table":
            return {name: columns[name] for name in params["groupby"]} | {m: metrics[m] for m in params["metrics"]}
        if kind in SERIES:
            axis, grain = params["x_axis"], GRAINS.get(params.get("time_grain_sqla"))
            found = {axis: f"date_trunc('{grain}', {columns[axis]})" if grain else columns[axis]}
            found |= {name: columns[name] for name in params.get("groupby", [])}
            return found | {m: metrics[m] for m in params["metrics"]}
        if kind == "big_number":
            axis, grain = params["x_axis"], GRAINS[params.get("time_grain_sqla", "P1D")]
            return {axis: f"date_trunc('{grain}', {columns[axis]})", params["metric"]: metrics[params["metric"]]}
        return {params["metric"]: metrics[params["metric"]]}

    def sql(self, chosen: Iterable[Filter]) -> str:
        named = self.named()
        metrics = {m["metric_name"] for m in self.dataset.get("metrics", [])}
        groups = [number for number, name in enumerate(named, 1) if name not in metrics]
        is_raw = not metrics & named.keys()
        shown = ", ".join(f'{expression} as "{name}"' for name, expression in named.items())
        query = f"select {shown} from bi.{self.dataset['table_name']}{self._where(chosen)}"
        return query if is_raw or not groups else f"{query} group by {', '.join(map(str, groups))}"

    def _where(self, chosen: Iterable[Filter]) -> str:
        columns = {c["column_name"]: c.get("expression") or c["column_name"] for c in self.dataset["columns"]}
        own = [(columns[name], operator, value) for name, operator, value in self.params.get("adhoc_filters", [])]
        own += [(columns[one["col"]], one["op"], one["val"]) for one in chosen]
        return " where " + " and ".join(_condition(*one) for one in own) if own else ""

    def stable(self) -> set[str]:
        """Columns whose values do not hang on the order of equal rows, nor on how a grain is written."""
        return {name for name, expression in self.named().items() if "row_number()" not in expression}


def _condition(column: str, operator: str, value: Any) -> str:
    if operator == "IN":
        return f"({column}) in ({', '.join(map(_literal, value))})"
    return f"({column}) {'=' if operator == '==' else operator} {_literal(value)}"


def _literal(value: Any) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value).lower()


def tiles() -> list[Tile]:
    """Every chart of the files."""
    datasets = {p.stem: _read(p) for p in (ASSETS / "warehouse" / "datasets").glob("*.yaml")}
    charts = {f"{p.parts[-3]}/{p.stem}": _read(p) for p in sorted(ASSETS.glob("*/charts/*.yaml"))}
    return [Tile(name, str(body["uuid"]), datasets[body["dataset"]], body) for name, body in charts.items()]


def _read(path: Any) -> dict[str, Any]:
    """A file of ours; `@name@` in it is a colour of the theme."""
    text = re.sub("@([a-z]+)@", lambda name: COLOURS[name[1]], path.read_text(encoding="utf-8"))
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def differs(conn: psycopg.Connection, tile: Tile, chosen: Iterable[Filter], given: Any) -> str:
    """How the rows that Superset gave differ from those of our own query; empty if they do not."""
    if not isinstance(given, list):
        return f"status {given}"
    cursor = conn.cursor(row_factory=dict_row).execute(tile.sql(chosen).encode())
    names = tile.stable() - instants(cursor)
    ours, theirs = _counted(cursor.fetchall(), names), _counted(given, names)
    if len(given) >= tile.most:
        return "" if theirs <= ours and theirs.total() == tile.most else f"{len(given)} rows, not all ours"
    return "" if ours == theirs else f"ours only {list(ours - theirs)[:1]}, theirs only {list(theirs - ours)[:1]}"


def instants(cursor: psycopg.Cursor[Any]) -> set[str]:
    """The columns of a result that Superset writes as numbers."""
    return {column.name for column in cursor.description or () if column.type_code in INSTANTS}


def _counted(found: Iterable[Row], names: set[str]) -> Counter[str]:
    return Counter(str(sorted((name, text_of(row[name])) for name in names)) for row in found)


def text_of(value: Any) -> str:
    """A value as both sides write it: Superset's numbers are floats."""
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return f"{float(value):.6g}" if is_number else str(value)
