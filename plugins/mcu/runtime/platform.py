"""Start and stop the whole embedded installation."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from rich.markup import escape

from mcu import leftovers
from mcu.errors import UserError
from mcu.privacy.pepper import PepperRefused
from mcu.runtime import services
from mcu.runtime.airflow_health import dead_parts
from mcu.runtime.companion import companion
from mcu.runtime.progress import Steps, console
from mcu.runtime.superset_sync import SupersetSync, sync
from mcu.runtime.sweep import sweep
from mcu.settings import settings
from mcu.warehouse import bootstrap, embedded


def all_services() -> list[services.Service]:
    """The services of this installation. They are stopped in the reverse order: the supervisor first, which would
    start the others again."""
    beside = companion()
    return [*(beside.services() if beside else []), services.AIRFLOW, services.SUPERSET, services.SUPERVISOR]


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
        try:
            bootstrap.bootstrap()
        except PepperRefused as error:  # the marts can be read; loads are refused until it is restored
            console.print(f"      [red]{error}[/]")
        for left in [*sweep(), *(f"Удалено незаконченное: {path}" for path in leftovers.sweep())]:
            console.print(f"      [yellow]{escape(left)}[/]")
        services.SUPERVISOR.stop()  # one that gave a service up begins anew
        services.SUPERVISOR.start()


def start_companion(steps: Steps) -> None:
    """Start what runs beside the platform, if anything does."""
    if beside := companion():
        beside.start(steps)


def start_airflow(steps: Steps) -> None:
    with steps.step(f"Airflow на порту {settings().airflow_port}") as report:
        has_had_time = (services.AIRFLOW.age_seconds() or 0) > services.AIRFLOW.start_seconds
        if has_had_time and (dead := dead_parts()):
            services.AIRFLOW.restart_because(f"не работает: {', '.join(dead)}")
        services.AIRFLOW.start()
        services.AIRFLOW.wait(lambda seconds: report("запускается"))


def start_superset(steps: Steps, prepared: SupersetSync | None = None) -> None:
    """Deploy the dashboards, by a run that has been `prepared` if there is one, and start Superset."""
    with steps.step(f"Superset на порту {settings().superset_port}: роли, панели, проверка") as report:
        if unbuilt := prepared.finish() if prepared else sync():
            console.print(
                f"      [yellow]Витрин ещё нет для плиток: {', '.join(unbuilt)}. Их создаст расчёт витрин.[/]"
            )
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
