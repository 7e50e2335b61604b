"""Long-lived processes of one installation.

Each service is a session of its own, led by the process that we started. The leader is recognised by its id and its
start time; its session finds the children that outlive it, and all processes of the session are stopped together. The
record of a service stays until it is stopped: what has a record and no leader has ended by itself.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
import requests

from mcu.errors import UserError
from mcu.runtime import proc
from mcu.settings import ROOT, settings

_MARK = "MCU_SERVICE"
"""The variable by which a leader is found whose starter was killed before it could write the record."""


@dataclass(frozen=True, slots=True)
class Record:
    """Who leads a service."""

    session: int
    started: int
    boot: str


def start(service: str, command: Sequence[str], env: Mapping[str, str], port: int | None, port_setting: str) -> None:
    """Start `service` in the background unless it runs. Raises UserError if another program uses its port or its own
    program is not installed."""
    if family(service) or _adopt(service):
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
                env={**os.environ, **env, _MARK: _mark(service)},
                start_new_session=True,
            )
        except FileNotFoundError:
            raise UserError(f"Программа {command[0]} не установлена: выполните make install.") from None
    if found := proc.stat(leader.pid):
        _write(service, found)


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
    _record_file(service).unlink(missing_ok=True)


def family(service: str) -> list[psutil.Process]:
    """The running processes of `service` of this installation, also those that outlived their leader."""
    record = _read(service)
    if record is None:
        return []
    led = proc.stat(record.session)
    if led is not None and led.started != record.started:
        return []  # the id was given anew: nobody of the session was left
    members = [one for one in proc.stats() if one.session == record.session and one.runs]
    if led is None or not led.runs:
        members = [one for one in members if not _is_foreign(one.pid, service)]
    found = []
    for one in members:
        with contextlib.suppress(psutil.NoSuchProcess):
            found.append(psutil.Process(one.pid))
    return found


def leader(service: str) -> proc.Stat | None:
    """The process that started the others of `service`; None if it has ended, whatever became of the others."""
    record = _read(service)
    led = proc.stat(record.session) if record else None
    return led if record and led and led.runs and led.started == record.started else None


def has_ended(service: str) -> bool:
    """True if `service` was started, nobody stopped it, and its leader is gone."""
    return _record_file(service).exists() and leader(service) is None


@contextlib.contextmanager
def turn(service: str) -> Iterator[None]:
    """Only one process at a time starts or stops `service`."""
    with _record_file(service).with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


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


def _adopt(service: str) -> bool:
    """Record a leader whose starter was killed before it could; True if there is one."""
    for one in proc.stats():
        if one.pid == one.session and one.runs and f"{_MARK}={_mark(service)}" in proc.environment(one.pid):
            _write(service, one)
            return True
    return False


def _is_foreign(pid: int, service: str) -> bool:
    """True if the process was surely not started by `service`. A program with a new title hides its environment."""
    given = proc.environment(pid)
    return any(line.startswith("PATH=") for line in given) and f"{_MARK}={_mark(service)}" not in given


def _mark(service: str) -> str:
    return f"{service}@{settings().var.resolve()}"


def _read(service: str) -> Record | None:
    """The record of this boot; after a restart of the machine an id may be of any process."""
    try:
        record = Record(**json.loads(_record_file(service).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return record if record.boot == proc.boot_id() else None


def _write(service: str, led: proc.Stat) -> None:
    draft = _record_file(service).with_suffix(".draft")
    draft.write_text(json.dumps(asdict(Record(led.pid, led.started, proc.boot_id()))))
    draft.replace(_record_file(service))


def _record_file(service: str) -> Path:
    folder = settings().var / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{service}.json"
