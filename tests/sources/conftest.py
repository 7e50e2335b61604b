"""An overlay folder of each test's own, and a copy of the source files that a test may break."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcu.settings import settings
from mcu.sources import registry


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty overlay folder that is in force."""
    folder = tmp_path / "overlay"
    folder.mkdir()
    monkeypatch.setenv("MCU_SOURCES_OVERLAY", str(folder))
    settings.cache_clear()
    yield folder
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def source_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `dags/sources` that stands in for it."""
    folder = tmp_path / "sources"
    shutil.copytree(registry.FOLDER, folder)
    monkeypatch.setattr(registry, "FOLDER", folder)
    return folder
