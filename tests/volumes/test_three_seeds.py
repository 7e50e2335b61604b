"""Three cities with everything planted in their series: what is planted, what is found, what is a false alarm, over 24
months. What is planted into texts and authors is judged in tests/dbt/test_dbt_problems.py, over the same seeds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from demo_city import clock, truth
from demo_city.generate import City
from demo_city.places import TOWNS
from ground import add_evidence
from volumes import back_test, planted_measures, stream
from volumes.stream import Told, rows

pytestmark = pytest.mark.soak
SEEDS = (1, 2, 3)
ITEMS, MONTHS = 20_000, 24
_CHANNELS = {"pos": "pos", "incident": "incident", "registry": "registry_written"}
SURGE_FROM, SURGE_TO = (clock.local(truth.SURGE[end]).date() for end in ("from", "to"))


def _told(seed: int) -> Iterator[Told]:
    city, block_of = City(seed, ITEMS), stream.blocks()
    for item in city:
        if not item.fault and item.ref:
            topic = city.ref.topic_codes[item.topic]
            yield Told(
                item.source, item.ref, item.municipality, _CHANNELS[item.source], clock.local(item.received), topic,
                block_of.get((item.municipality, topic), "unknown"),
                TOWNS[item.municipality].districts[item.problem.district], str(item.problem.person),
                item.repeat_of is not None,
            )  # fmt: skip  # a table


@pytest.mark.parametrize("seed", SEEDS)
def test_all_that_is_planted_is_found_with_few_false_alarms(empty_marts: Path, seed: int) -> None:
    stream.fill(_told(seed))
    verdicts = planted_measures.plant_city()
    stream.run()
    surge, quiet = truth.SURGE, truth.SILENCE_NOW
    surges = rows(
        "select municipality_code, topic_code, started_on from rpt_volume_surges where is_cause and state = 'surge'"
    )
    silences = rows("select municipality_code, source_slug, is_running from rpt_silences where is_cause")
    of_surge = [
        found
        for found in surges
        if found[:2] == (surge["municipality_code"], surge["topic_code"])
        and SURGE_FROM <= found[2] <= SURGE_FROM + timedelta(days=2)
    ]
    of_silence = [found for found in silences if found == (quiet["municipality_code"], quiet["source_slug"], True)]
    checked = dict(rows("select record_ref, verdict from rpt_measure_checks join fct_measures using (measure_key)"))
    named = [title for title, verdict in checked.items() if verdict == "goes_on"]
    on_paper = [title for title in named if verdicts[title] == "goes_on"]
    false = len(surges) - len(of_surge) + len(silences) - len(of_silence) + len(named) - len(on_paper)
    figures = back_test.judge(back_test.read(), (SURGE_FROM, SURGE_TO))
    add_evidence(
        "Три города: заложено, найдено, ложных за 24 месяца",
        f"город {seed}: всплеск в районе {len(of_surge)} из 1, молчание {len(of_silence)} из 1,"
        f" исполнено на бумаге {len(on_paper)} из 1, ложных {false};"
        f" ошибка меньше наивной на {figures.gain:.0%}, интервал держит {figures.held_share:.1%}",
    )
    assert (len(of_surge), len(of_silence)) == (1, 1)
    assert checked == verdicts
    assert false <= MONTHS
    assert figures.gain >= 0.15
    assert 0.87 <= figures.held_share <= 0.93
    assert _places_of_surge() == [surge["district"]]


def _places_of_surge() -> list[str]:
    """The place that added most to the surge."""
    found = rows(
        "select c.value from rpt_volume_contributions as c join rpt_volume_surges as s using (surge_key)"
        " where c.dimension = 'place' and s.state = 'surge' and s.started_on between %s and %s"
        " order by c.contribution desc limit 1",
        date(2026, 10, 5), date(2026, 10, 7),
    )  # fmt: skip  # a table
    return [value for (value,) in found]
