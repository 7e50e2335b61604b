"""Two years whose truth is known: how near the expected volumes are, which surges, silences, problem areas and measures
are named, and which are not."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from statsmodels.stats.proportion import proportion_confint

from ground import add_evidence
from mcu.warehouse.connect import connect
from persons import give, role_of
from volumes import back_test, known_series, planted_measures, stream
from volumes.stream import rows


@pytest.fixture(scope="module", autouse=True)
def filled(empty_marts: Path) -> None:
    stream.fill(known_series.told(seed=5))
    planted_measures.plant()
    stream.run()


def test_expected_volumes_beat_the_week_before_and_their_interval_holds_nine_of_ten_days() -> None:
    found = back_test.judge(back_test.read(), known_series.SURGE[3:5])
    add_evidence(
        "Ожидаемый объём, известный ряд, год",
        f"дней {found.days}, ошибка {found.error:.2f}, наивный прогноз {found.naive_error:.2f}"
        f" (меньше на {found.gain:.0%}), интервал держит {found.held_share:.1%}",
    )
    assert found.days > 1_500
    assert found.gain >= 0.15
    assert 0.87 <= found.held_share <= 0.93


def test_they_are_as_near_as_a_negative_binomial_regression() -> None:
    data = back_test.read(("municipality",))
    for place in known_series.PER_DAY:
        ours, theirs = back_test.regression_error(data, f"municipality{place}all")
        add_evidence("Ожидаемый объём против регрессии", f"{place}: {ours:.2f} и {theirs:.2f}")
        assert ours <= 1.1 * theirs


def test_official_holidays_raise_nothing_and_are_expected_lower() -> None:
    kinds = ("holiday", "before_holiday", "after_holiday", "working_saturday")
    data = back_test.read(("municipality", "block", "topic", "channel"))
    first, last = known_series.SURGE[3], known_series.SURGE[4] + timedelta(days=7)
    there = data[data.day_kind.isin(kinds) & ~((data.date_on >= first) & (data.date_on <= last))]
    assert len(there[there.day_kind == "holiday"].date_on.unique()) >= 24
    silent = known_series.SILENT_NOW[2]
    assert there[(there.state != "usual") & (there.date_on < silent)].empty
    town = data[(data.series == "municipalitymurmanskall") & (data.date_on > date(2025, 11, 20))]
    of_holiday = town[town.day_kind == "holiday"].expected.mean()
    assert 0.25 < of_holiday / town[town.day_kind == "weekday_3"].expected.mean() < 0.45  # by hand: 0.35 / 1.1


def test_each_surge_is_named_once_since_its_first_days_by_its_topic() -> None:
    """The first winter of a new series may be taken for a surge; more than one false alarm would be too many."""
    found = rows(
        "select municipality_code, topic_code, started_on, is_running from rpt_volume_surges"
        " where is_cause and state = 'surge' order by started_on"
    )
    planted = [(place, topic, first) for place, topic, _, first, _ in known_series.SURGES]
    for place, topic, first in planted:
        # a day may come without many more
        days = [(start - first).days for where, what, start, _ in found if (where, what) == (place, topic)]
        assert [day for day in days if 0 <= day <= 3], (topic, first, days)
    assert len(found) <= len(planted) + 1
    assert [place for place, _, _, is_running in found if is_running] == [known_series.CAME_BACK[0]]


def test_contributions_add_up_and_name_the_place() -> None:
    sums = rows(
        "select c.dimension, round(sum(c.contribution) - max(s.deviation), 6) from rpt_volume_contributions as c"
        " join rpt_volume_surges as s using (surge_key) group by s.surge_key, c.dimension"
    )
    assert len({dimension for dimension, _ in sums}) == 4
    assert [difference for _, difference in sums if difference] == []
    ((place, share),) = rows(
        "select c.value, c.contribution / s.deviation from rpt_volume_contributions as c"
        " join rpt_volume_surges as s using (surge_key)"
        " where s.started_on = %s and c.dimension = 'place' order by c.contribution desc limit 1",
        known_series.SURGE[3],
    )
    assert place == known_series.SURGE[2]
    assert share > 0.8


def test_silences_are_found_and_no_others() -> None:
    found = rows(
        "select source_slug, municipality_code, topic_code, is_running from rpt_silences"
        " where is_cause order by last_on"
    )
    past, now = known_series.SILENT_TOPIC, known_series.SILENT_NOW
    assert found == [(*past[:3], False), (*now[:2], "all", True)]


def test_a_surge_within_the_day_is_seen_before_it_is_over() -> None:
    found = rows(
        "select distinct municipality_code, topic_code from rpt_volume_today where is_surge and level = 'topic'"
    )
    assert found == [known_series.TODAY]
    assert rows("select max(date_on) from fct_expected_volumes") == [(known_series.LAST - timedelta(days=1),)]


def test_spheres_whose_people_come_again_are_the_only_ones_named_for_that() -> None:
    found = rows("select municipality_code, topic_code, place from rpt_problem_areas where is_by_returned")
    assert sorted(found) == known_series.RETURNED
    words = rows("select why, leave from bi_problem_areas join rpt_problem_areas using (area_key) where is_by_returned")
    assert all("после ответа обратились снова" in why for why, _ in words)
    assert all(leave.startswith("Уйдёт из перечня, если ") for _, leave in words)


def test_every_number_of_an_area_is_a_count_of_its_rows() -> None:
    wrong = rows(
        "select a.area_key from rpt_problem_areas as a join rpt_problem_area_items as i using (area_key)"
        " group by a.area_key, a.items_count, a.people_count, a.returned_count"
        " having a.items_count != count(*) filter (where i.is_received)"
        " or a.people_count != count(distinct i.person_key) filter (where i.is_received)"
        " or a.returned_count != count(*) filter (where i.is_returned)"
    )
    assert wrong == []
    place, topic, where = known_series.RETURNED[0]
    by_hand = rows(
        "select count(*) from fct_feedback where municipality_code = %s and topic_code = %s and place = %s"
        " and received_on between %s and '2026-11-19'",
        place, topic, where, known_series.RETURNED_SINCE,
    )  # fmt: skip  # a table
    assert by_hand == rows("select items_count from rpt_problem_areas where place = %s and is_by_returned", where)


def test_an_area_leaves_at_the_count_that_is_written_and_not_one_above_it() -> None:
    (leave, of, usual), *_ = rows(
        "select returned_leave, returned_of, usual_returned_share::float8 from rpt_problem_areas where is_by_returned"
    )
    two_sided = 0.0026997960632601866  # three standard deviations
    low = [proportion_confint(count, of, two_sided, "wilson")[0] for count in (leave, leave + 1)]
    assert low[0] <= usual < low[1]


def test_ranks_hold_the_place_and_the_worst_stands_first() -> None:
    found = rows("select municipality_code, rank_best, rank_no, rank_worst, score from rpt_problem_areas order by 1, 3")
    assert len([row for row in found if row[0] == "murmansk"]) > 1
    assert all(best <= place <= worst for _, best, place, worst, _ in found)
    for municipality in {row[0] for row in found}:
        scores = [row[4] for row in found if row[0] == municipality]
        assert scores == sorted(scores, reverse=True)


def test_a_measure_done_on_paper_is_named_and_one_that_helped_is_confirmed() -> None:
    found = rows(
        "select record_ref, verdict, effect_low < effect and effect < effect_high from rpt_measure_checks"
        " join fct_measures using (measure_key)"
    )
    assert {ref: verdict for ref, verdict, _ in found} == {
        "PAPER": "goes_on",
        "HONEST": "confirmed",
        "BACK": "came_back",
        "EARLY": "early",
    }
    assert all(is_inside for *_, is_inside in found)
    named = rows("select record_ref from bi_measure_checks where is_named order by 1")
    assert named == [("BACK",), ("PAPER",)]


def test_counts_of_other_places_are_for_those_who_see_them() -> None:
    """Who sees a municipality sees its other places too; the head of a block of it reads the effect only."""
    place = planted_measures.MEASURES["PAPER"][0]
    ((block,),) = rows("select min(block_code) from dim_sector_block where municipality_code = %s", place)
    give({"mayor": [(place,)], "block": [(place, block)]})
    with connect("admin") as conn:
        conn.execute("update marts_next.fct_measures set block_code = %s where record_ref = 'PAPER'", [block])
        conn.execute("grant usage on schema bi_next to mcu_reader")
        conn.execute("grant select on bi_next.bi_measure_checks to mcu_reader")
        read = "select other_before, sentence, effect from bi_next.bi_measure_checks where record_ref = 'PAPER'"
        told = {}
        for login in ("mayor", "block"):
            role = role_of(login)
            conn.execute(f"set session authorization {role}".encode())
            told[login] = conn.execute(read).fetchone()
            conn.execute("reset session authorization")
        conn.rollback()
    mayor, head = told["mayor"], told["block"]
    assert mayor is not None and mayor[0] > 0 and "в сравнимых местах" in mayor[1]
    assert head is not None and head[0] is None and "в сравнимых местах" not in head[1] and head[2] == mayor[2]


def test_both_lists_of_problems_say_who_has_what() -> None:
    found = dict(rows("select record_ref, side from rpt_problem_lists where record_ref is not null"))
    assert found == {"П-1": "both", "П-2": "theirs"}
    assert rows("select count(*) > 0 from rpt_problem_lists where side = 'ours'") == [(True,)]


def test_a_vote_stands_beside_what_is_written_on_its_topic() -> None:
    ((topic, before, after),) = rows("select topic_code, items_before, items_after from rpt_vote_topics")
    assert topic == "roads.repair"
    assert before > 100
    assert after > 100


def test_a_run_over_changed_days_gives_what_a_full_one_gives() -> None:
    """Items leave a day of August and others come to one of October; the days before stay as they are."""
    gone, came = date(2026, 8, 12), date(2026, 10, 14)
    with connect("admin", autocommit=True) as conn:
        conn.execute("set search_path = intermediate_next")
        conn.execute("delete from int_feedback where received_on = %s and municipality_code = 'murmansk'", [gone])
        conn.execute(
            "update int_feedback set received_on = %s, received_at = received_at - interval '1 day'"
            " where received_on = %s and topic_code = 'roads.repair'",
            [came, came + timedelta(days=1)],
        )
        days = [gone, came, came + timedelta(days=1), *(known_series.LAST + timedelta(days=n) for n in (-1, 0, 1))]
        conn.execute("truncate int_recount_days")
        conn.execute("insert into int_recount_days select unnest(%s::date[])", [days])
    before = _rows_of_facts()
    stream.run(full=False)
    incremental = _rows_of_facts()
    assert rows("select min(date_on) from int_expected_days") == [(gone,)]
    assert incremental["fct_expected_volumes"] != before["fct_expected_volumes"]
    stream.run()
    full = _rows_of_facts()
    assert {name: found == full[name] for name, found in incremental.items()} == dict.fromkeys(full, True)


def _rows_of_facts() -> dict[str, list[str]]:
    names = (
        "fct_expected_volumes",
        "rpt_volume_surges",
        "rpt_volume_contributions",
        "rpt_volume_today",
        "rpt_silences",
    )
    return {name: [text for (text,) in rows(f"select t::text from {name} as t order by 1")] for name in names}
