"""Rows a second through each connector into raw as a share of a plain COPY of the same records, and what a long load
holds in memory. Every source serves the same ПОС-like records without free text."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import orjson

from bench import landing
from bench.landing import PAGE, Figure
from mcu.connectors.base import Page, Window
from mcu.landing.load import source_lock
from mcu.landing.run import Run
from mcu.sources.opening import open_source
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect, url

COLUMNS = (
    "id",
    "kind",
    "municipality",
    "createdAt",
    "registeredAt",
    "updatedAt",
    "status",
    "category",
    "topic",
    "organization",
)
"""Of the tables: CSV and XLSX hold no trees."""


@dataclass(frozen=True, slots=True)
class Book:
    """Seconds to land a workbook, and to only read it with openpyxl (read-only mode, values)."""

    rows: int
    seconds: float
    openpyxl_seconds: float

    @property
    def times_faster(self) -> float:
        return self.openpyxl_seconds / self.seconds


@dataclass(frozen=True, slots=True)
class Result:
    figures: list[Figure]
    book: Book
    megabytes: dict[int, int]
    """Records of a load → the most memory its process held, MB."""


def run(rows: int = 100_000, book_rows: int = 20_000, repeats: int = 3, long_load: int = 1_000_000) -> Result:
    """Leaves nothing behind."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            figures = [
                _figure("rest", rows, repeats, _rest(rows)),
                _figure("sql", rows, repeats, _sql(rows)),
                _figure("файлы CSV", rows, repeats, _csv(rows, folder)),
            ]
            return Result(figures, _book(book_rows, folder), {n: _held(n) for n in (10_000, long_load)})
        finally:
            with connect("loader") as conn:
                landing.clean(conn)


@contextmanager
def _source(spec: SourceSpec, address: str, bodies: list[bytes]) -> Iterator[tuple[SourceSpec, str, list[bytes]]]:
    yield spec, address, bodies


def _figure(name: str, rows: int, repeats: int, source: Any) -> Figure:
    """The best of `repeats` for both sides, in turns, so that both run under the same load."""
    with source as (spec, address, lines):
        plain, landed = [], []
        for _ in range(repeats):
            plain.append(landing.plain_copy(lines))
            landed.append(_land(spec, address))
    return Figure(name, rows, min(landed), min(plain))


def _land(spec: SourceSpec, address: str) -> float:
    with connect("loader") as conn:
        landing.clean(conn)
    with source_lock(spec) as conn:
        started = perf_counter()
        load = Run(conn, spec, window=Window())
        load.land(open_source(spec, address).pages(Window()))
        load.finish()
        return perf_counter() - started


def _spec(connector: dict[str, Any], **more: Any) -> SourceSpec:
    body = landing.spec().model_dump(exclude={"connector"}) | {"connector": connector}
    return SourceSpec.model_validate(body | more)


def _lines(records: Iterator[dict[str, Any]]) -> list[bytes]:
    """Pages of COPY's lines: the records as JSON."""
    made = (orjson.dumps(record).replace(b"\\", b"\\\\") + b"\n" for record in records)
    return [b"".join(page) for page in iter(lambda: list(islice(made, PAGE)), [])]


# ---------------------------------------------------------------- the sources


@contextmanager
def _rest(rows: int) -> Iterator[tuple[SourceSpec, str, list[bytes]]]:
    """A server in a process of its own that has its answers ready."""
    bodies = [
        orjson.dumps({"items": [landing.record(n) for n in range(at, min(at + PAGE, rows))], "total": rows})
        for at in range(0, rows, PAGE)
    ]
    receive, send = multiprocessing.Pipe(duplex=False)
    server = multiprocessing.get_context("fork").Process(target=_serve, args=(bodies, send), daemon=True)
    server.start()
    spec = _spec({"type": "rest", "connection": "bench", "path": "/", "page_size": PAGE, "auth": "none"})
    try:
        yield spec, f"http://127.0.0.1:{receive.recv()}", _lines(landing.record(n) for n in range(rows))
    finally:
        server.terminate()
        server.join()


