"""Five hundred malformed payloads into each connector: it reads them or refuses them, and nothing falls out of the sum.

The connectors are those of the fault matrix. What they handed over is landed in one load at the end."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from urllib3 import HTTPConnectionPool, HTTPResponse

from mcu.connectors.base import Page, SourceError, Window
from mcu.landing.load import source_lock
from mcu.landing.run import Run
from mcu.secrets import put_secret
from mcu.sources.opening import open_source
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect, url
from tests.connectors.matrix.files import Files
from tests.connectors.matrix.garbage import ENOUGH, GIVEN, broken, is_plain, json_values, mutated, report, seeds
from tests.connectors.matrix.http import RECORDS, Http
from tests.connectors.matrix.rest import REST_LINK
from tests.connectors.test_fault_matrix import MATRIX

HTTP = [*(e for e in MATRIX if isinstance(e, Http)), REST_LINK]
PAGINGS = sum(e.title.startswith("rest") for e in HTTP)
"""Entries of the rest connector, which share its number of payloads."""


class Sum:
    """The pages of the connectors, to be landed at the end."""

    def __init__(self, spec: SourceSpec) -> None:
        self.spec = spec
        self.pages: list[Page] = []
        self.malformed = self.refused = self.read = 0

    def take(self, pages: Callable[[], Iterator[Page]]) -> None:
        """All pages of one reading; a refusal in plain Russian ends it."""
        try:
            for page in pages():
                self.pages.append(page)
                self.read += len(page.records)
        except SourceError as error:
            self.refused += 1
            assert is_plain(str(error)), error

    def land(self, title: str, enough: int = ENOUGH) -> None:
        with source_lock(self.spec) as conn:
            run = Run(conn, self.spec)
            run.land(self.pages)
            result = run.finish()
        counts = f"отказов {self.refused}, прочитано {result.read}, отклонено {result.rejected}"
        report(title, f"негодных {self.malformed}, {counts}")
        assert self.malformed >= enough
        assert result.read == self.read == result.new + result.unchanged + result.rejected
        assert result.read > 0 and result.rejected > 0 and self.refused > 0


@pytest.mark.parametrize("entry", HTTP, ids=lambda e: e.title)
def test_answers(entry: Http, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = entry.spec(f"malformed_http_{HTTP.index(entry)}", "malformed")
    total = Sum(spec)
    monkeypatch.setattr("mcu.connectors.retries.BACKOFF_SECONDS", 0.0)
    enough = 1 + ENOUGH // PAGINGS if entry.title.startswith("rest") else ENOUGH

    @settings(GIVEN, max_examples=enough * 5 // 4)  # in some of them the connector does not come to what is malformed
    @given(st.lists(st.tuples(st.sampled_from("gmmmbvs"), seeds, json_values), min_size=1, max_size=4))
    def one(wrong: list[tuple[str, int, Any]]) -> None:
        asked, records = iter(wrong), [entry.make(n) for n in range(RECORDS)]

        def answer(path: str, query: dict[str, str]) -> tuple[int, bytes]:
            try:
                good = entry.answer(records, path, query)
            except ValueError:  # it asks with a mark that it was given
                return 400, b""
            kind, seed, value = next(asked, ("g", 0, None))
            total.malformed += kind != "g"
            body = json.dumps({"m": mutated(good, seed, value), "v": value}.get(kind, good)).encode()
            code = Random(seed).choice([204, 301, 400, 418, 503]) if kind == "s" else 200
            return code, broken(body, seed) if kind == "b" else body

        def exchange(_: object, conn: object, method: str, url: str, body: str | None = None, **given: Any) -> Any:
            parts = urlsplit(url)
            code, content = answer(parts.path, dict(parse_qsl(f"{parts.query}&{body or ''}", keep_blank_values=True)))
            head = {"Content-Type": "application/json"}
            return HTTPResponse(BytesIO(content), head, code, preload_content=False, retries=given["retries"])

        monkeypatch.setattr(HTTPConnectionPool, "_make_request", exchange)
        total.take(lambda: open_source(spec, "http://:key@127.0.0.1:9").pages(Window()))

    one()
    total.land(entry.title, enough)


@pytest.mark.parametrize("entry", [e for e in MATRIX if isinstance(e, Files)], ids=lambda e: e.title)
def test_files(entry: Files, warehouse: Path, tmp_path: Path) -> None:
    slug = f"malformed_{MATRIX.index(entry)}"
    made = entry.made["без изъяна"]()
    path = tmp_path / f"a{made.suffix or entry.suffix}"
    with entry.cell("без изъяна", slug, tmp_path) as cell:
        spec = cell.spec
    for other in tmp_path.iterdir():
        other.unlink()
    total = Sum(spec)

    @GIVEN
    @given(seeds)
    def one(seed: int) -> None:
        is_inside = zipfile.is_zipfile(BytesIO(made.body)) and seed % 4
        path.write_bytes(_broken_inside(made.body, seed) if is_inside else broken(made.body, seed))
        total.malformed += 1
        total.take(lambda: open_source(spec, f"file://{tmp_path}").pages(Window()))

    one()
    total.land(entry.title)


def _broken_inside(body: bytes, seed: int) -> bytes:
    """An archive whose largest part is broken and whose checksums agree."""
    source, out = zipfile.ZipFile(BytesIO(body)), BytesIO()
    largest = max(source.infolist(), key=lambda info: ("sheet1" in info.filename, info.file_size))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            part = source.read(info.filename)
            target.writestr(info.filename, broken(part, seed) if info is largest else part)
    return out.getvalue()


def test_rows(warehouse: Path) -> None:
    """A database gives whole rows; what is in them may be anything."""
    spec = SourceSpec.model_validate(
        {
            "slug": "malformed_rows",
            "title": "Проба",
            "connector": {"type": "sql", "connection": "malformed", "relation": "public.malformed", "batch_size": 7},
            "record": {"id": "id", "updated_at": "updated_at", "required": ["id", "data"], "times": ["updated_at"]},
            "personal": {"text": ["data"], "identity": ["data.author"]},
        }
    )
    total = Sum(spec)
    with connect("admin", autocommit=True) as conn:
        conn.execute("create table public.malformed (id text, updated_at timestamptz, data jsonb, amount numeric)")
    times = st.sampled_from(["2026-11-01", "infinity", "-infinity", "0044-03-15 BC", "12000-01-01", None])
    safe = json_values.filter(lambda value: "\\u0000" not in json.dumps(value))
    ids = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=600)
    amounts = st.sampled_from(["NaN", "Infinity", "1e300", "0.1", None])

    @settings(GIVEN, max_examples=ENOUGH // 25)
    @given(st.lists(st.tuples(ids, times, safe, amounts), min_size=25, max_size=25))
    def one(given_rows: list[tuple[Any, ...]]) -> None:
        total.malformed += len(given_rows)
        with connect("admin") as conn:
            conn.execute("truncate public.malformed")
            for ref, at, data, amount in given_rows:
                conn.execute("insert into public.malformed values (%s, %s, %s, %s)", [ref, at, Jsonb(data), amount])
        total.take(lambda: open_source(spec, url("admin")).pages(Window()))

    one()
    total.take(lambda: open_source(spec, url("reader")).pages(Window()))  # a refusal, too
    total.land("sql")
    put_secret("conn_malformed", "")
