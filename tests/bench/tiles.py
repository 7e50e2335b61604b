"""How fast the dashboards are over a million items: each tile asked anew, each page painted in a browser, ten people of
ten different rights at once. The real Superset over a throw-away warehouse."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import quantiles
from time import monotonic, perf_counter, sleep

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
from superset_server import serving, sync

TILE_LIMIT_MS, PAGE_LIMIT_SECONDS, CROWD_LIMIT_MS = 300, 3, 1_000
CROWD_SECONDS = 300
PAGE_GIVEN_UP_SECONDS = 30
ROUNDS = 3
"""Each tile is asked so many times; the first one counts too."""


@dataclass(frozen=True)
class Result:
    """Milliseconds of one answer of Superset, seconds until every tile of a page is drawn."""

    items: int
    tiles: dict[str, float]
    """Title of a tile → its slowest answer of ROUNDS, nothing cached."""
    all_ms: list[float]
    pages: dict[str, float]
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
        tiles: dict[str, float] = {}
        every: list[float] = []
        for number, title in everything.charts().items():
            asked = [everything.ask(number, is_cached=False) for _ in range(ROUNDS)]
            tiles[f"{title} ({number})"] = max(asked)
            every += asked
        assert everything.errors == []
        pages = _painted("rukovoditel", passwords["rukovoditel"], everything.pages())
        people = [Visitor(login, password) for login, password in passwords.items()]
        _crowd(people, crowd_seconds)
    crowd = [ms for one in people for ms in one.answers]
    return Result(items, tiles, every, pages, crowd, [error for one in people for error in one.errors])


@dataclass
class Visitor:
    """A signed-in person who asks Superset as a page does."""

    login: str
    password: str = field(repr=False)
    answers: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        person = Person(services.superset_url())
        person.sign_in(self.login, self.password).raise_for_status()
        self._session = person.session

    def charts(self, slug: str = "") -> dict[int, str]:
        """Number → title of every tile, or of those of a page."""
        where = f"dashboard/{slug}/charts" if slug else "chart/?q=(page_size:200)"
        found = self._session.get(f"{services.superset_url()}/api/v1/{where}", timeout=60).json()["result"]
        return {one["id"]: one.get("slice_name", "") for one in found}

    def pages(self) -> list[str]:
        answer = self._session.get(f"{services.superset_url()}/api/v1/dashboard/?q=(page_size:50)", timeout=60)
        return [one["slug"] for one in answer.json()["result"]]

    def ask(self, chart: int, *, is_cached: bool) -> float:
        """Milliseconds of the answer."""
        began = perf_counter()
        answer = self._session.get(
            f"{services.superset_url()}/api/v1/chart/{chart}/data/", params={} if is_cached else {"force": "true"},
            timeout=60,
        )  # fmt: skip  # a table
        took = (perf_counter() - began) * 1_000
        self.answers.append(took)
        if answer.status_code != requests.codes.ok:
            self.errors.append(f"{self.login}: {chart}: {answer.status_code}")
        return took


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


def _painted(login: str, password: str, slugs: list[str]) -> dict[str, float]:
    """Seconds from the address to the last tile in sight. A tile without rows stays empty: it is named."""
    found = {}
    with eyes.browser() as chromium:
        seen = eyes.visitor(chromium, services.superset_url())
        eyes.sign_in(seen, login, password)
        for slug in slugs:
            began = perf_counter()
            eyes.open_dashboard(seen, services.superset_url(), slug)
            while (empty := seen.empty_tiles(in_sight=True)) and perf_counter() - began < PAGE_GIVEN_UP_SECONDS:
                seen.page.wait_for_timeout(50)
            found[f"{slug} (пусто: {', '.join(empty)})" if empty else slug] = perf_counter() - began
    return found


def _crowd(people: list[Visitor], seconds: int) -> None:
    """Each opens one page after another and asks for its tiles one by one."""
    until = monotonic() + seconds

    def look(person: Visitor) -> None:
        draw = random.Random(person.login)  # which page is next; nothing secret
        pages = {slug: list(person.charts(slug)) for slug in person.pages()}
        while monotonic() < until:
            for chart in pages[draw.choice(list(pages))]:
                person.ask(chart, is_cached=True)
            sleep(1)  # somebody reads

    threads = [threading.Thread(target=look, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
