"""`mcu sources connect`: an address is stored as a secret that only its owner reads, or the reason is given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from mcu.cli import app
from mcu.secrets import connection_url
from mcu.settings import settings
from mcu.sources.opening import open_source
from mcu.sources.registry import get_source


@pytest.fixture(autouse=True)
def var(installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The state of an installation of its own, in a folder whose name is Russian."""
    monkeypatch.setenv("MCU_VAR", str(tmp_path / "моя папка"))
    settings.cache_clear()
    yield settings().var
    monkeypatch.undo()
    settings.cache_clear()


def connect(slug: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["sources", "connect", slug], input=typed, env={"COLUMNS": "400"})


def test_a_source_of_files_gets_its_folder(var: Path) -> None:
    for _ in range(2):  # safe to repeat
        shown = connect("pos_export")
        assert shown.exit_code == 0 and f"Папка для файлов: {var / 'inbox' / 'pos_export'}" in shown.output
    assert (var / "secrets" / "conn_pos_export").stat().st_mode & 0o777 == 0o600
    (var / "inbox" / "pos_export" / "а.csv").write_text("x")
    spec = get_source("pos_export")
    assert [path.name for path in open_source(spec).waiting()] == ["а.csv"]


def test_an_address_is_typed_and_not_shown(var: Path) -> None:
    shown = connect("pos", "https://:TOKEN@pos.example.org\n")
    assert shown.exit_code == 0 and "mcu sources check pos" in shown.output and "TOKEN" not in shown.output
    assert connection_url("pos") == "https://:TOKEN@pos.example.org"


def test_another_address_is_not_replaced_in_silence(var: Path) -> None:
    (var / "secrets").mkdir(parents=True)
    (var / "secrets" / "conn_pos_export").write_text("sftp://a@b/c")
    shown = connect("pos_export")
    assert shown.exit_code == 1 and "Уже задан другой адрес" in shown.output
    assert connection_url("pos_export") == "sftp://a@b/c"


def test_a_wrong_address_is_refused(var: Path) -> None:
    shown = connect("mail", "почта\n")
    assert shown.exit_code == 1 and "imaps://ИМЯ:ПАРОЛЬ@сервер" in shown.output
    assert not (var / "secrets" / "conn_mail").exists()


def test_an_address_of_the_environment_wins(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_SECRET_CONN_POS", "https://:T@a")
    shown = connect("pos", "https://:T@b\n")
    assert shown.exit_code == 1 and "задан переменной MCU_SECRET_CONN_POS" in shown.output


def test_a_source_without_an_address_says_how_to_give_it(var: Path) -> None:
    shown = CliRunner().invoke(app, ["sources", "check", "pos"], env={"COLUMNS": "400"})
    assert shown.exit_code == 1 and "Задайте его: mcu sources connect" in shown.output
