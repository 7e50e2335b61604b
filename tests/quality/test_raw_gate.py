"""The raw gate on a real PostgreSQL: what stops a load, what only warns, and that no personal data gets out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from mcu.errors import UserError
from mcu.quality import checkpoint, gate
from mcu.quality.gate import raw_gate
from mcu.quality.rules import suite
from mcu.sources.registry import get_source
from mcu.warehouse.connect import connect
from mcu.warehouse.raw_tables import ensure_raw_table

CANARY = "Канарейкина Аграфена, тел. +7 900 000-11-22, agrafena@example.org"


@pytest.fixture(autouse=True)
def ground(empty_warehouse: Path) -> None:
    with connect("loader") as conn:
        ensure_raw_table(conn, "pos")


def record(ref: str, **changes: Any) -> dict[str, Any]:
    """A valid ПОС message as landed."""
    body: dict[str, Any] = {field: None for field in get_source("pos").expected_fields if field != "author"}
    body |= {
        "id": ref,
        "municipality": "город Мурманск",
        "createdAt": "2026-11-20T09:00:00+03:00",
        "status": "Зарегистрировано",
        "text": f"Не горит фонарь у дома {ref}, звоните [телефон]",
        "address": {"text": "улица Полярная"},
        "author_key": "ab" * 32,
    }
    return body | changes


def land(*records: dict[str, Any], **changes: Any) -> int:
    """Store a landed load of these records. Returns its id."""
    given = {"read_count": len(records), "new_count": len(records), "rejected_count": 0, "status": "landed"} | changes
    with connect("loader") as conn:
        columns, marks = ", ".join(given), ", ".join(["%s"] * len(given))
        (load_id,) = conn.execute(
            f"insert into ops.loads (source_slug, {columns}) values ('pos', {marks}) returning load_id",
            list(given.values()),
        ).fetchone()
        for body in records:
            text = json.dumps(body, ensure_ascii=False)
            conn.execute(
                "insert into raw.pos (record_ref, payload, payload_hash, source_updated_at, load_id)"
                " values (%s, %s, sha256(convert_to(%s, 'UTF8')), now(), %s)",
                [body["id"], text, text, load_id],
            )
    return int(load_id)


def rows(query: str, *values: Any) -> list[tuple]:
    with connect("loader") as conn:
        return conn.execute(query, values).fetchall()


def status(load_id: int) -> str:
    return str(rows("select status from ops.loads where load_id = %s", load_id)[0][0])


def failed(load_id: int) -> set[str]:
    return {result.rule.code for result in raw_gate(load_id).failed}


def test_a_good_load_is_accepted_and_checking_it_again_adds_no_row() -> None:
    load_id = land(record("P-1"), record("P-2"))
    verdict = raw_gate(load_id)
    assert verdict.passed
    assert verdict.failed == []
    assert status(load_id) == "accepted"
    before = rows("select count(*) from ops.quality_results")
    assert before[0][0] == len(suite("raw"))
    raw_gate(load_id)
    assert rows("select count(*) from ops.quality_results") == before
    assert rows("select count(*) from ops.alerts") == [(0,)]


def test_no_load_is_no_work() -> None:
    assert raw_gate(None).passed
    assert rows("select count(*) from ops.quality_results") == [(0,)]


def test_a_load_that_cannot_be_judged_is_refused_in_words() -> None:
    with pytest.raises(UserError, match="№ 77"):
        raw_gate(77)
    with pytest.raises(UserError, match="не записана до конца"):
        raw_gate(land(status="failed"))


def test_an_accepted_load_stays_accepted_and_a_mended_one_leaves_quarantine() -> None:
    load_id = land(record("P-1"))
    raw_gate(load_id)
    with connect("loader") as conn:
        conn.execute("update raw.pos set payload = payload - 'status'")
    assert not raw_gate(load_id).passed
    assert status(load_id) == "accepted"
    other = land(record("P-2", status=None))
    raw_gate(other)
    with connect("loader") as conn:
        conn.execute('update raw.pos set payload = payload || \'{"status": "Новое"}\'')
    assert raw_gate(other).passed
    assert status(other) == "accepted"


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("RAW-001", {"municipality": " "}),
        ("RAW-001", {"status": None}),
        ("RAW-002", {"createdAt": "вчера"}),
        ("RAW-002", {"createdAt": "now"}),
        ("RAW-002", {"ratedAt": "2026-13-45"}),
        ("RAW-010", {"author": {"fullName": "Канарейкина Аграфена"}}),
        ("RAW-011", {"text": CANARY}),
        ("RAW-011", {"history": [{"event": "Создано", "detail": "ответ на agrafena@example.org"}]}),
    ],
)
def test_a_critical_fault_quarantines_the_load(code: str, changes: dict[str, Any]) -> None:
    load_id = land(record("P-1"), record("P-2", **changes))
    verdict = raw_gate(load_id)
    assert not verdict.passed
    (result,) = [result for result in verdict.failed if result.is_critical]
    assert (result.rule.code, result.examples, result.failed_count) == (code, ["P-2"], 1)
    assert status(load_id) == "quarantined"
    (message,) = rows("select message from ops.loads where load_id = %s", load_id)[0]
    assert code in message
    with pytest.raises(UserError, match=code):
        verdict.raise_if_blocked()


def test_nothing_personal_gets_out_of_a_check() -> None:
    raw_gate(land(record("P-1", text=CANARY, author={"fullName": CANARY}, createdAt=CANARY, surprise=CANARY)))
    for table in ("quality_results", "alerts", "loads"):
        stored = rows(f"select coalesce(string_agg(t::text, ''), '') from ops.{table} as t")[0][0]
        assert stored
        assert not any(word in stored for word in ("Канарейкина", "000-11-22", "agrafena"))


@pytest.mark.parametrize("value", ["20.11.2026 09:00", "20.11.2026", "2026-11-20 09:00", "2026-11-20T09:00:00Z"])
def test_russian_and_iso_times_are_read(value: str) -> None:
    assert failed(land(record("P-1", createdAt=value))) == set()


@pytest.mark.parametrize("value", ["20.11.1926 09:00", "2126-11-20T09:00:00+03:00"])
def test_a_time_out_of_reason_warns(value: str) -> None:
    load_id = land(record("P-1", createdAt=value))
    assert failed(load_id) == {"RAW-003"}
    assert status(load_id) == "accepted"


def test_a_shortage_against_the_control_total_quarantines_and_a_surplus_does_not() -> None:
    assert failed(land(record("P-1"), control_total=2)) == {"RAW-004"}
    assert failed(land(record("P-2"), record("P-3"), control_total=1)) == set()


@pytest.mark.parametrize(("rejected", "codes"), [(19, {"RAW-006"}), (21, {"RAW-005", "RAW-006"})])
def test_a_few_rejects_warn_and_many_quarantine(rejected: int, codes: set[str]) -> None:
    load_id = land(record("P-1"), read_count=100, new_count=1, unchanged_count=99 - rejected, rejected_count=rejected)
    assert failed(load_id) == codes
    assert status(load_id) == ("quarantined" if "RAW-005" in codes else "accepted")


def test_equal_content_under_other_numbers_warns_and_stays() -> None:
    load_id = land(*(record(ref, text="Нет воды") for ref in ("P-1", "P-2", "P-3")), record("P-4"))
    (result,) = raw_gate(load_id).failed
    assert (result.rule.code, result.failed_count, result.examples) == ("RAW-012", 2, ["P-2", "P-3"])
    assert status(load_id) == "accepted"


def test_two_versions_of_one_record_and_equal_copies_in_one_load_warn() -> None:
    assert failed(land(record("P-1"), record("P-1", text="другой"))) == {"RAW-007"}
    (result,) = raw_gate(land(record("P-2"), details=Jsonb({"repeated": 3}))).failed
    assert (result.rule.code, result.failed_count) == ("RAW-007", 3)


def test_drift_of_fields_warns_and_names_the_field() -> None:
    (result,) = raw_gate(land(record("P-1"), details=Jsonb({"unknown_fields": ["newField"]}))).failed
    assert (result.rule.code, result.observed) == ("RAW-008", "новое: newField")
    missing = Jsonb({"missing_fields": ["rating"]})
    assert failed(land(details=missing, read_count=49, unchanged_count=49)) == set()
    (result,) = raw_gate(land(details=missing, read_count=50, unchanged_count=50)).failed
    assert (result.rule.code, result.observed) == ("RAW-008", "нет: rating")


def test_an_unusual_volume_warns() -> None:
    for _ in range(8):
        load_id = land(read_count=10, new_count=10)
        assert failed(load_id) == set()
    assert failed(land(read_count=500, new_count=500)) == {"RAW-009"}
    assert failed(land(read_count=60, new_count=60)) == set()


def test_a_warning_that_comes_and_goes_with_each_load_is_one_alert_for_a_day() -> None:
    for repeated in (1, 0, 1, 0):
        raw_gate(land(details=Jsonb({"repeated": repeated})))
    assert rows("select count(*), max(seen_count) from ops.alerts where closed_at is null") == [(1, 2)]
    with connect("loader") as conn:
        conn.execute("update ops.alerts set last_seen_at = last_seen_at - interval '25 hours'")
    raw_gate(land())
    assert rows("select count(*) from ops.alerts where closed_at is null") == [(0,)]


def test_the_next_good_load_closes_the_alert_of_a_quarantined_one() -> None:
    raw_gate(land(record("P-1", status=None)))
    assert rows("select count(*) from ops.alerts where closed_at is null") == [(1,)]
    raw_gate(land(record("P-2")))
    assert rows("select count(*) from ops.alerts where closed_at is null") == [(0,)]


@pytest.mark.parametrize(
    "sql",
    [
        "select nothing from nowhere",
        "select 'pos' as subject, 0 as failed_count, '' as observed, null as examples, payload from :table",
        "select 'pos' as subject, '+7 900 000-11-22'::int as failed_count, '' as observed, null as examples",
    ],
)
def test_a_broken_rule_raises_and_the_load_is_neither_accepted_nor_reported(
    sql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = dict(gate.suite("raw"))
    monkeypatch.setattr(gate, "suite", lambda stage: rules | {"RAW-001": sql})
    load_id = land(record("P-1"))
    with pytest.raises(checkpoint.RuleBroken, match="RAW-001") as broken:
        raw_gate(load_id)
    assert "900" not in str(broken.value)
    assert status(load_id) == "landed"


def test_a_gate_leaves_no_connection_behind() -> None:
    """The roles have a limit of connections, and one process judges many loads."""
    query = "select count(*) from pg_stat_activity where usename in ('mcu_loader', 'mcu_transformer')"
    load_id = land(record("P-1"))
    with connect("admin") as conn:
        before = conn.execute(query).fetchone()
        raw_gate(load_id)
        assert conn.execute(query).fetchone() == before
