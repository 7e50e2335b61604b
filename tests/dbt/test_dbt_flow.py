"""Dwell, flow, workload and recommendations of a small city: each figure recounted in plain Python from events and
items, the planted circles found, and an incremental run equal to a full one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dbt_in_one_process import dbt_in_one_process
from dbt_planted import message
from dbt_warehouse import accept, empty, facts, one, rows, transform
from test_dbt_risk import land

from demo_city import clock
from demo_city.generate import City
from mcu.errors import UserError
from mcu.registers import recommendations

AS_OF = datetime.fromtimestamp(clock.END, UTC)
BEFORE = clock.END - 20 * clock.DAY
MOSCOW = ZoneInfo("Europe/Moscow")
TODAY = AS_OF.astimezone(MOSCOW).date()
DAYS = 91
MARTS = (
    "fct_open_daily", "rpt_dwell", "rpt_transitions", "rpt_transfers", "rpt_workload", "rpt_recommendation_items",
    "rpt_recommendation_drafts", "rpt_recommendations", "rpt_template_uses",
)  # fmt: skip  # a list
VIEWS = ("fct_dwell", "rpt_workload_staff", "rpt_workload_forecast")

STATE_AFTER = {
    "registered": "registered", "assigned": "in_review", "forwarded": "in_review", "first_reply": "interim",
    "interim_reply": "interim", "extended": "extended", "deferred": "deferred", "final_reply": "answered",
    "rejected_by_author": "reopened", "reopened": "reopened", "closed": "closed",
}  # fmt: skip  # a table


_OFFICE = "Администрация города Мурманска"
_ZHKH = "Управление жилищно-коммунального хозяйства администрации города Мурманска"
CIRCLES = [
    message(
        f"ROUND-{no}", f"2026-10-0{no}T10:00",
        *(("Перенаправлено", f"2026-10-{day}T1{no}:00", (_ZHKH, _OFFICE)[day % 2]) for day in range(12, 12 + no)),
    )
    for no in range(2, 7)
]  # fmt: skip  # a table
"""Messages on one topic that two executors hand to each other two to six times."""


@dataclass
class Stay:
    key: str
    municipality: str
    block: str
    recipient: str
    state: str
    entered: datetime
    left: datetime | None = None
    next_state: str | None = None
    next_recipient: str | None = None


@pytest.fixture(scope="module")
def city(warehouse: Path) -> Iterator[City]:
    """The city twenty days before its end, then incrementally to its end."""
    empty()
    made, seen = City(7, 3_000), set[bytes]()
    with dbt_in_one_process(" ".join(f"+{mart}" for mart in (*MARTS, *VIEWS))):
        land(made, BEFORE, seen)
        assert transform(datetime.fromtimestamp(BEFORE, UTC)).is_full
        land(made, clock.END, seen)
        accept("pos", CIRCLES)
        assert not transform(AS_OF).is_full
        yield made


@pytest.fixture(scope="module")
def stays(city: City) -> list[Stay]:
    return list(recounted_stays())


def recounted_stays() -> Iterator[Stay]:
    """Each item's life, told event by event."""
    told = defaultdict[str, list[tuple[Any, ...]]](list)
    for key, *event in rows(
        "select feedback_key::text, occurred_at, event_code, recipient_code from marts.fct_feedback_events"
        " order by feedback_key, event_no"
    ):
        told[key].append(tuple(event))
    items = rows(
        "select feedback_key::text, municipality_code, block_code, recipient_code, received_at, closed_at, is_open,"
        " source_updated_at from marts.fct_feedback where kind != 'body_request'"
    )
    for key, municipality, block, owner, received, closed, is_open, updated in items:
        is_handed = any(code in ("assigned", "forwarded") for _, code, _ in told[key])
        hands, state = "none" if is_handed else owner, "received"
        stay = Stay(key, municipality, block, hands, state, received)
        for at, code, recipient in [*told[key], *([] if is_open else [(closed, "closed", "none")])]:
            if code not in STATE_AFTER or (not is_open and at > closed):
                continue
            state, hands = STATE_AFTER[code], hands if recipient == "none" else recipient
            if (state, hands) != (stay.state, stay.recipient):
                stay.left, stay.next_state, stay.next_recipient = max(at, received), state, hands
                yield stay
                stay = Stay(key, municipality, block, hands, state, stay.left)
        assert not is_open or stay.state != "closed", (key, updated)
        yield stay


