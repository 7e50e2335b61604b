"""Kind 1: «no date» as 1C, .NET, Excel and SQL write it, odd forms of ISO, years that cannot be, events before
receipt."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu.landing.load import load_file
from mcu.quality.gate import raw_gate
from tests.cases.casework import (
    AT,
    SLUG,
    Landed,
    book,
    case,
    declared,
    delimited,
    json_spec,
    land,
    land_bytes,
    pos_table,
    quick,
    stage,
    table_spec,
)
from tests.cases.marts import Marts

MOSCOW = ZoneInfo("Europe/Moscow")
ANSWERED = {"answered_at": "Дата ответа"}


def pos_rows(tmp_path: Path, *rows: dict[str, Any]) -> Landed:
    header, *cells = pos_table(rows, ANSWERED)
    return land_bytes(declared("pos_export"), tmp_path, delimited(cells, header=header))


@pytest.mark.parametrize(
    "value",
    [
        case("01.01.0001 0:00:00", id="1c"),
        case("01.01.0001", id="1c-date"),
        case("0001-01-01T00:00:00", id="net-min"),
        case("0001-01-01T00:00:00Z", id="net-min-utc"),
        case("01.01.1753 00:00:00", id="sql-datetime-min"),
        case("1753-01-01 00:00:00.000", id="sql-datetime-min-iso"),
        case("30.12.1899 0:00:00", id="ole-zero"),
        case("1899-12-31", id="excel-before-zero"),
        case("00.01.1900 0:00:00", id="excel-zero"),
        case("1900-01-00", id="excel-zero-iso"),
        case("00.00.0000", id="mysql-zero"),
        case("0000-00-00 00:00:00", id="mysql-zero-iso"),
        case("31.12.9999 23:59:59", id="far-end"),
        case("9999-12-31T23:59:59.9999999", id="net-max"),
        case("9999-12-31", id="sql-far-end"),
    ],
)
def test_a_placeholder_is_empty_where_a_date_is_optional(
    empty_warehouse: Path, staging: dict[str, str], tmp_path: Path, value: str
) -> None:
    found = pos_rows(tmp_path, {"number": "1", "answered_at": value}, {"number": "2", "answered_at": "03.11.2026"})
    assert set(found.records) == {"1", "2"}
    events = {(e["record_ref"], e["event_code"]) for e in stage(staging["stg_pos_export__events"])}
    assert events == {("1", "received"), ("2", "received"), ("2", "final_reply")}


@pytest.mark.parametrize(
    "value",
    [
        case("  .  .    ", id="1c-mask"),
        case("  .  .       :  :  ", id="1c-mask-with-time"),
        case("-", id="dash"),
        case("нет", id="word"),
        case("01.01.1900", id="sql-default"),
        case("1970-01-01T00:00:00Z", id="epoch"),
        case("01.01.1970 03:00", id="epoch-local"),
    ],
)
def test_what_may_stand_for_no_date_is_never_an_answer(
    empty_warehouse: Path, staging: dict[str, str], tmp_path: Path, value: str
) -> None:
    """Empty, or the record is rejected with the field's name."""
    found = pos_rows(tmp_path, {"number": "1", "answered_at": value}, {"number": "2"})
    assert "2" in found.records
    events = {(e["record_ref"], e["event_code"]) for e in stage(staging["stg_pos_export__events"])}
    assert ("1", "final_reply") not in events
    assert "1" in found.records or "answered_at" in found.rejects[0].reason


@pytest.mark.parametrize(
    "value",
    [
        case("01.01.0001 0:00:00", id="1c"),
        case("0001-01-01T00:00:00Z", id="net-min"),
        case("30.12.1899", id="ole-zero"),
        case("9999-12-31T23:59:59.9999999Z", id="net-max"),
        case("00.01.1900", id="excel-zero"),
        case("0000-00-00 00:00:00", id="mysql-zero"),
    ],
)
def test_a_placeholder_rejects_the_record_where_a_date_is_required(
    empty_warehouse: Path, tmp_path: Path, value: str
) -> None:
    found = pos_rows(tmp_path, {"number": "1", "created_at": value}, {"number": "2"})
    assert set(found.records) == {"2"}
    assert [r.record_ref for r in found.rejects] == ["1"] and "created_at" in found.rejects[0].reason


