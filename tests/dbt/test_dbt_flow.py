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
from dbt_project_copy import Rows, project_with
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
SHOWN = ("bi_answer_templates", "bi_recommendations")

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


RETURNED = [
    message(
        f"RETURNED-{no}", f"2026-{day}T10:00", *([("Ответ дан", f"2026-{day}T15:00")] if no < 4 else []),
        status="Ответ дан" if no < 4 else "Назначено", text=f"{text} на улице Лобова, дом 57.",
    )
    for no, (day, text) in enumerate([
        ("09-20", "Яма во всю ширину проезда"), ("09-24", "Разбит въезд во двор, колёса целиком уходят в грязь"),
        ("10-02", "Асфальт провалился, рядом торчит арматура"), ("11-03", "Залатали, а через месяц опять провал"),
    ], start=1)
]  # fmt: skip  # a table
"""One trouble that four people write about; after three answers it is back."""


def outdated(templates: Rows) -> Rows:
    """Two more: one that was in force, and one that will be."""
    some = templates[0]
    return [
        *templates,
        some | {"template_code": "any.old", "title": "Истёк", "text": "Исполнено.", "valid_to": "2026-01-01"},
        some | {"template_code": "any.new", "title": "Ещё не введён", "text": "Готово.", "valid_from": "2030-01-01"},
    ]


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
def city(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The city twenty days before its end, then incrementally to its end."""
    empty()
    made, seen = City(7, 3_000), set[bytes]()
    with pytest.MonkeyPatch.context() as patch:
        project_with(patch, tmp_path_factory.mktemp("templates"), answer_templates=outdated)
        yield from built(made, seen)


def built(made: City, seen: set[bytes]) -> Iterator[City]:
    with dbt_in_one_process(" ".join(f"+{name}" for name in (*MARTS, *VIEWS, *SHOWN))):
        land(made, BEFORE, seen)
        assert transform(datetime.fromtimestamp(BEFORE, UTC)).is_full
        land(made, clock.END, seen)
        accept("pos", [*CIRCLES, *RETURNED])
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
    whole, recent, handed = defaultdict[Any, float](float), set[Any](), Counter[Any]()
    for s in stays:
        if s.left and since < s.left <= AS_OF:
            moves[s.municipality, s.block, s.state, s.next_state] += 1
        if s.state != "closed" and s.entered <= AS_OF:
            days = (min(s.left or AS_OF, AS_OF) - s.entered).total_seconds() / 86_400
            key = s.municipality, s.block, s.state, s.key
            whole[key] += days
            handed[key] += 1
            if s.left is None or s.left > since:
                recent.add(key)
                length[s.municipality, s.block, s.recipient, s.state].append(days)
    # a block answers for an item's whole time in a state, whoever had it
    assert sum(handed[key] > 1 for key in recent) > 20
    for municipality, block, state, item in recent:
        length[municipality, block, "all", state].append(whole[municipality, block, state, item])
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
            " from marts.rpt_recommendation_items where span = 'now' group by 1"
        )
    }
    assert {kind for _, kind, *_ in drafts} >= {"lever", "circles", "hollow"}
    for key, kind, text, basis, hits, items in drafts:
        assert text and str(hits) in basis, (kind, basis)
        assert kind == "lever" or counted[key] == ((hits, hits) if kind == "problem" else (hits, items))


def test_hollow_answers_are_a_share_of_all_answers(city: City) -> None:
    """Not of the weekly sample, in which every answer is suspicious."""
    strong = {key for (key,) in rows("select feedback_key from intermediate.int_reply_evidence where is_strong")}
    answers, signs = Counter[Any](), Counter[Any]()
    for key, *owner, answered in rows(
        "select feedback_key, municipality_code, recipient_code, final_reply_at from marts.fct_feedback"
        " where kind != 'body_request' and final_reply_at is not null and municipality_code != 'unknown'"
    ):
        if TODAY - timedelta(DAYS) <= local_day(answered) < TODAY and owner[1] not in ("none", "unknown"):
            answers[tuple(owner)] += 1
            signs[tuple(owner)] += key in strong
    found = {
        (municipality, recipient): (hits, items)
        for municipality, recipient, hits, items in rows(
            "select municipality_code, recipient_code, count(*) filter (where is_hit), count(*)"
            " from marts.rpt_recommendation_items where kind = 'hollow' and span = 'now' group by 1, 2"
        )
    }
    assert found == {owner: (signs[owner], count) for owner, count in answers.items()}
    assert 0 < sum(signs.values()) < sum(answers.values()) / 2


def test_a_problem_is_offered_by_its_share_of_the_messages_on_its_topic(city: City) -> None:
    returned = rows(
        "select p.problem_key, municipality_code, block_code, topic_code from marts.rpt_problems as p"
        " where state = 'returned' and people_count >= 3"
    )
    assert len(returned) == 1, "RETURNED"
    for key, *subject in returned:
        wanted = rows(
            "select count(i.feedback_key), count(*) from marts.fct_feedback as f left join marts.fct_problem_items as i"
            " on i.feedback_key = f.feedback_key and i.problem_key = %s where f.municipality_code = %s"
            " and f.block_code = %s and f.topic_code = %s and f.kind != 'body_request'"
            " and f.received_on >= %s and f.received_on < %s",
            key, *subject, TODAY - timedelta(DAYS), TODAY,
        )  # fmt: skip  # a query
        assert wanted == rows(
            "select count(*) filter (where problem_key = %s), count(*) filter (where kind = 'topic')"
            " from marts.rpt_recommendation_items where kind in ('problem', 'topic') and span = 'now'"
            " and municipality_code = %s and block_code = %s and topic_code = %s", key, *subject
        )  # fmt: skip  # a query
        assert wanted == rows(
            "select evidence_count, evidence_of from marts.rpt_recommendation_drafts where problem_key = %s", key
        )


def test_each_municipality_sees_the_templates_in_force_and_its_own_uses(city: City) -> None:
    places = {title for (title,) in rows("select short_title from marts.dim_municipality"
                                         " where municipality_code != 'unknown'")}  # fmt: skip  # a query
    found = {(place, template): uses for place, template, uses in rows(
        "select municipality, template, uses_count from bi.bi_answer_templates"
    )}  # fmt: skip  # a query
    titles = {template for _, template in found}
    assert "Работы выполнены" in titles and titles.isdisjoint({"Истёк", "Ещё не введён"})
    assert set(found) == {(place, title) for place in places for title in titles}
    used = rows(
        "select m.short_title, t.title, u.uses_count from marts.rpt_template_uses as u"
        " join marts.dim_municipality as m using (municipality_code)"
        " join reference.answer_templates as t using (template_code) where t.title = any(%s)", list(titles)
    )  # fmt: skip  # a query
    assert {key: uses for key, uses in found.items() if uses} == {(place, title): n for place, title, n in used}


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


def test_an_effect_is_named_when_as_many_days_are_over(city: City) -> None:
    """Done 91 days before the day of the figures: that day itself is not over yet. A day earlier: it is."""
    offered = dict(rows(
        "select kind, min(recommendation_key::text) from marts.rpt_recommendations where status = 'offered' group by 1"
    ))  # fmt: skip  # a query
    early, over = offered["problem"], offered["hollow"]
    for key, ago in ((early, DAYS), (over, DAYS + 1)):
        recommendations.decide(key, "accepted", unit="Руководитель МЦУ", on=TODAY - timedelta(200))
        recommendations.decide(key, "done", unit="Отдел по работе с обращениями", on=TODAY - timedelta(ago))
    assert not transform(AS_OF).is_full
    effects = dict(rows("select recommendation_key::text, effect from marts.rpt_recommendations where status = 'done'"))
    assert effects[early] == "early" and effects[over] in ("better", "worse", "unproved", "few")
    shown = one("select effect_text from bi.bi_recommendations where recommendation_key = %s", early)
    assert shown.startswith("рано судить: до ") and shown.endswith(f"итог — {TODAY + timedelta(1):%d.%m.%Y}")


def test_an_incremental_run_equals_a_full_one(city: City) -> None:
    incremental = facts((*MARTS, *VIEWS))
    assert transform(AS_OF, full=True).is_full
    full = facts((*MARTS, *VIEWS))
    for table in (*MARTS, *VIEWS):
        assert full[table], table
        assert incremental[table] == full[table], table
