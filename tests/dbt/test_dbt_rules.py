"""Rules and schedules that contradict themselves fail the build and are named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dbt_project_copy import Rows, another, project_with, rule

from mcu.warehouse.dbt import DbtFailed, Window, run_dbt

WINDOW = Window(as_of=datetime(2026, 11, 20, tzinfo=UTC), accepted_from=0, accepted_upto=0)


def moved(code: str, **changes: str) -> Callable[[Rows], Rows]:
    """One rule changed in place."""

    def change(rows: Rows) -> Rows:
        rule(rows, code).update(changes)
        return rows

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(lambda rows: rows, None, id="as it is"),
        pytest.param(
            lambda rows: another(rows, "pos_final", rule_code="pos_roads", topic_prefix="roads."),
            ("pos_final_key и pos_roads",),
            id="two equally specific",
        ),
        pytest.param(
            lambda rows: another(rows, "fz59_final", rule_code="fz59_other", amount="15", valid_from="2026-01-01"),
            ("fz59_final и fz59_other", "наложение"),
            id="overlap of a family",
        ),
        pytest.param(
            moved("im_first_reply", valid_to="2026-06-01"), ("im_first_reply и im_first_reply_2026", "разрыв"), id="gap"
        ),
        pytest.param(
            lambda rows: another(
                another(rows, "pos_final", rule_code="winter", season_from="11-15", season_to="03-31"),
                "pos_final", rule_code="spring", season_from="03-01", season_to="05-31",
            ),
            ("spring и winter",),
            id="seasons that meet",
        ),
        pytest.param(
            lambda rows: another(
                another(rows, "nash_sever_final", rule_code="winter", season_from="11-15", season_to="03-31"),
                "nash_sever_final", rule_code="summer", season_from="04-01", season_to="11-14",
            ),
            None,
            id="seasons that do not meet",
        ),
    ],
)  # fmt: skip
def test_rules_that_contradict_fail_the_build_and_are_named(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: Callable[[Rows], Rows],
    told: tuple[str, ...] | None,
) -> None:  # fmt: skip
    project_with(monkeypatch, tmp_path, deadline_rules=change)
    select = ["deadline_rules", "stages", "int_deadline_rules", "--indirect-selection", "cautious"]
    if told is None:
        run_dbt(["build", "--full-refresh", "--select", *select], window=WINDOW)
        return
    with pytest.raises(DbtFailed) as failed:
        run_dbt(["build", "--full-refresh", "--select", *select], window=WINDOW)
    assert all(word in str(failed.value) for word in told), str(failed.value)


FAULTS = {
    "time_zone": "Asia/Kamchatka", "shortened_minutes": "0", "follows_calendar": "false", "region": "край",
    "starts_at": "12:30",
}  # fmt: skip
"""Column → what one row of a schedule says otherwise; 12:30 is before the interval before it has ended."""


def test_schedules_that_contradict_themselves_fail_the_build_and_are_named(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def change(rows: Rows) -> Rows:
        """A copy of the office's schedule for every fault, and one that only tells its own title."""
        copies = []
        for column, value in {**FAULTS, "title": "Иначе названный график"}.items():
            copies += [row | {"schedule_code": f"wrong_{column}"} for row in rows if row["schedule_code"] == "office"]
            copies[-1][column] = value
        return rows + copies

    project_with(monkeypatch, tmp_path, work_schedules=change)
    with pytest.raises(DbtFailed) as failed:
        run_dbt(
            ["build", "--full-refresh", "--select", "work_schedules", "assert_schedules_agree_with_themselves"],
            window=WINDOW,
        )
    told = str(failed.value)
    assert {column: f"wrong_{column}" in told for column in FAULTS} == dict.fromkeys(FAULTS, True), told
    assert "wrong_starts_at, 5, 1, 1990-01-01, интервалы дня пересекаются" in told
    assert told.count("строки дня расходятся") == 2 and told.count("строки графика расходятся") == 2
    assert "wrong_title" not in told and "office" not in told


def test_hours_that_contradict_fail_the_build_and_are_named(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Monday's hours overlap their followers, Tuesday's leave a day between, Wednesday's lunch is worked twice."""

    def changed(rows: Rows) -> Rows:
        office = {(r["weekday"], r["interval_no"]): r for r in rows if r["schedule_code"] == "office"}
        later = [
            {**office["1", "1"], "valid_from": "2026-07-01"},
            {**office["2", "1"], "valid_from": "2026-07-02"},
        ]
        office["1", "1"]["valid_to"] = "2026-07-02"
        office["2", "1"]["valid_to"] = "2026-07-01"
        office["3", "1"]["ends_at"] = "13:46"
        return [*rows, *later]

    project_with(monkeypatch, tmp_path, work_schedules=changed)
    select = ["work_schedules", "--indirect-selection", "cautious"]
    with pytest.raises(DbtFailed) as failed:
        run_dbt(["build", "--full-refresh", "--select", *select], window=WINDOW)
    named = ("office, 1, 1, 1990-01-01, наложение", "office, 2, 1, 1990-01-01, разрыв", "интервалы дня пересекаются")
    assert all(words in str(failed.value) for words in named), str(failed.value)
    assert str(failed.value).count("office, ") == 3
