"""Airflow's scheduler with the packages of its tasks already imported: `python -m mcu.runtime.airflow_scheduler`.

LocalExecutor forks its workers from the scheduler, and the workers fork the tasks, so a task finds these packages
imported. Great Expectations takes seconds to import; without this, each gate of each source would spend them hourly.
The files of the sources are read before, too.
"""

from __future__ import annotations

import sys


def main() -> None:
    import great_expectations  # noqa: F401
    from airflow.__main__ import main as airflow

    import mcu.landing.load
    import mcu.quality.gate  # noqa: F401
    from mcu.dag_defaults import create_pools
    from mcu.sources.registry import declared

    create_pools()
    declared()
    sys.argv = ["airflow", "scheduler", "--skip-serve-logs"]
    airflow()  # type: ignore[no-untyped-call]  # Airflow ships no types for it


if __name__ == "__main__":
    main()