@pytest.mark.parametrize("field", ["created_at", "answered_at"])
@pytest.mark.parametrize(
    "value",
    [
        case("02.11.0206 10:00", id="slipped-digits"),
        case("02.11.1026 10:00", id="typo"),
        case("02.11.2206", id="future"),
        case("0026-11-02", id="two-digits"),
        case("02.11.20226", id="five-digits"),
        case("31.02.2026", id="no-such-day"),
    ],
)
def test_a_year_that_cannot_be_rejects_the_record(
    empty_warehouse: Path, tmp_path: Path, field: str, value: str
) -> None:
    found = pos_rows(tmp_path, {"number": "1", field: value}, {"number": "2"})
    assert set(found.records) == {"2"}
    assert field in found.rejects[0].reason


TEN = datetime(2026, 11, 2, 10, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        case("2026-11-02T10:00:00+03:00", TEN, id="usual"),
        case("2026-11-02T07:00:00.1234567Z", TEN.replace(microsecond=123456), id="net-ticks"),
        case("2026-11-02T10:00+03", TEN, id="short-offset"),
        case("2026-11-02 10:00:00 +0300", TEN, id="sql-offset"),
        case("2026-11-02T07Z", TEN, id="hour-only"),
        case(
            "2026-11-02T10:00:00,5+03:00",
            TEN.replace(microsecond=500_000),
            id="comma",
        ),
        case("20261102T100000+0300", TEN, id="basic"),
        case(
            "2026-W45-1",
            datetime(2026, 11, 2, tzinfo=MOSCOW),
            id="week",
        ),
        case(
            "2026-W45-1T10:00:00",
            TEN,
            id="week-with-time",
        ),
        case("2026-306", datetime(2026, 11, 2, tzinfo=MOSCOW), id="day-of-year"),
        case("2026-11-01T24:00:00", datetime(2026, 11, 2, tzinfo=MOSCOW), id="end-of-day"),
        case("2026-11-02t10:00:00+03:00", TEN, id="small-t"),
        case("2026-11-02T10:00:00−03:00", datetime(2026, 11, 2, 16, tzinfo=MOSCOW), id="true-minus"),
        case("2026-11-02T10:00:00+03:00[Europe/Moscow]", TEN, id="java-zone"),
        case("2026-11-02T10:00:00 MSK", TEN, id="zone-name"),
        case(" 2026-11-02T10:00:00+03:00 ", TEN, id="blanks-around"),
        case("02.11.2026 10:00:00.5", TEN.replace(microsecond=500_000), id="local-fraction"),
        case("2.11.2026 10:00", TEN, id="one-digit-day"),
        case("02.11.26 10:00", TEN, id="two-digit-year"),
        case("02.11.2026г. 10:00", TEN, id="with-g"),
        case("02/11/2026 10:00", TEN, id="slashes"),
        case("02.11.2026, 10:00:00", TEN, id="locale-comma"),
    ],
)
def test_an_odd_form_is_read_right_or_the_record_is_rejected(
    empty_warehouse: Path, staging: dict[str, str], tmp_path: Path, value: str, meant: datetime
) -> None:
    found = pos_rows(tmp_path, {"number": "1", "created_at": value}, {"number": "2"})
    assert "2" in found.records
    if "1" in found.records:
        received = {e["record_ref"]: e["occurred_at"] for e in stage(staging["stg_pos_export__events"])}
        assert abs(received["1"] - meant) < timedelta(milliseconds=1)
    else:
        assert "created_at" in found.rejects[0].reason


@pytest.mark.parametrize(
    "value",
    [
        case("0001-01-01T00:00:00+03:00", id="before-year-one"),
        case("0001-01-01T00:00:00Z", id="net-min"),
        case("9999-12-31T23:59:59-03:00", id="behind-the-last-year"),
        case(
            "2026-11-02T10:00:00+23:59",
            id="offset-too-large",
        ),
        case("2026-11-02T10:00:00+03:00:30", id="offset-with-seconds"),
        case("2026-W45-1", id="week"),
        case("2026-11-02T10:00:60Z", id="leap-second"),
        case("-2026-11-02", id="before-christ"),
        case(1793603100, id="epoch-seconds"),
        case(True, id="boolean"),
        case(["2026-11-02"], id="list"),
        case({"date": "2026-11-02"}, id="object"),
    ],
)
def test_one_time_of_change_never_holds_the_load(inbox: Path, tmp_path: Path, value: Any) -> None:
    spec = json_spec(record={"updated_at": "updated"})
    good = {"id": "2", "updated": "2026-11-02T10:00:00Z"}
    found = land_bytes(spec, tmp_path, json.dumps([{"id": "1", "updated": value}, good]), "a.json")
    assert "2" in found.records
    assert "1" in found.records or found.is_accounted_for("1")


