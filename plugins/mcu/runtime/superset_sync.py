"""Runs `superset/sync.py` in Superset's own environment."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from mcu.errors import UserError
from mcu.runtime import processes
from mcu.runtime.services import superset_env, superset_python
from mcu.settings import ROOT
from mcu.warehouse import embedded


def sync(*arguments: str) -> None:
    """Bring the metadata database, roles, users and dashboards to what `superset/` says, and verify them.

    Raises UserError with the log's path if Superset refuses."""
    if not Path(superset_python()).exists():
        raise UserError("Окружение Superset не установлено: выполните make install.")
    if why := embedded.fault():
        raise why
    log = processes.log_file("superset-sync")
    with log.open("ab") as out:
        done = subprocess.run(
            [superset_python(), str(ROOT / "superset" / "sync.py"), *arguments],
            env={**os.environ, **superset_env()},
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )
    if done.returncode:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        raise UserError(f"Superset не принял панели: {lines[-1] if lines else ''}\nПодробности: {log}")
