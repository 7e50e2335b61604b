"""The rating shows its working: recomputed in plain Python, calibrated on simulated recipients, deaf to tricks; the
weekly sample finds the hollow answers that the city has planted. Five months of a city, built once."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import orjson
import psycopg
import pytest
import rating_reference as reference
from dbt_lives import Version
from dbt_warehouse import accept, empty, facts, one, rows, transform

from demo_city import clock, payloads, truth
from demo_city.generate import City
from demo_city.item import Item
from ground import add_evidence
from mcu.warehouse.connect import connect
from mcu.warehouse.dbt import state

AS_OF = datetime.fromtimestamp(clock.END, UTC)
FIRST = datetime(2026, 6, 15, tzinfo=UTC).timestamp()
QUARTER = "answered_on >= '2026-07-01' and answered_on < '2026-10-01'"
SHOWN = {"pos": payloads.pos, "incident": payloads.incident, "registry": payloads.registry}


def shown(item: Item) -> Version:
    payload: dict[str, Any] = SHOWN[item.source](item, clock.END)
    for field in ("author", "author_link", "author_name", "author_phone", "author_email"):
        payload.pop(field, None)
    payload["author_key"] = hashlib.sha256(repr(item.author).encode()).hexdigest()
    ref = str(payload.get("id") or payload["number"])
    changed = datetime.fromtimestamp(payloads.updated_at(item, clock.END), UTC)
    return Version(ref, orjson.loads(orjson.dumps(payload)), changed)


@pytest.fixture(scope="module")
def planted(warehouse: Path) -> dict[tuple[str, str], list[str]]:
    """(source, number) → what the city planted there. The marts of some five months of it are built."""
    empty()
    loads: dict[str, list[Version]] = defaultdict(list)
    found = {}
    for item in City(7, 20_000):
        if item.source in SHOWN and not item.fault and item.received >= FIRST:
            version = shown(item)
            loads[item.source].append(version)
            found[item.source, version.record_ref] = [*item.planted, item.recipient]
    for slug, versions in loads.items():
        accept(slug, versions)
    assert transform(AS_OF).is_full
    return found


# ---------------------------------------------------------------- the figures


def counts() -> list[reference.Count]:
    columns = "part_on, recipient_code, block_code, theme_code, channel_code, component_code, items_count, good"
    found = rows(f"select {columns} from intermediate.int_rating_counts")
    return [reference.Count(day, *codes, items, Fraction(good)) for day, *codes, items, good in found]


def test_every_scheme_is_what_plain_python_makes_of_the_counts(planted: Any) -> None:
    exported, compared = counts(), 0
    for scheme in reference.seed("rating_schemes"):
        wanted = reference.contributions(exported, scheme, reference.units(scheme))
        found = {
            tuple(key): contribution
            for *key, contribution in rows(
                "select period_start, unit_code, component_code, contribution from marts.fct_rating_components"
                " where scheme_code = %s", scheme["scheme_code"],
            )
        }  # fmt: skip  # a table
        assert found.keys() == wanted.keys(), scheme["scheme_code"]
        assert max((abs(found[key] - wanted[key]) for key in found), default=0) <= 1e-9, scheme["scheme_code"]
        compared += len(found)
    assert compared > 5_000


def test_contributions_add_up_to_the_score_and_their_gaps_to_the_gap(planted: Any) -> None:
    different = rows(
        "select * from (select period_key, scheme_code, unit_code, sum(contribution) as total"
        " from marts.fct_rating_components group by 1, 2, 3) as c"
        " join marts.fct_ratings using (period_key, scheme_code, unit_code) where score != total"
    )
    assert different == []
    gaps = rows("select sum(gap), min(next_gap) from marts.rpt_rating_levers where next_unit_code is not null"
                " group by period_key, scheme_code, unit_code")  # fmt: skip  # a table
    assert len(gaps) > 300 and all(total == gap > 0 for total, gap in gaps)


def test_what_is_promised_to_lift_a_place_lifts_it(planted: Any) -> None:
    """The items that a lever names, done well, bring at least the gap; one item fewer does not."""
    levers = rows(
        "select l.items_to_next, l.next_gap, c.used_weight, c.best_share - c.worst_share, c.prior_items,"
        " c.counted_items, c.counted_items - c.numerator"
        " from marts.rpt_rating_levers as l join marts.fct_rating_components as c"
        " using (period_key, scheme_code, unit_code, component_code) where l.items_to_next is not null"
    )
    assert len(levers) > 100
    for items, gap, weight, band, prior, counted, failed in levers:
        assert failed is not None and items <= failed, "only what was not done well can be done well"
        points = 100 * weight / band / (prior + counted)
        assert (items - 1) * points <= gap < items * points + Decimal("1e-6")


def test_places_come_from_scores_and_shares_have_open_cases(planted: Any) -> None:
    wrong = rows(
        "select * from (select *, rank() over peers as place, count(*) over peers as peers from marts.fct_ratings"
        " where is_rated window peers as (partition by period_key, scheme_code, peers_key order by score desc"
        " groups between unbounded preceding and unbounded following)) as r where peers > 1 and"
        " (rank is distinct from place or not rank between weights_best_rank and weights_worst_rank)"
        " or peers = 1 and rank is not null"
    )
    assert wrong == []
    # an open item whose deadline came is judged: it is in the denominator and not in the numerator
    overdue = one(
        "select count(*) from marts.rpt_deadline_status as d join marts.fct_feedback as f using (feedback_key)"
        " join intermediate.int_recipient_groups as g on f.recipient_code = g.recipient_code and g.is_rated"
        " where d.is_main and d.status = 'running_late' and f.kind != 'body_request'"
    )
    lost = one("select sum(denominator - numerator) from marts.fct_rating_components where scheme_code = 'base.month'"
               " and component_code = 'processed'")  # fmt: skip  # a table
    assert lost >= overdue > 20


# ---------------------------------------------------------------- simulated recipients


def compiled(model: str) -> str:
    """The SQL of a model as the full run made it, over the tables of the schema `simulated`."""
    (path,) = (state() / "target" / "compiled").rglob(f"{model}.sql")
    return re.sub(r'"[^"]+"\."[^"]+"\."(\w+)"', r"simulated.\1", path.read_text(encoding="utf-8"))


@pytest.fixture
def simulated(planted: Any) -> Iterator[psycopg.Connection]:
    """A schema of its own, gone when the test ends."""
    with connect("transformer") as conn:
        conn.execute("create schema simulated")
        for table in ("rating_schemes", "rating_components"):
            conn.execute(f"create table simulated.{table} as select * from reference.{table} where false")
        conn.execute(
            "create table simulated.int_rating_shares as select * from intermediate.int_rating_shares where false"
        )
        yield conn
        conn.rollback()


MEASURES = {"on_time": "0.5", "completeness": "0.3", "processed": "0.2"}


def rate(conn: psycopg.Connection, seed: int, units: dict[str, dict[str, tuple[int, int]]], min_items: int = 5) -> None:
    """Run the models of the rating on `units`: unit → measure → (items, good)."""
    conn.execute(
        "insert into simulated.rating_schemes (scheme_code, peers, period, min_items, prior_items, draws, seed,"
        " valid_from) values ('s', 'groups', 'month', %s, 10, 200, %s, '2020-01-01')", [min_items, seed],
    )  # fmt: skip  # a table
    for measure, weight in MEASURES.items():
        conn.execute("insert into simulated.rating_components values ('s', %s, 'x', %s, 0, 1, 1, '2020-01-01', null)",
                     [measure, weight])  # fmt: skip  # a table
    total = {m: sum(u[m][1] for u in units.values()) / sum(u[m][0] for u in units.values()) for m in MEASURES}
    with conn.cursor() as cursor, cursor.copy(
        "copy simulated.int_rating_shares (period_key, scheme_code, period, period_start, peers_key, municipality_code,"
        " unit_code, component_code, items_count, good, expected_share, share_of_all, adjusted_share) from stdin"
    ) as lines:  # fmt: skip  # a table
        for unit, measured in units.items():
            for measure, (items, good) in measured.items():
                lines.write_row(("month 2026-10-01", "s", "month", "2026-10-01", "p", "m", unit, measure, items, good,
                                 total[measure], total[measure], good / items))  # fmt: skip  # a table
    for model in ("fct_rating_priors", "fct_rating_components", "fct_rating_ranges"):
        conn.execute(f"create table simulated.{model} as {compiled(model)}")
        conn.execute(f"analyze simulated.{model}")


def test_intervals_hold_the_truth_nine_times_of_ten(simulated: psycopg.Connection) -> None:
    """1,000 recipients with known shares; what is seen of each is a binomial draw of few items."""
    rng = Random(20261120)
    truths: dict[str, float] = {}
    units: dict[str, dict[str, tuple[int, int]]] = {}
    for number in range(1_000):
        unit, score = f"u{number:04d}", 0.0
        units[unit] = {}
        items = rng.randint(5, 60)
        for measure, weight in MEASURES.items():
            share = rng.betavariate(8, 2)
            score += 100 * float(weight) * share
            units[unit][measure] = (items, sum(rng.random() < share for _ in range(items)))
        truths[unit] = score
    rate(simulated, 1, units)
    found = simulated.execute(
        "select unit_code, score_low, score_high, rank_low, rank_high from simulated.fct_rating_ranges"
    ).fetchall()
    places = {unit: place for place, unit in enumerate(sorted(truths, key=lambda u: -truths[u]), 1)}
    assert len(found) == 1_000
    held = sum(low <= truths[unit] <= high for unit, low, high, *_ in found) / 1_000
    placed = sum(low <= places[unit] <= high for unit, _, _, low, high in found) / 1_000
    add_evidence("Рейтинг: 1000 получателей", f"балл в интервале: {held:.1%}, место в промежутке: {placed:.1%}")
    assert 0.87 <= held <= 0.93
    assert 0.87 <= placed <= 0.93


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_two_lucky_answers_are_never_first(simulated: psycopg.Connection, seed: int) -> None:
    """Twelve peers with much work, and one with two perfect answers, even where two answers are enough for a place."""
    rng = Random(seed)
    units = {}
    for number in range(12):
        items, share = rng.randint(20, 80), rng.uniform(0.7, 0.95)
        units[f"u{number}"] = {m: (items, sum(rng.random() < share for _ in range(items))) for m in MEASURES}
    units["lucky"] = dict.fromkeys(MEASURES, (2, 2))
    rate(simulated, seed, units, min_items=2)
    scores: dict[str, Decimal] = dict(
        simulated.execute(
            "select unit_code, sum(contribution) from simulated.fct_rating_components group by 1"
        ).fetchall()
    )
    first = max(scores, key=lambda unit: scores[unit])
    # by plain shares it would be first of all
    assert max(units, key=lambda u: units[u]["on_time"][1] / units[u]["on_time"][0]) == "lucky"
    assert first != "lucky"


# ---------------------------------------------------------------- what people look at


def sample() -> list[tuple[Any, ...]]:
    columns = "source_slug, record_ref, recipient_code"
    found: list[tuple[Any, ...]] = rows(f"select {columns} from marts.rpt_reply_audit where {QUARTER}")
    return found


def test_weekly_samples_of_a_quarter_find_the_hollow_answers_and_few_others(planted: Any) -> None:
    hollow = {
        (source, ref)
        for source, ref in rows(
            "select source_slug, record_ref from marts.fct_feedback join intermediate.int_replies using (feedback_key)"
            " join intermediate.int_milestones using (feedback_key)"
            " where first_final_reply_at >= '2026-07-01 00:00+03' and first_final_reply_at < '2026-10-01 00:00+03'"
        )
        if "hollow_answer" in planted[source, ref]
    }  # fmt: skip  # a table
    drawn = {(source, ref) for source, ref, _ in sample()}
    innocent = {key for key in drawn if not {"hollow_answer", "instant_closure"} & set(planted[key])}
    add_evidence(
        "Выборка ответов за квартал",
        f"отписок {len(hollow)}, найдено {len(hollow & drawn)}; в выборке {len(drawn)}, без изъяна {len(innocent)}",
    )
    assert len(hollow) > 80
    assert len(hollow & drawn) >= 0.8 * len(hollow)
    assert len(innocent) <= 0.2 * len(drawn)


def test_small_recipients_are_not_hunted(planted: Any) -> None:
    """Where a week has more evidence than people can look at, a recipient is drawn in proportion to its answers."""
    with connect("transformer") as conn:
        conn.execute("create temporary table int_reply_evidence (like intermediate.int_reply_evidence)")
        for week in range(200):
            for recipient, answers, found in (("large", 400, 60), *((f"small{n}", 2, 1) for n in range(10))):
                conn.execute(
                    "insert into int_reply_evidence (period_key, feedback_key, municipality_code, recipient_code,"
                    " week_start, answers_count, is_strong, is_returned) select 'w', md5(%s || g)::uuid, 'm', %s,"
                    " date '2026-01-05' + 7 * %s, %s, true, false from generate_series(1, %s) as g",
                    [f"{week} {recipient} ", recipient, week, answers, found],
                )
        body = re.sub(r"simulated\.(\w+)", r"pg_temp.\1", compiled("fct_reply_audit_sample"))
        drawn: dict[str, int] = dict(
            conn.execute(f"select recipient_code, count(*) from ({body}) as s group by 1").fetchall()
        )
        conn.rollback()
    assert sum(drawn.values()) == 200 * 25
    small = sum(drawn.get(f"small{n}", 0) for n in range(10)) / (200 * 10)
    # 25 of 420 answers; each small one has two
    assert 0.5 * 2 * 25 / 420 < small < 1.5 * 2 * 25 / 420


def test_what_people_confirm_costs_completeness_and_the_sample_itself_nothing(planted: Any) -> None:
    """Experts judge the sample of the hollow firm and of one honest recipient."""
    firm = truth.HOLLOW["recipient_code"]
    complete = (
        "select period_start, numerator from marts.fct_rating_components where scheme_code = 'base.quarter' and"
        " component_code = 'completeness' and unit_code = %s and period_start = '2026-07-01'"
    )
    before = {code: rows(complete, code) for code in (firm, "murmansk.managing_4")}
    reviews = []
    for number, (source, ref, recipient) in enumerate(sample()):
        if recipient in before:
            is_hollow = "hollow_answer" in planted[source, ref]
            payload = {
                "number": f"О-{number}", "source": source, "item": ref, "reviewed_on": "2026-11-19",
                "mark": "1" if is_hollow else "5", "verdict": "Отписка" if is_hollow else "По существу",
                "comment": None,
            }  # fmt: skip  # a table
            reviews.append(Version(payload["number"], payload, AS_OF))
    confirmed = sum(v.payload["verdict"] == "Отписка" and _is_of(v, firm) for v in reviews)
    assert confirmed > 5
    accept("expert_marks", reviews)
    assert not transform(AS_OF + timedelta(minutes=1), tests="none").is_full
    ((_, was),), ((_, now),) = before[firm], rows(complete, firm)
    assert was - confirmed <= now < was
    quality = rows(
        "select sum(good), sum(items_count) from intermediate.int_rating_counts where component_code = 'quality'"
    )
    assert quality == [(sum(v.payload["mark"] == "5" for v in reviews), len(reviews))]
    # with what people found, the hollow firm is first in no month and no quarter in which it has a place
    firsts = rows(
        "select period_key from marts.fct_ratings where unit_code = %s and rank = 1 and scheme_code in"
        " ('base.month', 'act_000', 'base.quarter') and period_start between '2026-07-01' and '2026-09-30'",
        firm,
    )
    assert firsts == []
    assert one("select count(*) from marts.rpt_reply_audit where verdict is not null") == len(reviews)


def _is_of(review: Version, recipient: str) -> bool:
    found = one("select recipient_code from marts.fct_feedback where source_slug = %s and record_ref = %s",
                review.payload["source"], review.payload["item"])  # fmt: skip  # a table
    return bool(found == recipient)


@pytest.mark.soak
def test_an_incremental_run_with_reviews_equals_a_full_one(planted: Any) -> None:
    tables = ("fct_rating_priors", "fct_rating_components", "fct_rating_ranges", "fct_ratings", "fct_satisfaction",
              "fct_reply_reviews", "fct_reply_audit_sample")  # fmt: skip  # a table
    before = facts(tables)
    transform(AS_OF + timedelta(minutes=1), full=True)
    assert facts(tables) == before