def _serve(bodies: list[bytes], send: Any) -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            number = int(parse_qs(urlsplit(self.path).query)["page"][0])
            body = bodies[number - 1] if number <= len(bodies) else b'{"items": []}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    send.send(server.server_port)
    server.serve_forever()


@contextmanager
def _sql(rows: int) -> Iterator[tuple[SourceSpec, str, list[bytes]]]:
    """A table with a column a field; trees are jsonb."""
    first = landing.record(0)
    kinds = {name: "jsonb" if isinstance(value, dict | list) else "text" for name, value in first.items()}
    kinds |= {"updatedAt": "timestamptz", "fastTrack": "boolean", "rating": "integer"}
    columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    with connect("admin") as conn:
        conn.execute("drop table if exists public.bench_source")
        conn.execute(f"create table public.bench_source ({columns})")
        with conn.cursor() as cursor, cursor.copy("copy public.bench_source from stdin") as copy:
            for number in range(rows):
                values = landing.record(number).values()
                copy.write_row([json.dumps(v) if isinstance(v, dict | list) else v for v in values])
        conn.execute("grant select on public.bench_source to mcu_loader")
        conn.execute("analyze public.bench_source")
    relation = {"relation": "public.bench_source", "key": "id", "updated_at": "updatedAt", "batch_size": PAGE}
    try:
        spec = _spec({"type": "sql", "connection": "bench", **relation})
        yield spec, url("loader"), _lines(landing.record(n) for n in range(rows))
    finally:
        with connect("admin") as conn:
            conn.execute("drop table public.bench_source")


@contextmanager
def _csv(rows: int, folder: Path) -> Iterator[tuple[SourceSpec, str, list[bytes]]]:
    with (folder / "bench.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(COLUMNS)
        writer.writerows(_row(n) for n in range(rows))
    lines = _lines(dict(zip(COLUMNS, _row(n), strict=True)) for n in range(rows))
    yield _table_spec("*.csv"), f"file://{folder}", lines
    (folder / "bench.csv").unlink()


def _table_spec(pattern: str) -> SourceSpec:
    personal = {"verbatim": ["kind", "municipality", "status", "category"]}
    return _spec(
        {"type": "files", "connection": "bench", "patterns": [pattern], "columns": {n: n for n in COLUMNS}},
        personal=personal,
        expected_fields=COLUMNS,
    )


def _row(number: int) -> list[Any]:
    record = landing.record(number)
    return [record[name] for name in COLUMNS]


def _book(rows: int, folder: Path) -> Book:
    path = folder / "bench.xlsx"
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(COLUMNS)
    for number in range(rows):
        sheet.append(_row(number))
    book.save(path)
    landed = min(_land(_table_spec("*.xlsx"), f"file://{folder}") for _ in range(2))
    started = perf_counter()
    again = openpyxl.load_workbook(path, read_only=True, data_only=True)
    read = sum(1 for _ in again.worksheets[0].iter_rows(values_only=True))
    seconds = perf_counter() - started
    again.close()
    assert read == rows + 1
    return Book(rows, landed, seconds)


# ---------------------------------------------------------------- memory


def _held(rows: int) -> int:
    """The most memory, MB, of the two processes that land so many records, page by page."""
    given = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-m", "bench.connectors", str(rows)], env=given, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def _hold(rows: int) -> int:
    def pages() -> Iterator[Page]:
        for at in range(0, rows, PAGE):
            yield Page([landing.record(n) for n in range(at, min(at + PAGE, rows))], f"страница {at // PAGE + 1}")

    with connect("loader") as conn:
        landing.clean(conn)
    with source_lock(landing.spec()) as conn:
        load = Run(conn, landing.spec(), window=Window())
        load.land(pages())
        load.finish()
    with connect("loader") as conn:
        landing.clean(conn)
    # VmHWM: getrusage would give the peak of the process that started this one
    ours = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    assert ours
    return (int(ours[1]) + getrusage(RUSAGE_CHILDREN).ru_maxrss) // 1024


if __name__ == "__main__":
    print(_hold(int(sys.argv[1])))
