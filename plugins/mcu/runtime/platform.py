"""Start and stop the whole embedded installation."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from mcu.errors import UserError
from mcu.runtime import services, superset_sync
from mcu.runtime.progress import Steps
from mcu.settings import settings
from mcu.warehouse import bootstrap, embedded


@contextmanager
def alone() -> Iterator[None]:
    """Only one `up`, `down` or `demo` of an installation at a time; the lock dies with its holder."""
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


def start_city(steps: Steps) -> None:
    """The demonstration city: its data, its two servers, its mail server."""
    if not settings().city:
        return
    with steps.step(f"Демонстрационный город: {settings().city_items:,} записей".replace(",", " ")):
        from demo_city.build import build

        build()
        services.CITY.start()
        services.MAIL.start()
        services.CITY.wait()


def start_airflow(steps: Steps) -> None:
    with steps.step(f"Airflow на порту {settings().airflow_port}") as tell:
        services.AIRFLOW.start()
        services.AIRFLOW.wait(lambda s: tell("запускается"))


def start_superset(steps: Steps, *, every_tile: bool = False) -> None:
    """With `every_tile`, an empty tile stops it: the demonstration has data for all of them."""
    with steps.step(f"Superset на порту {settings().superset_port}: роли, панели, проверка") as tell:
        superset_sync.sync(*["--every-tile"] * every_tile)
        services.SUPERSET.start()
        services.SUPERSET.wait(lambda s: tell("запускается"))


def up() -> None:
    """Start everything that is not up yet."""
    with alone():
        steps = Steps(4)
        start_database(steps)
        start_city(steps)
        start_airflow(steps)
        start_superset(steps)


def down() -> None:
    """Stop everything; data stays."""
    with alone():
        for service in reversed(services.wanted()):
            service.stop()
        embedded.stop()
