"""How fast the dashboards are over a million items: each tile asked anew, each page painted in a browser, ten people of
ten different rights at once. The real Superset over a throw-away warehouse."""

from __future__ import annotations

import json
import random
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter, sleep
from typing import Any

import requests

import role_holders
from bench.transform import fill, own_warehouse
from browser import eyes
from demo_city import clock
from ground import changed_settings, free_port, publish_unchecked
from mcu.runtime import services
from mcu.secrets import secret
from mcu.settings import settings
from superset_person import Person
from superset_server import forget_rows, serving, sync

TILE_LIMIT_MS, PAGE_LIMIT_SECONDS, CROWD_LIMIT_MS = 300, 3, 1_000
CROWD_SECONDS = 300
PAGE_GIVEN_UP_SECONDS = 30
LOOK_EVERY_MS = 200
"""A look lays the page out, and so delays it."""
ROUNDS = 3
"""Each tile is asked so many times; the first one counts too."""


@dataclass(frozen=True)
class Result:
    """Milliseconds of one answer of Superset, seconds until every tile of a page is drawn."""

    items: int
    tiles: dict[str, float]
    """Title of a tile → its slowest answer of ROUNDS, nothing cached."""
    all_ms: list[float]
    first_pages: dict[str, float]
    """By a browser that has only signed in: it compiles what a page needs."""
    pages: dict[str, float]
    """By the same browser on another day: it has kept the scripts, Superset has no rows in its cache."""
    crowd_ms: list[float]
    crowd_errors: list[str]

    @property
    def over_limit(self) -> int:
        return sum(ms > TILE_LIMIT_MS for ms in self.tiles.values())

    @property
    def slowest(self) -> dict[str, float]:
        return dict(sorted(self.tiles.items(), key=lambda one: -one[1])[:10])


def p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


def run(items: int = 100_000, crowd_seconds: int = CROWD_SECONDS) -> Result:
    """Build the marts of `items` items and look at them. Leaves nothing behind."""
    from mcu.warehouse.transform import transform

    with own_warehouse():
        fill(items)
        transform(datetime.fromtimestamp(clock.END, UTC))
        publish_unchecked()
        return measure(items, crowd_seconds)


def measure(items: int, crowd_seconds: int = CROWD_SECONDS) -> Result:
    """Of the marts at hand."""
    with _superset() as passwords:
        everything = Visitor("rukovoditel", passwords["rukovoditel"])
        pages = everything.pages()
        slowest: dict[str, float] = {}
        for tile in {tile.number: tile for tiles in pages.values() for tile in tiles}.values():
            asked = [everything.ask(tile, is_cached=False) for _ in range(ROUNDS)]
            slowest[f"{tile.title} ({tile.number})"] = max(asked)
        every = list(everything.answers)
        assert everything.errors == []
        first, painted = _painted("rukovoditel", passwords["rukovoditel"], list(pages))
        people = [Visitor(login, password) for login, password in passwords.items()]
        _crowd(people, crowd_seconds)
    crowd = [ms for one in people for ms in one.answers]
    return Result(items, slowest, every, first, painted, crowd, [error for one in people for error in one.errors])


@dataclass(frozen=True)
class Tile:
    """What a page asks for one of its tiles, with the filters as they stand when it is opened."""

    number: int
    title: str
    query: dict[str, Any] = field(repr=False)


