"""Restores a backup into an empty place, or into one that may be overwritten."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from mcu.backup import databases
from mcu.backup.create import FOLDERS, SECRETS
from mcu.backup.sealed import SealedReader
from mcu.backup.stored import check, passphrase
from mcu.errors import UserError
from mcu.secrets import given_secret, put_secret
from mcu.settings import settings
from mcu.warehouse import bootstrap, embedded
from mcu.warehouse.connect import DATABASE, admin_url, has_superuser

PEPPER = "pepper"


class PlaceNotEmpty(UserError):
    """There is data where the backup should go. Field: found."""

    code = "place_not_empty"


class PlaceInUse(UserError):
    """Programs work with the databases that are to be replaced."""

    code = "place_in_use"


@dataclass(frozen=True)
class RestoreResult:
    """Step → how long it took."""

    seconds: dict[str, float]


def restore(folder: Path, *, replace: bool = False) -> RestoreResult:
    """Bring the backup in `folder` back. Nothing is touched before every part of it has been read and found whole.

    Raises UserError: BackupBroken, CannotOpen, PlaceNotEmpty unless `replace` is set, PlaceInUse."""
    if not has_superuser():
        raise UserError("Для восстановления нужен MCU_DATABASE_URL с именем и паролем суперпользователя.")
    times = _Times()
    check(folder)
    times.mark("проверка копии")
    words = passphrase()
    secrets = json.loads(SealedReader(folder / SECRETS, words).readall())
    _check_files(replace)
    _put_secrets(secrets)
    embedded.start()
    _check_database(replace)
    databases.drop_all()
    bootstrap.bootstrap()  # the roles that own what is restored
    times.mark("секреты, роли")
    for database in databases.DATABASES:
        databases.replace(database, SealedReader(folder / f"{database}.dump.enc", words))
        times.mark(f"база {database}")
    bootstrap.bootstrap()  # owners and grants of the new databases, and what a newer version adds
    for part, name in FOLDERS.items():
        _unpack(SealedReader(folder / part, words), settings().var / name)
        times.mark(f"папка {name}")
    return RestoreResult(times.seconds)


class _Times:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def mark(self, step: str) -> None:
        now = time.monotonic()
        self.seconds[step], self._last = round(now - self._last, 1), now


def _check_files(replace: bool) -> None:
    found = [str(p) for name in FOLDERS.values() if (p := settings().var / name).is_dir() and any(p.iterdir())]
    if found and not replace:
        raise _not_empty(", ".join(found))


def _check_database(replace: bool) -> None:
    if databases.sessions():
        raise PlaceInUse(
            "С базами работают программы платформы: остановите их (mcu down, docker compose stop) и повторите."
        )
    try:
        with psycopg.connect(admin_url(DATABASE)) as conn:
            is_empty = conn.execute("select not exists (select from ops.loads)").fetchone() == (True,)
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable):  # no database or no tables yet
        return
    if not is_empty and not replace:
        raise _not_empty(f"база {DATABASE}")


def _not_empty(found: str) -> PlaceNotEmpty:
    return PlaceNotEmpty(
        f"Здесь уже есть данные: {found}. Восстановление заменит их; если это верно, повторите с --replace.",
        found=found,
    )


def _put_secrets(secrets: dict[str, str]) -> None:
    """Write the secrets of the backup. Passwords of database roles that this place has already stay: its PostgreSQL
    knows them. What the environment gives stays too, but another pepper is refused: no person would be recognised."""
    given = os.environ.get(f"MCU_SECRET_{PEPPER.upper()}")
    if given and given != secrets[PEPPER]:
        raise UserError("MCU_SECRET_PEPPER здесь не тот, что в копии: впишите прежний, иначе повторы не узнать.")
    for name, value in secrets.items():
        is_in_environment = f"MCU_SECRET_{name.upper()}" in os.environ
        if not is_in_environment and not (name.startswith("pg_") and given_secret(name)):
            put_secret(name, value)


def _unpack(content: SealedReader, folder: Path) -> None:
    """Replace the folder by what was packed, in one step."""
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    with tarfile.open(fileobj=io.BufferedReader(content), mode="r|") as tar:
        tar.extractall(draft, filter="data")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
