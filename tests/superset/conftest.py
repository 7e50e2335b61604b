"""`superset/` is not a package of ours: its scripts find `deploy` beside themselves, and so do the tests."""

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
def contracts() -> dict[str, list[str]]:
    """Model of the marts → its columns, as the contracts in dbt's YAML declare them."""
    books = (ROOT / "dbt_project" / "models" / "marts").rglob("*.yml")
    models = [m for book in books for m in yaml.safe_load(book.read_text(encoding="utf-8")).get("models", [])]
    return {m["name"]: [c["name"] for c in m.get("columns", [])] for m in models}


@pytest.fixture(scope="session")
def manifest(contracts: dict[str, list[str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `dbt parse` would write of the models, without dbt."""
    nodes: dict[str, Any] = {
        name: {"name": name, "resource_type": "model", "schema": "marts", "columns": {c: {} for c in columns}}
        for name, columns in contracts.items()
    }
    path = tmp_path_factory.mktemp("dbt") / "manifest.json"
    path.write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    return path


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """A copy of the real assets, to be broken."""
    return Path(shutil.copytree(ROOT / "superset" / "assets", tmp_path / "assets"))
