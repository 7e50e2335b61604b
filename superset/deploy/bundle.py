"""The folders below `assets/` as one bundle for Superset's assets import (export format v1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy import files
from deploy.descriptions import WHOLE, Descriptions
from deploy.queries import query_context

METADATA = {"version": "1.0.0", "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"}
UNSAID = {
    "dataset": ["default_endpoint", "cache_timeout", "params", "template_params", "fetch_values_predicate"],
    "columns": ["verbose_name", "expression", "extra", "advanced_data_type", "python_date_format", "datetime_format"],
    "metrics": ["verbose_name", "description", "metric_type", "d3format", "currency", "extra", "warning_text"],
}
"""What a file may leave out. The import leaves a stored value alone if the bundle does not name its field: a column
whose formula left the tree would keep it, and be filtered by it."""


def read(assets: Path = files.ASSETS) -> dict[str, dict[str, Any]]:
    """Every asset, written out: `kind/folder/name.yaml` → its content. Raises ValueError if a file cannot be read."""
    found, broken = files.read(assets)
    if broken:
        raise ValueError("; ".join(broken))
    return {
        f"{kind}/{name}.yaml": body
        for kind, bodies in files.written_out(found).items()
        for name, body in bodies.items()
    }


def contents(
    assets: dict[str, dict[str, Any]], reader_url: str, timezone: str, descriptions: Descriptions
) -> dict[str, str]:
    """The bundle's files as text. They get the address of this installation's warehouse, the descriptions that dbt
    stores there, and the query of each chart, which the API runs without a browser. All are marked as managed
    externally, so that nobody edits them by hand."""
    texts = {"metadata.yaml": yaml.safe_dump(METADATA)}
    for name, config in assets.items():
        config = {**config, "is_managed_externally": True}
        if name.startswith("databases/"):
            config["sqlalchemy_uri"] = reader_url
            config["extra"] = {**config["extra"], "engine_params": _engine_params(timezone)}
        if name.startswith("datasets/"):
            config = _whole(_described(config, descriptions.get(config["table_name"], {})))
        if name.startswith("charts/"):
            config["query_context"] = json.dumps(query_context(config["params"]), ensure_ascii=False)
        texts[name] = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    return texts


def may_be_empty(assets: Path = files.ASSETS) -> set[str]:
    """The UUIDs of the charts that say so: on a good day a list of surges has no row."""
    charts = files.read(assets)[0]["charts"].values()
    return {str(body["uuid"]) for body in charts if body.get("may_be_empty")}


def uuids(assets: dict[str, dict[str, Any]], kind: str) -> set[str]:
    """The UUIDs of all assets of `kind`."""
    return {str(config["uuid"]) for name, config in assets.items() if name.startswith(f"{kind}/")}


def _described(dataset: dict[str, Any], descriptions: Mapping[str, str]) -> dict[str, Any]:
    columns = [{**column, "description": descriptions.get(column["column_name"])} for column in dataset["columns"]]
    return {**dataset, "description": descriptions.get(WHOLE), "columns": columns}


def _whole(dataset: dict[str, Any]) -> dict[str, Any]:
    """With nothing left unsaid."""
    parts = {
        part: [dict.fromkeys(UNSAID[part]) | one for one in dataset.get(part, [])] for part in ("columns", "metrics")
    }
    return dict.fromkeys(UNSAID["dataset"]) | dataset | parts


def _engine_params(timezone: str) -> dict[str, Any]:
    # People see instants in the municipality's zone; a query that runs too long is cancelled.
    return {"connect_args": {"options": f"-c timezone={timezone} -c statement_timeout=60000"}}
