"""`mcu sources load`: what the DAG does, by hand, whatever the protocol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from mcu.cli import app
from mcu.landing.period import instant
from mcu.settings import settings
from mcu.sources.spec import SourceSpec
from tests.landing.conftest import file_spec, rest_spec, rows
from tests.landing.server import Source, status


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "overlay"
    folder.mkdir()
    monkeypatch.setenv("MCU_SOURCES_OVERLAY", str(folder))
    settings.cache_clear()
    yield folder
    monkeypatch.undo()
    settings.cache_clear()


def declare(overlay: Path, spec: SourceSpec) -> None:
    text = yaml.safe_dump(spec.model_dump(mode="json", exclude_defaults=True), allow_unicode=True)
    (overlay / f"{spec.slug}.yml").write_text(text, encoding="utf-8")


def load(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["sources", "load", "demo", *arguments])


def test_a_rest_source_is_loaded_and_accepted(source: Source, overlay: Path) -> None:
    declare(overlay, rest_spec())
    shown = load("--since", "2026-11-01")
    assert shown.exit_code == 0, shown.output
    assert "проверки пройдены" in shown.output and "mcu marts build" in shown.output
    assert rows("select status, new_count from ops.loads") == [("accepted", 25)]
    assert rows("select window_from from ops.loads") == [(instant("2026-11-01"),)]


def test_a_source_that_refuses_the_token_is_one_line(source: Source, overlay: Path) -> None:
    declare(overlay, rest_spec())
    source.faults.append(status(401))
    shown = load()
    assert shown.exit_code == 1 and "Traceback" not in shown.output
    assert shown.output.startswith("Ошибка: Источник «Проба»: ")


def test_a_folder_without_files_says_so(inbox: Path, overlay: Path) -> None:
    declare(overlay, file_spec())
    shown = load()
    assert shown.exit_code == 0 and shown.output.startswith("Новых файлов нет.")


def test_a_wrong_day_is_explained(source: Source, overlay: Path) -> None:
    declare(overlay, rest_spec())
    shown = load("--since", "01.11.2026")
    assert shown.exit_code == 1 and "«01.11.2026» - не дата: укажите 2026-11-20" in shown.output
