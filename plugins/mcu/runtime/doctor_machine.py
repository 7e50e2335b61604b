"""Checks of the machine: secrets, disk, ports, the database's passwords."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import get_args

import psycopg

from mcu.runtime import processes
from mcu.runtime.finding import Finding
from mcu.runtime.platform import all_services
from mcu.runtime.services import Service
from mcu.secrets import given_secret
from mcu.settings import settings
from mcu.warehouse import embedded, faults
from mcu.warehouse.connect import Role, connect, has_superuser

LEAST_FREE_GB = 3


def secrets() -> Iterator[Finding]:
    """Each secret is readable, by its owner only, and not empty."""
    folder = settings().secrets_dir
    if not folder.exists():
        return
    if not os.access(folder, os.R_OK | os.X_OK):
        yield Finding(False, f"Папка секретов не читается: {folder}", f"Верните её себе: chown и chmod 700 {folder}")
        return
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and path.name != ".shown"]
    closed = [path.name for path in files if not os.access(path, os.R_OK)]
    empty = [path.name for path in files if path.name not in closed and not path.read_bytes().strip()]
    loose = [path.name for path in files if path.stat().st_mode & 0o077]
    if closed:
        advice = f"Верните их себе: chown и chmod 600 в {folder}"
        yield Finding(False, f"Секреты не читаются: {', '.join(closed)}", advice)
    if empty:
        yield Finding(False, f"Секреты пусты: {', '.join(empty)}", f"Впишите значения в {folder} или удалите файлы.")
    if loose:
        yield Finding(False, f"Секреты открыты другим: {', '.join(loose)}", f"Выполните: chmod 600 {folder}/*")
    if not (closed or empty or loose):
        yield Finding(True, "Секреты доступны только владельцу")


def disk() -> Iterator[Finding]:
    """Enough space is left, and `var/` can be written."""
    var = settings().var
    there = var if var.exists() else var.parent
    free = shutil.disk_usage(there).free / 2**30
    advice = f"Освободите место: нужно не менее {LEAST_FREE_GB} ГБ. Старые журналы лежат в {settings().logs}."
    is_enough = free >= LEAST_FREE_GB
    yield Finding(is_enough, f"Свободно на диске: {free:.1f} ГБ".replace(".", ","), "" if is_enough else advice)
    if not os.access(there, os.W_OK | os.X_OK):
        yield Finding(False, f"В папку {there} нельзя писать", "Верните её себе: chown -R, chmod u+rwX.")


def database() -> Iterator[Finding]:
    """The database answers, and accepts the password of each role."""
    why = embedded.fault()
    if why is not None:
        log = "" if settings().database_url else f" Журнал: {settings().var / 'postgres' / 'postgres.log'}"
        yield Finding(False, str(why), f"После этого: mcu doctor.{log}")
        return
    yield Finding(True, f"База данных отвечает (порт {embedded.port()})")
    for role in get_args(Role)[1:]:
        if given_secret(f"pg_{role}") is None:  # a service of a server has the passwords of its own roles only
            continue
        try:
            connect(role, connect_timeout=3).close()
        except psycopg.OperationalError as error:
            yield Finding(False, str(faults.in_words(error)), "Если не помогло, смотрите MCU_SECRET_PG_… в .env.")


def services() -> Iterator[Finding]:
    """Each service runs; one that does not may have lost its port to another program. On a server Docker or systemd
    watches them."""
    if not has_superuser():
        return
    for service in all_services():
        if service.is_up():
            yield Finding(True, f"{service.title}: работает")
        else:
            yield _why_down(service)


def _why_down(service: Service) -> Finding:
    log = f"Журнал: {settings().logs / service.name}.log"
    port = service.port()
    if processes.family(service.name):
        return Finding(
            False, f"{service.title}: запущен, но не отвечает (порт {port})",
            f"Подождите минуту; если не помогло: make down, затем make up. {log}",
        )  # fmt: skip  # a table
    if port is not None and processes.port_taken(port):
        return Finding(
            False, f"{service.title}: не работает, порт {port} занят другой программой",
            f"Задайте {service.port_setting} в .env или освободите порт, затем: make up.",
        )  # fmt: skip  # a table
    return Finding(False, f"{service.title}: не работает", f"Запустите: make up. {log}")
