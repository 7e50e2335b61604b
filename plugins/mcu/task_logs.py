"""The logs of Airflow's tasks: a file for each attempt, and nothing of Airflow deletes them."""

from __future__ import annotations

import os
import time
from pathlib import Path

from mcu.settings import settings


def folder() -> Path:
    """Where they stand, on one machine and on a server (docker-compose.yml)."""
    return settings().logs / "airflow"


def sweep() -> int:
    """Delete logs that nobody has written to for `task_logs_days`, and the folders that they leave empty. Returns how
    many logs were deleted."""
    oldest = time.time() - settings().task_logs_days * 24 * 3600
    deleted = 0
    for place, folders, names in os.walk(folder(), topdown=False):
        for name in names:
            path = Path(place, name)
            if path.lstat().st_mtime < oldest:
                path.unlink(missing_ok=True)
                deleted += 1
        for name in folders:
            below = Path(place, name)
            if not below.is_symlink() and below.stat().st_mtime < oldest and not any(below.iterdir()):
                below.rmdir()
    return deleted
