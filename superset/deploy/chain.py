"""Checks dashboard → chart → dataset → model → column by the files only: no server, no database.

The columns of a dbt model come from the manifest (`mcu-dbt parse`), and its own SQL must select them (`model_sql`). A
problem names the file and the missing name, and which charts and dashboards it concerns."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy import exposures, files, names
from deploy.model_sql import Unreadable, selected_columns
from deploy.queries import QUERIES

SCHEMA = "bi"
"""The only schema that Superset's reader may use."""
NEXT = "_next"
"""What dbt adds to a schema: it builds the copy that takes the name when it is published."""
CHECKED = (SCHEMA, "marts")
"""Schemas whose models keep a contract that their SQL is compared with."""
GRID_COLUMNS = 12
Columns = dict[str, str]
"""Column of a model → its description."""
SQL_WORDS = frozenset(
    (
        *("and", "array", "as", "asc", "at", "between", "by", "case", "desc", "distinct", "double", "else", "end"),
        *(
            "false",
            "filter",
            "float",
            "from",
            "group",
            "having",
            "in",
            "int",
            "interval",
            "is",
            "last",
            "like",
            "month",
        ),
        *(
            "not",
            "null",
            "nulls",
            "numeric",
            "or",
            "order",
            "over",
            "partition",
            "precision",
            "text",
            "then",
            "time",
            "true",
        ),
        *("when", "where", "within", "year", "zone"),
    )
)


@dataclass(frozen=True)
class Asset:
    """One file below `assets/`."""

    file: str
    kind: str
    body: dict[str, Any]

    @property
    def uuid(self) -> str:
        return str(self.body["uuid"])

    def problem(self, problem: str) -> str:
        return f"{self.file}: {problem}"


def problems(assets: Path, manifest: Path, project: Path) -> list[str]:
    """Every fault of the files below `assets`, given dbt's `manifest.json` and the folder of the dbt project."""
    found, broken = _read(assets)
    if broken:
        return broken
    nodes = json.loads(manifest.read_text(encoding="utf-8"))
    models = _models(nodes)
    datasets = {a.uuid: a for a in found if a.kind == "datasets"}
    charts = {a.uuid: a for a in found if a.kind == "charts"}
    databases = {a.uuid for a in found if a.kind == "databases"}
    dashboards = [a for a in found if a.kind == "dashboards"]
    used = {a.uuid: exposures.where_used(a, charts.values(), dashboards) for a in datasets.values()}
    read = {a.body["table_name"]: used[a.uuid] for a in datasets.values() if a.body["table_name"] in models}
    return [
        *_duplicates(found),
        *(p + used[a.uuid] for a in datasets.values() for p in _dataset(a, databases, models)),
        *_sql(nodes, read, project),
        *exposures.problems(nodes, dashboards, charts, datasets),
        *(p for a in charts.values() for p in _chart(a, datasets)),
        *(p for a in dashboards for p in _dashboard(a, charts, datasets)),
        *_unplaced(charts, dashboards),
    ]


def _read(assets: Path) -> tuple[list[Asset], list[str]]:
    found, broken = files.read(assets)
    if broken or not any(found.values()):
        return [], broken or [f"{assets}: нет ни одного файла"]
    return [
        Asset("/".join((name.split("/")[0], kind, name.split("/")[1] + ".yaml")), kind, body)
        for kind, bodies in files.written_out(found).items()
        for name, body in bodies.items()
    ], []


def _models(manifest: dict[str, Any]) -> dict[str, Columns]:
    return {
        node["name"]: {name: column.get("description", "") for name, column in node["columns"].items()}
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == SCHEMA + NEXT
    }


def _duplicates(found: list[Asset]) -> Iterator[str]:
    counts = Counter(a.uuid for a in found)
    slugs = Counter(a.body.get("slug") for a in found if a.kind == "dashboards")
    for asset in found:
        if counts[asset.uuid] > 1:
            yield asset.problem(f"uuid {asset.uuid} есть и у другого файла")
        if asset.kind == "dashboards" and slugs[asset.body.get("slug")] > 1:
            yield asset.problem(f"адрес (slug) {asset.body.get('slug')!r} есть и у другого дашборда")


