"""After an import: is everything there, and does the query of every chart run? A partial import must not pass."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from deploy.bundle import may_be_empty, uuids


def missing(assets: dict[str, dict[str, Any]]) -> list[str]:
    """What is in the bundle but not in Superset: assets by UUID, and charts of dashboards."""
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.core import Database
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    from superset import db

    models = {"databases": Database, "datasets": SqlaTable, "charts": Slice, "dashboards": Dashboard}
    problems = []
    for kind, model in models.items():
        there = {str(uuid) for (uuid,) in db.session.query(model.uuid)}
        problems += [f"не загружено: {kind} {uuid}" for uuid in sorted(uuids(assets, kind) - there)]
    for name, config in assets.items():
        if not name.startswith("dashboards/"):
            continue
        dashboard = db.session.query(Dashboard).filter_by(uuid=config["uuid"]).one_or_none()
        there = {str(chart.uuid) for chart in dashboard.slices} if dashboard else set()
        problems += [f"{name}: нет диаграммы {uuid}" for uuid in sorted(charts_of(config) - there)]
    return problems


def charts_of(dashboard: dict[str, Any]) -> set[str]:
    """The UUIDs of the charts in the dashboard's layout."""
    cells = (cell for cell in dashboard["position"].values() if isinstance(cell, dict))
    return {str(cell["meta"]["uuid"]) for cell in cells if cell["type"] == "CHART"}


@dataclass
class Tiles:
    """Outcome of the charts' queries: how many ran, which failed, which returned no row but should have, which have no
    relation yet."""

    ran: int = 0
    failed: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    unbuilt: list[str] = field(default_factory=list)


def run_queries(assets: dict[str, dict[str, Any]]) -> Tiles:
    """Run the queries of every chart without the cache. Before the first build of the marts all tiles are empty."""
    from superset.models.slice import Slice

    from superset import db

    tiles = Tiles()
    charts = db.session.query(Slice).filter(Slice.uuid.in_(uuids(assets, "charts"))).all()
    if not any(_is_built(chart.datasource) for chart in charts):
        tiles.empty.append("все плитки: витрины ещё не построены")
        return tiles
    empty_by_right = may_be_empty()
    for chart in charts:
        name = f"«{chart.slice_name}»"
        if not _is_built(chart.datasource):
            tiles.unbuilt.append(name)
            continue
        for result in _results(json.loads(chart.query_context)):
            tiles.ran += 1
            if result["error"]:
                tiles.failed.append(f"{name}: {_first_line(result['error'])}")
            elif str(chart.uuid) not in empty_by_right and _is_empty(result):
                tiles.empty.append(f"{name}: запрос не вернул ни одной строки")
    return tiles


def _is_built(dataset: Any) -> bool:
    from sqlalchemy import inspect

    if dataset is None:
        return False
    with dataset.database.get_sqla_engine() as engine:
        return bool(inspect(engine).has_table(dataset.table_name, dataset.schema))


def _results(context: dict[str, Any]) -> list[dict[str, Any]]:
    from superset.charts.schemas import ChartDataQueryContextSchema
    from superset.commands.chart.data.get_data_command import ChartDataCommand
    from superset.commands.chart.exceptions import ChartDataQueryFailedError

    command = ChartDataCommand(ChartDataQueryContextSchema().load({**context, "force": True}))
    try:
        return list(command.run()["queries"])
    except ChartDataQueryFailedError as error:
        return [{"error": str(error), "rowcount": 0, "data": []}]


def _is_empty(result: dict[str, Any]) -> bool:
    return not result["rowcount"] or all(value is None for value in result["data"][0].values())


def _first_line(message: str) -> str:
    return message.strip().splitlines()[0]
