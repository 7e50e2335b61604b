"""`superset/` is not a package: its scripts import `deploy` from their own folder, and so do the tests."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]

sys.path.insert(0, str(ROOT / "superset"))


@pytest.fixture(scope="session")
def contracts() -> dict[str, dict[str, str]]:
    """Model of the marts → its columns in order, each with its description, as the contracts in dbt's YAML say."""
    files = (ROOT / "dbt_project" / "models" / "marts").rglob("*.yml")
    models = [m for file in files for m in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", [])]
    return {m["name"]: {c["name"]: c.get("description", "") for c in m.get("columns", [])} for m in models}


@pytest.fixture(scope="session")
def manifest(contracts: dict[str, dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `dbt parse` would write about the models, made without dbt."""
    project = ROOT / "dbt_project"
    files = {path.stem: str(path.relative_to(project)) for path in (project / "models").rglob("*.sql")}
    nodes: dict[str, Any] = {
        name: {
            "name": name,
            "resource_type": "model",
            "schema": "marts",
            "original_file_path": files[name],
            "config": {"contract": {"enforced": True}},
            "depends_on": {"nodes": []},
            "columns": {column: {"description": description} for column, description in columns.items()},
        }
        for name, columns in contracts.items()
    }
    (declared,) = (project / "models").rglob("*exposures.yml")
    exposures = {
        e["name"]: e | {"depends_on": {"nodes": [f"model.mcu.{ref[5:-2]}" for ref in e["depends_on"]]}}
        for e in yaml.safe_load(declared.read_text(encoding="utf-8"))["exposures"]
    }
    path = tmp_path_factory.mktemp("dbt") / "manifest.json"
    path.write_text(json.dumps({"nodes": nodes, "exposures": exposures}), encoding="utf-8")
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the dbt project, to be broken."""
    return Path(shutil.copytree(ROOT / "dbt_project", tmp_path / "dbt_project"))


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """A copy of the real assets, to be broken."""
    return Path(shutil.copytree(ROOT / "superset" / "assets", tmp_path / "assets"))
