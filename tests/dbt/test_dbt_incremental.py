"""An incremental run touches what it must and nothing else; a repeat adds nothing; a killed run is redone."""

from __future__ import annotations

import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from dbt_lives import NOW, SLUGS, Version, quiet_message, version
from dbt_warehouse import accept, empty, facts, one, rows

from mcu.errors import UserError
from mcu.sources import registry
from mcu.warehouse.transform import TransformResult, as_of_of_marts, transform

HIDDEN = ("raw.pos", "ops.loads", "staging.stg_pos__items", "intermediate.int_feedback", "reference.topics")


@pytest.fixture(scope="module")
def first_run(warehouse: Path) -> TransformResult:
    """All three sources loaded once, and a full run."""
    empty()
    rng = Random(7)
    for slug in SLUGS:
        accept(slug, [version(rng, slug, number, NOW - timedelta(days=30)) for number in range(25)])
    accept("pos", [quiet_message(NOW - timedelta(days=30))])
    return transform(NOW - timedelta(days=2))


def test_nothing_is_lost_and_a_repeat_adds_nothing(first_run: TransformResult) -> None:
    assert first_run.is_full
    for slug in SLUGS:
        accepted = one(f"select count(distinct record_ref) from raw.{slug}")
        assert one("select count(*) from marts.fct_feedback where source_slug = %s", slug) == accepted > 20
    assert rows("select source_slug from marts.rpt_reconciliation where missing != 0 or extra != 0") == []
    assert as_of_of_marts() == first_run.as_of
    before = facts()

    again = transform(NOW - timedelta(days=2))
    assert again.is_noop
    assert facts() == before
    assert one("select count(*) from ops.transform_runs") == 1


def test_late_event_changes_its_own_rows_only_and_unaccepted_loads_stay_unseen(first_run: TransformResult) -> None:
    """An answer of 60 days ago that arrives now, and with it a forwarding and another time of registration."""
    received, answered = NOW - timedelta(days=60), (NOW - timedelta(days=59)).isoformat()
    registered = (received + timedelta(hours=1)).isoformat()
    history = [
        {"event": "Создано", "at": received.isoformat()}, {"event": "Зарегистрировано", "at": registered},
        {"event": "Перенаправлено", "at": registered, "organization": "Администрация города Мурманска"},
    ]  # fmt: skip
    late = quiet_message(
        NOW, status="Ответ дан", registeredAt=registered, answer={"text": "Готово", "at": answered}, history=history
    )
    before = _facts_of_items()
    accept("pos", [late])
    accept("pos", [version(Random(1), "pos", 999, NOW)], status="quarantined")
    assert not transform(NOW).is_full
    after = _facts_of_items()

    key = one("select feedback_key::text from marts.fct_feedback where record_ref = %s", late.record_ref)
    changed = {table: set(before[table]) ^ set(after[table]) for table in before}
    # it has no questions; in every other fact of items its rows changed, and no others
    assert {table for table, lines in changed.items() if lines} == set(FACTS_OF_ITEMS) - {"fct_questions"}
    assert all(key in line for lines in changed.values() for line in lines)
    is_overdue = "select is_overdue from marts.rpt_deadline_status where feedback_key = %s and stage = 'final'"
    assert one(is_overdue, key) is False


FACTS_OF_ITEMS = (
    "fct_feedback", "fct_feedback_events", "fct_deadlines", "fct_questions", "fct_citizen_clocks",
    "fct_forwarding_chains", "fct_retroactive_edits", "int_deadline_ends",
)  # fmt: skip
"""Facts whose rows belong to one item, and what the forecast of risk learns from."""


def _facts_of_items() -> dict[str, list[str]]:
    of_risk = [row for (row,) in rows("select t::text from intermediate.int_deadline_ends as t order by 1")]
    return {**facts(FACTS_OF_ITEMS[:-1]), "int_deadline_ends": of_risk}


