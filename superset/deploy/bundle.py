"""The folders below `assets/` as one bundle of Superset's assets import (export format v1)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from deploy.queries import query_context

ASSETS = Path(__file__).resolve().parents[1] / "assets"
KINDS = ("databases", "datasets", "charts", "dashboards")
METADATA = {"version": "1.0.0", "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"}


def read(assets: Path = ASSETS) -> dict[str, dict[str, Any]]:
    """`{kind/folder/name.yaml: config}` of every asset; `assets/<folder>/<kind>/<name>.yaml` holds one each."""
    found = {}
    for kind in KINDS:
        for path in sorted(assets.glob(f"*/{kind}/*.yaml")):
            found[f"{kind}/{path.parts[-3]}/{path.name}"] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def contents(assets: dict[str, dict[str, Any]], reader_url: str, timezone: str) -> dict[str, str]:
    """The bundle's files as text: with the address of this installation's warehouse, the queries that the
    API runs without a browser, and marked as managed from outside, so that nobody edits them by hand."""
    files = {"metadata.yaml": yaml.safe_dump(METADATA)}
    for name, config in assets.items():
        config = {**config, "is_managed_externally": True}
        if name.startswith("databases/"):
            config["sqlalchemy_uri"] = reader_url
            config["extra"] = {**config["extra"], "engine_params": _engine_params(timezone)}
        if name.startswith("charts/"):
            config["query_context"] = json.dumps(query_context(config["params"]), ensure_ascii=False)
        files[name] = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    return files


def uuids(assets: dict[str, dict[str, Any]], kind: str) -> set[str]:
    """The identities of all assets of `kind`."""
    return {str(config["uuid"]) for name, config in assets.items() if name.startswith(f"{kind}/")}


def _engine_params(timezone: str) -> dict[str, Any]:
    # Instants are shown to people in the municipality's zone; a runaway query ends by itself.
    return {"connect_args": {"options": f"-c timezone={timezone} -c statement_timeout=60000"}}
