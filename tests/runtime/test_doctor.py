"""`mcu doctor` names what is broken, in Russian and with advice, and never ends in a traceback."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner

from ground import free_port
from mcu.backup.stored import Manifest
from mcu.cli import app
from mcu.landing.source_state import note_failure
from mcu.runtime import doctor, doctor_airflow, doctor_backup, doctor_machine, processes, services
from mcu.runtime.finding import Finding
from mcu.settings import settings
from mcu.warehouse.connect import connect


def faults(found: Iterator[Finding]) -> list[tuple[str, str]]:
    return [(finding.what, finding.advice) for finding in found if not finding.is_ok]


@pytest.fixture
def secrets_dir(installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The secrets of an installation of its own."""
    monkeypatch.setenv("MCU_VAR", str(tmp_path))
    settings.cache_clear()
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    yield folder
    monkeypatch.undo()
    settings.cache_clear()


def test_secrets_that_are_open_or_empty_are_named(secrets_dir: Path) -> None:
    for name, text, mode in (("good", "x", 0o600), ("open", "x", 0o644), ("empty", " \n", 0o600)):
        (secrets_dir / name).write_text(text)
        (secrets_dir / name).chmod(mode)
    assert [what for what, _ in faults(doctor_machine.secrets())] == [
        "Секреты пусты: empty",
        "Секреты открыты другим: open",
    ]


def test_a_secret_without_permission_is_named(secrets_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets_dir / "closed").write_text("x")
    (secrets_dir / "closed").chmod(0o600)
    monkeypatch.setattr("os.access", lambda path, mode: Path(path).name != "closed")  # root may read everything
    ((what, advice),) = faults(doctor_machine.secrets())
    assert what == "Секреты не читаются: closed" and "chmod 600" in advice


def test_sources_without_a_connection_are_one_line_and_no_fault(secrets_dir: Path) -> None:
    (secrets_dir / "conn_vk").write_text("https://:x@api.test/")
    found = list(doctor._sources())
    (line,) = (finding for finding in found if "нет адреса соединения" in finding.what)
    assert all(finding.is_ok for finding in found) and "mcu sources connect" in line.advice
    assert "pos" in line.what and "vk" not in line.what


@pytest.mark.parametrize(
    ("age", "passphrase", "expected"),
    [
        (None, "", "Резервные копии не делаются: не задана парольная фраза"),
        (None, "x", "Резервной копии ещё нет"),
        (30, "x", "Последняя резервная копия сделана 30 ч назад"),
        (25, "x", None),
    ],
)
def test_a_missing_or_old_backup_is_named(
    secrets_dir: Path, monkeypatch: pytest.MonkeyPatch, age: int | None, passphrase: str, expected: str | None
) -> None:
    monkeypatch.setenv("MCU_SECRET_BACKUP_PASSPHRASE", passphrase)
    if age:
        folder = settings().var / "backups" / "2026-11-01T01-30-00Z"
        folder.mkdir(parents=True)
        Manifest(datetime.now(UTC) - timedelta(hours=age), []).write(folder)
    found = faults(doctor_backup.backups())
    assert [what.startswith(expected) for what, _ in found] == [True] if expected else found == []
    assert all(advice for _, advice in found)


def test_a_demonstration_needs_no_backup(secrets_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "companion", "some.module")
    assert list(doctor_backup.backups()) == []


def test_a_full_disk_is_named(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2**29))
    ((what, advice),) = faults(doctor_machine.disk())
    assert what == "Свободно на диске: 0,5 ГБ" and "не менее 3 ГБ" in advice


def test_a_database_that_is_down_is_one_finding(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "pg_port", free_port())
    ((what, _),) = faults(doctor_machine.database())
    assert what.startswith("База данных не отвечает (порт") and "make up" in what


