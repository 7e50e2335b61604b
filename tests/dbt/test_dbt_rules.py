"""Rules and schedules that contradict themselves fail the build and are named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dbt_project_copy import Rows, another, project_with

from mcu.warehouse.dbt import DbtFailed, Window, run_dbt

WINDOW = Window(as_of=datetime(2026, 11, 20, tzinfo=UTC), accepted_from=0, accepted_upto=0)


def contradicting(rows: Rows) -> Rows:
    """Two equally specific rules, and seasons that meet."""
    rows = another(rows, "pos_final", rule_code="pos_roads", topic_prefix="roads.")
    rows = another(rows, "nash_sever_final", rule_code="winter", season_from="11-15", season_to="03-31")
    return another(rows, "nash_sever_final", rule_code="spring", season_from="03-01", season_to="05-31")


CONTRADICTIONS = ("pos_final_key и pos_roads", "spring и winter")


def sound(rows: Rows) -> Rows:
    """The rules as they are, and two of seasons that do not meet."""
    rows = another(rows, "nash_sever_final", rule_code="winter", season_from="11-15", season_to="03-31")
    return another(rows, "nash_sever_final", rule_code="summer", season_from="04-01", season_to="11-14")


SELECT = ["deadline_rules", "stages", "int_deadline_rules", "--indirect-selection", "cautious"]


def test_sound_rules_are_built(warehouse: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    project_with(monkeypatch, tmp_path, deadline_rules=sound)
    run_dbt(["build", "--full-refresh", "--select", *SELECT], window=WINDOW)


def test_rules_that_contradict_fail_the_build_and_are_named(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project_with(monkeypatch, tmp_path, deadline_rules=contradicting)
    with pytest.raises(DbtFailed) as failed:
        run_dbt(["build", "--full-refresh", "--select", *SELECT], window=WINDOW)
    message = str(failed.value)
    assert all(words in message for words in CONTRADICTIONS), message


FAULTS = {
    "time_zone": "Asia/Kamchatka",
    "shortened_minutes": "0",
    "follows_calendar": "false",
    "region": "край",
    "starts_at": "12:30",
}
"""Column → what one row of a schedule says otherwise; 12:30 is before the interval before it has ended."""


def contradicting_rows(rows: Rows) -> Rows:
    """A copy of the office's schedule for every fault, and one that differs only in its title."""
    copies = []
    for column, value in {**FAULTS, "title": "Иначе названный график"}.items():
        copies += [row | {"schedule_code": f"wrong_{column}"} for row in rows if row["schedule_code"] == "office"]
        copies[-1][column] = value
    return [*rows, *copies]


def contradicting_hours(rows: Rows) -> Rows:
    """Wednesday's lunch is worked twice."""
    office = {(r["weekday"], r["interval_no"]): r for r in rows if r["schedule_code"] == "office"}
    office["3", "1"]["ends_at"] = "13:46"
    return rows


def message_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: Callable[[Rows], Rows]) -> str:
    """What a build says of schedules that were changed so."""
    project_with(monkeypatch, tmp_path, work_schedules=change)
    select = ["work_schedules", "assert_schedules_agree_with_themselves", "--indirect-selection", "cautious"]
    with pytest.raises(DbtFailed) as failed:
        run_dbt(["build", "--full-refresh", "--select", *select], window=WINDOW)
    return str(failed.value)


def test_schedules_that_contradict_themselves_fail_the_build_and_are_named(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    message = message_of(monkeypatch, tmp_path, contradicting_rows)
    assert {column: f"wrong_{column}" in message for column in FAULTS} == dict.fromkeys(FAULTS, True), message
    assert "wrong_starts_at, 5, 1, 1990-01-01, интервалы дня пересекаются" in message
    assert message.count("строки дня расходятся") == 2 and message.count("строки графика расходятся") == 2
    assert "wrong_title" not in message and "office" not in message


def test_hours_that_contradict_fail_the_build_and_are_named(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    message = message_of(monkeypatch, tmp_path, contradicting_hours)
    assert "office, 3, 1, 1990-01-01, интервалы дня пересекаются" in message, message
    assert message.count("office, ") == 1
