"""Drafts and temporary copies that a killed process left behind. They may hold personal data, so they stand in folders
of ours, and their names say whose they are: what belongs to a process that has ended, nobody will finish."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from mcu.settings import settings

_OLD_SECONDS = 24 * 3600
"""A draft whose name holds no process is swept when it is so old."""


def folder() -> Path:
    """Where temporary copies stand, readable by their owner only."""
    place = settings().var / "tmp"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def prefix(what: str) -> str:
    """How the name of a temporary folder of this process begins."""
    return f"{what}-{os.getpid()}-"


def sweep() -> list[Path]:
    """Delete what nobody will finish any more. Returns what was deleted."""
    found = list(_left())
    for path in found:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return found


def _left() -> Iterator[Path]:
    var = settings().var
    for place, below, pattern in (
        (var / "tmp", "*", r"\w+-(\d+)-.*"),
        (settings().kept_files, ".*", r"\.(\d+)\.draft|\.unpacked-(\d+)-.*"),
        (var / "dbt" / "properties", "*", r"\w+\.(\d+)"),
        (var / "publications", "**/.*", r"\..+\.(\d+)"),
    ):
        for path in sorted(place.glob(below)):
            if (named := re.fullmatch(pattern, path.name)) and not _runs(next(filter(None, named.groups()))):
                yield path
    for path in (*settings().inbox.glob("*/.*.draft"), *settings().secrets_dir.glob(".*.*")):
        if time.time() - path.stat().st_mtime > _OLD_SECONDS:
            yield path


def _runs(pid: str) -> bool:
    return Path(f"/proc/{pid}").exists()
