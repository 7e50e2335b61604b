"""What a dashboard reads: its exposure in dbt must say the same, and a problem of a model names its readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deploy.chain import Asset


def problems(
    manifest: Mapping[str, Any], dashboards: Iterable[Asset], charts: Mapping[str, Asset], datasets: Mapping[str, Asset]
) -> Iterator[str]:
    """Each dashboard has an exposure of its address, which depends on the models that its datasets read; no exposure of
    a dashboard stands without one."""
    declared = {e["name"]: e for e in manifest.get("exposures", {}).values() if e["type"] == "dashboard"}
    for dashboard in dashboards:
        name = str(dashboard.body.get("slug")).replace("-", "_")
        exposure = declared.pop(name, None)
        read = _models_read(dashboard, charts, datasets)
        if exposure is None:
            refs = ", ".join(f"ref('{model}')" for model in sorted(read))
            yield dashboard.problem(f"в dbt нет exposure {name} (type: dashboard); depends_on: {refs}")
            continue
        depends = {key.rpartition(".")[2] for key in exposure["depends_on"]["nodes"]}
        if missing := read - depends:
            yield dashboard.problem(f"в depends_on у exposure {name} нет моделей: {', '.join(sorted(missing))}")
        is_whole = _charts_of(dashboard) <= charts.keys()  # else the missing chart is the fault
        if is_whole and (needless := depends - read):
            yield dashboard.problem(f"в depends_on у exposure {name} лишние модели: {', '.join(sorted(needless))}")
    for name in declared:
        yield f"exposure {name}: такого дашборда нет среди файлов"


def where_used(dataset: Asset, charts: Iterable[Asset], dashboards: Iterable[Asset]) -> str:
    """The charts and dashboards that read the dataset, as the end of a message; empty if nobody does."""
    users = {c.uuid: c.body["slice_name"] for c in charts if str(c.body["dataset_uuid"]) == dataset.uuid}
    boards = [board.body["dashboard_title"] for board in dashboards if _charts_of(board) & users.keys()]
    if not users:
        return ""
    of = f"; дашборд: {', '.join(f'«{title}»' for title in boards)}" if boards else ""
    return f" (набор {dataset.body['table_name']}; диаграммы: {', '.join(f'«{n}»' for n in users.values())}{of})"


def _models_read(dashboard: Asset, charts: Mapping[str, Asset], datasets: Mapping[str, Asset]) -> set[str]:
    """By its charts and by its filters."""
    read = {str(charts[uuid].body["dataset_uuid"]) for uuid in _charts_of(dashboard) if uuid in charts}
    filters = dashboard.body["metadata"].get("native_filter_configuration", [])
    read |= {str(target.get("datasetUuid")) for given in filters for target in given["targets"]}
    return {datasets[uuid].body["table_name"] for uuid in read if uuid in datasets}


def _charts_of(dashboard: Asset) -> set[str]:
    cells = (cell for cell in dashboard.body["position"].values() if isinstance(cell, dict))
    return {str(cell["meta"]["uuid"]) for cell in cells if cell["type"] == "CHART"}
