"""Five hundred malformed payloads into each connector: it reads them or refuses them, and nothing falls out of the sum.

The connectors are those of the fault matrix. What they handed over is landed in one load at the end."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from mcu.connectors import Page, Window, open_connector
from mcu.connectors.base import SourceError
from mcu.landing.load import Run, alone
from mcu.secrets import put_secret
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect, url
from tests.connectors.matrix.files import Files
from tests.connectors.matrix.http import RECORDS, Http
from tests.connectors.matrix.rest import REST_LINK
from tests.connectors.test_fault_matrix import MATRIX

HTTP = [*(e for e in MATRIX if isinstance(e, Http)), REST_LINK]
EXAMPLES = 500
PER_EXAMPLE = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True
)
seeds = st.integers(0, 2**32)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def mutated(body: Any, seed: int, value: Any) -> Any:
    """The tree with up to three of its nodes replaced, dropped or doubled."""
    rng, body = Random(seed), deepcopy(body)
    for _ in range(rng.randint(1, 3)):
        nodes = [n for n in _nodes(body) if n]
        if not nodes:
            return value
        node = rng.choice(nodes)
        key = rng.choice(list(node) if isinstance(node, dict) else range(len(node)))
        match rng.randrange(3):
            case 0:
                node[key] = deepcopy(value)
            case 1:
                del node[key]
            case _ if isinstance(node, list):
                node.insert(0, deepcopy(node[key]))
            case _:
                node[str(key) + "x"] = node[key]
    return body


def _nodes(body: Any) -> Iterator[Any]:
    if isinstance(body, dict | list):
        yield body
        for item in list(body.values()) if isinstance(body, dict) else body:
            yield from _nodes(item)


def broken(body: bytes, seed: int) -> bytes:
    """The bytes cut, with a piece replaced, taken out or doubled."""
    rng = Random(seed)
    at, end = sorted(rng.choices(range(len(body) + 1), k=2))
    piece = [b"", rng.randbytes(rng.randint(0, 8)), body[at:end], b'"', b"\x00", b";\n"][rng.randrange(6)]
    return body[:at] if rng.random() < 0.2 else body[:at] + piece + body[min(end, at + rng.randint(0, 20)) :]


class Sum:
    """What connectors handed over, to be landed in the end."""

    def __init__(self, spec: SourceSpec) -> None:
        self.spec = spec
        self.pages: list[Page] = []
        self.refused = self.read = 0

    def take(self, pages: Callable[[], Iterator[Page]]) -> None:
        """All pages of one reading; a refusal in plain Russian ends it."""
        try:
            for page in pages():
                self.pages.append(page)
                self.read += len(page.records)
        except SourceError as error:
            self.refused += 1
            assert any("а" <= sign.lower() <= "я" for sign in str(error)), error

    def land(self) -> None:
        with alone(self.spec) as conn:
            run = Run(conn, self.spec)
            run.land(self.pages)
            result = run.finish()
        print(f"{self.spec.slug}: прочитано {result.read}, новых {result.new}, отклонено {result.rejected},"
              f" отказов {self.refused}")  # fmt: skip
        assert result.read == self.read == result.new + result.unchanged + result.rejected
        assert result.read > 0 and result.rejected > 0 and self.refused > 0


@pytest.mark.parametrize("entry", HTTP, ids=lambda e: e.title)
def test_answers(entry: Http, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = entry.spec(f"malformed_http_{HTTP.index(entry)}", "malformed")
    records = [entry.make(n) for n in range(RECORDS)]
    total = Sum(spec)
    monkeypatch.setattr("mcu.connectors.http.BACKOFF_SECONDS", 0.0)

    @PER_EXAMPLE
    @given(st.lists(st.tuples(st.sampled_from("gmmmbvs"), seeds, json_values), min_size=1, max_size=4))
    def one(wrong: list[tuple[str, int, Any]]) -> None:
        asked = iter(wrong)

        def answer(request: httpx.Request) -> httpx.Response:
            query = dict(request.url.params) | dict(httpx.QueryParams(request.content.decode()))
            try:
                good = entry.answer(records, request.url.path, query)
            except ValueError:  # it asks with a mark that it was given
                return httpx.Response(400)
            kind, seed, value = next(asked, ("g", 0, None))
            body = json.dumps({"m": mutated(good, seed, value), "v": value}.get(kind, good)).encode()
            code = Random(seed).choice([204, 301, 400, 418, 503]) if kind == "s" else 200
            return httpx.Response(
                code, content=broken(body, seed) if kind == "b" else body, headers={"Content-Type": "application/json"}
            )

        monkeypatch.setattr("httpx._client.HTTPTransport", lambda *_, **__: httpx.MockTransport(answer))
        total.take(lambda: open_connector(spec, "http://:key@127.0.0.1:9").pages(Window()))

    one()
    total.land()


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

    @PER_EXAMPLE
    @given(seeds)
    def one(seed: int) -> None:
        is_inside = zipfile.is_zipfile(BytesIO(made.body)) and seed % 4
        path.write_bytes(_broken_inside(made.body, seed) if is_inside else broken(made.body, seed))
        total.take(lambda: open_connector(spec, f"file://{tmp_path}").pages(Window()))

    one()
    total.land()


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
            "slug": "malformed_rows", "title": "Проба",
            "connector": {"type": "sql", "connection": "malformed", "relation": "public.malformed", "batch_size": 7},
            "record": {"id": "id", "updated_at": "updated_at", "required": ["id", "data"], "times": ["updated_at"]},
            "personal": {"text": ["data"], "identity": ["data.author"]},
        }
    )  # fmt: skip
    total = Sum(spec)
    with connect("admin", autocommit=True) as conn:
        conn.execute("create table public.malformed (id text, updated_at timestamptz, data jsonb, amount numeric)")
    times = st.sampled_from(["2026-11-01", "infinity", "-infinity", "0044-03-15 BC", "12000-01-01", None])
    safe = json_values.filter(lambda value: "\\u0000" not in json.dumps(value))
    ids = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=600)
    amounts = st.sampled_from(["NaN", "Infinity", "1e300", "0.1", None])

    @settings(PER_EXAMPLE, max_examples=EXAMPLES // 25)
    @given(st.lists(st.tuples(ids, times, safe, amounts), min_size=25, max_size=25))
    def one(given_rows: list[tuple[Any, ...]]) -> None:
        with connect("admin") as conn:
            conn.execute("truncate public.malformed")
            for ref, at, data, amount in given_rows:
                conn.execute("insert into public.malformed values (%s, %s, %s, %s)", [ref, at, Jsonb(data), amount])
        total.take(lambda: open_connector(spec, url("admin")).pages(Window()))

    one()
    total.take(lambda: open_connector(spec, url("reader")).pages(Window()))  # a refusal, too
    assert total.read >= EXAMPLES
    total.land()
    put_secret("conn_malformed", "")
