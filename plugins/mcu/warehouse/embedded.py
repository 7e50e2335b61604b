"""The embedded PostgreSQL 18: binaries from a wheel, listening on 127.0.0.1 with a password."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from mcu.errors import UserError
from mcu.secrets import secret
from mcu.settings import settings
from mcu.warehouse import faults, postmaster
from mcu.warehouse.binaries import program
from mcu.warehouse.connect import admin_url, has_superuser, url
from mcu.warehouse.faults import DatabaseDown

SYSTEM_USER = "mcu-postgres"
_START_SECONDS = 120


def start() -> None:
    """Create the cluster if it is missing and start it. Does nothing if it is running; waits for one that is starting
    or recovering. What a killed server left behind is cleared away first. Raises DatabaseDown."""
    if settings().database_url:
        return _wait_given()
    data = _data()
    why = fault()
    if why is not None and postmaster.of(data):
        why = _wait_for_own()
    if why is None:
        return
    if not postmaster.of(data):
        postmaster.clear_after_kill(data)
    if _port_taken():
        if "role" in why.fields and (data / "PG_VERSION").exists():  # ours, but it refuses the password
            raise why
        raise DatabaseDown(
            f"Порт {settings().pg_port} занят другой программой: задайте MCU_PG_PORT или освободите его.",
            port=settings().pg_port,
        )
    if not (data / "PG_VERSION").exists():
        _create(data)
    _run("pg_ctl", "-D", str(data), "-l", str(data.parent / "postgres.log"), "-w", "-t", "120", "start")


def stop() -> None:
    """Stop the embedded server; it writes everything to disk first."""
    if not settings().database_url and is_running():
        _run("pg_ctl", "-D", str(_data()), "-m", "fast", "-w", "-t", "120", "stop")


def is_running() -> bool:
    """True if the server accepts this installation's password."""
    return fault() is None


def fault() -> UserError | None:
    """Why the server does not serve us, in words; None if it does."""
    try:
        with psycopg.connect(admin_url() if has_superuser() else url("loader"), connect_timeout=3):
            return None
    except psycopg.OperationalError as error:
        return faults.in_words(error)


def port() -> int:
    """The TCP port of the warehouse's server."""
    return urlsplit(admin_url()).port or 5432


def _create(data: Path) -> None:
    """Run initdb in a draft folder and rename it when it is complete, so that a kill leaves no half cluster."""
    draft = data.with_name(data.name + ".draft")
    draft.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["rm", "-rf", str(draft)], check=True)
    password_file = data.parent / ".pwfile"
    password_file.unlink(missing_ok=True)
    password_file.touch(mode=0o600)
    password_file.write_text(secret("pg_admin"))
    _hand_over(data.parent, password_file)
    try:
        # The builtin C.UTF-8 locale knows Cyrillic even if the machine's LANG is unset.
        _run(
            *("initdb", "-D", str(draft), "-U", "postgres", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *("--auth=scram-sha-256", f"--pwfile={password_file}"),
        )
    finally:
        password_file.unlink()
    with (draft / "postgresql.auto.conf").open("a", encoding="utf-8") as conf:
        conf.write(_CONF.format(port=settings().pg_port))
    draft.rename(data)


_CONF = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
timezone = 'UTC'
max_connections = 200
shared_buffers = '512MB'
effective_cache_size = '4GB'
work_mem = '64MB'
maintenance_work_mem = '256MB'
max_wal_size = '4GB'
wal_level = 'minimal'
max_wal_senders = 0
jit = off
random_page_cost = 1.1
"""


def _data() -> Path:
    return settings().var.resolve() / "postgres" / "data"


def _run(name: str, *args: str) -> None:
    binary = program(name)
    command = [str(binary), *args]
    # The port is passed at every start, so that a changed MCU_PG_PORT needs no new cluster.
    if name == "pg_ctl" and "start" in args:
        command += ["-o", f"-p {settings().pg_port}"]
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = _system_user()
        _make_passable(binary.parent, _data().parent)
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    log = settings().logs / "postgres-start.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as out:
        done = subprocess.run(command, stdout=out, stderr=out, cwd="/", **identity)
    if done.returncode:
        raise DatabaseDown(
            f"PostgreSQL: {name} завершился с кодом {done.returncode}; подробности в {log}", program=name, log=log
        )


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True
        )
        return pwd.getpwnam(SYSTEM_USER)


def _hand_over(*paths: Path) -> None:
    if os.geteuid() == 0:
        user = _system_user()
        for path in paths:
            os.chown(path, user.pw_uid, user.pw_gid)
        paths[0].chmod(0o711)


def _make_passable(*folders: Path) -> None:
    """Started by root, the server runs as another user, who needs access to the folders above its files."""
    for folder in folders:
        for parent in [folder, *folder.resolve().parents]:
            if parent.exists() and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)


def _port_taken() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", settings().pg_port)) == 0


def _wait_for_own() -> UserError | None:
    """Wait until our server serves, for it may be recovering. Returns the fault that does not pass."""
    until = time.monotonic() + _START_SECONDS
    while (why := fault()) is not None and "role" not in why.fields and time.monotonic() < until:
        if not postmaster.of(_data()):
            break
        time.sleep(0.5)
    return why


def _wait_given() -> None:
    try:
        psycopg.connect(admin_url(), connect_timeout=30).close()
    except psycopg.OperationalError as error:
        raise faults.in_words(error) or error from None
