"""Services as processes: found again, stopped with all their children, refused a port in use."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from ground import free_port
from mcu.errors import UserError
from mcu.runtime import platform, processes
from mcu.runtime.progress import Steps
from mcu.runtime.services import Service

# A parent that hides its environment behind a new title, as Airflow's processes do, with a child of its own.
FAMILY = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
time.sleep(600)
"""


def _wait_for_members(count: int) -> list[psutil.Process]:
    for _ in range(100):
        members = processes.family("probe")
        if len(members) == count:
            return members
        time.sleep(0.05)
    raise AssertionError(f"{len(processes.family('probe'))} processes instead of {count}")


def test_family_is_stopped_whole_even_without_its_parent(installation: Path) -> None:
    processes.start("probe", [sys.executable, "-c", FAMILY], {}, None, "")
    parent, *_ = _wait_for_members(2)
    os.kill(parent.pid, signal.SIGKILL)
    (orphan,) = _wait_for_members(1)
    processes.stop("probe")
    assert not orphan.is_running() and not processes.family("probe")


def probe(script: str, port: int | None = None) -> Service:
    return Service(
        "probe", "Проба", lambda: [sys.executable, "-c", script], dict, lambda: port or free_port(), "MCU_X_PORT", None
    )


def test_a_service_whose_leader_was_killed_is_started_anew(
    installation: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service = probe(FAMILY)
    service.start()
    _wait_for_members(2)
    leader = processes.leader("probe")
    assert leader is not None
    os.kill(leader.pid, signal.SIGKILL)
    (orphan,) = _wait_for_members(1)
    assert service.has_ended and processes.leader("probe") is None
    service.start()
    assert not orphan.is_running()
    assert orphan.pid not in {member.pid for member in _wait_for_members(2)}
    assert "Проба: главный процесс был завершён, остальные остановлены; запускается заново" in capsys.readouterr().out
    service.stop()


def test_a_service_that_runs_is_left_alone(installation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service = probe("import time; time.sleep(600)")
    service.start()
    before = _wait_for_members(1)
    service.start()
    assert _wait_for_members(1) == before and capsys.readouterr().out == ""
    assert 0 <= (service.age_seconds() or -1) < 60 and not service.has_ended
    service.stop()


def test_a_program_that_is_not_installed_is_named(installation: Path) -> None:
    with pytest.raises(UserError, match="Программа /no/such/gunicorn не установлена: выполните make install"):
        processes.start("probe", ["/no/such/gunicorn"], {}, None, "")


@pytest.mark.parametrize(
    ("age", "dead", "restarts"), [(1000, ["планировщик"], 1), (1, ["планировщик"], 0), (1000, [], 0)]
)
def test_up_restarts_an_airflow_whose_scheduler_is_dead(
    age: float, dead: list[str], restarts: int, installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But not one that was started a moment ago: its scheduler has not reported yet."""
    done: list[str] = []
    monkeypatch.setattr(Service, "age_seconds", lambda self: age)
    monkeypatch.setattr(platform, "dead_parts", lambda: dead)
    for name in ("restart_because", "start", "wait"):
        monkeypatch.setattr(Service, name, lambda self, *_, name=name: done.append(name))
    platform.start_airflow(Steps(1))
    assert done.count("restart_because") == restarts


def test_starting_twice_starts_once(installation: Path) -> None:
    for _ in range(2):
        processes.start("probe", [sys.executable, "-c", "import time; time.sleep(600)"], {}, None, "")
    assert len(_wait_for_members(1)) == 1
    processes.stop("probe")


def test_a_port_in_use_names_the_setting_to_change(installation: Path) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)), pytest.raises(UserError, match=rf"Порт {port} занят.*MCU_X_PORT"):
        processes.start("probe", [sys.executable, "-c", ""], {}, port, "MCU_X_PORT")


def test_a_service_that_dies_names_its_log(installation: Path) -> None:
    processes.start("probe", [sys.executable, "-c", "raise SystemExit('boom')"], {}, None, "")
    with pytest.raises(UserError, match=r"завершился.*probe\.log"):
        processes.wait_healthy("probe", f"http://127.0.0.1:{free_port()}/", 30)


@pytest.mark.parametrize("change", [{"started": -1}, {"boot": "another boot"}])
def test_a_process_that_got_the_id_of_a_leader_is_neither_taken_for_it_nor_stopped(
    change: dict[str, Any], installation: Path
) -> None:
    service = probe("import time; time.sleep(600)")
    service.start()
    (stranger,) = _wait_for_members(1)
    record = installation / "run" / "probe.json"
    mine = record.read_text()
    record.write_text(json.dumps(json.loads(mine) | change))
    assert service.has_ended and not processes.family("probe")
    service.stop()
    assert stranger.is_running()
    record.write_text(mine)
    service.stop()


def test_a_step_of_the_clock_changes_nothing(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = probe("import time; time.sleep(600)")
    service.start()
    before = _wait_for_members(1)
    monkeypatch.setattr(time, "time", lambda: 0.0)
    monkeypatch.setattr(psutil, "boot_time", lambda: 0.0)
    service.start()
    assert _wait_for_members(1) == before and 0 <= (service.age_seconds() or -1) < 60
    service.stop()


def test_a_leader_whose_starter_was_killed_is_found_again(installation: Path) -> None:
    service = probe("import time; time.sleep(600)")
    service.start()
    before = _wait_for_members(1)
    (installation / "run" / "probe.json").unlink()
    assert not processes.family("probe")
    service.start()
    assert _wait_for_members(1) == before
    service.stop()


def test_what_was_stopped_has_not_ended_by_itself(installation: Path) -> None:
    service = probe("import time; time.sleep(600)")
    service.start()
    service.stop()
    assert not service.has_ended
