"""Ground of the tests of real inputs: the inputs themselves, a folder as a source, one build."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu.secrets import put_secret
from tests.cases import casework
from tests.cases.marts import marts, staging

__all__ = ["marts", "staging"]


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
