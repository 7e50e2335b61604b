"""Airflow on one machine: migrate its database, then run scheduler, DAG processor and API server until one ends.

`airflow standalone` is not used: its log servers listen on every address of the machine, and it starts a triggerer that
nothing here needs.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

AIRFLOW = str(Path(sys.executable).parent / "airflow")
PARTS = ([sys.executable, "-m", "mcu.runtime.airflow_scheduler"], [AIRFLOW, "dag-processor"], [AIRFLOW, "api-server"])


def main() -> int:
    """Run until a part ends, then stop the others and return its exit code; 0 after SIGTERM."""
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
