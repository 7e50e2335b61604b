"""People read the published copy and nothing else: no query fails and no figure changes before the gate has passed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import psycopg
import pytest
from dbt_in_one_process import dbt_in_one_process
from dbt_lives import NOW, SLUGS, version
from dbt_warehouse import accept, empty, facts, one, rows, transform
from psycopg import sql

from mcu.quality import gate
from mcu.quality.gate import GateVerdict, mart_gate
from mcu.runtime import doctor
from mcu.warehouse import copies
from mcu.warehouse import transform as warehouse
from mcu.warehouse.connect import connect
from mcu.warehouse.transform_runs import Copy
from persons import ALL, connect_as, give

LIVE = {"bi_quality", "bi_marts_check"}
"""They show the ledgers as they are now."""


@pytest.fixture(scope="module")
def published(warehouse: Path) -> Iterator[None]:
    """All three sources, and people read them."""
    empty()
    with dbt_in_one_process():
        load(1)
        transform(NOW - timedelta(days=1))
        yield


def load(seed: int) -> None:
    rng, now = Random(seed), NOW - timedelta(days=30) + timedelta(hours=seed)
    for slug in SLUGS:
        accept(slug, [version(rng, slug, number, now) for number in range(15)])


def verdict(monkeypatch: pytest.MonkeyPatch, *, passed: bool) -> None:
    monkeypatch.setattr(gate, "_judge_marts", lambda as_of: GateVerdict(passed, message="Проверка."))


class Reader(threading.Thread):
    """A person who sees all and reads every view of `bi` again and again. `seen`: view → its contents, one after
    another."""

    def __init__(self, relations: list[str]) -> None:
        super().__init__(daemon=True)
        self.relations, self.seen, self.faults = relations, {name: [""] for name in relations}, list[str]()
        self.rounds, self.stop = 0, threading.Event()

    def run(self) -> None:
        give({"head": [ALL]})
        with connect_as("head") as conn:
            while not self.stop.is_set():
                for name in self.relations:
                    try:
                        content = self._content(conn, name)
                    except psycopg.Error as error:
                        self.faults.append(f"{name}: {error}")
                        continue
                    if content != self.seen[name][-1]:
                        self.seen[name].append(content)
                self.rounds += 1

    @staticmethod
    def _content(conn: psycopg.Connection, name: str) -> str:
        query = sql.SQL("select coalesce(md5(string_agg(t::text, ',' order by t::text)), '-') from {} as t")
        row = conn.execute(query.format(sql.Identifier("bi", name))).fetchone()
        assert row is not None
        return str(row[0])


@contextmanager
def somebody_reads() -> Iterator[Reader]:
    relations = rows("select viewname::text from pg_views where schemaname = 'bi'")
    reader = Reader([name for (name,) in relations if name not in LIVE])
    reader.start()
    try:
        yield reader
    finally:
        reader.stop.set()
        reader.join(60)


def wait_for_a_round(reader: Reader) -> None:
    enough = reader.rounds + 2
    while reader.rounds < enough and reader.is_alive():
        reader.stop.wait(0.05)


@pytest.mark.parametrize("full", [False, True], ids=["incremental", "full"])
def test_a_reader_loses_no_view_and_sees_nothing_before_the_gate(
    published: None, monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    load(2 + full)
    verdict(monkeypatch, passed=True)
    with somebody_reads() as reader:
        wait_for_a_round(reader)
        assert warehouse.transform(NOW + timedelta(hours=full), full=full).is_full == full
        wait_for_a_round(reader)
        before = {name: len(contents) - 1 for name, contents in reader.seen.items()}
        assert mart_gate().passed
        wait_for_a_round(reader)
    assert reader.faults == []
    assert before == dict.fromkeys(reader.relations, 1) and len(before) >= 9
    after = {name: len(contents) - 1 for name, contents in reader.seen.items()}
    assert after["bi_feedback"] == after["bi_as_of"] == 2 and max(after.values()) == 2


def test_a_red_gate_leaves_the_last_good_marts_and_says_since_when(
    published: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rows("select is_passed, state from bi.bi_marts_check") == [(True, "✓ Проверка витрин пройдена")]
    as_of, before = warehouse.as_of_of_marts(), facts()
    load(4)
    result = warehouse.transform(NOW + timedelta(days=2))
    verdict(monkeypatch, passed=False)
    assert not mart_gate().passed
    assert facts() == before and warehouse.as_of_of_marts() == as_of
    ((seen, is_passed, since, state),) = rows("select as_of, is_passed, refused_since, state from bi.bi_marts_check")
    assert (seen, is_passed) == (as_of, False)
    assert since == one("select finished_at from ops.transform_runs where run_id = %s", result.run_id)
    assert state.startswith("✕ Показатели на ") and "проверка витрин не пройдена с " in state

    load(5)  # another run on top of the blocked one, and what it mends is published at once
    assert not warehouse.transform(NOW + timedelta(days=3)).is_full
    assert one("select refused_since from bi.bi_marts_check") == since
    verdict(monkeypatch, passed=True)
    assert mart_gate().passed
    assert warehouse.as_of_of_marts() == NOW + timedelta(days=3) and facts() != before
    assert one("select state from bi.bi_marts_check").startswith("✓")


def test_a_build_that_dies_midway_touches_nothing_that_is_read_and_is_healed_by_the_next_run(
    published: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next copy is left half dropped; the run after it starts from the published tables."""
    before, whole = facts(), warehouse.build

    def die(window: object, basis: Copy | None, *, on_progress: object = None) -> None:
        with connect("transformer", autocommit=True) as conn:
            conn.execute("drop table marts_next.fct_feedback cascade")
            conn.execute("delete from intermediate_next.int_events")
        raise KeyboardInterrupt

    load(6)
    monkeypatch.setattr(warehouse, "build", die)
    with pytest.raises(KeyboardInterrupt):
        warehouse.transform(NOW + timedelta(days=4), full=True)
    assert facts() == before
    assert "новый расчёт не выполняется с " in one("select state from bi.bi_marts_check")
    monkeypatch.setattr(warehouse, "build", whole)
    assert not transform(NOW + timedelta(days=4)).is_full
    healed = facts()
    assert healed != before
    transform(NOW + timedelta(days=4), full=True)
    assert facts() == healed


