"""An incremental run touches what it must and nothing else; a repeat adds nothing; a killed run is redone."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import dbt_rights_matrix as matrix
import pytest
from dbt_lives import NOW, SLUGS, Version, quiet_message, version
from dbt_rights import (
    CHOICES,
    COUNTS_OF_ITEMS,
    ITEMS,
    MIXED,
    OF_ANYONE,
    OF_ITEMS,
    OF_MANAGERS,
    below,
    columns,
    content,
    items,
    items_of,
    of_municipality,
    recipients,
    views,
)
from dbt_warehouse import accept, empty, facts, one, rows, transform
from psycopg import sql

from ground import add_evidence, skip_unless_ci
from mcu.errors import UserError
from mcu.runtime import services
from mcu.sources import registry
from mcu.warehouse.copies import SCHEMAS, next_name
from mcu.warehouse.transform import TransformResult, as_of_of_marts
from persons import ALL, connect_as, give


@pytest.fixture(scope="module")
def first_run(warehouse: Path) -> TransformResult:
    """All three sources loaded once, and a full run."""
    empty()
    rng = Random(7)
    for slug in SLUGS:
        accept(slug, [version(rng, slug, number, NOW - timedelta(days=30)) for number in range(25)])
    accept("pos", [quiet_message(NOW - timedelta(days=30))])
    return transform(NOW - timedelta(days=2), tests="all")


def test_nothing_is_lost_and_a_repeat_adds_nothing(first_run: TransformResult) -> None:
    assert first_run.is_full
    for slug in SLUGS:
        accepted = one(f"select count(distinct record_ref) from raw.{slug}")
        assert one("select count(*) from marts.fct_feedback where source_slug = %s", slug) == accepted > 20
    assert rows("select source_slug from marts.rpt_reconciliation where missing != 0 or extra != 0") == []
    assert as_of_of_marts() == first_run.as_of
    before = facts()

    again = transform(NOW - timedelta(days=2))
    assert again.is_noop
    assert facts() == before
    assert one("select count(*) from ops.transform_runs") == 1


def test_late_event_changes_its_own_rows_only_and_unaccepted_loads_stay_unseen(first_run: TransformResult) -> None:
    """An answer of 60 days ago that arrives now, and with it a forwarding and another time of registration."""
    received, answered = NOW - timedelta(days=60), (NOW - timedelta(days=59)).isoformat()
    registered = (received + timedelta(hours=1)).isoformat()
    history = [
        {"event": "Создано", "at": received.isoformat()}, {"event": "Зарегистрировано", "at": registered},
        {"event": "Перенаправлено", "at": registered, "organization": "Администрация города Мурманска"},
    ]  # fmt: skip  # a table
    late = quiet_message(
        NOW, status="Ответ дан", registeredAt=registered, answer={"text": "Готово", "at": answered}, history=history
    )
    before = _facts_of_items()
    accept("pos", [late])
    accept("pos", [version(Random(1), "pos", 999, NOW)], status="quarantined")
    assert not transform(NOW).is_full
    after = _facts_of_items()

    key = one("select feedback_key::text from marts.fct_feedback where record_ref = %s", late.record_ref)
    changed = {table: set(before[table]) ^ set(after[table]) for table in before}
    # it has no questions; in every other fact of items its rows changed, and no others
    assert {table for table, lines in changed.items() if lines} == set(FACTS_OF_ITEMS) - {"fct_questions"}
    assert all(key in line for lines in changed.values() for line in lines)
    is_overdue = "select is_overdue from marts.rpt_deadline_status where feedback_key = %s and stage = 'final'"
    assert one(is_overdue, key) is False


FACTS_OF_ITEMS = (
    "fct_feedback", "fct_feedback_events", "fct_deadlines", "fct_questions", "fct_citizen_clocks",
    "fct_forwarding_chains", "fct_retroactive_edits", "int_deadline_ends",
)  # fmt: skip  # a table
"""Facts whose rows belong to one item, and what the forecast of risk learns from."""


def _facts_of_items() -> dict[str, list[str]]:
    of_risk = [row for (row,) in rows("select t::text from intermediate.int_deadline_ends as t order by 1")]
    return {**facts(FACTS_OF_ITEMS[:-1]), "int_deadline_ends": of_risk}


def test_measures_and_votes_follow_an_incremental_run_and_their_views_outlive_it(first_run: TransformResult) -> None:
    """The measure is overdue, then it is done; the vote goes on."""
    measure = {
        "docType": "Поручение", "municipality": "город Мурманск", "name": "Осмотреть дворы", "state": "На исполнении",
        "term": "2026-11-10", "percent": "40", "block": "Дороги",
    }  # fmt: skip  # a table
    vote = {"type": "Голосование", "municipality": "город Мурманск", "title": "Что построить?"}
    options = [{"title": "Сквер", "votes": 7}, {"title": "Парковка", "votes": 3}]
    for payload, votes in (
        (measure, options),
        (measure | {"state": "Исполнено", "completed": "2026-11-18"}, options[:1]),
    ):
        now = NOW - timedelta(hours=len(votes))
        accept("ecpur", [Version("П-1", payload, now)])
        accept("pos_votes", [Version("OBS-1", vote | {"options": votes}, now)])
        assert not transform(NOW).is_full
        control = rows("select block_code, is_overdue, is_done_late from marts.rpt_measure_control")
        assert control == [("murmansk.roads", len(votes) == 2, len(votes) == 1)]
        assert rows("select option_title, votes_share from bi.bi_votes order by 1 desc") == (
            [("Сквер", Decimal("0.7000")), ("Парковка", Decimal("0.3000"))] if len(votes) == 2 else [("Сквер", 1)]
        )
    different = "select source_slug, raw_records, in_feedback from marts.rpt_reconciliation where missing + extra != 0"
    assert rows(different) == []
    assert one("select count(*) from marts.rpt_reconciliation where raw_records = 1 and in_feedback = 1") == 2


def test_a_faulty_source_file_loses_no_row_and_stops_no_other(
    first_run: TransformResult, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The run stays incremental, takes what other sources bring, and the source keeps its rows and its name."""
    folder = tmp_path / "sources"
    shutil.copytree(registry.FOLDER, folder)
    monkeypatch.setattr(registry, "FOLDER", folder)
    (folder / "pos.yml").write_text(
        (folder / "pos.yml").read_text(encoding="utf-8").replace("slug: pos", "slug: ["), encoding="utf-8"
    )
    assert "pos" not in registry.all_sources()
    count = "select count(*) from marts.fct_feedback where source_slug = %s"
    before, of_others = one(count, "pos"), one(count, "incident")
    accept("incident", [version(Random(3), "incident", number, NOW) for number in range(700, 705)])
    assert not transform(NOW + timedelta(minutes=1)).is_full
    assert one(count, "pos") == before > 20 and one(count, "incident") == of_others + 5
    assert one("select title from marts.dim_source where source_slug = 'pos'") == "ПОС"
    assert rows("select source_slug from marts.rpt_reconciliation where missing != 0 or extra != 0") == []


