"""`mcu dags …`: a DAG by its own name or its source's, through Airflow's REST API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from mcu.cli import app
from mcu.runtime import dags
from mcu.settings import settings


class FakeAirflow(BaseHTTPRequestHandler):
    """Three DAGs, two a page; `asked` are the changes."""

    ids = ("ingest_pos", "ingest_vk", "transform")
    asked: list[tuple[str, str, Any]]

    def do_GET(self) -> None:
        offset = int(self.path.partition("offset=")[2].partition("&")[0] or 0)
        shown = [
            {
                "dag_id": i, "dag_display_name": f"Имя {i}", "is_paused": i == "ingest_vk",
                "timetable_summary": None if i == "ingest_vk" else "5 * * * *",
            }
            for i in self.ids
        ]  # fmt: skip  # a table
        self._answer({"dags": shown[offset : offset + 2], "total_entries": len(shown), "import_errors": []})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/auth/token":
            FakeAirflow.asked.append((self.command, self.path, body))
        self._answer({"access_token": "x", "dag_run_id": "manual__1"})

    do_PATCH = do_POST

    def _answer(self, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def asked(installation: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str, Any]]]:
    monkeypatch.setattr(dags, "SECONDS_TO_APPEAR", 0)
    FakeAirflow.asked = []
    with ThreadingHTTPServer(("127.0.0.1", settings().airflow_port), FakeAirflow) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield FakeAirflow.asked
        server.shutdown()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["dags", *arguments])


@pytest.mark.parametrize("name", ["pos", "ingest_pos"])
def test_the_timetable_is_switched_by_source_or_dag(name: str, asked: list[tuple[str, str, Any]]) -> None:
    assert run("unpause", name).output == "Имя ingest_pos: расписание включено.\n"
    assert run("pause", name).output == "Имя ingest_pos: расписание приостановлено.\n"
    assert asked == [("PATCH", "/api/v2/dags/ingest_pos", {"is_paused": is_paused}) for is_paused in (False, True)]


def test_a_dag_without_a_timetable_says_so(asked: list[tuple[str, str, Any]]) -> None:
    shown = " ".join(run("unpause", "vk").output.split())
    assert shown.startswith("Имя ingest_vk: расписания нет, запускается только вручную. Задайте schedule")


def test_a_run_is_triggered(asked: list[tuple[str, str, Any]]) -> None:
    shown = run("trigger", "transform")  # stands on the second page
    assert shown.output.startswith("Имя transform: запуск поставлен в очередь.")
    assert [(method, path) for method, path, _ in asked] == [("POST", "/api/v2/dags/transform/dagRuns")]


def test_a_run_of_a_paused_dag_says_that_it_waits(asked: list[tuple[str, str, Any]]) -> None:
    assert "запуск начнётся после: mcu dags unpause vk" in run("trigger", "vk").output


def test_an_unknown_name_is_explained(asked: list[tuple[str, str, Any]]) -> None:
    shown = run("unpause", "tranform")
    assert shown.exit_code == 1 and "Похожее имя: transform." in shown.output
    assert asked == []


def test_a_declared_source_that_airflow_has_not_read_is_named(asked: list[tuple[str, str, Any]]) -> None:
    shown = run("unpause", "ok")
    assert shown.exit_code == 1 and "Airflow не видит DAG: ingest_ok" in shown.output


def test_without_airflow_one_line_says_so(installation: Path) -> None:
    shown = run("unpause", "pos")
    assert shown.exit_code == 1
    assert shown.output.splitlines()[0].startswith("Ошибка: Airflow не отвечает") and "make up" in shown.output