def local_day(moment: datetime) -> date:
    return moment.astimezone(MOSCOW).date()


def test_stays_are_what_the_events_tell(stays: list[Stay]) -> None:
    found = rows(
        "select feedback_key::text, municipality_code, block_code, recipient_code, state_code, entered_at, left_at,"
        " next_state_code, next_recipient_code, calendar_seconds from marts.fct_dwell"
    )
    wanted = Counter(
        (s.key, s.municipality, s.block, s.recipient, s.state, s.entered, s.left, s.next_state, s.next_recipient,
         int((s.left - s.entered).total_seconds()) if s.left else None)
        for s in stays
    )  # fmt: skip  # a table
    assert len(found) > 9_000 and Counter(map(tuple, found)) == wanted


def test_an_open_day_is_what_was_received_and_not_yet_closed(city: City, stays: list[Stay]) -> None:
    """By recipient from the stays, and by municipality from receipt and closing of the items, without the days between
    a closing and a reopening."""
    by_owner, deferred, by_place = Counter[Any](), Counter[Any](), Counter[Any]()
    for stay in stays:
        if stay.state == "closed":
            continue
        day = local_day(stay.entered)
        while day < TODAY and (stay.left is None or day < local_day(stay.left)):
            by_owner[day, stay.municipality, stay.block, stay.recipient] += 1
            deferred[day, stay.municipality, stay.block, stay.recipient] += stay.state == "deferred"
            day += timedelta(1)
    found = rows("select date_on, municipality_code, block_code, recipient_code, open_count, deferred_count"
                 " from marts.fct_open_daily")  # fmt: skip  # a query
    assert {tuple(key): (count, late) for *key, count, late in found} == {
        key: (count, deferred[key]) for key, count in by_owner.items()
    }
    lives = rows(
        "select municipality_code, received_at, closed_at from marts.fct_feedback where kind != 'body_request'"
    )
    for municipality, received, closed in lives:
        day = local_day(received)
        while day < TODAY and (closed is None or day < local_day(closed)):
            by_place[day, municipality] += 1
            day += timedelta(1)
    reopened = [stay for stay in stays if stay.state == "closed" and stay.left]
    assert reopened, "no item was reopened: the gap is not tried"
    for stay in reopened:
        day = local_day(stay.entered)
        while day < TODAY and stay.left and day < local_day(stay.left):
            by_place[day, stay.municipality] -= 1
            day += timedelta(1)
    summed = rows("select date_on, municipality_code, sum(open_count) from marts.fct_open_daily group by 1, 2")
    assert len(summed) > 2_000 and {(day, place): count for day, place, count in summed} == by_place


def test_dwell_and_transitions_are_counts_of_the_stays(stays: list[Stay]) -> None:
    since = AS_OF - timedelta(DAYS)
    moves, length = Counter[Any](), defaultdict[Any, list[float]](list)
    for s in stays:
        if s.left and since < s.left <= AS_OF:
            moves[s.municipality, s.block, s.state, s.next_state] += 1
        if s.state != "closed" and s.entered <= AS_OF and (s.left is None or s.left > since):
            days = (min(s.left or AS_OF, AS_OF) - s.entered).total_seconds() / 86_400
            for recipient in (s.recipient, "all"):
                length[s.municipality, s.block, recipient, s.state].append(days)
    columns = "municipality_code, block_code, state_code, next_state_code, moves_count"
    assert {tuple(key): n for *key, n in rows(f"select {columns} from marts.rpt_transitions")} == moves
    shares = rows(
        "select sum(moves_share) from marts.rpt_transitions group by municipality_code, block_code, state_code"
    )
    assert all(abs(share - 1) < 0.001 for (share,) in shares)
    found = rows(
        "select municipality_code, block_code, recipient_code, state_code, stays_count, median_calendar_days,"
        " median_working_hours, slow_working_hours from marts.rpt_dwell"
    )
    assert {tuple(row[:4]): row[4] for row in found} == {key: len(days) for key, days in length.items()}
    for row in found:
        assert abs(float(row[5]) - median(length[tuple(row[:4])])) < 0.006
        assert 0 <= row[6] <= row[7]