def test_measures_and_votes_follow_an_incremental_run_and_their_views_outlive_it(first_run: TransformResult) -> None:
    """The measure is overdue, then it is done; the vote goes on."""
    measure = {
        "docType": "Поручение", "municipality": "город Мурманск", "name": "Осмотреть дворы", "state": "На исполнении",
        "term": "2026-11-10", "percent": "40", "block": "Дороги",
    }  # fmt: skip
    vote = {"type": "Голосование", "municipality": "город Мурманск", "title": "Что построить?"}
    options = [{"title": "Сквер", "votes": 7}, {"title": "Парковка", "votes": 3}]
    for payload, votes in (
        (measure, options),
        (measure | {"state": "Исполнено", "completed": "2026-11-18"}, options[:1]),
    ):
        now = NOW - timedelta(hours=len(votes))
        accept("ecpur", [Version("П-1", payload, now)])
        accept("pos_votes", [Version("OBS-1", vote | {"options": votes}, now)])
        assert not transform(NOW).is_full
        control = rows("select block_code, is_overdue, is_done_late from marts.rpt_measure_control")
        assert control == [("murmansk.roads", len(votes) == 2, len(votes) == 1)]
        assert rows("select option_title, votes_share from marts.bi_votes order by 1 desc") == (
            [("Сквер", Decimal("0.7000")), ("Парковка", Decimal("0.3000"))] if len(votes) == 2 else [("Сквер", 1)]
        )
    different = "select source_slug, raw_records, in_feedback from marts.rpt_reconciliation where missing + extra != 0"
    assert rows(different) == []
    assert one("select count(*) from marts.rpt_reconciliation where raw_records = 1 and in_feedback = 1") == 2


def test_a_faulty_source_file_loses_no_row_and_stops_no_other(
    first_run: TransformResult, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The run stays incremental, takes what other sources bring, and the source keeps its rows and its name."""
    folder = tmp_path / "sources"
    shutil.copytree(registry.FOLDER, folder)
    monkeypatch.setattr(registry, "FOLDER", folder)
    (folder / "pos.yml").write_text(
        (folder / "pos.yml").read_text(encoding="utf-8").replace("slug: pos", "slug: ["), encoding="utf-8"
    )
    assert "pos" not in registry.all_sources()
    count = "select count(*) from marts.fct_feedback where source_slug = %s"
    before, of_others = one(count, "pos"), one(count, "incident")
    accept("incident", [version(Random(3), "incident", number, NOW) for number in range(700, 705)])
    assert not transform(NOW + timedelta(minutes=1)).is_full
    assert one(count, "pos") == before > 20 and one(count, "incident") == of_others + 5
    assert one("select title from marts.dim_source where source_slug = 'pos'") == "ПОС"
    assert rows("select source_slug from marts.rpt_reconciliation where missing != 0 or extra != 0") == []


def test_killed_run_is_redone_in_full(first_run: TransformResult, monkeypatch: pytest.MonkeyPatch) -> None:
    accept("pos", [version(Random(5), "pos", number, NOW) for number in range(10)])
    from mcu.warehouse import transform as module

    def die(window: object, is_full: bool, *, on_progress: object = None) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(module, "build", die)
        transform(NOW + timedelta(minutes=2))
    runs = one("select count(*) from ops.transform_runs")
    assert one("select status from ops.transform_runs order by run_id desc limit 1") == "failed"
    result = transform(NOW + timedelta(minutes=2))
    assert result.is_full
    assert one("select count(*) from ops.transform_runs") == runs


def test_reader_sees_marts_only(first_run: TransformResult) -> None:
    from psycopg.errors import InsufficientPrivilege

    from mcu.warehouse.connect import connect

    with connect("reader", autocommit=True) as conn:
        assert conn.execute("select count(*) > 70 from marts.bi_feedback").fetchone() == (True,)
        for relation in HIDDEN:
            with pytest.raises(InsufficientPrivilege):
                conn.execute(f"select 1 from {relation}")


def test_failure_names_the_node_and_the_log(first_run: TransformResult, monkeypatch: pytest.MonkeyPatch) -> None:
    from mcu.warehouse.dbt import run_dbt

    with pytest.raises(UserError, match=r"int_touched.*dbt\.log"):
        run_dbt(["run", "--select", "int_touched"], {"feedback_sources": {"no_such_source": ["items"]}})
