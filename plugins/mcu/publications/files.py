"""The files of a publication as a folder: written as a whole, described by a manifest, verified by it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcu.errors import UserError
from mcu.settings import settings

MANIFEST = "manifest.json"


class PackageError(UserError):
    """A package differs from what was published; the message names the files."""

    code = "package_changed"


def about(row: Mapping[str, Any], title: str) -> dict[str, Any]:
    """What a manifest says of an edition; `row`: of `ops.publications`."""
    return {
        "kind": row["kind"],
        "title": title,
        "municipality_code": row["municipality_code"],
        "period": row["period"],
        "revision": row["revision"],
        "as_of": row["as_of"].astimezone(settings().tz).isoformat(),
        "definition_hash": row["definition_hash"],
        "versions": row["versions"],
        "rows_sha256": row["rows_sha256"],
    }


def with_manifest(about: Mapping[str, Any], bodies: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files and their manifest: `about`, then each file with its size and SHA-256."""
    listed = {name: {"bytes": len(body), "sha256": sha256(body)} for name, body in bodies.items()}
    return {**bodies, MANIFEST: json_bytes({**about, "files": listed})}


def write(folder: Path, bodies: Mapping[str, bytes]) -> None:
    """Make `folder` hold exactly these files. A reader never sees it half written."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for name, body in bodies.items():
        (draft / name).write_bytes(body)
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def copy(folder: Path, out: Path) -> None:
    """Copy the files of a package into the folder `out`, each atomically; other files there stay."""
    out.mkdir(parents=True, exist_ok=True)
    for source in sorted(folder.iterdir()):
        draft = out / f".{source.name}.{os.getpid()}"
        shutil.copyfile(source, draft)
        draft.replace(out / source.name)


def is_whole(folder: Path, expected: Mapping[str, str]) -> bool:
    """True if every file of `expected` (name → SHA-256) is in the folder unchanged."""
    paths = {folder / name: sha for name, sha in expected.items()}
    return all(path.is_file() and sha256(path.read_bytes()) == sha for path, sha in paths.items())


def verify(folder: Path) -> dict[str, Any]:
    """The manifest in `folder`. Raises PackageError naming each file that differs from it."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        listed = {name: about["sha256"] for name, about in manifest["files"].items()}
    except FileNotFoundError:
        raise PackageError(f"В папке {folder} нет {MANIFEST}.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PackageError(f"{folder / MANIFEST} не читается.") from None
    faults = [
        f"{name}: {'изменён' if (folder / name).is_file() else 'отсутствует'}"
        for name, sha in listed.items()
        if not is_whole(folder, {name: sha})
    ]
    if faults:
        raise PackageError(f"Пакет в {folder} не соответствует описи: {'; '.join(faults)}.")
    return manifest


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def json_bytes(body: Mapping[str, Any]) -> bytes:
    return (json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode()
