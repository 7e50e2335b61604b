"""Old logs of Airflow's tasks are deleted, with the folders that they leave empty."""

from __future__ import annotations

import os
import time
from pathlib import Path

from mcu import task_logs
from mcu.settings import settings


def test_old_logs_go_and_young_ones_stay(installation: Path) -> None:
    young = task_logs.folder() / "dag_id=ingest_pos" / "run_id=2" / "task_id=load" / "attempt=1.log"
    old = task_logs.folder() / "dag_id=ingest_pos" / "run_id=1" / "task_id=load" / "attempt=1.log"
    day = 24 * 3600
    for log, age in {young: settings().task_logs_days - 1, old: settings().task_logs_days + 1}.items():
        log.parent.mkdir(parents=True)
        log.write_text("…")
        os.utime(log, (time.time() - age * day,) * 2)
    assert task_logs.sweep() == 1
    assert young.exists() and not old.exists()
    for folder in (old.parent, old.parent.parent):
        os.utime(folder, (time.time() - 40 * day,) * 2)
    assert task_logs.sweep() == 0
    assert not old.parent.exists() and young.exists()
