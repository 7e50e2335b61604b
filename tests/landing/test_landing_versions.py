"""Which version is in force: returned states, loads that are quarantined or not judged yet, order of loads."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from mcu.connectors.base import Page
from mcu.landing import ledger
from mcu.landing.load import load_source, source_lock
from mcu.landing.run import LoadResult, Run
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect
from mcu.warehouse.raw_tables import ensure_raw_table
from tests.landing.conftest import file_spec, latest, raw, record, rest_spec, rows
from tests.landing.server import Source

LINE = "{};01.11.2026 10:00;{};Снег;Ветроходов П.И."


def drop(inbox: Path, day: int, *items: tuple[str, str]) -> bytes:
    text = "Номер;Дата создания;Тема;Текст;Автор\n" + "\n".join(LINE.format(*item) for item in items) + "\n"
    path = inbox / f"x_2026-11-{day:02}.csv"
    path.write_text(text, encoding="utf-8")
    return path.read_bytes()


def load(spec: SourceSpec, *, accept: bool = True) -> LoadResult:
    result = load_source(spec)[-1]
    if accept and result.load_id is not None:
        ledger.accept(result.load_id)
    return result


def sightings(ref: str = "И-1") -> list[tuple[int, str]]:
    """(day, topic) of the accepted states of one record."""
    return rows(
        "select extract(day from source_updated_at + '12 h')::int, payload ->> 'topic' from raw.demo join ops.loads"
        " using (load_id) where status = 'accepted' and record_ref = %s order by source_updated_at",
        ref,
    )


def test_a_record_that_returns_to_an_earlier_state_gets_a_new_row(inbox: Path) -> None:
    for day, topic in ((1, "А"), (2, "Б"), (3, "А"), (4, "А"), (5, "Б")):
        drop(inbox, day, ("И-1", topic), ("И-2", str(day)))
        load(file_spec())
    assert sightings() == [(1, "А"), (2, "Б"), (3, "А"), (5, "Б")]


@pytest.mark.parametrize("end", ["landed", "quarantined", "accepted"])
def test_a_load_that_is_not_accepted_hides_no_accepted_version(inbox: Path, end: str) -> None:
    drop(inbox, 1, ("И-1", "А"))
    load(file_spec())
    drop(inbox, 2, ("И-1", "Б"))
    second = load(file_spec(), accept=False)
    assert second.load_id
    ledger.quarantine(second.load_id, "Не прошла проверку")
    drop(inbox, 3, ("И-1", "А"), ("И-2", "В"))
    third = load(file_spec(), accept=end == "accepted")
    if end == "quarantined":
        assert third.load_id
        ledger.quarantine(third.load_id, "Не прошла проверку")
    assert sightings() == [(1, "А")]


def test_files_that_wait_together_do_not_rely_on_each_other(inbox: Path) -> None:
    for day in (1, 2):
        drop(inbox, day, ("И-1", "А"), ("И-2", "Б"), ("И-3", str(day)))
    first, second = load_source(file_spec())
    assert first.load_id and second.load_id
    ledger.quarantine(first.load_id, "Не прошла проверку")
    ledger.accept(second.load_id)
    assert set(latest()) == {"И-1", "И-2", "И-3"}


def test_repeats_of_files_that_wait_together_are_dropped_at_acceptance(inbox: Path) -> None:
    for day in (1, 2):
        drop(inbox, day, ("И-1", "А"), ("И-2", "Б"), ("И-3", str(day)))
    for result in load_source(file_spec()):
        assert result.load_id
        ledger.accept(result.load_id)
    assert rows("select new_count, unchanged_count from ops.loads order by load_id") == [(3, 0), (1, 2)]
    assert (sightings(), len(sightings("И-3"))) == ([(1, "А")], 2)


def test_versions_of_an_unjudged_load_are_not_lost_with_it(source: Source) -> None:
    first = load(rest_spec(), accept=False)
    source.records.append(record(99, updatedAt="2026-11-03T00:00:00Z"))
    again = load_source(rest_spec())
    assert first.load_id and again[1].load_id
    assert [r.new for r in again] == [25, 26]
    ledger.quarantine(first.load_id, "Не прошла проверку")
    ledger.accept(again[1].load_id)
    assert len(raw(is_accepted=True)) == 26


def test_equal_times_let_the_later_load_win(source: Source) -> None:
    spec = rest_spec(overlap_hours=1000)
    for status in ("Новое", "Отложено", "Новое", "Новое", "Отложено"):
        source.records[0] = record(0, status=status)
        load(spec)
        assert latest()["R0000"]["status"] == status
    assert rows("select count(*) from raw.demo where record_ref = 'R0000'") == [(4,)]


def test_the_order_of_loads_does_not_matter_if_versions_have_their_own_time(empty_warehouse: Path) -> None:
    versions = [record(1, status=s, updatedAt=f"2026-11-0{n}T00:00:00Z") for n, s in enumerate("абаб", 1)]
    ends = set()
    for number, order in enumerate(permutations(versions)):
        spec = rest_spec(f"order_{number}")
        for version in order:
            with source_lock(spec) as conn:
                run = Run(conn, spec)
                run.land([Page([{**version, "author": {}}], "страница 1")])
                result = run.finish()
            assert result.load_id
            ledger.accept(result.load_id)
        ends.add(str(rows(f"select payload, source_updated_at from raw.{spec.slug} order by 2")))
    assert len(ends) == 1


def test_a_late_version_before_a_known_one_adds_only_itself(source: Source) -> None:
    source.records = [record(1, status="Б", updatedAt="2026-11-02T00:00:00Z")]
    load(rest_spec())
    source.records.append(record(1, status="А", updatedAt="2026-11-01T00:00:00Z"))
    assert load(rest_spec(overlap_hours=100)).new == 1
    assert (latest()["R0001"]["status"], len(raw())) == ("Б", 2)


def test_a_record_corrected_at_its_source_leaves_quarantine(source: Source) -> None:
    source.records[0] = record(0, createdAt="вчера")
    source.records[1] = record(1, createdAt="вчера")
    load(rest_spec())
    source.records[0] = record(0, updatedAt="2026-11-02T00:00:00Z")
    result = load(rest_spec(), accept=False)
    assert rows("select count(*) from ops.rejects where replayed_at is not null") == [(0,)]
    assert result.load_id
    ledger.accept(result.load_id)
    assert rows("select record_ref, replay_load_id from ops.rejects where replayed_at is not null") == [
        ("R0000", result.load_id)
    ]


def test_a_file_is_known_by_its_content_wherever_it_is_stored(inbox: Path) -> None:
    body = drop(inbox, 1, ("И-1", "А"))
    load(file_spec())
    drop(inbox, 2, ("И-1", "Б"))
    load(file_spec())
    with connect("loader") as conn:
        conn.execute("update ops.loads set file_kept = '/old' || file_kept")  # var/ was moved
    (inbox / "copy_2026-11-01.csv").write_bytes(body)
    assert load(file_spec()).status == "repeated"
    (inbox / "x_2026-11-03.csv").write_bytes(body)  # a later export equal to an older one
    assert load(file_spec()).new == 1
    assert sightings() == [(1, "А"), (2, "Б"), (3, "А")]


def test_a_quarantined_file_may_be_accepted_after_its_copy(inbox: Path) -> None:
    body = drop(inbox, 1, ("И-1", "А"))
    first = load(file_spec(), accept=False)
    assert first.load_id
    ledger.quarantine(first.load_id, "Не прошла проверку")
    (inbox / "copy_2026-11-02.csv").write_bytes(body)
    load(file_spec())
    assert ledger.accept(first.load_id) == 2


def test_a_table_with_the_former_key_gets_the_present_one(empty_warehouse: Path) -> None:
    with connect("loader") as conn:
        ensure_raw_table(conn, "demo")
        conn.execute("alter table raw.demo drop constraint demo_pkey, add primary key (record_ref, payload_hash)")
        for _ in range(2):
            ensure_raw_table(conn, "demo")
            assert conn.execute(
                "select cardinality(conkey) from pg_constraint where conrelid = 'raw.demo'::regclass and contype = 'p'"
            ).fetchone() == (4,)