def _sql(manifest: dict[str, Any], read: dict[str, str], project: Path) -> Iterator[str]:
    """The views that datasets read, and the marts below them, select what their contracts promise.
    `read`: model → where it is used."""
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    used = {key: read[node["name"]] for key, node in nodes.items() if node["name"] in read}
    for key, where in list(used.items()):
        used |= {k: where for k in nodes[key]["depends_on"]["nodes"] if k in nodes and k not in used}
    for key, where in used.items():
        node = nodes[key]
        if node["schema"].removesuffix(NEXT) not in CHECKED or not node["config"].get("contract", {}).get("enforced"):
            continue
        path = project / node["original_file_path"]
        try:
            selected = selected_columns(path)
        except Unreadable as error:
            yield f"{node['original_file_path']}: SQL не читается: {error}{where}"
            continue
        promised = set(node["columns"])
        for name in sorted(promised - set(selected)) if selected else []:
            yield f"{node['original_file_path']}: столбец {name} обещан в договоре, но в select его нет{where}"
        for name in sorted(set(selected) - promised) if selected else []:
            yield f"{node['original_file_path']}: столбец {name} стоит в select, но договор его не знает{where}"


def _dataset(asset: Asset, databases: set[str], models: dict[str, Columns]) -> Iterator[str]:
    body, model = asset.body, asset.body["table_name"]
    if str(body["database_uuid"]) not in databases:
        yield asset.problem(f"базы {body['database_uuid']} нет среди файлов")
    if body.get("sql"):
        yield asset.problem("запрос вместо модели dbt: перенесите его в витрину")
    if body.get("schema") != SCHEMA or model not in models:
        yield asset.problem(f"модели {body.get('schema')}.{model} нет в dbt")
        return
    there = models[model]
    for name in (column["column_name"] for column in body["columns"] if not column.get("expression")):
        if name not in there:
            yield asset.problem(f"столбца {name} нет в модели {model}")
        elif not there[name]:
            yield asset.problem(f"у столбца {name} модели {model} нет описания")
    if any("description" in thing for thing in (body, *body["columns"])):
        yield asset.problem("описания пишутся в модели dbt, sync.py берёт их оттуда")
    for thing, name in ((c, c["column_name"]) for c in body["columns"] if c.get("expression")):
        yield from (asset.problem(f"{name}: столбца {n} нет в модели {model}") for n in _unknown(thing, there))
    for thing, name in ((m, m["metric_name"]) for m in body["metrics"]):
        yield from (asset.problem(f"мера {name}: столбца {n} нет в модели {model}") for n in _unknown(thing, there))
    main = body.get("main_dttm_col")
    if main and main not in _columns(asset):
        yield asset.problem(f"основной столбец времени {main} не описан")
    for thing in (*body["columns"], *body["metrics"]):
        if not _is_russian(thing.get("verbose_name")):
            yield asset.problem(f"{thing.get('column_name') or thing.get('metric_name')}: нет русского названия")


