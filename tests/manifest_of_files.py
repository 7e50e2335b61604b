"""What `dbt parse` would write about the marts, made from the files without dbt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from ground import ROOT

PROJECT = ROOT / "dbt_project"


def read_contracts() -> dict[str, dict[str, str]]:
    """Model of the marts → its columns in order, each with its description, as the contracts in dbt's YAML say."""
    files = (PROJECT / "models" / "marts").rglob("*.yml")
    models = [m for file in files for m in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", [])]
    return {m["name"]: {c["name"]: c.get("description", "") for c in m.get("columns", [])} for m in models}


def write_manifest(path: Path) -> Path:
    """The manifest of the project's marts and exposures."""
    files = {sql.stem: str(sql.relative_to(PROJECT)) for sql in (PROJECT / "models").rglob("*.sql")}
    nodes: dict[str, Any] = {
        name: {
            "name": name,
            "resource_type": "model",
            "schema": "bi_next" if name.startswith("bi_") else "marts_next",
            "original_file_path": files[name],
            "config": {"contract": {"enforced": True}},
            "depends_on": {"nodes": []},
            "columns": {column: {"description": description} for column, description in columns.items()},
        }
        for name, columns in read_contracts().items()
    }
    (declared,) = (PROJECT / "models").rglob("*exposures.yml")
    exposures = {
        e["name"]: e | {"depends_on": {"nodes": [f"model.mcu.{ref[5:-2]}" for ref in e["depends_on"]]}}
        for e in yaml.safe_load(declared.read_text(encoding="utf-8"))["exposures"]
    }
    path.write_text(json.dumps({"nodes": nodes, "exposures": exposures}), encoding="utf-8")
    return path
