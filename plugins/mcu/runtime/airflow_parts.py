"""Airflow's parts on one machine: migrate, then scheduler, DAG processor, API server and triggerer until one ends.

Not `airflow standalone`: its log servers listen on every address of the machine."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

AIRFLOW = str(Path(sys.executable).parent / "airflow")
PARTS = (
    [sys.executable, "-m", "mcu.runtime.airflow_scheduler"],
    [AIRFLOW, "dag-processor"],
    [AIRFLOW, "api-server"],
    # No task here waits in it, but Airflow's home page shows red without one. It holds 70 MB.
    [AIRFLOW, "triggerer", "--skip-serve-logs"],
)


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
