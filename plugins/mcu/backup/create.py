"""Makes a backup: the databases first, then the files that their rows name, then the secrets."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from mcu.backup import databases
from mcu.backup.sealed import SealedWriter
from mcu.backup.stored import PASSPHRASE, Manifest, Part, backups_folder, passphrase, stored_backups
from mcu.errors import UserError
from mcu.settings import settings

SECRETS = "secrets.json.enc"
FOLDERS = {"files.tar.enc": "files", "publications.tar.enc": "publications"}
"""Part → folder below `var/`. What landing stores in them is never changed, so they may be read while it works."""

_DRAFT = ".draft"
_NOT_OF_THE_PLACE = {PASSPHRASE, ".shown"}


@dataclass(frozen=True)
class BackupResult:
    folder: Path
    manifest: Manifest
    deleted: list[str]
    """Names of older backups that were deleted."""


def back_up(to: Path | None = None) -> BackupResult:
    """Make a backup below `to` (default: the setting) and delete the oldest ones beyond the number that stays.

    A backup is complete or not there: it is made in a draft folder, which gets its name at the end. Raises UserError,
    such as SecretMissing without a passphrase."""
    words = passphrase()
    where = to or backups_folder()
    with _one_at_a_time(where):
        draft = where / _DRAFT
        shutil.rmtree(draft, ignore_errors=True)  # of a backup that was killed
        draft.mkdir(mode=0o700)
        made_at = _free_second(where)
        manifest = Manifest(made_at, list(_parts(draft, words)))
        manifest.write(draft)
        folder = draft.rename(where / _name(made_at))
        old = stored_backups(where)[: -settings().backups_kept]
        for path in old:
            shutil.rmtree(path)
    return BackupResult(folder, manifest, [path.name for path in old])


def _free_second(where: Path) -> datetime:
    """Now; a second later if a backup of this second is there, since a backup's name is its time."""
    while (where / _name(now := datetime.now(UTC))).exists():
        time.sleep(0.05)
    return now


def _name(made_at: datetime) -> str:
    return f"{made_at:%Y-%m-%dT%H-%M-%SZ}"


def _parts(draft: Path, words: str) -> Iterator[Part]:
    def part(name: str, fill: Callable[[SealedWriter], None]) -> Part:
        began = time.monotonic()
        with SealedWriter(draft / name, words) as writer:
            fill(writer)
        size = (draft / name).stat().st_size
        return Part(name, size, writer.sha256, round(time.monotonic() - began, 1))

    with databases.no_transformation():
        for database in databases.DATABASES:
            yield part(f"{database}.dump.enc", partial(databases.dump, database))
    for name, folder in FOLDERS.items():
        yield part(name, partial(_pack, settings().var / folder))
    yield part(SECRETS, _put_secrets_into)


def _pack(folder: Path, writer: SealedWriter) -> None:
    with tarfile.open(fileobj=writer, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        if folder.is_dir():
            tar.add(folder, arcname=".")


def _put_secrets_into(writer: SealedWriter) -> None:
    writer.write(json.dumps(_secrets()).encode())


def _secrets() -> dict[str, str]:
    """Every secret of this installation but what opens the backup, from files and from the environment."""
    folder = settings().secrets_dir
    files = [path for path in sorted(folder.glob("*")) if path.is_file()] if folder.is_dir() else []
    found = {path.name: path.read_text(encoding="utf-8").strip() for path in files if not path.name.startswith(".")}
    prefix = "MCU_SECRET_"
    found |= {name.removeprefix(prefix).lower(): v for name, v in os.environ.items() if name.startswith(prefix) and v}
    return {name: value for name, value in found.items() if name not in _NOT_OF_THE_PLACE}


@contextmanager
def _one_at_a_time(where: Path) -> Iterator[None]:
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (where / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError("Резервная копия уже делается: дождитесь её окончания.") from None
        yield
