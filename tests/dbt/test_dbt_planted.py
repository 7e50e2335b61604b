"""Planted cases worked out by hand: pauses, extensions, requests, moved days, forwarding, the citizen's clock."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from dbt_planted import NOW, at, end_of, message
from dbt_project_copy import Rows, another, project_with
from dbt_warehouse import accept, empty, one, rows, transform

DAY = 86400
OFFICE, ZHKH, ROADS, TRANSPORT = (
    "Администрация города Мурманска", "Управление жилищно-коммунального хозяйства администрации города Мурманска",
    "МКУ «Дорожная служба муниципалитета»", "Отдел транспорта и связи",
)  # fmt: skip  # a table
ELSEWHERE: dict[str, Any] = {"municipality": "Губкинский городской округ", "organization": None}


def stricter(rules: Rows) -> Rows:
    """One municipality counts otherwise: 20 calendar days that move back, with pauses and an extension; 16 working
    hours and 7 working days that stop in a pause."""
    own = {"municipality_code": "gubkinsky", "channel_code": "", "kind": "message", "valid_from": "2020-01-01"}
    own |= {"pause_event": "paused", "resume_event": "resumed", "counts_unanswered_pause": "true"}
    rules = another(rules, "pos_final", rule_code="days", amount="20", control_amount="18", shift="previous",
                    extension_amount="10", **own)  # fmt: skip  # a table
    rules = another(rules, "im_first_reply", rule_code="hours", amount="16", control_amount="8", valid_to="", **own)
    return another(rules, "im_final_after_interim", rule_code="work", **own)


def saturday_like_friday(days: Rows) -> Rows:
    day = {"date_on": "2026-07-18", "kind": "working", "is_shortened": "false", "as_weekday": "5"}
    return [*days, day | {"title": "Рабочая суббота", "legal_basis": "проверка"}]


PAUSED = [
    message("BOTH", "2026-06-01T10:00", ("Приостановлено", "2026-06-05T12:00"), ("Снято с паузы", "2026-06-09T12:00"),
            ("Срок продлён", "2026-06-24T10:00"), **ELSEWHERE),
    message("EXTENDED-LATE", "2026-06-01T10:00", ("Срок продлён", "2026-06-24T10:00"),
            ("Приостановлено", "2026-06-25T10:00"), ("Снято с паузы", "2026-06-27T10:00"), **ELSEWHERE),
    message("SEVERAL", "2026-06-01T10:00",
            ("Приостановлено", "2026-06-03T10:00"), ("Снято с паузы", "2026-06-04T10:00"),
            ("Приостановлено", "2026-06-08T09:00"), ("Приостановлено", "2026-06-10T09:00"),
            ("Снято с паузы", "2026-06-11T12:00"), ("Снято с паузы", "2026-06-15T12:00"),
            ("Приостановлено", "2026-06-29T10:00"), ("Снято с паузы", "2026-06-30T10:00"), **ELSEWHERE),
    message("AT-ONCE", "2026-06-01T10:00",
            ("Приостановлено", "2026-06-03T10:00"), ("Снято с паузы", "2026-06-05T10:00"),
            ("Приостановлено", "2026-06-05T10:00"), ("Снято с паузы", "2026-06-09T10:00"), **ELSEWHERE),
    message("OPEN", "2026-06-01T10:00", ("Приостановлено", "2026-06-10T12:00"), **ELSEWHERE),
    message("HOURS", "2026-06-08T09:00", ("Приостановлено", "2026-06-08T12:30"), ("Снято с паузы", "2026-06-09T10:00"),
            **ELSEWHERE),
    message("SATURDAY", "2026-07-17T16:00", **ELSEWHERE),
    message("MONDAY", "2026-11-03T10:00", **ELSEWHERE),
    message("WEDNESDAY", "2026-11-05T10:00", **ELSEWHERE),
    message("WORK", "2026-06-01T10:00", ("Промежуточный ответ", "2026-06-01T11:00"),
            ("Приостановлено", "2026-06-03T10:00"), ("Снято с паузы", "2026-06-08T09:00"), **ELSEWHERE),
]  # fmt: skip  # a table
APPEALS = [
    message("REQUEST", "2026-09-01T10:00", ("Направлен запрос", "2026-09-04T10:00"),
            ("Получен ответ на запрос", "2026-09-18T10:00"), kind="обращение"),
    message("SILENT", "2026-09-01T10:00", ("Направлен запрос", "2026-09-04T10:00"), kind="обращение"),
]  # fmt: skip  # a table
PROBLEMS = [
    message("MARKED", "2026-09-01T10:00", ("Ответ дан", "2026-09-06T10:00"), ("Оценено", "2026-09-07T10:00"),
            status="Ответ дан", rating=5, organization=TRANSPORT),
    message("FIRST", "2026-09-01T10:00", ("Ответ дан", "2026-09-05T10:00"),
            status="Ответ дан", author_key="a" * 64, organization=TRANSPORT),
    message("AGAIN", "2026-09-10T10:00", ("Ответ дан", "2026-09-15T10:00"),
            status="Ответ дан", author_key="a" * 64, organization=TRANSPORT),
    message("BAD-MARK", "2026-11-10T18:00", ("Ответ дан", "2026-11-12T18:00"), ("Оценено", "2026-11-13T18:00"),
            status="Ответ дан", rating=2, organization=TRANSPORT),
]  # fmt: skip  # a table
FORWARDED = [
    message("CIRCLE", "2026-11-02T10:00", ("Назначено", "2026-11-02T11:00", OFFICE),
            ("Перенаправлено", "2026-11-03T10:00", ZHKH), ("Перенаправлено", "2026-11-05T10:00", ROADS),
            ("Перенаправлено", "2026-11-06T10:00", ZHKH), ("Перенаправлено", "2026-11-09T10:00", OFFICE)),
    message("STRAIGHT", "2026-11-02T10:00", ("Назначено", "2026-11-02T11:00", OFFICE),
            ("Перенаправлено", "2026-11-03T10:00", ROADS)),
]  # fmt: skip  # a table


@pytest.fixture(scope="module")
def planted(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    empty()
    accept("pos", [*PAUSED, *APPEALS, *PROBLEMS, *FORWARDED])
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("planted")
        project_with(patch, folder, deadline_rules=stricter, calendar_days=saturday_like_friday)
        transform(NOW)
    return warehouse


def deadline(ref: str, stage: str, columns: str) -> tuple[Any, ...]:
    (found,) = rows(
        f"select {columns} from marts.rpt_deadline_status as d join marts.fct_feedback as f using (feedback_key)"
        " where f.record_ref = %s and d.stage = %s",
        ref, stage,
    )  # fmt: skip  # a table
    return found


@pytest.mark.parametrize(
    ("ref", "stage", "rule", "due", "control", "amount", "seconds", "extended"),
    [
        # 01.06 + 20 = Sunday 21.06, back to Friday 19.06; 4 days of pause: Thursday 25.06. So the extension of 24.06
        # is in time: 01.06 + 34 = Sunday 05.07, back to Friday; control 01.06 + 32 = Friday 03.07 too
        pytest.param("BOTH", "final", "days", end_of("2026-07-03"), end_of("2026-07-03"), 4, 4 * DAY, True,
                     id="pause and extension"),
        # without the pause the extension comes after Friday 19.06, and the pause after it; control: Friday 19.06
        pytest.param("EXTENDED-LATE", "final", "days", end_of("2026-06-19"), end_of("2026-06-19"), 0, 0, False,
                     id="extension and pause after the deadline"),
        # 03–04.06 one day; 08–11.06 three, asked for twice; a resume of nothing; 29.06 is after the end: 01.06 + 24
        pytest.param("SEVERAL", "final", "days", end_of("2026-06-25"), end_of("2026-06-23"), 4, 4 * DAY + 3 * 3600,
                     False, id="several pauses"),
        # 03–05.06 two days, and again in that second: 05–09.06 four. 01.06 + 26 = Saturday 27.06, back to Friday
        pytest.param("AT-ONCE", "final", "days", end_of("2026-06-26"), end_of("2026-06-25"), 6, 6 * DAY, False,
                     id="paused again in the second of its resume"),
        pytest.param("OPEN", "final", "days", end_of("2026-06-19"), end_of("2026-06-19"), 0, 0, False,
                     id="pause that nothing ended; Sunday, previous"),
        # of the pause 12:30–13:00, 13:45–18:00 and 9–10 are worked: 5.75 h. 16 + 5.75 = 8.25 on Monday, 8.25 on
        # Tuesday, 5.25 on Wednesday: 4 till 13:00, then till 15:00. Control 8 + 5.75: 5.5 on Tuesday, till 15:15
        pytest.param("HOURS", "first_reply", "hours", at("2026-06-10T15:00"), at("2026-06-09T15:15"), 20700, 20700,
                     False, id="pause in working hours"),
        # Friday from 16:00 is 0.75; the Saturday has Friday's 7 hours; Monday's 8.25 make it 16
        pytest.param("SATURDAY", "first_reply", "hours", at("2026-07-20T18:00"), at("2026-07-20T09:15"), 0, 0,
                     False, id="Saturday worked like a Friday"),
        # after 03.06 until 08.06: 4, 5, 8 = 3. After 01.06: 2–5 and 8–11 are 8, 12.06 is a holiday, 15 and 16.06 make
        # 10. Worked in the pause: 7.25 on Wednesday, 8.25 on Thursday, 7 on Friday = 22.5 h
        pytest.param("WORK", "after_interim", "work", end_of("2026-06-16"), end_of("2026-06-15"), 3, 81000, False,
                     id="pause in working days"),
        # 04.09 + 15 = Saturday 19.09, on to Monday; control + 13 = Thursday 17.09
        pytest.param("REQUEST", "request", "fz59_request", end_of("2026-09-21"), end_of("2026-09-17"), 0, 0, False,
                     id="request"),
    ],
)  # fmt: skip  # a table
def test_planted_deadline(
    planted: Path, ref: str, stage: str, rule: str, due: datetime, control: datetime, amount: int, seconds: int,
    extended: bool,
) -> None:  # fmt: skip  # a table
    found = deadline(ref, stage, "d.rule_code, due_at, control_due_at, paused_amount, paused_seconds, is_extended")
    assert found == (rule, due, control, amount, seconds, extended)


def test_request_starts_and_stops_a_clock_of_its_own(planted: Path) -> None:
    columns = "status, d.started_at, done_at"
    assert deadline("REQUEST", "request", columns) == ("met", at("2026-09-04T10:00"), at("2026-09-18T10:00"))
    assert deadline("SILENT", "request", columns) == ("waiting_late", at("2026-09-04T10:00"), None)
    assert one("select count(*) from marts.fct_deadlines where stage = 'request'") == 2


def test_open_pause_stands_and_is_explained(planted: Path) -> None:
    assert deadline("OPEN", "final", "status, paused_since") == ("paused", at("2026-06-10T12:00"))
    paragraph = one(
        "select paragraph from marts.rpt_deadline_explanations where record_ref = 'OPEN' and stage = 'final'"
    )
    assert "Последний день 21.06.2026 — выходной день, срок перенесён на предшествующий рабочий день." in paragraph
    assert "срок приостановлен и не течёт" in paragraph


def test_forwarding_circle_is_named(planted: Path) -> None:
    found = rows(
        "select record_ref, forwardings_count, recipients, hops_count, has_circle, circle"
        " from marts.fct_forwarding_chains join marts.fct_feedback using (feedback_key) order by record_ref"
    )
    office, zhkh, roads = "murmansk.administration", "murmansk.zhkh", "murmansk.roads"
    assert found == [
        ("CIRCLE", 4, [office, zhkh, roads, zhkh, office], 4, True, f"{ZHKH} → {ROADS} → {ZHKH}"),
        ("STRAIGHT", 1, [office, roads], 1, False, None),
    ]


def test_citizen_clock_of_a_mark_and_of_a_chain(planted: Path) -> None:
    found = rows(
        "select f.record_ref, l.record_ref, items_count, ended_by, ended_at, is_satisfied, citizen_seconds,"
        " executor_seconds, gap_seconds from marts.rpt_citizen_clocks as c"
        " join marts.fct_feedback as f using (feedback_key)"
        " join marts.fct_feedback as l on l.feedback_key = c.latest_key"
        " where c.recipient_code = 'murmansk.transport' order by 1"
    )
    assert found == [
        # ten days until now, of which the executor had two
        ("BAD-MARK", "BAD-MARK", 1, None, None, False, 10 * DAY, 2 * DAY, 8 * DAY),
        # until the second answer, after which thirty days were silent; the executors had four days and five
        ("FIRST", "AGAIN", 2, "silence", at("2026-10-15T10:00"), True, 14 * DAY, 9 * DAY, 5 * DAY),
        ("MARKED", "MARKED", 1, "mark", at("2026-09-07T10:00"), True, 6 * DAY, 5 * DAY, DAY),
    ]


def test_citizen_clock_by_recipient_has_the_medians(planted: Path) -> None:
    found = rows(
        "select problems_count, satisfied_count, repeated_count, median_citizen_days, median_executor_days,"
        " median_gap_days from marts.rpt_citizen_clocks_by_recipient where recipient_code = 'murmansk.transport'"
    )
    assert found == [(3, 2, 1, 10, 5, 5)]


def test_attention_is_what_is_late_or_ends_by_the_close_of_the_next_working_day(planted: Path) -> None:
    """NOW is a Friday; the next working day is Monday, 23.11. In 20 days: 17.07 + 20 = 06.08, 03.11 + 20 = 23.11."""
    finals = rows(
        "select f.record_ref, k.is_overdue, k.is_unowned, k.overdue_days from marts.rpt_attention as k"
        " join marts.fct_feedback as f using (feedback_key)"
        " where k.stage = 'final' and f.record_ref in ('SATURDAY', 'MONDAY', 'WEDNESDAY', 'OPEN') order by 1"
    )
    assert finals == [("MONDAY", False, True, None), ("SATURDAY", True, True, 106)]
    late = rows("select feedback_key, stage from marts.rpt_deadline_status where status = 'running_late' order by 1, 2")
    assert rows("select feedback_key, stage from marts.rpt_attention where is_overdue order by 1, 2") == late


def test_marks_are_counted_by_the_month_of_the_answer(planted: Path) -> None:
    counted = rows(
        "select k.period_month::text, k.answers_count, k.marks_count, k.good_count, k.middling_count, k.bad_count"
        " from marts.rpt_marks as k join marts.dim_recipient as r using (recipient_code) where r.title = %s order by 1",
        TRANSPORT,
    )
    assert counted == [("2026-09-01", 3, 1, 1, 0, 0), ("2026-11-01", 1, 1, 0, 0, 1)]


def test_the_two_last_weeks_are_set_side_by_side(planted: Path) -> None:
    """From 07.11 on only BAD-MARK came, on 10.11, and was answered, on 12.11: both in the week before the last."""
    moved = rows(
        "select flow, this_week_count, previous_week_count from marts.rpt_week_changes"
        " where flow in ('received', 'closed') order by 1"
    )
    assert moved == [("closed", 0, 1), ("received", 0, 1)]
