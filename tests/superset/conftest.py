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
    nodes: dict[str, Any] = {
        name: {
            "name": name,
            "resource_type": "model",
            "schema": "marts",
            "columns": {column: {"description": description} for column, description in columns.items()},
        }
        for name, columns in contracts.items()
    }
    path = tmp_path_factory.mktemp("dbt") / "manifest.json"
    path.write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    return path


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """A copy of the real assets, to be broken."""
    return Path(shutil.copytree(ROOT / "superset" / "assets", tmp_path / "assets"))