def test_killed_run_is_redone_from_the_published_copy(
    first_run: TransformResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The views and the functions of the next copy are made anew, too."""
    accept("pos", [version(Random(5), "pos", number, NOW) for number in range(10)])
    from mcu.warehouse import transform as module

    def die(window: object, basis: object, *, on_progress: object = None) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(module, "build", die)
        transform(NOW + timedelta(minutes=2))
    runs = one("select count(*) from ops.transform_runs")
    assert one("select status from ops.transform_runs order by run_id desc limit 1") == "failed"
    before = {copy: _objects(copy) for copy in ("", "_next")}
    assert not transform(NOW + timedelta(minutes=2)).is_full
    assert one("select count(*) from ops.transform_runs") == runs
    assert _objects("") == _objects("_next") == before[""]


def _objects(copy: str) -> set[tuple[str, ...]]:
    """Every relation, function and constraint of a copy, with the kind and what it depends on in another schema."""
    return set(
        rows(
            """
            with copy as (
                select oid, replace(nspname, '_next', '') as name from pg_namespace
                where nspname = any(%s)
            )
            select n.name, c.relkind::text, c.relname::text from pg_class as c join copy as n on n.oid = c.relnamespace
            where c.relkind in ('r', 'v')
            union all
            select n.name, 'function', p.proname::text from pg_proc as p join copy as n on n.oid = p.pronamespace
            union all
            select n.name, k.contype::text, c.relname || ' ' || replace(pg_get_constraintdef(k.oid), '_next.', '.')
            from pg_constraint as k join pg_class as c on c.oid = k.conrelid join copy as n on n.oid = c.relnamespace
            """,
            [f"{schema}{copy}" for schema in SCHEMAS],
        )
    )


def test_reader_sees_bi_only(first_run: TransformResult) -> None:
    """Of both copies, every relation outside the published `bi`."""
    from psycopg.errors import InsufficientPrivilege

    give({"head": [ALL]})
    relations = rows(
        "select n.nspname, c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'v') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')"
    )
    with connect_as("head") as conn:
        assert conn.execute("select count(*) > 70 from bi.bi_feedback").fetchone() == (True,)
        for schema, relation in relations:
            query = sql.SQL("select 1 from {} limit 1").format(sql.Identifier(schema, relation))
            if schema == "bi":
                conn.execute(query)
                continue
            with pytest.raises(InsufficientPrivilege):
                conn.execute(query)
    assert {schema for schema, _ in relations} >= {"raw", "ops", *SCHEMAS, *map(next_name, SCHEMAS)}


@pytest.fixture(scope="module")
def people(first_run: TransformResult) -> None:
    give({
        "head": [ALL],
        "mayor": [("murmansk",)],
        "both": [("murmansk",), ("gubkinsky",)],
        "block": [("murmansk", "murmansk.roads")],
        "recipient": [("murmansk", None, "murmansk.administration")],
        "nothing": [("giaginsky", "giaginsky.zhkh")],
    })  # fmt: skip  # a table


def test_who_has_no_right_reads_nothing(people: None) -> None:
    from mcu.warehouse.connect import connect

    with connect("reader", autocommit=True) as conn:
        assert {view: content(conn, view) for view in views() if content(conn, view)} == {}


def test_who_sees_all_reads_every_row(people: None) -> None:
    from mcu.warehouse.connect import connect

    with connect_as("head") as head, connect("transformer") as whole:
        # a view that is empty here proves nothing, so most must have rows
        filled = [view for view in views() if content(whole, view)]
        assert len(filled) > 25
        assert [view for view in filled if content(head, view) != content(whole, view)] == []


@pytest.mark.parametrize("login", ["mayor", "both"])
def test_who_sees_a_municipality_reads_its_rows_and_no_others(people: None, login: str) -> None:
    titles = {"mayor": ["Мурманск"], "both": ["Мурманск", "Губкинский округ"]}[login]
    differ = []
    with connect_as(login) as conn:
        for view in set(views()) - OF_ANYONE - OF_MANAGERS - MIXED - OF_ITEMS - COUNTS_OF_ITEMS:
            expected = Counter[str]()
            for title in titles if "municipality" in columns(view) else []:
                expected += of_municipality(view, title)
            if content(conn, view) != expected:
                differ.append(view)
    assert differ == []


@pytest.mark.parametrize("login", ["mayor", "block", "recipient"])
def test_the_items_of_a_problem_are_items_that_the_person_sees(people: None, login: str) -> None:
    with connect_as(login) as conn:
        visible = items(conn, "bi_feedback")
        for view in OF_ITEMS:
            assert items(conn, view).keys() <= visible.keys()


@pytest.mark.parametrize("view", ITEMS)
def test_who_sees_a_block_or_a_recipient_reads_its_items(people: None, view: str) -> None:
    with connect_as("block") as conn:
        expected = items_of(ITEMS[view], "block_code", ["murmansk.roads"])
        assert items(conn, view) == expected and (expected or view != "bi_feedback")
    with connect_as("recipient") as conn:
        expected = items_of(ITEMS[view], "recipient_code", below("murmansk.administration"))
        assert items(conn, view) == expected and (expected or view != "bi_feedback")


@pytest.mark.parametrize("login", ["block", "recipient"])
def test_a_part_of_a_municipality_gives_no_figure_of_the_whole(people: None, login: str) -> None:
    """What is about no block and no recipient is not shown; what is, names an own one."""
    own = {
        "block": {r["title"] for r in recipients() if r["block_code"] == "murmansk.roads"},
        "recipient": {r["title"] for r in recipients() if r["recipient_code"] in below("murmansk.administration")},
    }[login]
    if login == "block":
        block = one("select title from marts.dim_sector_block where block_code = 'murmansk.roads'")
        own |= {block, f"Мурманск: {block}"}
    others = {}
    with connect_as(login) as conn:
        for view in set(views()) - OF_ANYONE - OF_ITEMS - CHOICES:
            names = [name for name in ("block", "recipient", "unit", "slice_value") if name in columns(view)]
            read = [sql.Identifier(name) for name in names] or [sql.Literal("of the whole")]
            query = sql.SQL("select {} from {}").format(sql.SQL(", ").join(read), sql.Identifier("bi", view))
            if found := {row for row in conn.execute(query) if not own & set(row)}:
                others[view] = found
        assert conn.execute("select distinct municipality from bi.bi_pages").fetchall() == [("Мурманск",)]
    assert others == {}


@pytest.mark.parametrize("login", ["head", "mayor", "both", "block", "recipient", "nothing"])
def test_whoever_has_a_right_has_a_problem_to_choose(people: None, login: str) -> None:
    """In each municipality that the person sees: its problems that the person sees, or the row that there is none."""
    with connect_as(login) as conn:
        problems = conn.execute("select municipality, problem_card from bi.bi_problems").fetchall()
        places = {place for (place,) in conn.execute("select municipality from bi.bi_pages").fetchall()}
        cards = conn.execute("select municipality, problem_card from bi.bi_problem_cards").fetchall()
    without = places - {place for place, _ in problems}
    assert places and (login != "recipient" or without == places) and (login != "head" or problems)
    assert Counter(cards) == Counter([*problems, *((place, matrix.NO_PROBLEM) for place in without)])


def test_a_condition_of_a_query_is_not_tried_on_hidden_rows(people: None) -> None:
    """An error that names the value of a row would tell it: the condition runs on visible rows only."""
    with connect_as("nothing") as conn:
        query = (
            "select count(*) from bi.bi_feedback where record_ref::integer > 0 or (municipality || '!')::date is null"
        )
        assert conn.execute(query).fetchone() == (0,)


def test_what_is_not_known_names_the_own_municipality_only(people: None) -> None:
    few = one(
        "select array_agg(title) from (select min(m.short_title) as title from marts.rpt_marks as k"
        " join marts.dim_municipality as m using (municipality_code) where k.period_month >="
        " (select date_trunc('month', as_of) - interval '2 months' from marts.dim_as_of) group by municipality_code"
        " having sum(k.marks_count) < 0.2 * sum(k.answers_count)) as t"
    )
    assert few, "no municipality has few marks: nothing could be told"
    for login, own in {"head": set(few), "mayor": set(few) & {"Мурманск"}}.items():
        with connect_as(login) as conn:
            texts = conn.execute("select what from bi.bi_unknowns where kind = 'Мало оценок'").fetchall()
        assert {title for title in few if any(title in text for (text,) in texts)} == own
    with connect_as("block") as conn:
        assert conn.execute("select count(*) from bi.bi_unknowns").fetchone() == (0,)


def test_every_relation_of_bi_asks_who_reads(first_run: TransformResult) -> None:
    """Also one that no file of ours knows."""
    unasked = """
        select c.relname
        from pg_class as c
        where
            c.relnamespace in ('bi'::regnamespace, 'bi_next'::regnamespace)
            and c.relkind in ('r', 'v', 'm', 'p', 'f')
            and not (
                'security_barrier=true' = any(c.reloptions)
                and exists (
                    select from pg_rewrite as w
                    join pg_depend as d on d.objid = w.oid and d.classid = 'pg_rewrite'::regclass
                    where w.ev_class = c.oid and d.refobjid = 'access.scopes'::regclass
                )
            )
    """
    from mcu.warehouse.connect import connect

    with connect("admin") as conn:
        assert conn.execute(unasked).fetchall() == []
        conn.execute("create view bi.open_to_all as select 1 as n")
        assert conn.execute(unasked).fetchall() == [("open_to_all",)]
        conn.rollback()


def test_each_role_gets_its_rows_by_each_way_and_no_others(first_run: TransformResult, tmp_path: Path) -> None:
    """Superset is the real one. A right that is taken away or changed ends with the next request."""
    if not Path(services.superset_python()).exists():
        skip_unless_ci("нет окружения Superset: make install")
    everything, given = matrix.whole(), {login: scopes for login, (_, scopes) in matrix.PEOPLE.items()}
    give(given)
    held = {}
    for login in matrix.PEOPLE:
        with connect_as(login) as conn:
            held[login] = matrix.direct(conn)
        assert matrix.differing(held[login], matrix.expected(everything, login), login) == []
        assert matrix.told_of_a_whole(held[login], login) == []
    assert [row for row in everything["bi_problem_areas"] if matrix.OF_MUNICIPALITY.search(row["why"])]
    changed = {"head": matrix.PEOPLE["head"], "curator": ("МЦУ: куратор", [("gubkinsky",)])}
    asked = matrix.ask_superset(tmp_path, changed)
    give(given)
    assert len(asked["rows"]["head"]["csv"]) > 25, "an empty view proves nothing"
    assert matrix.wrong_tiles(asked) == [], "a tile shows what another query does not give"
    assert len(matrix.wrong_tiles(asked, is_filtered=False)) > 100, "a choice of the filters does nothing"
    for line in matrix.filled_tiles(asked):
        add_evidence("Tiles that equal an independent query, with rows, of how many", line)
    assert matrix.wrong_cells(held, asked) == [] and matrix.roles_of_no_person() == set()
    for line in matrix.table(held, asked):
        add_evidence("Rights: views with rows, of how many", line)

    for login, page in asked["first page"].items():
        whole = login in ("head", "mayor", "curator", "operator")
        assert page == f"/superset/dashboard/{'obstanovka' if whole else 'sroki'}/", login

    for login, ways in asked["other ways"].items():
        exports = 200 if login in matrix.EXPORTERS else matrix.FORBIDDEN
        assert ways == {
            "page": 200, "values": 200, "samples": exports, "query": exports, "SQL Lab": matrix.FORBIDDEN,
            "explore_json": matrix.FORBIDDEN, "files of the dashboard": matrix.FORBIDDEN,
        }, login  # fmt: skip  # a table
    written = {(login, what, refused): count for login, what, refused, count in asked["journal"]}
    for login, ways in asked["rows"].items():
        refused = login not in matrix.EXPORTERS
        assert written[login, "file", refused] == len(ways["csv"]) + len(ways["streamed csv"]), login
        assert written[login, "query", refused] > len(ways["query"]), login
        assert written[login, "tile", False] >= len(ways["page"]) + len(ways["link"]), login
        others = (("page", False), ("values", False), ("sql", True), ("rows", refused))
        assert [written[login, *other] for other in others] == [1] * len(others), login
    for login, found in asked["after"].items():
        now = changed.get(login)
        if now is None:
            assert set(found.values()) == {401}, login
            continue
        scopes = [matrix.Scope(*scope) for scope in now[1]]
        for view, md5s in found.items():
            assert md5s == sorted(r["md5"] for r in everything[view] if any(s.holds(view, r) for s in scopes)), login


def test_failure_names_the_node_and_the_log(first_run: TransformResult, monkeypatch: pytest.MonkeyPatch) -> None:
    from mcu.warehouse.dbt import run_dbt

    with pytest.raises(UserError, match=r"int_touched.*dbt\.log"):
        run_dbt(["run", "--select", "int_touched"], {"feedback_sources": {"no_such_source": ["items"]}})
