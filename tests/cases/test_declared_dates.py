"""A source may declare how it writes its dates, and in which zone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mcu.warehouse.connect import connect
from tests.cases.casework import SLUG, case, delimited, land_bytes, table_spec

TIMES = {"id": "number", "required": ["number", "created_at"], "times": ["created_at"]}


def landed_as(tmp_path: Path, value: str, **record: Any) -> tuple[str | None, str]:
    """(what landed, the reason if it was rejected)."""
    spec = table_spec(record=TIMES | record, personal={"verbatim": ["created_at", "topic", "text", "answer"]})
    found = land_bytes(spec, tmp_path, delimited([("1", value, "Снег", "т", "")]))
    return (found.records["1"]["created_at"], "") if found.records else (None, found.rejects[0].reason)


@pytest.mark.parametrize(
    ("form", "value", "landed"),
    [
        case("%m/%d/%Y", "11/02/2026", "2026-11-02", id="american"),
        case("%m/%d/%Y %H:%M", "11/02/2026 21:30", "2026-11-02T21:30:00", id="american-with-time"),
        case("%d.%m.%y", "02.11.26", "2026-11-02", id="two-digit-year"),
        case("%d/%m/%Y", "02/11/2026", "2026-11-02", id="slashes"),
        case("%m/%d/%Y", "2026-11-02", "2026-11-02", id="iso-beside"),
        case("%m/%d/%Y", "02.11.2026", None, id="the-usual-form-would-be-a-guess"),
        case("%m/%d/%Y", "13/11/2026", None, id="no-such-month"),
    ],
)
def test_a_declared_form(inbox: Path, tmp_path: Path, form: str, value: str, landed: str | None) -> None:
    for given in (form, {"created_at": form}):
        found, reason = landed_as(tmp_path, value, date_format=given)
        assert found == landed
        assert landed or (form in reason and "created_at" in reason)


@pytest.mark.parametrize(
    ("value", "landed"),
    [
        case("02.11.2026 10:00", "2026-11-02T10:00:00+10:00", id="local"),
        case("2026-11-02T10:00:00", "2026-11-02T10:00:00+10:00", id="naive"),
        case("2026-11-02T10:00:00Z", "2026-11-02T10:00:00Z", id="with-offset"),
        case("02.11.2026", "02.11.2026", id="day"),
    ],
)
def test_a_declared_zone(inbox: Path, tmp_path: Path, value: str, landed: str) -> None:
    assert landed_as(tmp_path, value, zone="Asia/Vladivostok") == (landed, "")


def test_what_was_changed_is_counted(inbox: Path, tmp_path: Path) -> None:
    record = {"id": "number", "required": ["number"], "times": ["created_at"]}
    spec = table_spec(record=record, personal={"verbatim": ["created_at", "topic", "text", "answer"]})
    rows = [("1", "01.01.0001", "С", "т", ""), ("2", "2026-W45-1", "С", "т", ""), ("3", "02.11.2026", "С", "т", "")]
    found = land_bytes(spec, tmp_path, delimited(rows))
    assert [r["created_at"] for _, r in sorted(found.rows)] == [None, "2026-11-02", "02.11.2026"]
    with connect("loader") as conn:
        (details,) = conn.execute("select details from ops.loads where source_slug = %s", [SLUG]).fetchone()
    assert (details["no_dates"], details["rewritten_times"]) == ({"created_at": 1}, {"created_at": 1})
    assert "created_at - 1" in found.messages


@pytest.mark.parametrize(
    ("record", "words"),
    [
        case({"date_format": "%d"}, "не запись даты", id="no-date"),
        case({"date_format": {"topic": "%d.%m.%Y"}}, "topic", id="no-time"),
        case({"zone": "Asia/Moscow"}, "нет часового пояса", id="no-zone"),
    ],
)
def test_a_wrong_declaration_is_refused(record: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        table_spec(record=TIMES | record)