def _chart(asset: Asset, datasets: dict[str, Asset]) -> Iterator[str]:
    body, params = asset.body, asset.body["params"]
    if not _is_russian(body["slice_name"]):
        yield asset.problem("нет русского названия")
    if not _is_russian(body.get("description")):
        yield asset.problem("нет подсказки (description): что показано и как посчитано")
    if body["viz_type"] != params.get("viz_type"):
        yield asset.problem(f"вид {body['viz_type']} в файле и {params.get('viz_type')} в params")
    if body["viz_type"] not in QUERIES:
        yield asset.problem(f"вид {body['viz_type']} неизвестен; известны: {', '.join(QUERIES)} (deploy/queries.py)")
        return
    dataset = datasets.get(str(body["dataset_uuid"]))
    if dataset is None:
        yield asset.problem(f"набора данных {body['dataset_uuid']} нет среди файлов")
        return
    columns, metrics = _columns(dataset), {m["metric_name"] for m in dataset.body["metrics"]}
    for name in names.of_columns(params):
        if name not in columns:
            yield asset.problem(f"столбца {name} нет в наборе {dataset.body['table_name']} ({dataset.file})")
    for name in names.of_metrics(params):
        if name not in metrics:
            yield asset.problem(f"меры {name} нет в наборе {dataset.body['table_name']} ({dataset.file})")
    for name in names.of_either(params):
        if name not in columns | metrics:
            yield asset.problem(f"оформлен {name}, которого нет в наборе {dataset.body['table_name']} ({dataset.file})")


def _dashboard(asset: Asset, charts: dict[str, Asset], datasets: dict[str, Asset]) -> Iterator[str]:
    body = asset.body
    cells = {key: cell for key, cell in body["position"].items() if isinstance(cell, dict)}
    if not body.get("slug") or not _is_russian(body["dashboard_title"]):
        yield asset.problem("нужны адрес (slug) и русское название")
    for key, cell in cells.items():
        width = sum(cells[child].get("meta", {}).get("width", 0) for child in cell.get("children", []))
        if cell["type"] == "ROW" and width > GRID_COLUMNS:
            yield asset.problem(f"{key} шире сетки: {width} из {GRID_COLUMNS}")
        if cell["type"] == "CHART" and str(cell["meta"]["uuid"]) not in charts:
            yield asset.problem(f"диаграммы {cell['meta']['sliceName']} нет среди файлов")
    placed = [cell["meta"]["chartId"] for cell in cells.values() if cell["type"] == "CHART"]
    yield from (asset.problem(f"chartId {n} стоит дважды") for n, times in Counter(placed).items() if times > 1)
    for given in body["metadata"].get("native_filter_configuration", []):
        yield from _filter(asset, given, datasets)


def _filter(asset: Asset, given: dict[str, Any], datasets: dict[str, Asset]) -> Iterator[str]:
    for target in given["targets"]:
        dataset = datasets.get(str(target.get("datasetUuid")))
        column = target["column"]["name"]
        if dataset is None or column not in _columns(dataset):
            where = dataset.file if dataset else f"набор {target.get('datasetUuid')}, которого нет"
            yield asset.problem(f"фильтр «{given['name']}» смотрит на {column} ({where})")
        elif given.get("sortMetric") and given["sortMetric"] not in {m["metric_name"] for m in dataset.body["metrics"]}:
            yield asset.problem(f"фильтр «{given['name']}» сортирует по мере {given['sortMetric']}, которой нет")


def _unplaced(charts: dict[str, Asset], dashboards: list[Asset]) -> Iterator[str]:
    cells = (cell for a in dashboards for cell in a.body["position"].values() if isinstance(cell, dict))
    placed = {str(cell["meta"]["uuid"]) for cell in cells if cell["type"] == "CHART"}
    yield from (asset.problem("не стоит ни на одном дашборде") for uuid, asset in charts.items() if uuid not in placed)


def _columns(dataset: Asset) -> set[str]:
    return {column["column_name"] for column in dataset.body["columns"]}


def _unknown(thing: dict[str, Any], there: Columns) -> list[str]:
    """Names in an SQL expression that are neither columns nor SQL. Strings, casts and calls do not count."""
    bare = re.sub(r"'[^']*'|::\s*\w+", " ", thing["expression"].lower())
    names = re.findall(r"[a-z_][a-z_0-9]*(?!\s*\()\b(?!\s*\()", bare)
    return sorted({name for name in names if name not in SQL_WORDS and name not in there})


def _is_russian(text: str | None) -> bool:
    return bool(text and re.search("[а-яё]", text.lower()))
