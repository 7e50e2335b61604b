"""A command that meets a fault of the installation says it in one Russian line: no traceback, exit code 1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ground import free_port
from mcu.cli import app
from mcu.settings import settings

READERS = (
    *("loads list", "loads show 1", "loads replay 1", "sources list", "maps missing", "explain POS-1", "marts build"),
    *("reconcile", "publish indicators --month 2026-10", "publish digest --any-hour", "publish digest --dry-run"),
)
"""Commands that read the database."""


def run(command: str) -> Result:
    return CliRunner().invoke(app, command.split())


def one_line(shown: Result) -> str:
    assert shown.exit_code == 1, shown.output
    assert "Traceback" not in shown.output
    (line,) = (line for line in shown.output.splitlines() if line.startswith("Ошибка: "))
    assert shown.output.splitlines()[-1] == line
    return line


@pytest.fixture
def no_database(installation: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    port = free_port()
    monkeypatch.setenv("MCU_PG_PORT", str(port))
    settings.cache_clear()
    yield port
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize("command", READERS)
def test_a_database_that_is_down(command: str, no_database: int) -> None:
    assert one_line(run(command)) == f"Ошибка: База данных не отвечает (порт {no_database}). Запустите её: make up."


@pytest.mark.parametrize("command", ["loads list", "sources list", "explain POS-1"])
def test_a_wrong_password(command: str, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("LOADER", "READER", "TRANSFORMER"):
        monkeypatch.setenv(f"MCU_SECRET_PG_{role}", "wrong")
    line = one_line(run(command))
    assert "не принимает пароль роли «mcu_" in line and "make up" in line


def test_a_wrong_password_of_the_owner_is_not_called_a_taken_port(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCU_SECRET_PG_ADMIN", "wrong")
    assert "не принимает пароль роли «postgres». Верните прежний секрет pg_admin" in one_line(run("up"))


def test_a_given_server_with_a_wrong_password(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_DATABASE_URL", f"postgresql://postgres:wrong@127.0.0.1:{settings().pg_port}/postgres")
    settings.cache_clear()
    line = one_line(run("bootstrap"))
    monkeypatch.undo()
    settings.cache_clear()
    assert line.endswith("Исправьте пароль в MCU_DATABASE_URL.") and "wrong" not in line


def test_an_unreadable_secret(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", refuse)
    line = one_line(run("loads list"))
    assert "не читается: нет доступа" in line and "chmod 600" in line


def test_an_empty_secret(installation: Path) -> None:
    (installation / "secrets").mkdir(exist_ok=True, mode=0o700)
    secret = installation / "secrets" / "conn_pos"
    secret.write_text("\n")
    line = run("sources check pos").output
    secret.unlink()
    assert "conn_pos пуст: впишите значение" in line


def test_a_setting_that_cannot_be(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_PG_PORT", "пять")
    settings.cache_clear()
    line = one_line(run("loads list"))
    monkeypatch.undo()
    settings.cache_clear()
    assert line == "Ошибка: Настройка MCU_PG_PORT: значение «пять» не подходит. Исправьте её в .env или в окружении."
