"""The backups that are there: where, how old, and whether every part is whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from mcu.backup.sealed import opened
from mcu.errors import UserError
from mcu.secrets import secret
from mcu.settings import settings

PASSPHRASE = "backup_passphrase"
MANIFEST = "manifest.json"
VERSION = 1


class BackupBroken(UserError):
    """A backup is incomplete or was changed. Field: path."""

    code = "backup_broken"


@dataclass(frozen=True)
class Part:
    """One encrypted file. `seconds`: how long it took to make."""

    name: str
    size: int
    sha256: str
    seconds: float


@dataclass(frozen=True)
class Manifest:
    """What a backup holds."""

    made_at: datetime
    parts: list[Part]

    def write(self, folder: Path) -> None:
        body = {"version": VERSION, "made_at": self.made_at.isoformat(), "parts": [asdict(part) for part in self.parts]}
        (folder / MANIFEST).write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


def backups_folder() -> Path:
    return settings().backups or settings().var / "backups"


def passphrase() -> str:
    """What opens the backups. Never generated: it must be known outside this machine. Raises SecretMissing."""
    return secret(PASSPHRASE, generate=False)


def read_manifest(folder: Path) -> Manifest:
    """Raises BackupBroken if there is none that can be read."""
    try:
        body = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if body["version"] != VERSION:
            raise ValueError(body["version"])
        return Manifest(datetime.fromisoformat(body["made_at"]), [Part(**part) for part in body["parts"]])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupBroken(
            f"В папке {folder} нет целой резервной копии: опись {MANIFEST} не читается.", path=folder
        ) from error


def stored_backups(folder: Path | None = None) -> list[Path]:
    """Folders of the finished backups, oldest first: their names are their times."""
    where = folder or backups_folder()
    return sorted(path.parent for path in where.glob(f"2*/{MANIFEST}")) if where.is_dir() else []


def check(folder: Path) -> Manifest:
    """Read every part to its end: the checksums of the manifest, and the passphrase. Raises BackupBroken, CannotOpen,
    SecretMissing."""
    manifest = read_manifest(folder)
    for part in manifest.parts:
        path = folder / part.name
        if not path.is_file():
            raise BackupBroken(f"В резервной копии {folder} нет файла {part.name}.", path=path)
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != part.sha256:
                raise BackupBroken(f"Файл {path} повреждён: контрольная сумма не та, что в описи.", path=path)
        for _ in opened(path, passphrase()):
            pass
    return manifest


def age_hours(folder: Path) -> float:
    return (datetime.now(UTC) - read_manifest(folder).made_at).total_seconds() / 3600
