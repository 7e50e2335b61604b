"""Ground of the tests of real inputs: the inputs themselves, a folder as a source, staging as SQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from ground import empty_tables
from mcu.secrets import put_secret
from tests.cases import casework
from tests.cases.marts import marts

__all__ = ["marts"]


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries do not wait in tests."""
    monkeypatch.setattr("mcu.connectors.retries.BACKOFF_SECONDS", 0.01)


@pytest.fixture(scope="session")
def cases(shared_data: Path) -> Path:
    """Inputs made after public bug reports."""
    return shared_data / "cases"


@pytest.fixture
def inbox(empty_warehouse: Path, tmp_path: Path) -> Path:
    """An empty folder; it is the connection of the tests' own sources."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    put_secret(f"conn_{casework.SLUG}", f"file://{folder}")
    return folder


@pytest.fixture(scope="session")
def staging(warehouse: Path) -> dict[str, str]:
    """Name → SQL of the staging models that the cases are read through."""
    empty_tables()
    return casework.compiled_staging()
