"""Three whole cities with everything planted, through landing and all models of «Проблемные сферы»: what is planted,
what is found, what is a false alarm over 24 months, and that no tile of the page is empty."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt_in_one_process import dbt_in_one_process
from dbt_matters import Stories, city_records, groups_of, pairs
from dbt_warehouse import accept_records, empty, one, rows, transform

from demo_city import clock, truth
from demo_city.generate import City
from demo_city.payloads import PAYLOADS
from demo_city.systems.measures import planted_row
from ground import add_evidence
from mcu.settings import ROOT

pytestmark = pytest.mark.soak
SEEDS = (1, 2, 3)
ITEMS, MONTHS = 20_000, 24
PAGE = ROOT / "superset" / "assets" / "problemy" / "charts"
SURGE_FROM = clock.local(truth.SURGE["from"]).date()
Found = tuple[int, int, int]
"""(planted, found, false)."""


@pytest.fixture
def quick_dbt(warehouse: Path) -> Iterator[None]:
    empty()
    with dbt_in_one_process("+exposure:problemy +fct_problem_items"):
        yield


@pytest.mark.parametrize("seed", SEEDS)
def test_all_that_is_planted_in_a_city_is_found(quick_dbt: None, seed: int) -> None:
    empty()
    stories = Stories()
    for shown in (_stream(seed), city_records(stories, seed)):
        for slug, records in shown.items():
            accept_records(slug, json.loads(json.dumps(records, default=str)))
    transform(clock.CITY_END, full=True)

    judged = {
        "всплеск в районе": _surge(),
        "молчание источника муниципалитета": _silence(),
        "исполнено на бумаге": _paper(),
        "копии и комментарий, пары": _grouped("matter_key", "intermediate.int_matters", stories.matters, stories),
        "проблема в четырёх каналах, пары": _grouped(
            "problem_key", "marts.fct_problem_items", stories.problems, stories
        ),
    }
    for what, (planted, found, false) in judged.items():
        add_evidence("Города целиком: заложено / найдено / ложных", f"{seed}, {what}: {planted} / {found} / {false}")
    assert {what: found for what, (_, found, _) in judged.items()} == {what: n for what, (n, _, _) in judged.items()}
    assert sum(false for _, _, false in judged.values()) <= MONTHS
    assert not [tile for tile in sorted(PAGE.glob("*.yaml")) if not _rows_of(tile)]


def _stream(seed: int) -> dict[str, list[dict[str, Any]]]:
    """The city's stream and its measures."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in City(seed, ITEMS):
        if not item.fault and not item.seen_from:
            found[item.source].append(PAYLOADS[item.source](item, clock.END))
    found["measures"] = [planted_row(number, measure) for number, measure in enumerate(truth.MEASURES, 1)]
    return found


def _surge() -> Found:
    surge = truth.SURGE
    found = rows(
        "select municipality_code, topic_code, started_on from marts.rpt_volume_surges"
        " where is_cause and state = 'surge'"
    )
    planted = [
        one_found
        for one_found in found
        if one_found[:2] == (surge["municipality_code"], surge["topic_code"])
        and SURGE_FROM <= one_found[2] <= SURGE_FROM + timedelta(days=2)
    ]
    return 1, len(planted), len(found) - len(planted)


def _silence() -> Found:
    quiet = truth.SILENCE_NOW
    found = rows("select municipality_code, source_slug, is_running from marts.rpt_silences where is_cause")
    planted = found.count((quiet["municipality_code"], quiet["source_slug"], True))
    return 1, planted, len(found) - planted


def _paper() -> Found:
    verdicts = {str(measure["title"]): measure["verdict"] for measure in truth.MEASURES}
    query = "select m.title, c.verdict from marts.rpt_measure_checks as c join marts.fct_measures as m"
    checked = rows(f"{query} using (measure_key)")
    named = [title for title, verdict in checked if verdict == "goes_on"]
    planted = [title for title in named if verdicts.get(title) == "goes_on"]
    return 1, len(planted), len(named) - len(planted)


def _grouped(key: str, relation: str, planted: list[list[tuple[str, str]]], stories: Stories) -> Found:
    """Pairs of which one item at least is of a story."""
    wanted = pairs(planted)
    of_stories = {ref for pair in wanted for ref in pair} | set(stories.twins)
    found = {pair for pair in pairs(groups_of(key, relation)) if pair & of_stories}
    return len(wanted), len(found & wanted), len(found - wanted)


def _rows_of(tile: Path) -> int:
    dataset = yaml.safe_load(tile.read_text(encoding="utf-8"))["dataset"]
    return int(one(f"select count(*) from bi.{dataset}"))