@pytest.mark.parametrize(
    ("secret", "advice"), [("PG_LOADER", "make up"), ("PG_READER", "make up"), ("PG_ADMIN", "Верните прежний секрет")]
)
def test_a_wrong_password_names_the_role(
    secret: str, advice: str, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"MCU_SECRET_{secret}", "wrong")
    ((what, _),) = faults(doctor_machine.database())
    role = {"PG_ADMIN": "postgres"}.get(secret, f"mcu_{secret.removeprefix('PG_').lower()}")
    assert f"не принимает пароль роли «{role}»" in what and advice in what


def test_a_taken_port_names_the_setting(installation: Path) -> None:
    with socket.create_server(("127.0.0.1", settings().superset_port)):
        found = dict(faults(doctor_machine.services()))
    (advice,) = (advice for what, advice in found.items() if "занят другой программой" in what)
    assert "MCU_SUPERSET_PORT" in advice
    assert found["Airflow: не работает"].startswith("Запустите: make up")


def test_what_a_source_answered_is_shown_with_advice(empty_warehouse: Path) -> None:
    with connect("loader") as conn:
        note_failure(conn, "pos", "Источник «ПОС»: сервер не принял ключ доступа (401).")
    ((what, advice),) = faults(doctor._answers())
    assert what == "Источник pos: последняя загрузка не удалась. Источник «ПОС»: сервер не принял ключ доступа (401)."
    assert "mcu sources check pos" in advice


def test_a_dag_file_with_a_typo_is_named(installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "good.py").write_text("x = 1\n")
    (tmp_path / "dags" / "torn.py").write_text("x = 1\ndef broken(:\n")
    monkeypatch.setattr(doctor_airflow, "ROOT", tmp_path)
    ((what, advice),) = faults(doctor_airflow.dag_files())
    assert what.startswith("Файл DAG torn.py не читается: строка 2") and "dags/torn.py" in advice


class FakeAirflow(BaseHTTPRequestHandler):
    """Answers as Airflow's API whose scheduler is dead and one of whose files is broken."""

    answers: ClassVar[dict[str, Any]] = {
        "/auth/token": {"access_token": "x"},
        "/api/v2/monitor/health": {
            "metadatabase": {"status": "healthy"},
            "scheduler": {"status": "unhealthy"},
            "dag_processor": {"status": "healthy"},
            "triggerer": {"status": None},
        },
        "/api/v2/importErrors": {
            "import_errors": [
                {"filename": "dags/torn.py", "stack_trace": "Traceback\n  File …\nNameError: name 'x' is not defined\n"}
            ]
        },
    }

    def do_GET(self) -> None:
        body = json.dumps(self.answers[self.path.partition("?")[0]]).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def airflow(installation: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", settings().airflow_port), FakeAirflow) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(processes, "leader", lambda name: object() if name == services.AIRFLOW.name else None)
        yield
        server.shutdown()


@pytest.mark.usefixtures("airflow")
def test_a_dead_scheduler_is_named_while_the_api_lives() -> None:
    ((what, advice),) = faults(doctor_airflow.airflow_parts())
    assert what == "Airflow отвечает, но не работает: планировщик, триггерер" and "make up" in advice


@pytest.mark.usefixtures("airflow")
def test_a_broken_dag_file_is_named_as_airflow_says() -> None:
    ((what, _),) = faults(doctor_airflow.dag_files())
    assert what == "Файл DAG torn.py не читается: NameError: name 'x' is not defined"


def test_a_check_that_fails_itself_is_a_finding(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterator[Finding]:
        raise RuntimeError("boom\nline")
        yield

    monkeypatch.setattr(settings(), "pg_port", free_port())
    monkeypatch.setattr(doctor, "CHECKS", {"проба": broken})
    shown = CliRunner().invoke(app, ["doctor"])
    assert shown.exit_code == 1 and "Traceback" not in shown.output
    assert "✗ Не удалось проверить: проба\n    Внутренняя ошибка (RuntimeError: boom line)" in shown.output
