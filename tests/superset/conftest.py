"""`superset/` is not a package: its scripts import `deploy` from their own folder, and so do the tests."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from ground import ROOT
from manifest_of_files import read_contracts, write_manifest

sys.path.insert(0, str(ROOT / "superset"))


@pytest.fixture(scope="session")
def contracts() -> dict[str, dict[str, str]]:
    """Model of the marts → its columns in order, each with its description."""
    return read_contracts()


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_manifest(tmp_path_factory.mktemp("dbt") / "manifest.json")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the dbt project, to be broken."""
    return Path(shutil.copytree(ROOT / "dbt_project", tmp_path / "dbt_project"))


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """A copy of the real assets, to be broken."""
    return Path(shutil.copytree(ROOT / "superset" / "assets", tmp_path / "assets"))
