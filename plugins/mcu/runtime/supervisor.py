"""Starts again what ends by itself: `python -m mcu.runtime.supervisor`, a service that `mcu up` starts last.

A service that has a record and no leader was stopped by nobody: it is started again, at growing intervals. One that
ends again and again is given up, with a critical alert. The watchdog runs in the same process, so a hang is reported
although Airflow does not run."""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from mcu.errors import UserError
from mcu.faults import in_words
from mcu.runtime import watchdog
from mcu.runtime.airflow_health import dead_parts
from mcu.runtime.report import report, report_end
from mcu.runtime.services import AIRFLOW, Service
from mcu.settings import settings
from mcu.warehouse import embedded

log = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0
MOST_STARTS = 5
"""Starts within WINDOW_SECONDS after which a service is given up."""
WINDOW_SECONDS = 900.0
PATIENCE_SECONDS = 180.0
"""A service that runs and does not answer for so long is started again."""


@dataclass
class Watched:
    """Something that must run. `why_down`: None if it runs, else why not, in Russian; `start` starts it."""

    name: str
    title: str
    why_down: Callable[[], str | None]
    start: Callable[[str], None]
    starts: list[float] = field(default_factory=list)
    is_given_up: bool = False

    def look(self, now: float) -> None:
        """Start it if it is down and its turn has come. `now`: a clock that no step changes."""
        why = self.why_down()
        why = why and why.rstrip(".")
        self.starts = [at for at in self.starts if now - at < WINDOW_SECONDS]
        if why is None:
            if not self.starts:
                report_end(f"service:{self.name}")
            return
        if self.is_given_up or (self.starts and now - self.starts[-1] < PAUSE_SECONDS * 2 ** len(self.starts)):
            return
        if len(self.starts) >= MOST_STARTS:
            self.is_given_up = True
            report(
                f"service:{self.name}", "critical", f"Служба не работает: {self.title}",
                f"Что:   {why}. Запущена заново {MOST_STARTS} раз за {WINDOW_SECONDS / 60:.0f} мин, это не помогло.\n"
                f"Где:   {settings().logs / self.name}.log\nДелать: mcu doctor, устранить причину, затем mcu up.",
            )  # fmt: skip  # a table
            return
        self.starts.append(now)
        log.warning("%s: %s; запускается заново", self.title, why)
        try:
            self.start(why)
        except (UserError, OSError) as error:
            log.error("%s: %s", self.title, in_words(error) or type(error).__name__)
            return
        report(
            f"service:{self.name}", "warning", f"Служба остановилась и запущена заново: {self.title}",
            f"Что:   {why}.\nГде:   {settings().logs / self.name}.log\n"
            "Делать: ничего, если это не повторяется. Прерванные задачи начнутся снова, данные целы.",
        )  # fmt: skip  # a table


def of_service(service: Service) -> Watched:
    """A service of this installation: down if its leader has ended, or if it has not answered for long."""
    silent_since: float | None = None

    def why_down() -> str | None:
        nonlocal silent_since
        if service.has_ended:
            return "процесс завершился сам"
        age = service.age_seconds()
        if age is None or age < 2 * service.start_seconds:  # stopped by a person, or still starting
            silent_since = None
            return None
        dead = dead_parts() if service is AIRFLOW else []
        if service.is_up() and not dead:
            silent_since = None
            return None
        silent_since = silent_since or time.monotonic()
        if time.monotonic() - silent_since < PATIENCE_SECONDS:
            return None
        silent_since = None
        return f"не работает: {', '.join(dead)}" if dead else "не отвечает"

    def start(why: str) -> None:
        if service.has_ended:
            service.start()
        else:
            service.restart_because(why)

    return Watched(service.name, service.title, why_down, start)


def of_database() -> Watched:
    """The embedded server. A given one is its owner's to start."""

    def why_down() -> str | None:
        if settings().database_url:
            return None
        why = embedded.fault()
        return None if why is None or "role" in why.fields else str(why)

    return Watched("postgres", "PostgreSQL", why_down, lambda why: embedded.start())


def main() -> None:
    """Look every few seconds until SIGTERM."""
    from mcu.runtime.platform import all_services

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    watched = [of_database(), *(of_service(one) for one in all_services() if one.name != "supervisor")]
    watch = watchdog.Watchdog()
    while True:
        for one in watched:
            try:
                one.look(time.monotonic())
            except Exception as error:  # one faulty service must not leave the others alone
                log.error("%s: %s", one.title, in_words(error) or type(error).__name__)
        watch.look()
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
