"""The mart gate on a real PostgreSQL: each rule finds its own fault and no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mcu.quality import gate
from mcu.quality.gate import mart_gate
from mcu.warehouse import copies
from mcu.warehouse.connect import connect
from mcu.warehouse.raw_tables import ensure_raw_table
from quality.minimal_marts import make_marts, own_warehouse


@pytest.fixture(scope="module", autouse=True)
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with own_warehouse(tmp_path_factory.mktemp("mart_gate")) as var:
        yield var


@pytest.fixture(autouse=True)
def marts(ground: Path) -> None:
    make_marts()


def count(query: str) -> int:
    with connect("loader") as conn:
        return conn.execute(query).fetchone()[0]


def test_faultless_marts_pass_and_are_read_from_then_on() -> None:
    verdict = mart_gate()
    assert verdict.passed
    assert verdict.failed == []
    rows = count("select count(*) from ops.quality_results")
    assert rows >= 11
    assert count("select count(*) from ops.transform_runs where status = 'passed' and stands_in = 'published'") == 1
    assert count("select count(*) from marts.fct_feedback") == 3
    assert mart_gate().message == "Новых витрин нет: проверять нечего."
    assert count("select count(*) from ops.quality_results") == rows
    assert count("select count(*) from ops.alerts") == 0


def test_checking_again_adds_no_row_and_blocked_marts_are_not_read() -> None:
    assert mart_gate().passed
    make_marts()
    with connect("transformer") as conn:
        conn.execute(FAULTS["MART-003"])
    assert not mart_gate().passed
    rows = count("select count(*) from ops.quality_results")
    assert not mart_gate().passed
    assert count("select count(*) from ops.quality_results") == rows
    assert count("select count(*) from ops.transform_runs where status = 'blocked' and stands_in = 'next'") == 1
    assert count("select sum(new_count) from marts.fct_flows") == 3


def test_a_gate_that_dies_in_the_swap_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mart_gate().passed
    published = count("select 'marts'::regnamespace::oid")
    make_marts()

    def die(conn: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(copies, "_open_to_superset", die)
        mart_gate()
    assert count("select 'marts'::regnamespace::oid") == published
    assert count("select count(*) from ops.transform_runs where status = 'built' and stands_in = 'next'") == 1
    assert mart_gate().passed
    assert count("select 'marts'::regnamespace::oid") != published


FAULTS = {
    "MART-001": "update marts_next.rpt_reconciliation set missing = 1, in_feedback = 2;"
    " delete from marts_next.fct_feedback where record_ref = 'P-3';"
    " delete from marts_next.fct_flows where municipality_code = 'giaginsky'",
    "MART-002": "update marts_next.rpt_reconciliation set extra = 2",
    "MART-003": "update marts_next.fct_flows set new_count = new_count - 1 where municipality_code = 'murmansk'",
    "MART-004": "update marts_next.fct_feedback set topic_code = 'unknown' where record_ref = 'P-2'",
    "MART-005": "update marts_next.fct_indicator_values set numerator = 50 where indicator_code = 'overdue_share'",
    "MART-006": "delete from marts_next.fct_indicator_values"
    " where municipality_code = 'giaginsky' and period_month = '2026-10-01'",
    "MART-007": "delete from marts_next.fct_deadlines where stage = 'registration';"
    " delete from intermediate_next.int_clocks where stage = 'registration'",
    "MART-008": "update marts_next.fct_deadlines set due_at = started_at where stage = 'final'",
    "MART-009": "update marts_next.dim_as_of set as_of = as_of - interval '1 hour'",
    "MART-010": "update marts_next.fct_feedback"
    " set received_at = received_at - interval '10 days', source_updated_at = null",
    "MART-017": "insert into marts_next.rpt_silences values"
    " ('pos', 'giaginsky', 'roads', '2026-10-20', 31, 14.2, 12.5, true, true),"
    " ('pos', 'murmansk', 'all', '2026-05-20', 31, 14.2, 12.5, false, true)",
    "MART-031": "insert into marts_next.rpt_volume_surges values (md5('s')::uuid, 'topic', 'giaginsky',"
    " 'murmansk.zhkh', 'roads', 'surge', '2026-11-10', 60, 12, 48, true, true);"
    " insert into marts_next.rpt_volume_contributions values (md5('s')::uuid, 'place', 'Центр', 45)",
    "MART-032": "update marts_next.rpt_measure_checks set verdict = 'came_back'",
    "MART-011": "update marts_next.fct_feedback "
    "set place = 'ул. Ленина, тел. 8 (900) 000-11-22' where record_ref = 'P-2'",
    "MART-012": "insert into intermediate_next.int_clocks select feedback_key, 'first_reply'"
    " from marts_next.fct_feedback where record_ref = 'P-2'",
    "MART-013": "update marts_next.fct_feedback set received_on = '2009-03-05' where record_ref = 'P-1';"
    " delete from marts_next.fct_deadlines where feedback_key = md5('pos:P-1')::uuid",
    "MART-014": "insert into intermediate_next.int_unread_values values ('pos', 'P-2', 'Оценка', 'пять с плюсом')",
    "MART-015": "insert into intermediate_next.int_events"
    " select feedback_key, 'final_reply', received_at - interval '1 day' from marts_next.fct_feedback"
    " where record_ref = 'P-2'",
    "MART-016": "update marts_next.rpt_open_items set is_without_deadline = true where record_ref = 'P-2'",
}
WARNINGS = {
    "MART-004", "MART-010", "MART-012", "MART-013", "MART-014", "MART-015", "MART-017", "MART-031", "MART-032",
}  # fmt: skip  # a table


@pytest.mark.parametrize("code", FAULTS)
def test_each_rule_finds_its_own_fault(code: str) -> None:
    with connect("transformer") as conn:
        conn.execute(FAULTS[code])
    verdict = mart_gate()
    assert [result.rule.code for result in verdict.failed] == [code]
    assert verdict.passed == (code in WARNINGS)
    status = "passed" if verdict.passed else "blocked"
    assert count(f"select count(*) from ops.transform_runs where status = '{status}'") == 1
    assert count(f"select count(*) from ops.alerts where cause like 'quality:{code}:%' and closed_at is null") == 1


def test_a_lost_record_is_named_and_a_mended_mart_closes_the_alert() -> None:
    with connect("transformer") as conn:
        conn.execute(FAULTS["MART-001"])
    (lost,) = mart_gate().failed
    assert lost.subject == "pos"
    assert lost.examples == ["P-3"]
    with connect("transformer") as conn:
        conn.execute("update marts_next.rpt_reconciliation set missing = 0, in_feedback = 3")
    assert mart_gate().passed
    assert count("select count(*) from ops.alerts where closed_at is null") == 0


@pytest.mark.parametrize(
    ("fault", "code", "subject"),
    [
        ("update marts_next.fct_measures set block_code = 'unknown'", "MART-004", "Отраслевой блок мероприятия"),
        ("update marts_next.fct_measures set status_code = 'unknown'", "MART-004", "Статус мероприятия"),
        ("update marts_next.fct_votes set municipality_code = 'unknown'", "MART-004", "Муниципалитет голосования"),
        ("update marts_next.fct_votes set source_updated_at = null", "MART-010", "pos_votes"),
        ("update marts_next.fct_measures set source_updated_at = '2026-09-01'", "MART-010", "ecpur"),
        ("update marts_next.fct_external_problems set topic_code = 'unknown'", "MART-004", "Тема проблемы ЦУР"),
        (
            "update marts_next.fct_external_figures set municipality_code = 'unknown'",
            "MART-004",
            "Муниципалитет показателя ЦУР",
        ),
        ("update marts_next.fct_external_problems set source_updated_at = '2026-06-01'", "MART-010", "bi_rcc_problems"),
    ],
)
def test_what_is_no_item_is_guarded_too(fault: str, code: str, subject: str) -> None:
    with connect("transformer") as conn:
        conn.execute(fault)
    assert [(result.rule.code, result.subject) for result in mart_gate().failed] == [(code, subject)]


def test_a_lost_vote_is_named() -> None:
    with connect("loader") as conn:
        ensure_raw_table(conn, "pos_votes")
        conn.execute(
            """insert into ops.loads (source_slug, status, read_count, new_count, accept_no, accepted_at)
               values ('pos_votes', 'accepted', 2, 2, 2, now())"""
        )
        conn.execute(
            """insert into raw.pos_votes select ref, '{}', sha256(ref::bytea), now(), 2
               from (values ('V-1'), ('V-2')) as v(ref)"""
        )
    with connect("transformer") as conn:
        conn.execute("insert into marts_next.rpt_reconciliation values ('pos_votes', 2, 1, 1, 0)")
    (lost,) = mart_gate().failed
    assert (lost.rule.code, lost.subject, lost.examples) == ("MART-001", "pos_votes", ["V-2"])


def test_a_source_missing_in_the_reconciliation_has_lost_everything() -> None:
    with connect("transformer") as conn:
        conn.execute("delete from marts_next.rpt_reconciliation")
    assert {result.rule.code for result in mart_gate().failed} == {"MART-001", "MART-002"}


@pytest.mark.parametrize(
    ("last", "hours"),
    [
        ("2026-11-20 17:00+03", 1),  # Friday, within an hour of the end
        ("2026-11-20 12:00+03", 5.25),  # lunch is no working time
        ("2026-11-19 18:30+03", 8.25),  # the evening before: one whole day
        ("2026-11-14 03:00+03", 41.25),  # a Saturday: the five days of the week after it
        ("2026-11-03 18:00+03", 12 * 8.25),  # the holiday of 4 November and the weekends are not silence
    ],
)
def test_silence_is_counted_in_working_hours(monkeypatch: pytest.MonkeyPatch, last: str, hours: float) -> None:
    """By hand: a day is 9:00–13:00 and 13:45–18:00; as of Friday 20 November, 18:00."""
    spec = gate.all_sources()["pos"]
    for limit, is_silent in ((hours + 0.01, False), (hours - 0.01, True)):
        make_marts()
        with connect("transformer") as conn:
            conn.execute("update marts_next.fct_feedback set received_at = %s, source_updated_at = null", [last])
        cadence = spec.cadence.model_copy(update={"expected_every_working_hours": limit})
        monkeypatch.setattr(gate, "all_sources", lambda c=cadence: {"pos": spec.model_copy(update={"cadence": c})})
        found = [r for r in mart_gate().failed if r.rule.code == "MART-010"]
        assert bool(found) == is_silent, (limit, found)


def test_a_surge_is_named_with_its_place_and_what_was_expected() -> None:
    with connect("transformer") as conn:
        conn.execute(FAULTS["MART-031"])
    (found,) = mart_gate().failed
    assert found.subject == "Гиагинский район"
    assert found.observed == "Дороги: с 10.11.2026 поступило 60 при ожидаемых 12,0; Центр (+45)"
