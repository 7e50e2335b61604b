"""After an import: is everything there, and does every chart show rows? An import that half worked must not pass."""

from __future__ import annotations

import json
from typing import Any

from deploy.bundle import uuids


def missing(assets: dict[str, dict[str, Any]]) -> list[str]:
    """What the bundle has and Superset has not: assets by their identity, and charts of dashboards."""
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
    """The identities of the charts that the dashboard's layout places."""
    cells = (cell for cell in dashboard["position"].values() if isinstance(cell, dict))
    return {str(cell["meta"]["uuid"]) for cell in cells if cell["type"] == "CHART"}


def without_rows(assets: dict[str, dict[str, Any]]) -> tuple[int, list[str]]:
    """Run the queries of every chart, past any cache: how many ran, and what is wrong with those that failed or
    brought no row."""
    from superset.models.slice import Slice

    from superset import db

    problems, ran = [], 0
    for chart in db.session.query(Slice).filter(Slice.uuid.in_(uuids(assets, "charts"))):
        for result in _results(json.loads(chart.query_context)):
            ran += 1
            if result["error"]:
                problems.append(f"«{chart.slice_name}»: {_first_line(result['error'])}")
            elif not result["rowcount"] or all(value is None for value in result["data"][0].values()):
                problems.append(f"«{chart.slice_name}»: запрос не вернул ни одной строки")
    return ran, problems


def _results(context: dict[str, Any]) -> list[dict[str, Any]]:
    from superset.charts.schemas import ChartDataQueryContextSchema
    from superset.commands.chart.data.get_data_command import ChartDataCommand
    from superset.commands.chart.exceptions import ChartDataQueryFailedError

    command = ChartDataCommand(ChartDataQueryContextSchema().load({**context, "force": True}))
    try:
        return list(command.run()["queries"])
    except ChartDataQueryFailedError as error:
        return [{"error": str(error), "rowcount": 0, "data": []}]


def _first_line(message: str) -> str:
    return message.strip().splitlines()[0]