def test_the_planted_circles_are_named_worst_first(city: City) -> None:
    planted = {item.ref for item in city if "circle" in item.planted} | {one.record_ref for one in CIRCLES[1:]}
    in_circles = rows(
        "select f.record_ref, c.hops_count, c.hands_count, c.returns_count from marts.fct_forwarding_chains as c"
        " join marts.fct_feedback as f using (feedback_key) where c.has_circle"
    )
    found = {ref for ref, *_ in in_circles}
    ended = {item.ref for item in city if "circle" in item.planted and item.events[-1].at <= clock.END}
    assert len(planted) > 5 and ended <= found <= planted
    assert all(hops == hands - 1 + returns for _, hops, hands, returns in in_circles)
    shown = rows(
        "select rank_no, transfers_count, is_over_limit from marts.rpt_transfers order by municipality_code, 1"
    )
    assert shown and any(is_over for *_, is_over in shown)
    by_rank = rows(
        "select array_agg(transfers_count order by rank_no) from marts.rpt_transfers group by municipality_code"
    )
    assert all(counts == sorted(counts, reverse=True) for (counts,) in by_rank)


def test_workload_is_counts_of_items(city: City) -> None:
    items = rows(
        "select municipality_code, block_code, recipient_code, received_at, closed_at from marts.fct_feedback"
        " where kind != 'body_request' and municipality_code != 'unknown'"
    )
    wanted = defaultdict[Any, list[int]](lambda: [0, 0, 0])
    first = TODAY - timedelta(DAYS)
    for municipality, block, recipient, received, closed in items:
        counted = (
            closed is None,
            first <= local_day(received) < TODAY,
            bool(closed) and first <= local_day(closed) < TODAY,
        )
        for owner in (recipient, "all"):
            for no, one_more in enumerate(counted):
                wanted[municipality, block, owner][no] += one_more
    found = rows(
        "select municipality_code, block_code, recipient_code, open_count, received_count, closed_count"
        " from marts.rpt_workload"
    )
    assert {tuple(row[:3]): [*row[3:]] for row in found} == {key: n for key, n in wanted.items() if any(n)}
    wrong = rows(
        "select * from marts.rpt_workload where is_estimated and closed_count > 0"
        " and abs(capacity_per_day - closed_per_day) > 0.002 or load_share < 0"
    )
    assert wrong == []


def test_staff_changes_what_is_left_after_four_weeks(city: City) -> None:
    """Week by week in plain Python: what is open, and what comes, less what is answered, and never below nothing."""
    weekly = defaultdict[Any, list[tuple[float, int]]](list)
    for *key, expected, days in rows(
        "select municipality_code, block_code, recipient_code, expected_count, (select count(*) from"
        " intermediate.int_day_kinds as d where d.is_working and d.date_on between f.week_from and f.week_to)"
        " from marts.rpt_workload_forecast as f order by 1, 2, 3, week_no"
    ):
        weekly[tuple(key)].append((float(expected), days))
    found = rows(
        "select municipality_code, block_code, recipient_code, change, open_count, capacity_per_day, backlog_count,"
        " backlog_low, backlog_high from marts.rpt_workload_staff order by 1, 2, 3, 4"
    )
    assert len(found) > 30 and {change for _, _, _, change, *_ in found} == {-1, 0, 1, 2}
    before: tuple[Any, ...] | None = None
    for *key, change, opened, capacity, backlog, low, high in found:
        left = float(opened)
        for expected, days in weekly[tuple(key)]:
            left = max(left + expected - float(capacity) * days, 0)
        assert abs(left - float(backlog)) < 0.2, (key, change)
        assert low <= backlog <= high
        if before and before[0] == key:
            assert backlog <= before[1]
        before = key, backlog


