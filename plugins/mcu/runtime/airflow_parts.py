"""Airflow's parts on one machine: migrate, then scheduler, DAG processor and API server until one of them ends.

Not `airflow standalone`: its log servers listen on every address of the machine, and nothing here needs a triggerer."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

AIRFLOW = str(Path(sys.executable).parent / "airflow")
PARTS = ([sys.executable, "-m", "mcu.runtime.airflow_scheduler"], [AIRFLOW, "dag-processor"], [AIRFLOW, "api-server"])


def main() -> int:
    """Run until a part ends (its exit code) or we are asked to (0); the other parts end with it."""
    subprocess.run([AIRFLOW, "db", "migrate"], check=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    parts = [subprocess.Popen(part) for part in PARTS]
    try:
        while all(part.poll() is None for part in parts):
            time.sleep(1)
        return next(part.returncode for part in parts if part.returncode is not None) or 1
    finally:
        for part in parts:
            part.terminate()


if __name__ == "__main__":
    sys.exit(main())
