"""Over random lives: every indicator against its plain count, and deadlines replayed under another rule or calendar
against a build that has it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from dbt_in_one_process import dbt_in_one_process
from dbt_lives import NOW, SLUGS, Version, version
from dbt_planted import message
from dbt_project_copy import Rows, project_with, rule
from dbt_warehouse import accept, empty, rows, transform
from indicator_reference import COUNTS, Facts, value

from mcu.warehouse.connect import url
from mcu.warehouse.dbt import PROJECT, indicator_codes
from mcu.whatif.changes import DayChange, RuleChange
from mcu.whatif.compare import compare
from mcu.whatif.replay import replayed
from mcu.whatif.workbook import workbook
from table_sums import table_sums

LATER = NOW + timedelta(days=9)
ONE_INSTANT = message(
    "ONE-INSTANT", "2026-02-02T10:00", ("Ответ дан", "2026-02-10T00:00"), ("Возобновлено", "2026-02-10T00:00"),
    municipality="Губкинский городской округ", status="На рассмотрении",
)  # fmt: skip  # a table
"""Answered and reopened on one day, as a source says that names no hour; alone in its month."""


@pytest.fixture(scope="module")
def lives(warehouse: Path) -> Iterator[datetime]:
    """Random items of three sources; some came again changed, in an incremental run."""
    empty()
    rng = Random(14)
    with dbt_in_one_process("+fct_indicator_values"):
        for slug in SLUGS:
            accept(slug, [judged(rng, version(rng, slug, number, NOW)) for number in range(160)])
        accept("pos", [ONE_INSTANT])
        transform(NOW)
        for slug in SLUGS:
            accept(slug, [judged(rng, version(rng, slug, number, LATER)) for number in rng.sample(range(180), 40)])
        assert not transform(LATER).is_full
        yield LATER


def judged(rng: Random, one: Version) -> Version:
    """The version with a result of each of its questions."""
    for question in one.payload.get("questions") or []:
        question["result"] = rng.choice(["Supported", "NotSupported", "Explained", "Transferred", None])
    return one


def catalogue() -> dict[str, dict[str, str]]:
    with (PROJECT / "seeds" / "indicators.csv").open(encoding="utf-8") as file:
        return {row["indicator_code"]: row for row in csv.DictReader(file)}


def test_every_indicator_has_its_plain_count() -> None:
    assert set(COUNTS) == set(indicator_codes()) == set(catalogue())


def test_every_indicator_has_a_source_or_is_our_own() -> None:
    for code, row in catalogue().items():
        is_own = row["legal_basis"].startswith("Собственный показатель МЦУ")
        names_an_act = any(word in row["legal_basis"] for word in ("№", "п. ", "Целевое значение"))
        assert is_own != names_an_act, f"{code}: {row['legal_basis']}"


@pytest.mark.parametrize("code", sorted(COUNTS))
def test_an_indicator_equals_its_plain_count(lives: datetime, code: str) -> None:
    row = catalogue()[code]
    expected = COUNTS[code](Facts(lives))
    found = {
        (place, month): (numerator, denominator, found_value)
        for place, month, numerator, denominator, found_value in rows(
            "select municipality_code, period_month, numerator, denominator, value from marts.fct_indicator_values"
            " where indicator_code = %s",
            code,
        )
    }
    assert set(expected) <= set(found)
    for key, (numerator, denominator, found_value) in found.items():
        part, of = expected.get(key, (None, 0))
        assert denominator == of, key
        assert found_value == value(row["aggregation"], expected.get(key)), key
        if row["aggregation"] not in ("median", "percentile"):
            assert abs(numerator - Decimal(float(part or 0))) < Decimal("0.000001"), key
    assert sum(of for _, of, _ in found.values()) > 0, "nothing to compare"


def test_of_one_instant_the_answer_is_first_and_came_back(lives: datetime) -> None:
    found = rows(
        "select numerator, denominator from marts.fct_indicator_values where indicator_code = 'reopened_share'"
        " and municipality_code = 'gubkinsky' and period_month = '2026-02-01'"
    )
    still = rows("select final_reply_at, is_open from marts.fct_feedback where record_ref = 'ONE-INSTANT'")
    assert (found, still) == ([(1, 1)], [(None, True)])


def test_achievement_is_never_rounded_up_nor_above_one(lives: datetime) -> None:
    found = rows(
        "select direction, value, plan_value, achievement from marts.fct_indicator_values"
        " join marts.dim_indicator using (indicator_code)"
    )
    seen = set()
    for direction, fact, plan, achievement in found:
        if fact is None or plan is None or direction == "none":
            assert achievement is None
            continue
        better = fact >= plan if direction == "more" else fact <= plan
        exact = Decimal(1) if better else (fact / plan if direction == "more" else plan / fact)
        assert achievement <= exact < achievement + Decimal("0.0001") and 0 <= achievement <= 1
        seen.add((direction, better))
    assert len(seen) == 4


SCHEMAS = ("reference", "staging", "intermediate", "marts", "bi", "ops", "raw")
"""The published copy and the ledgers: what a replay must leave as it is."""


def sums() -> dict[str, str]:
    found = table_sums(["mcu"], lambda _: url("admin"))
    return {name: total for name, total in found.items() if name.split(".")[1] in SCHEMAS or "whatif" in name}


def deadlines(schema: str) -> list[str]:
    return sorted(text for (text,) in rows(f"select d::text from {schema}.int_deadlines as d"))


def test_todays_rules_change_nothing(lives: datetime) -> None:
    before = sums()
    with replayed([], []) as replay:
        found = compare(replay)
        assert deadlines(replay.schema) == deadlines("intermediate")
    assert (found.changed, found.changed_count) == ([], 0)
    assert not any(line.is_changed for line in [*found.stages, *found.recipients, *found.months])
    assert sum(line.due for line in found.stages) > 50 and sum(line.missed for line in found.stages) > 10
    assert sums() == before, "a replay writes into no table and leaves none behind"


@pytest.mark.soak
def test_another_rule_and_another_day_equal_a_build_that_has_them(
    lives: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sums()
    published = {(k, s): (d, m) for k, s, d, m in rows(f"{DUE} from marts.fct_deadlines", lives)}
    with replayed([RuleChange.of("pos_final=8")], [DayChange.of("2026-10-06=выходной")]) as replay:
        found, texts = compare(replay), deadlines(replay.schema)
        supposed = {(k, s): (d, m) for k, s, d, m in rows(f"{DUE} from {replay.schema}.int_deadlines", lives)}
    assert sums() == before
    changed = {key for key in published if published[key] != supposed[key]}
    newly = {key for key in published if supposed[key][1] and not published[key][1]}
    assert published.keys() == supposed.keys() and len(newly) > 5
    assert changed >= newly and found.changed_count == len(changed)
    assert sum(line.newly_missed for line in found.stages) == len(newly)
    assert sum(line.newly_missed for line in found.months) == sum(line.newly_missed for line in found.recipients)
    assert found.supposed == [
        "Ответ на сообщение в ПОС (pos_final): 8 календарных дней вместо 30", "06.10.2026 — выходной день",
    ]  # fmt: skip  # a table
    assert workbook(found) == workbook(found)

    def rules(seed: Rows) -> Rows:
        rule(seed, "pos_final").update(amount="8", control_amount="6")
        return seed

    def days(seed: Rows) -> Rows:
        off = {"date_on": "2026-10-06", "kind": "day_off", "is_shortened": "false"}
        return [*seed, off | {"title": "Предположение", "legal_basis": "Предположение"}]

    project_with(monkeypatch, tmp_path, deadline_rules=rules, calendar_days=days)
    with dbt_in_one_process("+int_deadlines"):
        assert transform(lives, full=True).is_full
    assert deadlines("intermediate") == texts


DUE = """
    select feedback_key, stage, due_at, due_at < %s and is_missed
"""
