"""Start and stop the whole embedded installation."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mcu.errors import UserError
from mcu.runtime import services, superset_sync
from mcu.runtime.airflow_health import dead_parts
from mcu.runtime.companion import companion
from mcu.runtime.progress import Steps
from mcu.settings import settings
from mcu.warehouse import bootstrap, embedded


def all_services() -> list[services.Service]:
    """The services of this installation, in the order of starting."""
    beside = companion()
    return [*(beside.services() if beside else []), services.AIRFLOW, services.SUPERSET]


@contextmanager
def installation_lock() -> Iterator[None]:
    """Only one `up`, `down` or demonstration of an installation at a time. The lock is released when its holder ends.

    Raises UserError if another process holds it."""
    settings().var.mkdir(parents=True, exist_ok=True)
    with (settings().var / "platform.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError("Уже выполняется другой запуск этой установки: дождитесь его или остановите его.") from None
        yield


def start_database(steps: Steps) -> None:
    with steps.step("База данных: PostgreSQL, роли, схемы"):
        embedded.start()
        bootstrap.bootstrap()


def start_companion(steps: Steps) -> None:
    """Start what runs beside the platform, if anything does."""
    if beside := companion():
        beside.start(steps)


def start_airflow(steps: Steps) -> None:
    with steps.step(f"Airflow на порту {settings().airflow_port}") as report:
        since = services.AIRFLOW.runs_since()
        has_had_time = since is not None and time.time() - since > services.AIRFLOW.start_seconds
        if has_had_time and (dead := dead_parts()):
            services.AIRFLOW.restart_because(f"не работает: {', '.join(dead)}")
        services.AIRFLOW.start()
        services.AIRFLOW.wait(lambda seconds: report("запускается"))


def start_superset(steps: Steps, *, every_tile: bool = False) -> None:
    """Deploy the dashboards and start Superset. With `every_tile`, an empty tile is an error: a demonstration has data
    for all of them."""
    with steps.step(f"Superset на порту {settings().superset_port}: роли, панели, проверка") as report:
        superset_sync.sync(*["--every-tile"] * every_tile)
        services.SUPERSET.start()
        services.SUPERSET.wait(lambda seconds: report("запускается"))


def up() -> None:
    """Start everything that is not up yet."""
    with installation_lock():
        steps = Steps(4 if companion() else 3)
        start_database(steps)
        start_companion(steps)
        start_airflow(steps)
        start_superset(steps)


def down() -> None:
    """Stop everything; data stays."""
    with installation_lock():
        for service in reversed(all_services()):
            service.stop()
        embedded.stop()
