"""A month that was published is published again after one late record, one that its source corrected, one changed rule
and one corrected day of the calendar: exactly these explain the difference, and their lines add up to it. Two whole
builds, so it is a soak; tests/publications/test_explained_items.py is the quick one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dbt_lives import SLUGS
from dbt_planted import NOW, appeal, incident, message
from dbt_project_copy import Rows, project_with, rule
from dbt_warehouse import accept, one, transform

from ground import add_evidence
from mcu.publications.indicators import publish
from mcu.publications.indicators.item_causes import CORRECTED, LATE
from mcu.publications.ledger import Publication
from mcu.warehouse import dbt
from mcu.warehouse import transform as warehouse
from mcu.warehouse.transform_runs import Copy
from quality.minimal_marts import own_warehouse

pytestmark = pytest.mark.soak

INDICATORS, GRAIN = dbt.PROJECT / "models" / "marts" / "indicators", "meta={'grain': 'item'}"
MONTHS = ("2026-08", "2026-09", "2026-10")
RULES, CALENDAR = "изменены правила", "изменён производственный календарь или рабочее время"
MODELS = ["+fct_indicator_values", "+rpt_indicator_items", "dim_municipality", "dim_indicator"]


def build(window: dbt.Window, basis: Copy | None, *, on_progress: dbt.OnProgress | None = None) -> None:
    """The seeds and the models that a package reads, in full and without tests."""
    warehouse.prepare(None)
    chosen = ["build", "--full-refresh", "--exclude-resource-type", "test", "unit_test", "--select", *MODELS]
    dbt.run_dbt(chosen, window=window, on_progress=on_progress)


def stricter(rows: Rows) -> Rows:
    rule(rows, "fz59_final")["amount"] = "20"
    return rows


def day_off(rows: Rows) -> Rows:
    day = {"date_on": "2026-10-16", "kind": "holiday", "is_shortened": "false", "title": "День", "legal_basis": "закон"}
    return [*rows, day]


def first_load() -> None:
    accept(
        "pos",
        [
            *(message(f"P-{n}", f"2026-{8 + n % 3:02}-{n + 1:02}T10:00", topic="Дети и многодетные семьи")
              for n in range(1, 9)),
            message("MARKED", "2026-10-05T10:00", ("Ответ дан", "2026-10-07T10:00"), status="Ответ дан", rating=5,
                    ratedAt="2026-10-08T10:00:00", organization="МКУ «Центр городской среды»"),
            message("OTHER", "2026-10-05T10:00", municipality="Губкинский городской округ"),
        ],
    )  # fmt: skip  # a table
    # The deadline of 8 working hours passes over the day that becomes a holiday: late before, in time after.
    solved = {"closed_at": "2026-10-20T10:00", "result": "Решено"}
    accept("incident", [incident("I-1", "2026-10-15T16:00", first_reply_at="2026-10-19T10:00", **solved)])
    # 30 days end in October, 20 in September.
    accept("registry", [appeal("R-1", "2026-09-10T10:00", answered_at="2026-10-05T12:00", status="Ответ дан")])


def second_load() -> None:
    accept("pos", [message("LATE", "2026-10-20T10:00", topic="Отлов собак")])
    corrected = message(
        "MARKED", "2026-10-05T10:00", ("Ответ дан", "2026-10-07T10:00"), status="Ответ дан", rating=2,
        ratedAt="2026-10-08T10:00:00", organization="МКУ «Центр городской среды»", updated=NOW + timedelta(minutes=5),
    )  # fmt: skip  # a table
    accept("pos", [corrected])


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Publication]]]:
    """`first`, `again` and `changed`: what was published of all months."""
    with own_warehouse(tmp_path_factory.mktemp("restated")), pytest.MonkeyPatch.context() as patch:
        patch.setattr(warehouse, "build", build)
        found_sources = dbt.feedback_sources()
        patch.setattr(dbt, "feedback_sources", lambda: {slug: found_sources[slug] for slug in SLUGS})
        first_load()
        transform(NOW)
        found = {"first": [p for month in MONTHS for p in publish(month)]}
        bodies = files_of(found["first"])
        found["again"] = [p for month in MONTHS for p in publish(month)]
        assert files_of(found["again"]) == bodies
        second_load()
        project_with(patch, tmp_path_factory.mktemp("project"), deadline_rules=stricter, calendar_days=day_off)
        transform(NOW)
        found["changed"] = [p for month in MONTHS for p in publish(month)]
        assert {path: body for path, body in files_of(found["changed"]).items() if path in bodies} == {
            path: body for path, body in bodies.items() if path in files_of(found["changed"])
        }
        yield found


def files_of(published: list[Publication]) -> dict[Path, bytes]:
    return {path: path.read_bytes() for p in published for path in sorted(p.folder.iterdir())}


def test_a_month_that_nothing_touched_is_the_same_bytes(editions: dict[str, list[Publication]]) -> None:
    assert {p.is_new for p in editions["first"]} == {True}
    assert {(p.is_new, p.revision) for p in editions["again"]} == {(False, 1)}
    others = [p for p in editions["changed"] if p.municipality_code != "murmansk" or p.period == "2026-08"]
    assert others and {(p.is_new, p.revision) for p in others} == {(False, 1)}


def test_exactly_the_four_changes_explain_the_differences(editions: dict[str, list[Publication]]) -> None:
    named: dict[str, set[str]] = defaultdict(set)
    for published in editions["changed"]:
        for line in (line for change in published.difference for line in change.get("lines", [])):
            if line["record_ref"]:
                named[line["cause"]].add(line["record_ref"])
    assert named == {LATE: {"LATE"}, CORRECTED: {"MARKED"}, RULES: {"R-1"}, CALENDAR: {"I-1"}}
    causes = {line["cause"] for p in editions["changed"] for c in p.difference for line in c.get("lines", [])}
    assert causes == {LATE, CORRECTED, RULES, CALENDAR}, "no line without a record has another cause"


def test_the_lines_of_each_figure_add_up_to_its_difference(editions: dict[str, list[Publication]]) -> None:
    count = 0
    for published in editions["changed"]:
        for change in published.difference:
            if change["field"] == "plan_value":
                continue
            whole = (change["after"] or 0) - (change["before"] or 0)
            parts = [line["change"] for line in change["lines"]]
            assert parts and round(sum(parts), 9) == round(whole, 9), change
            if change["field"] != "value":
                assert all(line["record_ref"] for line in change["lines"]), "each line is an item"
            count += 1
            said = ", ".join(f"{line['change']:+} {line['cause']}" for line in change["lines"])
            figure = f"{published.period} {change['indicator_code']}.{change['field']}"
            add_evidence("Restated figures", f"{figure}: {change['before']} → {change['after']} = {said}")
    assert count > 6


def test_each_change_moves_the_figures_that_it_should(editions: dict[str, list[Publication]]) -> None:
    (october,) = [p for p in editions["changed"] if (p.period, p.municipality_code) == ("2026-10", "murmansk")]
    moved: dict[tuple[Any, ...], int] = {
        (change["indicator_code"], change["field"], line["record_ref"]): line["change"]
        for change in october.difference
        for line in change.get("lines", [])
        if line["record_ref"]
    }
    assert moved["new_count", "numerator", "LATE"] == moved["new_count", "denominator", "LATE"] == 1
    assert moved["satisfaction_share", "numerator", "MARKED"] == -1
    assert moved["first_reply_on_time_share", "numerator", "I-1"] == 1
    assert moved["overdue_share", "numerator", "I-1"] == -1
    assert moved["on_time_share", "numerator", "R-1"] == -1, "20 days had ended when it was answered"
    assert moved["overdue_share", "denominator", "R-1"] == -1, "its deadline has gone to September"
    (september,) = [p for p in editions["changed"] if (p.period, p.municipality_code) == ("2026-09", "murmansk")]
    assert {line["record_ref"] for c in september.difference for line in c.get("lines", []) if line["record_ref"]} == {
        "R-1"
    }


def test_the_items_are_the_figures(editions: dict[str, list[Publication]]) -> None:
    """Every figure of every month is the sum of its items, of the indicators that count items."""
    counting = [path.stem.removeprefix("ind_") for path in INDICATORS.glob("ind_*.sql") if GRAIN in path.read_text()]
    assert len(counting) > 5
    wrong = one(
        """select count(*) from marts.fct_indicator_values as v full join (
               select indicator_code, municipality_code, period_month, sum(numerator) as n, sum(denominator) as d
               from marts.rpt_indicator_items group by 1, 2, 3
           ) as i using (indicator_code, municipality_code, period_month)
           where indicator_code = any(%s)
           and (v.denominator is distinct from coalesce(i.d, 0) or v.numerator is distinct from coalesce(i.n, 0))""",
        counting,
    )
    assert wrong == 0
