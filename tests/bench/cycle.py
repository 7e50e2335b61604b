"""Seconds of one whole hourly cycle in Airflow: every source loads what is new, the marts follow."""

from __future__ import annotations

import time
from dataclasses import dataclass

from demo_city.change import change
from mcu.runtime.airflow_api import Airflow
from mcu.sources.registry import connected_sources

CHANGED = 300


@dataclass(frozen=True, slots=True)
class Result:
    """Wall-clock seconds, Airflow's own overhead included."""

    changed: int
    ingest_seconds: float
    transform_seconds: float
    quiet_seconds: float

    @property
    def cycle_seconds(self) -> float:
        return self.ingest_seconds + self.transform_seconds


def run(changed: int = CHANGED) -> Result:
    """On this running installation: the city changes `changed` items, all sources load at once, then the transformation
    that their assets set off runs to its end; then the sources once more with nothing new. Raises UserError."""
    airflow = Airflow()
    ingest = [f"ingest_{slug}" for slug in connected_sources()]
    airflow.unpause("transform")
    _settle(airflow)
    change(changed)
    time.sleep(3)  # a file counts as whole once it has not grown for a while
    began = time.monotonic()
    airflow.wait({dag: airflow.trigger(dag) for dag in ingest})
    loaded = time.monotonic()
    time.sleep(2)  # until the scheduler has made the run that the assets ask for
    _settle(airflow)
    done = time.monotonic()
    airflow.wait({dag: airflow.trigger(dag) for dag in ingest})
    return Result(changed, loaded - began, done - loaded, time.monotonic() - done)


def _settle(airflow: Airflow) -> None:
    while runs := airflow.active_runs():
        airflow.wait(dict(runs))
