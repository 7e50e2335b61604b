"""The files below `assets/`, written out as Superset's import wants them (export format v1).

A file says only what is its own. Colours, columns without a speciality, parameters common to a kind of chart, filters
and the grid of a dashboard come from `theme/`, once for all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deploy import layout

SUPERSET = Path(__file__).resolve().parents[1]
ASSETS = SUPERSET / "assets"
KINDS = ("databases", "datasets", "charts", "dashboards")
NEEDED = {
    "databases": ("uuid", "version", "database_name"),
    "datasets": ("uuid", "table_name", "columns"),
    "charts": ("uuid", "slice_name", "viz_type", "dataset"),
    "dashboards": ("uuid", "dashboard_title", "slug", "rows"),
}
"""What a file of each kind must say."""
VERSION = {"version": "1.0.0"}
CERTIFIED = {"certified_by": "МЦУ", "certification_details": "Из репозитория платформы; цифры прошли проверку витрин."}
"""What comes from here, as against what somebody has drawn for himself."""
Body = dict[str, Any]
Found = Mapping[str, Body]
"""`folder/name` → the content of a file, of one kind."""


@cache
def theme(name: str) -> Any:
    """A file of `theme/`: YAML, or a style sheet, which is empty if there is none."""
    path = SUPERSET / "theme" / name
    if path.suffix == ".css":
        return path.read_text(encoding="utf-8") if path.exists() else ""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def read(assets: Path = ASSETS) -> tuple[dict[str, dict[str, Body]], list[str]]:
    """Kind → `folder/name` → the content as it stands in `assets/<folder>/<kind>/<name>.yaml`; and what is wrong with
    files that cannot be read."""
    found: dict[str, dict[str, Body]] = {kind: {} for kind in KINDS}
    broken = []
    for path in sorted(assets.rglob("*.yaml")):
        file = path.relative_to(assets)
        try:
            body = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            broken.append(f"{file}: не читается: {' '.join(str(error).split())}")
            continue
        if len(file.parts) != 3 or file.parts[1] not in KINDS:
            broken.append(f"{file}: лежит не в <папка>/{{{','.join(KINDS)}}}/")
        elif lacks := [key for key in NEEDED[file.parts[1]] if not isinstance(body, dict) or not body.get(key)]:
            broken.append(f"{file}: нет {', '.join(lacks)}")
        elif unknown := list(_unknown(body)):
            broken.append(f"{file}: в theme/ нет: {', '.join(unknown)}")
        else:
            found[file.parts[1]][f"{file.parts[0]}/{path.stem}"] = body
    return found, broken


def _unknown(body: Body) -> Iterator[str]:
    """The filters and colours of a file that the theme does not know."""
    yield from (key for key in body.get("filters", []) if key not in theme("filters.yml"))
    params = body.get("params", {})
    named = [rule["colorScheme"] for rule in params.get("conditional_formatting", [])]
    named += [params["color_picker"]] if "color_picker" in params else []
    yield from (name for name in named if name not in colours())
    if body.get("look") not in (None, *layout.LOOKS):
        yield body["look"]


def written_out(found: Mapping[str, Found]) -> dict[str, dict[str, Body]]:
    """The same files with everything that they leave to the theme."""
    databases, datasets = found["databases"], found["datasets"]
    return {
        "databases": dict(databases),
        "datasets": {name: _dataset(body, databases) for name, body in datasets.items()},
        "charts": {name: chart(body, datasets) for name, body in found["charts"].items()},
        "dashboards": {
            name: VERSION | CERTIFIED | layout.dashboard(name, body, found, theme)
            for name, body in found["dashboards"].items()
        },
    }


def _dataset(body: Body, databases: Found) -> Body:
    database = next(iter(databases.values()), {"uuid": "warehouse"})
    columns = [
        {
            **{"is_dttm": column["type"].startswith(("DATE", "TIMESTAMP")), "is_active": True},
            **{"groupby": True, "filterable": True},
            **column,
        }
        for column in body["columns"]
    ]
    metrics = [
        {"d3format": None, **metric, "expression": _with_colours(metric["expression"])}
        for metric in body.get("metrics", [])
    ]
    common = {
        **{"schema": "bi", "database_uuid": database["uuid"], "sql": None, "main_dttm_col": None},
        **{"normalize_columns": False, "always_filter_main_dttm": False, "filter_select_enabled": True},
        "extra": {
            "certification": {"certified_by": CERTIFIED["certified_by"], "details": CERTIFIED["certification_details"]}
        },
    }
    return VERSION | common | body | {"columns": columns, "metrics": metrics}


def _with_colours(expression: str) -> str:
    """`@meaning@` is a colour: an image in a cell knows nothing of the page's style sheet."""
    for name, colour in theme("colours.yml")["meaning"].items():
        expression = expression.replace(f"@{name}@", colour)
    return expression


OURS = ("dataset", "ignores", "look", "may_be_empty")
"""What a file of a chart says to us and not to Superset."""


def chart(body: Body, datasets: Found) -> Body:
    """A chart with everything that its file leaves to the theme."""
    kind = body["viz_type"]
    common = theme("charts.yml")
    whole = {"page_length": 0} if "look" in body else {}  # cards and links stand on one page
    params = {"viz_type": kind, **common["all"], **common.get(kind, {}), **whole, **body.get("params", {})}
    params["adhoc_filters"] = [_filter(given) for given in params["adhoc_filters"]]
    own = {key: value for key, value in body.items() if key not in OURS}
    dataset = datasets.get(f"warehouse/{body['dataset']}", {"uuid": body["dataset"], "columns": []})
    if kind == "table":
        params["column_config"] = formats(params, dataset) | params["column_config"]
    return (
        VERSION
        | CERTIFIED
        | {"cache_timeout": None, **own, "dataset_uuid": dataset["uuid"], "params": _coloured(params)}
    )


FORMATS = {"DOUBLE PRECISION": ",.1f", "NUMERIC": ",.1f", "INTEGER": ",d", "BIGINT": ",d", "SMALLINT": ",d"}
"""How people write the numbers of a type; a chart says where it is another way (shares)."""


def formats(params: Body, dataset: Body) -> Body:
    """The format of each number column of a table."""
    types = {column["column_name"]: column["type"] for column in dataset["columns"]}
    return {
        name: {"d3NumberFormat": FORMATS[types[name]]}
        for name in params.get("all_columns", [])
        if types.get(name) in FORMATS
    }


def colours() -> dict[str, str]:
    """Meaning → colour."""
    named = theme("colours.yml")
    return named["series"] | named["meaning"]


def _filter(given: list[Any]) -> Body:
    """`[column, operator, value]` as Superset writes it."""
    subject, operator, comparator = given
    simple = {"clause": "WHERE", "expressionType": "SIMPLE"}
    return {**simple, "subject": subject, "operator": operator, "comparator": comparator}


TEXT_RULE = {"useGradient": False, "objectFormatting": "TEXT_COLOR"}
"""A rule of colour paints the text, not the cell."""


def _coloured(params: Body) -> Body:
    """A colour is named by its meaning."""
    known = colours()
    rules = [
        {**TEXT_RULE, **rule, "colorScheme": known[rule["colorScheme"]]}
        for rule in params.get("conditional_formatting", [])
    ]
    params = {**params, "conditional_formatting": rules} if rules else params
    if "color_picker" in params:
        red, green, blue = bytes.fromhex(known[params["color_picker"]].removeprefix("#"))
        params = {**params, "color_picker": {"r": red, "g": green, "b": blue, "a": 1}}
    return params
