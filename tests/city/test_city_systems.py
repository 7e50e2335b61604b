"""The systems of the city: built, dropped, counted and served, each in the same way."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from demo_city import build as city_build
from demo_city import serve
from demo_city.build import build, home
from demo_city.generate import City
from demo_city.settings import city_settings
from demo_city.systems import all_systems
from demo_city.systems.base import LEAST_RECORDS, Plan, System, Truth, items_of
from demo_city.truth_files import read_expected_counts
from mcu.runtime.companion import ExpectedCounts
from mcu.secrets import connection_url
from mcu.settings import settings


class Probe(System):
    """A system of another world: one file of numbers, dropped and served."""

    slug = "probe"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        (home / "numbers.json").write_text(json.dumps([seed * n for n in range(records)]))
        return Truth(Counter(items=records - 1), rejected=1)

    def routes(self, home: Path, token: str) -> APIRouter:
        router = APIRouter()
        router.get("/numbers")(lambda: json.loads((home / "numbers.json").read_text()))
        return router

    def deliver(self, home: Path, inbox: Path) -> None:
        (inbox / "numbers.csv").write_text((home / "numbers.json").read_text())

    def connection(self, base_url: str, token: str, inbox: Path) -> str:
        return f"{base_url}/probe?{len(token)}"


@pytest.fixture
def probe(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Probe:
    system = Probe()
    for module in (city_build, serve):
        monkeypatch.setattr(module, "all_systems", lambda: {"probe": system})
    return system


def test_a_system_is_built_dropped_counted_and_served(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    dropped = settings().inbox / "probe" / "numbers.csv"
    mine = settings().inbox / "probe" / "mine.csv"
    assert build(400, 7).made and not build(400, 7).made
    assert len(json.loads(dropped.read_text())) == LEAST_RECORDS
    assert read_expected_counts(home() / "truth") == {"probe": ExpectedCounts(Counter(items=39), 1)}
    assert connection_url("probe").startswith(f"http://127.0.0.1:{city_settings().city_port}/probe")
    client = TestClient(serve.make_app(home() / "systems", "t"))
    assert client.get("/probe/numbers").json()[2] == 14
    mine.write_text("")
    assert build(400, 8).made
    assert client.get("/probe/numbers").json()[2] == 16
    for module in (city_build, serve):
        monkeypatch.setattr(module, "all_systems", dict)
    assert build(400, 8).made, "a city without the system is another city"
    assert not dropped.exists() and mine.exists()


def test_a_killed_system_is_built_anew(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(self: Probe, home: Path, inbox: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Probe, "deliver", die)
        build(400, 9)
    assert build(400, 9).made
    assert (settings().inbox / "probe" / "numbers.csv").exists()


@pytest.mark.parametrize("slug", sorted(all_systems()))
def test_each_system_is_the_same_twice(slug: str, tmp_path: Path, warehouse: Path) -> None:
    system = all_systems()[slug]
    system.prepare()
    plan = Plan(59, 400)
    truths, bytes_of = [], []
    for name in ("one", "two"):
        home, inbox = tmp_path / name / "home", tmp_path / name / "inbox"
        home.mkdir(parents=True)
        inbox.mkdir()
        writer = system.open(home, plan)
        for item in City(plan.seed, plan.items):
            if item.source == slug:
                writer.put(item)
        truths.append(writer.finish())
        assert system.is_built(home, plan)
        system.deliver(home, inbox)
        bytes_of.append({p.relative_to(tmp_path / name): p.read_bytes() for p in home.parent.rglob("*") if p.is_file()})
    assert truths[0] == truths[1] and sum(truths[0].facts.values()) >= 30
    assert bytes_of[0] == bytes_of[1]


def test_items_of_a_system_are_none_of_another(warehouse: Path) -> None:
    one, other = (list(items_of(slug, 59, 40)) for slug in ("one", "other"))
    assert len(one) == len(other) == 40 and not {i.text for i in one if len(i.text) > 60} & {i.text for i in other}
    assert all(i.source == "pos" and not i.fault for i in one)