def test_every_number_of_a_draft_is_a_count_of_rows(city: City) -> None:
    drafts = rows(
        "select recommendation_key::text, kind, text, basis, evidence_count, evidence_of"
        " from marts.rpt_recommendation_drafts"
    )
    counted = {
        key: (hits, items)
        for key, hits, items in rows(
            "select recommendation_key::text, count(*) filter (where is_hit), count(*)"
            " from marts.rpt_recommendation_items group by 1"
        )
    }
    assert {kind for _, kind, *_ in drafts} >= {"lever", "circles"}
    for key, kind, text, basis, hits, items in drafts:
        assert text and str(hits) in basis, (kind, basis)
        assert kind == "lever" or counted[key] == (hits, items)


def test_templates_are_counted_in_answers(city: City) -> None:
    """The city writes five answers of substance; four have a template for all themes or for theirs."""
    starts = {"any.done": "Сообщаем", "any.ordered": "Ваш вопрос", "any.planned": "Работы по"}
    answers = Counter[str]()
    for item in city:
        if item.answer and not item.fault and not item.canaries:
            answers.update(code for code, start in starts.items() if item.answer.startswith(start))
    found = dict(rows("select template_code, sum(uses_count)::int from marts.rpt_template_uses group by 1"))
    for code in starts:
        assert 0.5 * answers[code] < found[code] <= 1.05 * answers[code]


def test_what_people_decide_outlives_the_draft_and_its_effect_is_measured(city: City) -> None:
    key, text = rows("select recommendation_key::text, text from marts.rpt_recommendation_drafts where kind = 'circles'"
                     " order by 1 limit 1")[0]  # fmt: skip  # a query
    with pytest.raises(UserError, match="должность или подразделение"):
        recommendations.decide(key, "accepted", unit="Иванов Иван Иванович", on=TODAY)
    with pytest.raises(UserError, match="уже предложена"):
        recommendations.decide(key, "done", unit="Руководитель МЦУ", on=TODAY)
    accepted, finished = TODAY - timedelta(400), TODAY - timedelta(120)
    recommendations.decide(f"REC-{key[:8]}", "accepted", unit="Руководитель МЦУ", on=accepted)
    recommendations.decide(key, "done", unit="Отдел по работе с обращениями", on=finished)
    with pytest.raises(UserError, match="уже выполнена"):
        recommendations.decide(key, "declined", unit="Руководитель МЦУ", on=accepted)
    own = recommendations.add("murmansk", "Отвечать с фото работ", "Опыт дорожной службы", unit="МЦУ", on=TODAY)
    with pytest.raises(UserError, match="уже есть"):
        recommendations.add("murmansk", "Отвечать с фото работ", "Опыт", unit="МЦУ", on=TODAY)
    assert not transform(AS_OF).is_full
    assert one("select status from marts.rpt_recommendations where recommendation_key = %s", own) == "accepted"
    status, since, before, after = rows(
        "select status, since, before_of, after_of from marts.rpt_recommendations where recommendation_key = %s", key
    )[0]
    assert (status, since) == ("done", finished)
    block = one("select block_code from marts.rpt_recommendations where recommendation_key = %s", key)
    received = [day for (day,) in rows("select received_on from marts.fct_feedback where block_code = %s", block)]
    assert before == sum(accepted - timedelta(DAYS) <= day < accepted for day in received)
    assert after == sum(finished < day <= finished + timedelta(DAYS) for day in received)
    assert text in {found.text for found in recommendations.listed("done")}


def test_an_incremental_run_equals_a_full_one(city: City) -> None:
    incremental = facts((*MARTS, *VIEWS))
    assert transform(AS_OF, full=True).is_full
    full = facts((*MARTS, *VIEWS))
    for table in (*MARTS, *VIEWS):
        assert full[table], table
        assert incremental[table] == full[table], table