@pytest.mark.parametrize("copy", ["published", "next"])
def test_a_missing_view_is_reported_and_built_again(
    published: None, monkeypatch: pytest.MonkeyPatch, copy: Copy
) -> None:
    """Nothing else is new; a copy that lost a view, even the one that nobody reads, is no basis of a run."""
    verdict(monkeypatch, passed=True)
    as_of = warehouse.as_of_of_marts() if copy == "published" else NOW + timedelta(days=6)
    schema = "bi" if copy == "published" else "bi_next"
    with connect("transformer", autocommit=True) as conn:
        conn.execute(sql.SQL("drop view if exists {}").format(sql.Identifier(schema, "bi_rating")))
        assert copies.missing(conn, copy) == {"bi.bi_rating": "view"}
    told = [finding.what for finding in doctor._marts() if not finding.is_ok]
    assert told == (["Нет витрин: bi.bi_rating"] if copy == "published" else [])
    assert not transform(as_of).is_noop
    with connect("transformer") as conn:
        assert copies.missing(conn, "published") == {} and "bi.bi_rating" in copies.relations(conn, "published")
    assert all(finding.is_ok for finding in doctor._marts()) and transform(as_of).is_noop


def test_an_answer_of_the_gate_counts_only_for_the_run_that_it_judged(
    published: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a run that waits there is nothing to judge, and nothing is swapped."""
    before = warehouse.as_of_of_marts()
    verdict(monkeypatch, passed=False)
    assert mart_gate().passed and warehouse.as_of_of_marts() == before


def test_a_function_reads_its_own_copy(published: None) -> None:
    """By identity: a body that is a text would look the axis up by name, and after a swap in the other copy."""
    from mcu.warehouse.dbt import run_dbt

    run_dbt(["build", "--select", "worked_seconds"])
    read = rows(
        "select distinct n.nspname::text from pg_proc as p join pg_namespace as f on f.oid = p.pronamespace"
        " join pg_depend as d on d.classid = 'pg_proc'::regclass and d.objid = p.oid"
        " and d.refclassid = 'pg_class'::regclass"
        " join pg_class as c on c.oid = d.refobjid join pg_namespace as n on n.oid = c.relnamespace"
        " where p.proname = 'worked_seconds' and f.nspname = 'intermediate_next'"
    )
    assert read == [("intermediate_next",)]