@dataclass
class Visitor:
    """A signed-in person who asks Superset as a page does."""

    login: str
    password: str = field(repr=False)
    answers: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._person = Person(services.superset_url())
        self._person.sign_in(self.login, self.password).raise_for_status()

    def pages(self) -> dict[str, list[Tile]]:
        """Slug → tiles, of every page."""
        slugs = [page["slug"] for page in self._result("dashboard/?q=(page_size:50)")]
        return {slug: list(self._tiles(slug)) for slug in slugs}

    def ask(self, tile: Tile, *, is_cached: bool) -> float:
        """Milliseconds of the answer."""
        began = perf_counter()
        answer = self._person.post("/api/v1/chart/data", json={**tile.query, "force": not is_cached})
        took = (perf_counter() - began) * 1_000
        self.answers.append(took)
        if answer.status_code != requests.codes.ok:
            self.errors.append(f"{self.login}: {tile.title}: {answer.status_code}")
        return took

    def _result(self, path: str) -> Any:
        return self._person.get(f"/api/v1/{path}").json()["result"]

    def _tiles(self, slug: str) -> Iterator[Tile]:
        page = self._result(f"dashboard/{slug}")
        filters = [
            (given["scope"]["excluded"], chosen)
            for given in json.loads(page["json_metadata"])["native_filter_configuration"]
            if (chosen := self._chosen(given))
        ]
        for chart in self._result(f"dashboard/{slug}/charts"):
            context = json.loads(self._result(f"chart/{chart['id']}")["query_context"])
            own = [chosen for excluded, chosen in filters if chart["id"] not in excluded]
            queries = [{**query, "filters": [*query["filters"], *own]} for query in context["queries"]]
            shown = {"slice_id": chart["id"], "dashboardId": page["id"]}
            yield Tile(chart["id"], chart["slice_name"], {**context, "queries": queries, "form_data": shown})

    def _chosen(self, given: dict[str, Any]) -> dict[str, Any] | None:
        """What a filter chooses by itself: the first of its list, or nothing."""
        if not given["controlValues"].get("defaultToFirstItem"):
            return None
        (target,), name = given["targets"], given["targets"][0]["column"]["name"]
        order = given["sortMetric"]
        query = {"columns": [name], "metrics": [order], "orderby": [[order, False]], "row_limit": 1}
        asked = {"datasource": {"id": target["datasetId"], "type": "table"}, "queries": [query]}
        rows = self._person.post("/api/v1/chart/data", json=asked).json()["result"][0]["data"]
        return {"col": name, "op": "IN", "val": [rows[0][name]]} if rows else None


@contextmanager
def _superset() -> Iterator[dict[str, str]]:
    """Superset as on one machine, with everything of the files and a person of each role; login → password."""
    passwords, given = role_holders.bring(settings().var, secret("superset_rukovoditel"))
    given["MCU_SUPERSET_PORT"] = str(free_port())
    with changed_settings(given):
        done = sync()
        assert done.returncode == 0, done.stdout
        with serving(settings().var / "superset.log"):
            yield passwords


def _painted(login: str, password: str, slugs: list[str]) -> list[dict[str, float]]:
    """Seconds from the address to the last tile in sight, of the first visit and of the next one. A tile without rows
    stays empty: it is named."""
    rounds: list[dict[str, float]] = []
    with TemporaryDirectory() as profile, eyes.own_browser(Path(profile)) as mine:
        seen = eyes.visit(mine, services.superset_url())
        eyes.sign_in(seen, login, password)
        for _ in range(2):
            forget_rows()
            rounds.append(dict(_opened(seen, slug) for slug in slugs))
    return rounds


def _opened(seen: eyes.Seen, slug: str) -> tuple[str, float]:
    began = perf_counter()
    eyes.open_dashboard(seen, services.superset_url(), slug)
    while (empty := seen.empty_tiles(in_sight=True)) and perf_counter() - began < PAGE_GIVEN_UP_SECONDS:
        seen.page.wait_for_timeout(LOOK_EVERY_MS)
    return f"{slug} (пусто: {', '.join(empty)})" if empty else slug, perf_counter() - began


def _crowd(people: list[Visitor], seconds: int) -> None:
    """Each opens one page after another and asks for its tiles one by one."""
    pages = {person.login: person.pages() for person in people}
    until = monotonic() + seconds

    def look(person: Visitor) -> None:
        draw = random.Random(person.login)  # which page is next; nothing secret
        while monotonic() < until:
            for tile in draw.choice(list(pages[person.login].values())):
                person.ask(tile, is_cached=True)
            sleep(1)  # somebody reads

    threads = [threading.Thread(target=look, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
