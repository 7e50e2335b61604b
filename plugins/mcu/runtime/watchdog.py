"""Looks for what hangs, without Airflow: inside the supervisor, or by itself on a server
(`python -m mcu.runtime.watchdog`). Whoever loads or calculates holds a lock of the database, and the catalogue says
since when; so a load is seen, too, that hangs before it has written its first row."""

from __future__ import annotations

import logging
import sys
import time
from dataclasses import dataclass

import psycopg

from mcu.errors import UserError
from mcu.runtime.report import report, report_end
from mcu.sources.registry import declared
from mcu.warehouse.connect import connect

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
SLACK_MINUTES = 5.0
"""A load ends itself after the source's `load_minutes`. What still holds its lock so much later hangs."""
TRANSFORM_MINUTES = 180.0
READ_MINUTES = 2
"""A reader's query ends itself after one minute, unless its session has lifted that limit: then it is ended here."""

# An advisory lock shows the two halves of its key, unsigned.
_HELD = """
    select given.slug, extract(epoch from clock_timestamp() - session.backend_start)::float / 60
    from unnest(%s::text[]) as given (slug)
    join pg_locks as held
        on held.locktype = 'advisory' and held.granted
        and held.classid::bigint = (hashtext('mcu.load')::bigint & 4294967295)
        and held.objid::bigint = (hashtext(given.slug)::bigint & 4294967295) and held.objsubid = 2
    join pg_stat_activity as session on session.pid = held.pid and session.datname = current_database()
"""
_CALCULATES = """
    select extract(epoch from clock_timestamp() - session.backend_start)::float / 60
    from pg_locks as held join pg_stat_activity as session on session.pid = held.pid
    where held.locktype = 'advisory' and held.granted and held.objsubid = 1
        and held.objid::bigint = (hashtext('mcu.transform')::bigint & 4294967295)
        and session.datname = current_database()
"""


@dataclass(frozen=True)
class Hang:
    """Something that runs for longer than it may."""

    cause: str
    title: str
    minutes: float
    limit: float
    advice: str


class Watchdog:
    """Looks once a minute, however often it is asked."""

    def __init__(self) -> None:
        self._looked_at = -EVERY_SECONDS
        self._open: set[str] = set()

    def look(self) -> None:
        """Report new hangs, and the end of known ones; end what a reader lets run for too long. Never raises."""
        if time.monotonic() - self._looked_at < EVERY_SECONDS:
            return
        self._looked_at = time.monotonic()
        try:
            found = hangs()
            end_long_reads()
        except (psycopg.Error, UserError, OSError) as error:
            log.error("Зависания не проверены: %s", type(error).__name__)
            return
        for hang in found:
            if hang.cause not in self._open:
                what = f"Что:    идёт {hang.minutes:.0f} мин, предел {hang.limit:.0f} мин."
                report(hang.cause, "critical", f"{hang.title}: не завершается", f"{what}\nДелать: {hang.advice}")
        now = {hang.cause for hang in found}
        for cause in self._open - now:
            report_end(cause)
        self._open = now


def hangs() -> list[Hang]:
    """The loads and the calculation that hang now."""
    specs = declared().sources
    found = []
    with connect("loader", autocommit=True) as conn:
        for slug, minutes in conn.execute(_HELD, [list(specs)]).fetchall():
            limit = specs[slug].load_minutes + SLACK_MINUTES
            if minutes > limit:
                advice = (
                    f"проверить источник (mcu sources check {slug}) и остановить задачу ingest_{slug} в Airflow."
                    " Остальные источники загружаются; прочитанное сохранено."
                )
                title = f"Загрузка источника «{specs[slug].title}»"
                found.append(Hang(f"hang:{slug}", title, minutes, limit, advice))
    with connect("transformer", autocommit=True) as conn:
        for (minutes,) in conn.execute(_CALCULATES).fetchall():
            if minutes > TRANSFORM_MINUTES:
                advice = "остановить задачу transform в Airflow и запустить её снова. Прежние витрины на месте."
                found.append(Hang("hang:transform", "Расчёт витрин", minutes, TRANSFORM_MINUTES, advice))
    return found


def end_long_reads(minutes: float = READ_MINUTES) -> int:
    """End the queries of readers that run for longer than `minutes`, and their transactions of five times that. Returns
    how many."""
    with connect("loader", autocommit=True) as conn:
        row = conn.execute("select ops.end_long_reads(make_interval(secs => %s))", [minutes * 60]).fetchone()
    ended = int(row[0]) if row else 0
    if ended:
        log.warning("Завершено слишком долгих запросов читателя: %s", ended)
    return ended


def main() -> None:
    """Look every minute, for ever."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    watch = Watchdog()
    while True:
        watch.look()
        time.sleep(EVERY_SECONDS)


if __name__ == "__main__":
    main()
