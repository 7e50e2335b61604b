"""Long-lived processes of one installation.

Each service is a session of its own. It is found by its session id, so that children of a killed parent are found too,
and all processes of the session are stopped together.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil
import requests

from mcu.errors import UserError
from mcu.settings import ROOT, settings


def start(service: str, command: Sequence[str], env: Mapping[str, str], port: int | None, port_setting: str) -> None:
    """Start `service` in the background unless it runs. Raises UserError if another program uses its port or its own
    program is not installed."""
    if family(service):
        return
    if port is not None and port_taken(port):
        raise UserError(f"Порт {port} занят другой программой: задайте {port_setting} или освободите его.")
    with log_file(service).open("ab") as log:
        try:
            leader = subprocess.Popen(
                list(command),
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                env={**os.environ, **env},
                start_new_session=True,
            )
        except FileNotFoundError:
            raise UserError(f"Программа {command[0]} не установлена: выполните make install.") from None
    _session_file(service).write_text(json.dumps({"session": leader.pid, "boot": psutil.boot_time()}))


def stop(service: str, grace_seconds: float = 20) -> None:
    """Terminate all processes of `service`; kill those that still run after `grace_seconds`."""
    members = family(service)
    for member in members:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.terminate()
    _, left = psutil.wait_procs(members, timeout=grace_seconds)
    left = [*left, *family(service)]
    for member in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(left, timeout=5)  # their ports are free then


def family(service: str) -> list[psutil.Process]:
    """The running processes of `service` of this installation."""
    try:
        recorded = json.loads(_session_file(service).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    if abs(recorded["boot"] - psutil.boot_time()) > 60:  # after a restart of the machine the id may be of any process
        return []
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if os.getsid(process.pid) == recorded["session"] and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def leader(service: str) -> psutil.Process | None:
    """The process that started the others of `service`; None if it has ended, whatever became of the others."""
    for member in family(service):
        with contextlib.suppress(OSError):
            if member.pid == os.getsid(member.pid):
                return member
    return None


def wait_healthy(service: str, url: str, seconds: float, on_progress: Callable[[float], None] | None = None) -> None:
    """Wait until `url` answers 200. Raises UserError with the log's path if the process ends or time runs out."""
    began = time.monotonic()
    while not is_healthy(url):
        waited = time.monotonic() - began
        if not family(service):
            raise UserError(f"{service}: процесс завершился, не начав работу. Смотрите {log_file(service)}")
        if waited > seconds:
            raise UserError(f"{service}: не отвечает {seconds:.0f} с по адресу {url}. Смотрите {log_file(service)}")
        if on_progress:
            on_progress(waited)
        time.sleep(0.5)


def is_healthy(url: str) -> bool:
    try:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(url, timeout=5, allow_redirects=False).status_code == 200
    except requests.RequestException:
        return False


def port_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def log_file(service: str) -> Path:
    settings().logs.mkdir(parents=True, exist_ok=True)
    return settings().logs / f"{service}.log"


def _session_file(service: str) -> Path:
    folder = settings().var / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{service}.json"
