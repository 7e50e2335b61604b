"""The REST systems of the city against the specs of their sources: each is read whole over a real socket, in every
shape of paging and of key, and nothing of a person is left."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from demo_city.clock import END, utc
from demo_city.systems import all_systems
from demo_city.systems.api_system import ApiSystem
from ground import free_port
from mcu.connectors.base import SourceError, Window
from mcu.privacy.pseudonyms import Privacy
from mcu.sources.opening import open_source
from mcu.sources.registry import get_source

SYSTEMS = {slug: system for slug, system in all_systems().items() if isinstance(system, ApiSystem)}
TOKEN = "of-this-test"
RECORDS = 230
"""More than two pages of each."""


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = FastAPI()
    for slug, system in SYSTEMS.items():
        home = tmp_path_factory.mktemp(slug)
        system.build(home, 59, RECORDS, END)
        app.include_router(system.routes(home, TOKEN), prefix=f"/{slug}")
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def read(slug: str, base_url: str, window: Window = Window(), token: str = TOKEN) -> list[dict[str, Any]]:  # noqa: B008
    url = SYSTEMS[slug].connection(base_url, token, Path())
    return [record for page in open_source(get_source(slug), url).pages(window) for record in page.records]


def test_all_shapes_of_paging_and_of_keys_are_there() -> None:
    assert {s.api.paging for s in SYSTEMS.values()} == {"page", "offset", "cursor", "next_link"}
    assert {s.api.auth for s in SYSTEMS.values()} == {"bearer", "basic", "api_key"}


@pytest.mark.parametrize("slug", SYSTEMS)
def test_a_system_is_read_whole_and_by_window(slug: str, base_url: str) -> None:
    api, record = SYSTEMS[slug].api, get_source(slug).record
    everything = read(slug, base_url)
    assert len(everything) == len({r[record.id] for r in everything}) == RECORDS
    since = utc(END - 120 * 86_400)
    later = read(slug, base_url, Window(since))
    assert 0 < len(later) < RECORDS
    assert {r[record.id] for r in later} == {
        r[record.id] for r in everything if datetime.fromisoformat(r[api.updated]) >= since
    }


@pytest.mark.parametrize("slug", SYSTEMS)
def test_without_the_key_nothing_is_given(slug: str, base_url: str) -> None:
    with pytest.raises(SourceError, match="ключ"):
        read(slug, base_url, token="other")


@pytest.mark.parametrize("slug", SYSTEMS)
def test_fields_are_those_of_the_spec_and_nobody_s_name_stays(slug: str, base_url: str, installation: Path) -> None:
    spec = get_source(slug)
    privacy = Privacy(spec)
    for record in read(slug, base_url):
        assert set(record) == set(spec.expected_fields)
        people = [v for field in ("user", "applicant", "author", "initiator") for v in record.get(field, {}).values()]
        names = [word for v in people if v for word in str(v).split() if len(word) > 6]
        privacy.apply(record)
        landed = json.dumps(record, ensure_ascii=False)
        assert names and not [name for name in names if name in landed]
