"""Services as processes: found again, stopped with all their children, refused a port in use."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from pathlib import Path

import psutil
import pytest

from ground import free_port
from mcu.errors import UserError
from mcu.runtime import processes

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
