"""Planted cases worked out by hand, and explained in words; then what later changes may and may not move."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from dbt_lives import KEY_TOPIC, MOSCOW
from dbt_planted import AFTER, NOW, appeal, at, end_of, incident, message
from dbt_project_copy import Rows, another, project_with, rule
from dbt_warehouse import accept, empty, one, rows, transform

from mcu.explain import DEADLINES, explain
from mcu.warehouse.connect import connect

POS = [
    message("PAUSE", "2026-06-01T10:00", ("Приостановлено", "2026-06-10T12:00"), ("Снято с паузы", "2026-06-15T09:00")),
    message("NO-ANSWER", "2026-06-01T10:00", ("Приостановлено", "2026-06-10T12:00")),
    message("SUNDAY", "2026-09-04T10:00"),
    message("KEY", "2026-11-02T10:00", topic=KEY_TOPIC),
    message("CLOSED", "2026-11-11T10:00", ("Ответ дан", "2026-11-16T10:00"), status="Ответ дан"),
    message("OLD-RULE", "2026-11-10T10:00"),
    message("NEW-RULE", "2026-11-11T10:00"),
]
REGISTRY = [
    appeal("EXTENDED", "2026-03-02T10:00", extended_at="2026-03-20T10:00"),
    appeal("FORWARDED", "2026-09-07T10:00", forwarded_at="2026-09-10T10:00", status="Направлено по компетенции",
           forwarded_to="Администрация города Мурманска"),
    appeal("NOTIFIED", "2026-09-07T10:00", forwarded_at="2026-09-10T10:00", notified_at="2026-09-15T10:00",
           status="Направлено по компетенции", forwarded_to="Администрация города Мурманска"),
    appeal("SUNDAY-NEXT", "2026-09-04T10:00"),
    appeal("NO-TIME", "2026-10-26T00:00", answered_at="2026-11-02T00:00", status="Дан ответ автору"),
    appeal("SUNDAY-PREVIOUS", "2026-09-06T10:00"),
]  # fmt: skip  # a table
INCIDENT = [
    incident("101", "2025-04-28T09:00", interim_reply_at="2025-04-28T10:00"),
    incident("102", "2025-12-30T16:00"),
    incident("103", "2026-09-07T10:00", first_reply_at="2026-09-07T11:00", interim_reply_at="2026-09-07T11:00"),
    incident("104", "2026-10-02T12:30", importance="Повышенная"),
    incident("105", "2025-10-31T15:00"),
    incident("106", "2026-09-07T10:00", first_reply_at="2026-09-07T18:00", interim_reply_at="2026-09-07T18:00",
             closed_at="2026-09-15T12:00", result="Решено"),
    incident("107", "2026-11-20T17:00"),
    incident("108", "2026-11-17T15:00", first_reply_at="2026-11-17T16:00"),
    incident("UNDATED", "2026-11-20T17:00", created_at=""),
    incident("SATURDAY", "2026-11-14T12:00"),
    incident("109", "2026-11-17T15:00"),
    incident("110", "2026-11-20T17:00"),
]  # fmt: skip  # a table

CASES = [
    # May of 2025: after Monday 28.04 these are worked: 29, 30; 5, 6, 7; 12, 13 = 7. Not worked: 1 and 9 (holidays),
    # 2 and 8 (moved from 04.01 and 23.02), and the week-ends
    pytest.param("101", "after_interim", end_of("2025-05-13"),
                 ["02.05.2025", "перенесён с 04.01.2025", "08.05.2025"], id="may"),
    # 9 hours: 2 of 30.12 (16–18); 31.12 moved from 05.01, 1–8.01 holidays, 9.01 moved, 10–11 week-end;
    # 12.01: 9–13 is 4, from 13:45 the last 3
    pytest.param("102", "first_reply", at("2026-01-12T16:45"),
                 ["Новогодние каникулы", "9 рабочих часов"], id="new year"),
    # 02.03 + 30 + 30 = 01.05, a holiday, then Saturday and Sunday
    pytest.param("EXTENDED", "final", end_of("2026-05-04"),
                 ["Срок продлён 20.03.2026 10:00 на 30 календарных дней", "уведомлён", "Праздник Весны и Труда",
                  "ближайший следующий рабочий день"], id="extension"),
    # 01.06 + 30 = 01.07; paused from 10.06 to 15.06, 5 days
    pytest.param("PAUSE", "final", end_of("2026-07-06"),
                 ["с 10.06.2026 12:00 по 15.06.2026 09:00", "отодвинут на 5 календарных дней"], id="pause"),
    pytest.param("NO-ANSWER", "final", end_of("2026-07-01"),
                 ["Срок истекает 01.07.2026 23:59"], id="pause never answered"),
    # after 07.09: 8, 9, 10, 11; 14, 15, 16 = 7
    pytest.param("103", "after_interim", end_of("2026-09-16"),
                 ["с момента первого ответа, не являющегося окончательным (07.09.2026 11:00)",
                  "12.09.2026–13.09.2026 — выходной день"],
                 id="interim"),
    # 07.09 + 7 = Monday 14.09
    pytest.param("FORWARDED", "forwarding", end_of("2026-09-14"),
                 ["ст. 8, ч. 3", "7 календарных дней", "Исполнено 10.09.2026 10:00, в срок"], id="forwarding"),
    # its author was told a day too late, or is still to be told: forwarding does not end that
    pytest.param("NOTIFIED", "forwarding_notice", end_of("2026-09-14"),
                 ["Уведомление автора о переадресации. Основание:", "ст. 8, ч. 3 (уведомление о переадресации",
                  "Исполнено 15.09.2026 10:00, с нарушением срока"], id="notice of forwarding"),
    pytest.param("FORWARDED", "forwarding_notice", end_of("2026-09-14"),
                 ["На 20.11.2026 18:00 не исполнено; просрочено на: 67 календарных дней"], id="no notice"),
    # 04.09 + 30 = Sunday 04.10
    pytest.param("SUNDAY", "final", end_of("2026-10-04"),
                 ["04.10.2026 — выходной день; перенос правилом не предусмотрен"], id="Sunday, none"),
    pytest.param("SUNDAY-NEXT", "final", end_of("2026-10-05"),
                 ["Последний день 04.10.2026 — выходной день", "ст. 193 ГК РФ"], id="Sunday, next"),
    # 02.11 + 8; the holiday of 04.11 is within
    pytest.param("KEY", "final", end_of("2026-11-10"),
                 ["8 календарных дней", "День народного единства", "просрочено на: 10 календарных дней",
                  "Правило «Ответ на сообщение в ПОС по ключевой тематике» применено по условиям: канал — Платформа",
                  "вид — сообщение, ключевая тема — «",
                  "Подходят и менее точные правила: «Ответ на сообщение в ПОС» (30 календарных дней);"
                  " «Ответ на сообщение» (30 календарных дней)."],
                 id="key topic"),
    # Friday: 12:30–13:00 and 13:45–16:45 are 3.5 hours, the rest on Monday
    pytest.param("104", "first_reply", at("2026-10-05T09:30"),
                 ["4 рабочих часа", "важность — повышенная",
                  "менее точные правила: «Первый ответ на сообщение из открытых источников» (8 рабочих часов)"],
                 id="lunch and short Friday"),
    # the source knows the day only
    pytest.param("NO-TIME", "final", end_of("2026-11-25"),
                 ["(26.10.2026 без времени суток)", "Исполнено 02.11.2026 без времени суток, в срок"],
                 id="no time of day"),
    # received on a Saturday, counted from Monday: both days of the week-end are skipped
    pytest.param("SATURDAY", "first_reply", at("2026-11-16T17:45"),
                 ["срок течёт с 16.11.2026 09:00", "14.11.2026–15.11.2026 — выходной день"], id="week-end skipped"),
    # Friday till 16:45 is 1.75 of 9 hours; the moved Saturday is worked 9–13 and 13:45–17:00 (shortened): 7.25
    pytest.param("105", "first_reply", at("2025-11-01T17:00"), ["Срок истекает 01.11.2025 17:00"], id="moved Saturday"),
]  # fmt: skip  # a table


@pytest.fixture(scope="module")
def planted(warehouse: Path) -> Path:
    empty()
    accept("pos", POS)
    accept("registry", REGISTRY)
    accept("incident", INCIDENT)
    transform(NOW)
    return warehouse


class Deadline(NamedTuple):
    rule: str
    recipient: str
    started: datetime
    due: datetime
    control: datetime
    done: datetime | None
    row: str


def deadlines() -> dict[tuple[str, str], Deadline]:
    """Everything of each deadline, by number and stage."""
    found = rows(
        "select f.record_ref, stage, rule_code, d.recipient_code, started_at, due_at, control_due_at, done_at, d::text"
        " from marts.fct_deadlines as d join marts.fct_feedback as f using (feedback_key)"
    )
    return {(ref, stage): Deadline(*rest) for ref, stage, *rest in found}


@pytest.mark.parametrize(("ref", "stage", "due", "words"), CASES)
def test_planted_case(planted: Path, ref: str, stage: str, due: datetime, words: list[str]) -> None:
    found, paragraph = rows(
        "select due_at, paragraph from marts.rpt_deadline_explanations where record_ref = %s and stage = %s", ref, stage
    )[0]
    assert found == due, (found.astimezone(MOSCOW), due, paragraph)
    assert all(word in paragraph for word in words), paragraph
    assert paragraph in explain(ref)


def test_planted_details(planted: Path) -> None:
    # control: 06.09 + 28 = Sunday 04.10, back to Friday
    assert deadlines()["SUNDAY-PREVIOUS", "final"].control == end_of("2026-10-02")
    assert "приостан" not in explain("NO-ANSWER").replace("приостановление засчитывается", "")
    # an hour of Friday's 17:00 is after its end at 16:45: the deadline starts on Monday
    assert "срок течёт с 23.11.2026 09:00" in explain("107")
    # an interim reply does not stop the citizen's clock, a mark or silence does
    assert one("select not is_satisfied and citizen_seconds > 70 * 86400 from marts.rpt_citizen_clocks as c"
               " join marts.fct_feedback as f using (feedback_key) where record_ref = '103'")  # fmt: skip  # a table
    assert one("select is_satisfied and ended_by = 'silence' and citizen_seconds = 8 * 86400 + 7200"
               " from marts.rpt_citizen_clocks"
               " as c join marts.fct_feedback as f using (feedback_key) where record_ref = '106'"
)  # fmt: skip  # a table


def test_the_moment_of_a_load_is_not_called_a_fact_of_the_source(planted: Path) -> None:
    told = "Дату поступления система не сообщила: взят момент загрузки записи на платформу."
    assert told in explain("UNDATED")
    assert told not in explain("109"), "this one is dated"


def test_every_day_off_between_is_among_the_skipped(planted: Path) -> None:
    """Of deadlines in working days and hours; the axis says which days are not worked."""
    counted = rows(
        """
        select e.record_ref, count(w.date_on) filter (where not w.is_working),
               (select coalesce(sum((d ->> 'to')::date - (d ->> 'from')::date + 1), 0)
                from jsonb_array_elements(e.skipped_days) as d)
        from marts.rpt_deadline_explanations as e
        join marts.fct_deadlines as f using (feedback_key, stage)
        join intermediate.int_work_days as w
            on w.schedule_code = f.schedule_code
            and w.date_on between (f.started_at at time zone 'Europe/Moscow')::date + (e.unit = 'working_days')::integer
                              and (f.due_at at time zone 'Europe/Moscow')::date
        where e.unit in ('working_days', 'working_hours')
        group by e.feedback_key, e.stage, e.record_ref, e.skipped_days
        """
    )
    assert len(counted) > 10 and {ref for ref, off, skipped in counted if off != skipped} == set()


def test_one_item_is_explained_without_reading_all(planted: Path) -> None:
    """A scan of every deadline takes 8 s at 100,000 items, the index a millisecond."""
    with connect("transformer") as conn:
        conn.execute("set enable_seqscan = off")  # a few rows would be scanned
        query = f"explain (costs off) {DEADLINES}"
        plan = [line for (line,) in conn.execute(query, ["SUNDAY"]).fetchall()]
    reads = [number for number, line in enumerate(plan) if re.search(r"on (int_deadlines|int_milestones)\b", line)]
    assert len(reads) >= 2
    assert all(re.search("Cond: .*feedback_key", plan[number + 1]) for number in reads), plan


def test_priority_raised_and_executor_replaced_move_no_closed_deadline(planted: Path) -> None:
    before = deadlines()
    new = {"importance": "Повышенная", "executor": "МКУ ДСМ г. Мурманска", "updated": AFTER}
    accept("incident", [
        incident("106", "2026-09-07T10:00", first_reply_at="2026-09-07T18:00", interim_reply_at="2026-09-07T18:00",
                 closed_at="2026-09-15T12:00", result="Решено", **new),
        incident("107", "2026-11-20T17:00", **new),
    ])  # fmt: skip  # a table
    assert not transform(AFTER, tests="none").is_full
    after = deadlines()
    moved = {key for key in before if before[key] != after.get(key)}
    assert moved == {("107", "first_reply")}
    assert after["107", "first_reply"].rule == "im_first_reply_raised"
    assert before["107", "first_reply"].recipient != after["107", "first_reply"].recipient


def test_a_reply_moved_after_the_fact_is_reported(planted: Path) -> None:
    accept(
        "pos",
        [message("CLOSED", "2026-11-10T09:00", ("Ответ дан", "2026-11-16T10:00"), status="Ответ дан", updated=AFTER)],
    )
    transform(AFTER, tests="none")
    assert rows("select field, before_at, after_at from marts.fct_retroactive_edits") == [
        ("registered_at", at("2026-11-11T10:00"), at("2026-11-10T09:00"))
    ]


def test_a_changed_rule_a_corrected_day_and_new_hours_move_no_closed_deadline(
    planted: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = deadlines()

    def shorter(rules: Rows) -> Rows:
        """20 days instead of 30 from 11.11.2026."""
        changed = another(rules, "pos_final", rule_code="pos_final_2026", amount="20", valid_from="2026-11-11")
        rule(changed, "pos_final")["valid_to"] = "2026-11-11"
        return changed

    def day_off(corrections: Rows) -> Rows:
        day = {"known_from": "2026-11-18", "date_on": "2026-09-14", "kind": "day_off", "is_shortened": "false"}
        return [*corrections, day | {"title": "Выходной день по исправленному календарю", "legal_basis": "проверка"}]

    def from_ten(hours: Rows) -> Rows:
        """The office opens at 10:00 from 18.11.2026."""
        old = [row for row in hours if row["schedule_code"] == "office" and row["interval_no"] == "1"]
        new = [{**row, "starts_at": "10:00", "valid_from": "2026-11-18"} for row in old]
        for row in old:
            row["valid_to"] = "2026-11-18"
        return [*hours, *new]

    project_with(monkeypatch, tmp_path, deadline_rules=shorter, calendar_corrections=day_off, work_schedules=from_ten)
    assert transform(AFTER, tests="none").is_full
    after = deadlines()
    closed = {key for key, row in before.items() if row.done and row.done < at("2026-11-11T00:00")}
    assert {("106", "after_interim"), ("103", "first_reply"), ("FORWARDED", "forwarding")} <= closed
    assert all(before[key] == after[key] for key in closed)
    assert before["OLD-RULE", "final"].rule == after["OLD-RULE", "final"].rule == "pos_final"
    assert after["NEW-RULE", "final"].rule == "pos_final_2026"
    # still open: by the corrected calendar one working day later
    assert before["103", "after_interim"].due == end_of("2026-09-16")
    assert after["103", "after_interim"].due == end_of("2026-09-17")
    # 8 hours: 3 on Tuesday, 4 till lunch, 1 after it; with the new hours 3 till lunch and 2 after it
    assert before["108", "first_reply"].due == before["109", "first_reply"].due == at("2026-11-18T14:45")
    assert before["108", "first_reply"] == after["108", "first_reply"], "closed on Tuesday, before the new hours"
    assert after["109", "first_reply"].due == at("2026-11-18T15:45")
    # came on Friday after work: 4 hours till Monday's lunch and 4 after it; then 3 and 4.25, the rest on Tuesday
    assert before["110", "first_reply"].due == at("2026-11-23T17:45")
    assert after["110", "first_reply"].due == at("2026-11-24T10:45")
    # what has no deadline of its own goes by the latest calendar
    assert not one("select is_working from marts.dim_date where date_on = '2026-09-14'")
