"""Every open item has a clock or a named reason, and each promise is judged where it ended: planted items of each sort,
and pairs of an honest and a gaming recipient with the same facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from dbt_lives import Version
from dbt_manipulations import GAMING_CODE, HONEST_CODE, TINY, TINY_CODE, accept_manipulations
from dbt_planted import NOW, appeal, at, end_of, incident, message
from dbt_warehouse import accept, empty, one, rows, transform

from mcu.quality import gate
from mcu.quality.checkpoint import RuleResult
from mcu.warehouse.connect import connect
from mcu.warehouse.copies import copy_tables, swap
from mcu.warehouse.dbt import Window, run_dbt

SORTS = [
    message("DEFERRED", "2026-09-01T10:00", ("Отложено", "2026-09-10T10:00"), status="Отложено",
            deferredUntil="2026-12-15T00:00:00+03:00"),
    message("UNDATED", "2026-09-01T10:00", ("Отложено", "2026-09-10T10:00"), status="Отложено"),
    message("DEFERRED-LATE", "2026-09-01T10:00", ("Отложено", "2026-10-05T10:00"), ("Ответ дан", "2026-10-20T10:00"),
            status="Ответ дан", deferredUntil="2026-10-31T12:00:00+03:00"),
    message("BACK", "2026-09-01T10:00", ("Ответ дан", "2026-09-10T10:00"), ("Возобновлено", "2026-11-10T10:00"),
            status="На рассмотрении"),
    message("REJECTED", "2026-09-01T10:00", ("Ответ дан", "2026-09-10T10:00"), status="Ответ отклонён автором",
            updated=at("2026-11-12T10:00")),
    message("ANSWERED", "2026-09-01T10:00", ("Ответ дан", "2026-09-10T10:00"), status="На рассмотрении"),
    message("QUIET", "2026-11-10T10:00"),
    message("WITHDRAWN", "2026-09-01T10:00", status="Отозвано автором", updated=at("2026-09-15T10:00")),
    message("DELETED", "2026-09-01T10:00", ("Закрыто", "2026-09-15T10:00"), status="Удалено автором"),
    message("LEFT", "2026-09-01T10:00", ("Ответ дан", "2026-09-15T10:00"), status="Оставлено без ответа автору"),
]  # fmt: skip  # a table
QUESTION = {"author_key": "a" * 64, "organization": TINY, "municipality": "Губкинский городской округ"}
ASKED = [
    message("ASKED", "2026-09-01T10:00", ("Ответ дан", "2026-09-20T10:00"), status="Ответ дан", **QUESTION),
    # before the answer; thirty days after it, that is forty-nine after the receipt; while that one is open
    message("TWICE", "2026-09-10T10:00", ("Ответ дан", "2026-09-21T10:00"), status="Ответ дан", **QUESTION),
    message("AGAIN", "2026-10-20T10:00", **QUESTION),
    message("AGAIN-TWICE", "2026-11-01T10:00", **QUESTION),
    message("OTHER", "2026-09-11T10:00", **QUESTION | {"topic": "Дети и многодетные семьи"}),
]
APPEALS = [
    appeal("LEFT-APPEAL", "2026-09-01T10:00", answered_at="2026-09-15T10:00", status="Оставлено без ответа автору"),
    appeal("FORWARDED", "2026-09-01T10:00", forwarded_at="2026-09-04T10:00", status="Направлено по компетенции"),
]
INCIDENTS = [
    incident("TALKED", "2026-11-09T10:00", first_reply_at="2026-11-09T12:00"),
    incident("AT-ONCE", "2026-11-02T10:00", first_reply_at="2026-11-02T12:00", closed_at="2026-11-02T12:00",
             result="Решено"),
    incident("LATE-THEN-DONE", "2026-09-07T10:00", interim_reply_at="2026-09-10T10:00", closed_at="2026-09-11T10:00",
             result="Решено"),
]  # fmt: skip  # a table

OLD_NAME, NEW_NAME = "МКУ «Управление благоустройства и озеленения»", "МКУ «Центр городской среды»"
NAMED = [
    message(f"{name}-{n}", f"{month}-03T10:00", ("Ответ дан", f"{month}-{day}T12:00"), status="Ответ дан",
            municipality="Губкинский городской округ", organization=title)
    for name, month, day, title in (("OLD", "2025-10", "10", OLD_NAME), ("NEW", "2026-03", "10", NEW_NAME))
    for n in range(6)
]  # fmt: skip  # a table
UNOWNED = [
    message("NOBODY", "2026-11-10T10:00", organization=None, municipality="Губкинский городской округ"),
    message("STRANGER", "2026-10-10T10:00", organization="Неизвестная контора",
            municipality="Губкинский городской округ"),
]  # fmt: skip  # a table

MAILED = [
    Version(ref, {"received_at": f"{day} 10:00", "municipality": "город Мурманск", "topic": "Ремонт дороги",
                  "recipient": TINY, "text": "Яма", "status": "Новое", "author_key": None}, NOW)
    for ref, day in (("MAIL-BEFORE", "29.03.2025"), ("MAIL-AFTER", "30.03.2025"))
]  # fmt: skip  # a table
REQUESTS = [
    # a body asks by telephone; we asked another body, which is late, while the appeal itself is in time
    appeal("PHONED", "2026-10-01T10:00", delivery="телефонограмма"),
]
ASKED_ANOTHER = [
    message(
        "WAITING", "2026-10-26T10:00", ("Направлен запрос", "2026-10-27T10:00"), kind="обращение", organization=TINY
    ),
]


@pytest.fixture(scope="module")
def promises(warehouse: Path) -> Path:
    empty()
    accept_manipulations(*SORTS, *ASKED, *NAMED, *UNOWNED, *ASKED_ANOTHER)
    accept("registry", [*APPEALS, *REQUESTS])
    accept("incident", INCIDENTS)
    accept("mail", MAILED)
    transform(NOW)
    return warehouse


def stages(ref: str) -> dict[str, tuple[Any, ...]]:
    """Stage of a promise → due, status."""
    found = rows(
        "select stage, due_at, status from marts.rpt_deadline_status join marts.fct_feedback using (feedback_key)"
        " where record_ref = %s and answer is not null", ref,
    )  # fmt: skip  # a table
    return {stage: (due, status) for stage, due, status in found}


def rating(code: str, month: str) -> tuple[Any, ...]:
    (found,) = rows(
        "select r.items_count, max(c.share) filter (where component_code = 'on_time'),"
        " max(c.share) filter (where component_code = 'completeness'), r.rank from marts.fct_ratings as r"
        " join marts.fct_rating_components as c using (period_key, scheme_code, unit_code)"
        " where r.scheme_code = 'base.month' and r.unit_code = %s and r.period_start = %s"
        " group by r.items_count, r.rank",
        code, month,
    )  # fmt: skip  # a table
    return found


def indicator(code: str, month: str) -> tuple[Any, ...]:
    (found,) = rows(
        "select numerator, denominator from marts.fct_indicator_values where indicator_code = %s"
        " and municipality_code = 'murmansk' and period_month = %s", code, month,
    )  # fmt: skip  # a table
    return found


@pytest.mark.parametrize(
    ("ref", "stage", "due", "status"),
    [
        # the promised day, to its end; then 30 calendar days where no day was promised
        ("DEFERRED", "deferred", end_of("2026-12-15"), "running"),
        ("UNDATED", "deferred", end_of("2026-10-10"), "running_late"),
        # 10.11 + 30; the rejection is dated by the version that brings it
        ("BACK", "reopened", end_of("2026-12-10"), "running"),
        ("REJECTED", "reopened", end_of("2026-12-12"), "running"),
        ("QUIET", "final", end_of("2026-12-10"), "running"),
        # seven working days after Monday 09.11
        ("TALKED", "after_interim", end_of("2026-11-18"), "running_late"),
    ],
)
def test_open_item_has_a_clock(promises: Path, ref: str, stage: str, due: datetime, status: str) -> None:
    found = rows(
        "select stage, due_at, status, no_deadline_reason from marts.rpt_open_items where record_ref = %s", ref
    )
    assert found == [(stage, due, status, None)]


def test_answered_item_whose_record_is_still_open_says_why_it_has_no_clock(promises: Path) -> None:
    found = rows("select stage, no_deadline_reason, is_without_deadline from marts.rpt_open_items"
                 " where record_ref = 'ANSWERED'")  # fmt: skip  # a table
    assert found == [(None, "answered", False)]


@pytest.fixture
def waiting(promises: Path) -> Iterator[None]:
    """The marts stand where their gate judges them."""
    with connect("transformer") as conn:
        swap(conn)
    yield
    with connect("transformer") as conn:
        swap(conn)


def count_open_items() -> None:
    run_dbt(["run", "--select", "rpt_open_items"], window=Window(NOW, 0, 0, as_of_before=NOW))


def failed_rules() -> dict[str, RuleResult]:
    return {result.rule.code: result for result in gate._judge_marts(NOW).failed}


def test_open_item_without_clock_and_reason_stops_the_publishing(waiting: None) -> None:
    assert "MART-016" not in failed_rules()
    assert one("select count(*) from marts_next.rpt_open_items where is_without_deadline") == 0
    with connect("transformer", autocommit=True) as conn:
        conn.execute(
            "create temporary table gone as select * from intermediate_next.int_deadlines where rule_code = 'pos_final'"
        )
        try:
            conn.execute("delete from intermediate_next.int_deadlines where rule_code = 'pos_final'")
            count_open_items()
            hole = failed_rules()["MART-016"]
        finally:
            conn.execute("insert into intermediate_next.int_deadlines select * from gone")
            count_open_items()
    assert "MART-016" not in failed_rules()
    assert hole.rule.severity == "critical" and "каналы: pos" in (hole.observed or "")
    assert hole.examples == ["pos AGAIN", "pos AGAIN-TWICE", "pos NOBODY", "pos OTHER", "pos QUIET"]


def test_deferral_ends_one_promise_and_starts_another(promises: Path) -> None:
    assert stages("DEFERRED")["final"] == (end_of("2026-10-01"), "cancelled")
    # deferred four days too late: the first promise is broken, the second one kept
    assert stages("DEFERRED-LATE") == {
        "final": (end_of("2026-10-01"), "late"), "deferred": (end_of("2026-10-31"), "met"),
    }  # fmt: skip  # a table


def test_return_starts_a_promise_and_leaves_the_kept_one_kept(promises: Path) -> None:
    assert stages("BACK")["final"][1] == "met"
    assert set(stages("BACK")) == {"final", "reopened"}


def test_late_first_reply_stays_late(promises: Path) -> None:
    found = {stage: status for stage, (_, status) in stages("LATE-THEN-DONE").items()}
    assert found == {"first_reply": "late", "after_interim": "met"}
    # an answer given at once is a first reply, not also a final answer in time
    assert set(stages("AT-ONCE")) == {"first_reply"}


@pytest.mark.parametrize(
    ("ref", "ending", "status"),
    [
        ("WITHDRAWN", "withdrawn", "cancelled"),
        ("DELETED", "deleted_by_author", "cancelled"),
        ("FORWARDED", "forwarded", "cancelled"),
        ("LEFT-APPEAL", "left_without_answer", "cancelled"),
        # the law lets appeals be left without an answer, not messages
        ("LEFT", "closed_without_answer", "unanswered"),
    ],
)
def test_four_endings_are_no_answer(promises: Path, ref: str, ending: str, status: str) -> None:
    found = rows(
        "select s.ending, s.status, s.done_at"
        " from marts.rpt_deadline_status as s join marts.fct_feedback using (feedback_key)"
        " where record_ref = %s and stage = 'final'", ref,
    )  # fmt: skip  # a table
    assert found == [(ending, status, None)]
    assert one("select final_reply_at from marts.fct_feedback where record_ref = %s", ref) is None


def test_interim_replies_buy_no_time(promises: Path) -> None:
    """6 items with a late first reply and a late answer each: whoever asked for patience gains nothing by it."""
    found = {
        code: rows(
            "select stage, due_at, status, count(*) from marts.rpt_deadline_status join marts.fct_feedback"
            " using (feedback_key) where record_ref like %s and answer is not null group by 1, 2, 3 order by 1", like,
        )
        for code, like in ((HONEST_CODE, "INTERIM-H-%"), (GAMING_CODE, "INTERIM-G-%"))
    }  # fmt: skip  # a table
    assert found[GAMING_CODE] == found[HONEST_CODE]
    assert [(stage, status, count) for stage, _, status, count in found[GAMING_CODE]] == [
        ("after_interim", "late", 6), ("first_reply", "late", 6),
    ]  # fmt: skip  # a table
    assert rating(GAMING_CODE, "2026-08-01") == rating(HONEST_CODE, "2026-08-01")
    assert rating(GAMING_CODE, "2026-08-01")[:2] == (6, 0)


def test_closing_without_answer_earns_nothing(promises: Path) -> None:
    """Ten messages each. Two late answers of the honest one cost less than ten closings of the gaming one."""
    honest, gaming = rating(HONEST_CODE, "2026-07-01"), rating(GAMING_CODE, "2026-07-01")
    assert (honest[0], float(honest[1])) == (10, 0.8)
    assert (gaming[0], float(gaming[1])) == (10, 0)
    assert honest[3] == 1 and gaming[3] == 2
    # closed in June by 10 of 10 without an answer: they are in the denominator of June, not in time
    eight, easy = 8, 2
    assert indicator("on_time_share", "2026-06-01") == (eight + easy, eight + easy + 10)
    assert indicator("on_time_share", "2026-07-01") == (0, 2)
    assert indicator("overdue_share", "2026-07-01") == (12, 22)


def test_few_easy_items_are_too_little_to_be_first(promises: Path) -> None:
    items, share, _, rank = rating(TINY_CODE, "2026-07-01")
    assert (items, float(share), rank) == (2, 1, None)
    assert rating(HONEST_CODE, "2026-07-01")[3] == 1


def test_duplicate_comes_before_the_answer_and_a_repeat_after_it(promises: Path) -> None:
    found = rows(
        "select f.record_ref, f.is_repeat, r.record_ref, f.is_duplicate, d.record_ref from marts.fct_feedback as f"
        " left join marts.fct_feedback as r on r.feedback_key = f.repeat_of_key"
        " left join marts.fct_feedback as d on d.feedback_key = f.duplicate_of_key"
        " where f.author_key = %s order by f.received_at", "a" * 64,
    )  # fmt: skip  # a table
    assert found == [
        ("ASKED", False, None, False, None), ("TWICE", False, None, True, "ASKED"),
        ("OTHER", False, None, False, None), ("AGAIN", True, "ASKED", False, None),
        ("AGAIN-TWICE", False, None, True, "AGAIN"),
    ]  # fmt: skip  # a table
    flows = "select sum(new_count), sum(repeat_count), sum(duplicate_count) from marts.fct_flows"
    # beside the asked ones: six of each name, two that nobody has
    assert rows(f"{flows} where municipality_code = 'gubkinsky'") == [(2 + 12 + 2, 1, 2)]
    # one problem of one citizen, though asked four times
    assert one(
        "select items_count from marts.fct_citizen_clocks join marts.fct_feedback using (feedback_key)"
        " where record_ref = 'ASKED'"
    ) == 4  # fmt: skip  # a table


def test_each_ending_is_explained_in_words(promises: Path) -> None:
    def paragraph(ref: str, stage: str) -> str:
        return one(
            "select paragraph from marts.rpt_deadline_explanations where record_ref = %s and stage = %s", ref, stage
        )

    assert "Закрыто 15.09.2026" in paragraph("LEFT", "final") and "без ответа автору" in paragraph("LEFT", "final")
    assert "ст. 11" in paragraph("LEFT-APPEAL", "final")
    assert "дата, обещанная автору" in paragraph("DEFERRED", "deferred")
    assert "Решение отложено" in paragraph("DEFERRED", "final")


def test_a_renamed_recipient_keeps_the_name_of_its_time(promises: Path) -> None:
    """One recipient, renamed on 01.12.2025: what was published under the old name is not rewritten."""
    of_items = rows("select distinct left(record_ref, 3), recipient from bi.bi_feedback where record_ref similar to"
                    " '(OLD|NEW)-%%' order by 1")  # fmt: skip  # a table
    assert of_items == [("NEW", NEW_NAME), ("OLD", OLD_NAME)]
    of_ratings = rows(
        "select period_month::text, recipient, items_count from bi.bi_rating where recipient = any(%s)"
        " and items_count > 0 order by 1",
        [OLD_NAME, NEW_NAME],
    )
    # due thirty days after the third
    assert of_ratings == [("2025-11-01", OLD_NAME, 6), ("2026-04-01", NEW_NAME, 6)]
    codes = "select distinct recipient_code from marts.fct_feedback where record_ref similar to '(OLD|NEW)-%%'"
    assert rows(codes) == [("gubkinsky.improvement",)], "one recipient all the time"
    assert one("select title from marts.dim_recipient where recipient_code = 'gubkinsky.improvement'") == NEW_NAME


def test_a_name_that_begins_later_than_the_marts_is_not_taken(promises: Path) -> None:
    """In the copy that nobody reads; the day before it is renamed, and the day itself."""
    names = []
    with connect("transformer") as conn:
        copy_tables(conn)
        conn.execute("update ops.transform_runs set stands_in = null where stands_in = 'next'")
    for day in ("2025-11-30", "2025-12-01"):
        window = Window(datetime.fromisoformat(f"{day}T09:00:00+03:00"), 0, 0)
        run_dbt(["run", "--select", "dim_recipient"], window=window)
        names += rows("select title from marts_next.dim_recipient where recipient_code = 'gubkinsky.improvement'")
    assert names == [(OLD_NAME,), (NEW_NAME,)]


def test_each_recipient_has_one_name_on_any_day(promises: Path) -> None:
    found = rows(
        "select d.recipient_code, count(n.title) from marts.dim_recipient as d cross join"
        " generate_series('1990-01-01'::date, '2030-01-01', '1 month') as day left join marts.dim_recipient_name as n"
        " on n.recipient_code = d.recipient_code and n.valid_from <= day and (n.valid_to is null or n.valid_to > day)"
        " group by d.recipient_code, day having count(n.title) <> 1"
    )
    assert found == []
    # no view doubles a row by its names
    assert one("select count(*) from bi.bi_feedback") == one("select count(*) from marts.fct_feedback")
    assert one("select count(*) from bi.bi_deadlines") == one("select count(*) from marts.fct_deadlines")
    assert one("select count(*) from bi.bi_rating_schemes") == one("select count(*) from marts.fct_ratings")
    twice = "select 1 from bi.bi_rating group by period_month, municipality, recipient having count(*) > 1"
    assert rows(twice) == []


def test_what_nobody_has_is_listed_with_its_age_and_an_offer(promises: Path) -> None:
    found = rows(
        "select record_ref, reason, age_days, suggested_recipient, due_on::text, is_overdue from bi.bi_unowned"
        " where municipality = 'Губкинский округ' order by is_overdue desc, due_at, received_at"
    )
    roads = "МКУ «Дорожная служба муниципалитета»"
    assert [row for row in found if row[0] in ("NOBODY", "STRANGER")] == [
        ("STRANGER", "Исполнителя нет в справочнике", 41, roads, "2026-11-09", True),
        ("NOBODY", "Исполнитель не назначен", 10, roads, "2026-12-10", False),
    ]


def test_open_items_count_those_without_a_deadline(promises: Path) -> None:
    """`without_deadline` is what every page adds up; the table of reasons is the same rows."""
    clocks = dict(rows("select clock, count(*) from bi.bi_open_items group by 1"))
    assert sum(clocks.values()) == one("select count(*) from marts.fct_feedback where is_open")
    assert clocks["Ответ автору дан, источник ещё не закрыл запись"] == 1 and "Без срока" not in clocks
    assert one("select sum(without_deadline) from bi.bi_open_items") == 0
    unowned = "select count(*) filter (where is_unowned) from bi.bi_open_items"
    assert one(unowned) == one("select count(*) from bi.bi_unowned") >= 2


def test_email_is_an_appeal_before_30_03_2025_and_a_message_from_then_on(promises: Path) -> None:
    found = dict(rows("select record_ref, kind from marts.fct_feedback where channel_code = 'mail'"))
    assert found == {"MAIL-BEFORE": "appeal", "MAIL-AFTER": "message"}
    rules = rows(
        "select record_ref, rule_code from marts.rpt_deadline_status join marts.fct_feedback using (feedback_key)"
        " where record_ref like 'MAIL-%%' and stage = 'final' order by 1 desc"
    )
    assert rules == [("MAIL-BEFORE", "fz59_final"), ("MAIL-AFTER", "mail_final")]


def test_a_request_between_bodies_is_no_appeal_and_has_an_owner(promises: Path) -> None:
    found = rows(
        "select record_ref, direction, owner, recipient_code, status from marts.rpt_body_requests order by record_ref"
    )
    assert found == [
        ("PHONED", "incoming", "executor", HONEST_CODE, "running_late"),
        # asked on 27.10, due on 11.11: the other body is late, nobody of ours
        ("WAITING", "outgoing", "other_body", "other_body", "waiting_late"),
    ]
    assert one("select kind from marts.fct_feedback where record_ref = 'PHONED'") == "body_request"
    # in no count of citizens, and no debt of the executor who asked
    assert one("select coalesce(sum(new_count), 0) from marts.fct_flows where date_on = '2026-10-01'") == 0
    late = "select count(*) from marts.rpt_deadline_status where recipient_code = %s and is_overdue"
    assert one(f"{late} and stage = 'request'", TINY_CODE) == 0
