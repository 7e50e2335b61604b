"""Seconds of the monthly package of one municipality and of its weekly note, on a throw-away warehouse."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter

from psycopg.rows import dict_row

from bench.transform import fill, own_warehouse
from demo_city import clock
from ground import publish_unchecked
from mcu.publications.indicators import evidence, package
from mcu.publications.indicators.figures import read_documents
from mcu.publications.ledger import Draft, publish
from mcu.publications.note import figures, weekly
from mcu.publications.note.words import Names
from mcu.publications.readiness import passed_run
from mcu.settings import settings
from mcu.warehouse.connect import connect

PLACE = "murmansk"
LIMIT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Result:
    """Wall-clock seconds: from the marts to files and ledger, the PDF not included."""

    items: int
    package_seconds: float
    note_seconds: float


def run(items: int = 100_000) -> Result:
    """Build the marts of `items` items, then make both documents of the largest municipality. Leaves nothing behind."""
    from mcu.warehouse.transform import transform

    with own_warehouse():
        fill(items)
        transform(datetime.fromtimestamp(clock.END, UTC))
        publish_unchecked()
        return measure(items)


def measure(items: int) -> Result:
    """Of the installation at hand, whose ledger is left as it was."""
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        run_of = passed_run(conn)
        today = run_of.as_of.astimezone(settings().tz).date()
        month = today.replace(day=1)
        month = month.replace(year=month.year - (month.month == 1), month=(month.month - 2) % 12 + 1)
        began = perf_counter()
        (now,) = [d for d in read_documents(cursor, month) if d.municipality.municipality_code == PLACE]
        items_of = evidence.read(cursor, month)[PLACE]
        rows = now.model_dump(mode="json")
        publish(cursor, package, Draft(f"{month:%Y-%m}", PLACE, "", rows, now.values_sha256, items_of), run_of)
        package_seconds = perf_counter() - began
        began = perf_counter()
        names = Names(cursor.execute("select * from reference.recipient_cases").fetchall())
        week = figures.read(cursor, PLACE, figures.Week.before(today), run_of.as_of, today)
        publish(cursor, weekly, weekly.draft(week, names, ""), run_of)
        note_seconds = perf_counter() - began
        conn.rollback()
    return Result(items, package_seconds, note_seconds)


if __name__ == "__main__":
    print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
