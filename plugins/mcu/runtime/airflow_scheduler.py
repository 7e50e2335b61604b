"""Airflow's scheduler with what its tasks need already imported: `python -m mcu.runtime.airflow_scheduler`.

LocalExecutor forks its workers from the scheduler and they fork the tasks. Great Expectations alone takes seconds of a
core to import, and every gate of twenty sources would pay them every hour; a forked task finds it there."""

from __future__ import annotations

import sys


def main() -> None:
    import great_expectations  # noqa: F401
    from airflow.__main__ import main as airflow

    import mcu.landing.load
    import mcu.quality.gate  # noqa: F401
    from mcu.dag_defaults import create_pools

    create_pools()
    sys.argv = ["airflow", "scheduler", "--skip-serve-logs"]
    airflow()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