def test_the_zero_of_a_book_is_no_date(empty_warehouse: Path, staging: dict[str, str], tmp_path: Path) -> None:
    """A cell with the number 0 in a format of dates, as a formula over an empty cell leaves it."""
    rows = pos_table([{"number": "1", "answered_at": (0, "dd.mm.yyyy hh:mm")}, {"number": "2"}], ANSWERED)
    found = land(declared("pos_export"), book(tmp_path / "a.xlsx", rows))
    assert "2" in found.records
    assert ("1", "final_reply") not in {
        (e["record_ref"], e["event_code"]) for e in stage(staging["stg_pos_export__events"])
    }
    assert "1" in found.records or found.is_accounted_for("1")


def test_d1(empty_warehouse: Path, staging: dict[str, str], cases: Path) -> None:
    (result,) = load_file(declared("pos_export"), cases / "d1_empty_dates.csv")
    verdict = raw_gate(result.load_id)
    assert verdict.passed, verdict.message
    events = {(e["record_ref"], e["event_code"]) for e in stage(staging["stg_pos_export__events"])}
    assert events == {("Д-1", "received"), ("Д-4", "received")}


REGISTER = {
    "number": "Рег. №",
    "received_at": "Дата поступления",
    "municipality": "Муниципальное образование",
    "text": "Содержание",
    "status": "Состояние",
    "requested_at": "Запрос сведений: дата",
    "request_answered_at": "Запрос сведений: ответ получен",
}


def test_a_time_in_a_list_that_cannot_be_read_is_counted(
    empty_warehouse: Path, staging: dict[str, str], tmp_path: Path
) -> None:
    """No spec can declare a time inside a list or a cell of several lines, so landing does not judge it."""
    requested, answered = '"02.11.2026\nвчера"', '"03.11.2026 10:00\n\n31.02.2026"'
    rows = [("С-1", AT, "Мурманск", "Снег", "В работе", requested, answered)]
    table = delimited([*rows, ("С-2", AT, "Мурманск", "Снег", "В работе", "", "")], header=list(REGISTER.values()))
    assert set(land_bytes(declared("sed_delo"), tmp_path, table.encode("cp1251"), "a.csv").records) == {"С-1", "С-2"}
    found = {(r["record_ref"], r["field"], r["value"]) for r in stage(staging["stg_sed_delo__unread"])}
    assert found == {("С-1", REGISTER["requested_at"], "вчера"), ("С-1", REGISTER["request_answered_at"], "31.02.2026")}


def test_an_answer_of_a_page_without_a_readable_time_is_counted(
    empty_warehouse: Path, staging: dict[str, str], tmp_path: Path
) -> None:
    question = {"id": 1, "type": "message", "date_unixtime": "1793603100", "from_id": "user505", "text": "Где автобус?"}
    answer = {**question, "id": 2, "from_id": "channel1990000001", "reply_to_message_id": 1, "text": "Едет"}
    messages = [question, answer, {**answer, "id": 3, "date_unixtime": "вчера"}]
    body = {"id": 1990000001, "type": "public_supergroup", "messages": messages}
    found = land_bytes(declared("telegram"), tmp_path, json.dumps(body), "result.json")
    assert [reply["at"] for reply in found.records["1990000001_1"]["replies"]][1:] == ["вчера"]
    (unread,) = stage(staging["stg_telegram__unread"])
    assert (unread["record_ref"], unread["value"]) == ("1990000001_1", "вчера")


@given(st.integers(1, 9999), st.sampled_from(["{:02}.11.{:04}", "{1:04}-11-{0:02}", "{1:04}-11-{0:02}T00:00:00Z"]))
@quick()
def test_a_date_is_read_as_written_or_reported(inbox: Path, tmp_path: Path, year: int, form: str) -> None:
    """Of years that a message can bear; the others never land as a date."""
    spec = table_spec(
        record={"id": "number", "required": ["number", "created_at"], "times": ["created_at"]},
        personal={"verbatim": ["topic", "text", "answer"]},
    )
    ref = f"{year}-{form.count('Z')}{form[2]}"
    found = land_bytes(spec, tmp_path, delimited([(ref, form.format(2, year), "Снег", "т", "")]), "a.csv")
    if 2000 <= year <= 2030:
        assert ref in found.records
    if not 1900 <= year <= 2100:
        assert ref not in found.records and found.is_accounted_for(ref)


def test_the_ground_is_sound(inbox: Path, tmp_path: Path) -> None:
    found = land_bytes(table_spec(slug=SLUG), tmp_path, delimited([("1", AT, "Снег", "Не чистят", "")]))
    assert found.is_right("1", created_at=AT, text="Не чистят")


def test_an_answer_before_receipt_completes_nothing(marts: Marts) -> None:
    """«Д-2» was received on 2 November and says to be answered on 1 October."""
    assert marts.done == {"Д-1": False, "Д-2": False, "Д-3": True}
