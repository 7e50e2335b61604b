"""A dashboard's rows of tiles as the grid of Superset, with the filters that the tiles understand.

A file of a dashboard lists its rows: `heading`, `text`, or `tiles` (chart → width in twelfths) with a `height`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Body = dict[str, Any]
Found = Mapping[str, Mapping[str, Body]]
FULL_WIDTH = 12
TEXT_HEIGHT = 6
PLAIN = {"background": "BACKGROUND_TRANSPARENT"}
LOOKS = ("link", "state", "summary", "card", "map")
"""What a table may look like instead (`look` of its file): its HTML stands without a frame of rows and columns."""
HEADING = {"headerSize": "MEDIUM_HEADER", **PLAIN}


def dashboard(name: str, body: Body, found: Found, theme: Callable[[str], Any]) -> Body:
    """`name`: folder/file of the dashboard; `found`: kind → name → content of a file."""
    folder = name.split("/", maxsplit=1)[0]
    charts = [named(chart, folder) for row in body["rows"] for chart in row.get("tiles", {})]
    numbers = {chart: number for number, chart in enumerate(dict.fromkeys(charts), start=1)}
    colours, css = theme("colours.yml"), theme("dashboard.css") + theme(f"{folder}.css")
    own = {key: value for key, value in body.items() if key not in ("rows", "filters")}
    return {
        **{"published": True, "css": _css(colours, css, found["charts"]), **own},
        "metadata": {
            **{"color_scheme": "mcu", "refresh_frequency": 0, "timed_refresh_immune_slices": []},
            **{"expanded_slices": {}, "color_scheme_domain": colours["palette"], "shared_label_colors": []},
            **{"label_colors": colours["series"], "map_label_colors": colours["series"]},
            **{"cross_filters_enabled": False, "filter_bar_orientation": "HORIZONTAL"},
            "native_filter_configuration": [
                _filter(key, theme("filters.yml")[key], numbers, found) for key in body.get("filters", [])
            ],
        },
        "position": _grid(body, folder, numbers, found["charts"]),
    }


def named(chart: str, folder: str) -> str:
    """The chart `folder/name`; without a folder it stands in that of its dashboard."""
    return chart if "/" in chart else f"{folder}/{chart}"


def _css(colours: Body, css: str, charts: Mapping[str, Body]) -> str:
    """`@card` in a selector is every tile that looks so. By their names and not by `:has(.mcu-card)`: that
    would be looked for again with each cell that a table of a thousand cells adds."""
    names = "".join(f" --mcu-{name}: {colour};" for name, colour in colours["meaning"].items())
    for look in LOOKS:
        titles = sorted({chart["slice_name"] for chart in charts.values() if chart.get("look") == look})
        tiles = ", ".join(f'[data-test-chart-name="{title}"]' for title in titles)
        css = css.replace(f"@{look}", tiles or ".mcu-none")
    return f":root {{{names} }}\n{css}"


_NAMES = re.compile(r':is\((?:(?:\[data-test-chart-name="[^"]*"\]|\.mcu-none)(?:, )?)+\)')


def same_style(one: str, other: str) -> bool:
    """Whether two style sheets of pages differ in the names of their tiles at most."""
    return _NAMES.sub("", one) == _NAMES.sub("", other)


def _grid(body: Body, folder: str, numbers: Mapping[str, int], charts: Mapping[str, Body]) -> Body:
    cells: Body = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]},
        "GRID_ID": {"id": "GRID_ID", "type": "GRID", "children": [], "parents": ["ROOT_ID"]},
        "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": body["dashboard_title"]}},
    }

    def put(kind: str, number: str, meta: Body, parents: tuple[str, ...]) -> str:
        key = f"{kind}-{number}"
        cells[key] = {"id": key, "type": kind, "children": [], "parents": list(parents), "meta": meta}
        cells[parents[-1]]["children"].append(key)
        return key

    for at, row in enumerate(body["rows"], start=1):
        grid = ("ROOT_ID", "GRID_ID")
        if "heading" in row:
            put("HEADER", str(at), {"text": row["heading"], **HEADING}, grid)
            continue
        line = (*grid, put("ROW", str(at), PLAIN, grid))
        if "text" in row:
            put("MARKDOWN", str(at), {"code": row["text"], "width": FULL_WIDTH, "height": TEXT_HEIGHT}, line)
        for chart, width in row.get("tiles", {}).items():
            name = named(chart, folder)
            there = charts.get(name, {"uuid": name, "slice_name": name})
            meta = {"chartId": numbers[name], "uuid": there["uuid"], "sliceName": there["slice_name"]}
            put("CHART", f"{at}-{name.replace('/', '-')}", {**meta, "width": width, "height": row["height"]}, line)
    return cells


def _filter(key: str, given: Body, numbers: Mapping[str, int], found: Found) -> Body:
    """A filter has the same identity on every page, so that a choice goes from one to the next. It leaves alone the
    tiles whose data lack its column, and those that say `ignores`."""
    target = found["datasets"].get(f"warehouse/{given['dataset']}", {"uuid": given["dataset"]})
    return {
        **{"id": f"NATIVE_FILTER-{key}", "type": "NATIVE_FILTER", "filterType": "filter_select"},
        **{"name": given["name"], "description": given.get("description", ""), "cascadeParentIds": []},
        "targets": [{"column": {"name": given["column"]}, "datasetUuid": target["uuid"]}],
        "controlValues": {
            **{"multiSelect": True, "enableEmptyFilter": False, "defaultToFirstItem": False},
            **{"inverseSelection": False, "searchAllOptions": False, "sortAscending": True},
            **given.get("control", {}),
        },
        **given.get("more", {}),
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "scope": {
            "rootPath": ["ROOT_ID"],
            "excluded": [n for chart, n in numbers.items() if not heeds(chart, key, given["column"], found)],
        },
    }


def heeds(chart: str, key: str, column: str, found: Found) -> bool:
    """The filter `key` over `column` works on the chart."""
    body = found["charts"].get(chart)
    dataset = found["datasets"].get(f"warehouse/{body['dataset']}") if body else None
    if body is None or dataset is None or key in body.get("ignores", []):
        return False
    return column in {c["column_name"] for c in dataset["columns"]}
