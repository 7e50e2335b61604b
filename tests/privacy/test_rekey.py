"""`mcu pepper rotate`: every pseudonym changes, equal authors stay equal, and the next load brings nothing new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mcu.landing import ledger, rekey
from mcu.landing.load import load_source
from mcu.privacy import pepper
from mcu.secrets import drop_secret, given_secret, put_secret, secret
from mcu.warehouse.connect import connect
from mcu.warehouse.transform import definition_hash
from tests.landing.conftest import raw, record, rest_spec, rows
from tests.landing.server import Source, serve

AUTHORS = "select record_ref, payload ->> 'author_key' from raw.demo order by 1"


@pytest.fixture
def source(empty_warehouse: Path) -> Iterator[Source]:
    """Two records of one author, one of another, one of nobody, one rejected; loaded."""
    kept = secret("pepper")
    source = Source([record(n) for n in (0, 0, 1, 2, 3)])
    source.records[1]["id"] = "R0900"
    source.records[3]["author"] = None
    source.records[4]["createdAt"] = "вчера"
    with serve(source) as url:
        put_secret("conn_demo", url)
        load()
        yield source
    put_secret("pepper", kept)
    drop_secret(pepper.NEXT)
    with connect("loader") as conn:
        conn.execute("delete from ops.peppers where generation > 1")


def load() -> list[str]:
    results = load_source(rest_spec())
    for result in results:
        if result.load_id:
            ledger.accept(result.load_id)
    return [result.status for result in results]


def test_every_pseudonym_changes_and_nothing_else(source: Source) -> None:
    before, definition = dict(rows(AUTHORS)), definition_hash()
    rejected = rows("select payload ->> 'author_key', payload_hash from ops.rejects")
    assert rekey.rotate() == 4
    after = dict(rows(AUTHORS))
    assert before["R0000"] == before["R0900"] != before["R0001"] and before["R0002"] is None
    assert after["R0000"] == after["R0900"] != after["R0001"] and after["R0002"] is None
    assert {key for key in after.values() if key}.isdisjoint(before.values())
    assert rows("select payload ->> 'author_key', payload_hash from ops.rejects") != rejected
    assert rows("select generation, rekeyed_count from ops.peppers order by 1")[-1] == (2, 4)
    assert definition_hash() != definition  # the next transformation rebuilds everything


def test_the_next_load_knows_every_record(source: Source) -> None:
    rekey.rotate()
    after, rejects = raw(), rows("select payload_hash from ops.rejects")
    assert load() == ["unchanged"]
    assert raw() == after and rows("select payload_hash from ops.rejects") == rejects
    rekey.rotate()  # and again
    assert load() == ["unchanged"] and len(secret("pepper").split()) == 3


def test_a_rotation_killed_before_it_is_done_leaves_the_old_pepper_in_force(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = raw()

    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rekey, "_rekey", killed)
        with pytest.raises(KeyboardInterrupt):
            rekey.rotate()
    assert raw() == before and load() == ["unchanged"]


def test_a_rotation_killed_after_the_database_was_re_keyed_is_finished_by_the_next_load(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = secret("pepper")
    rekey.rotate()
    new = secret("pepper")
    put_secret("pepper", old)
    put_secret(pepper.NEXT, new)
    assert load() == ["unchanged"]
    assert secret("pepper") == new and given_secret(pepper.NEXT) is None


def test_a_source_under_way_is_waited_for(source: Source) -> None:
    with connect("loader") as conn:
        conn.execute("select pg_advisory_lock(hashtext('mcu.load'), hashtext('demo'))")
        with pytest.raises(rekey.RotationRefused, match="Источник demo загружается"):
            rekey.rotate()
    assert given_secret(pepper.NEXT) is None


def test_a_pepper_of_the_environment_is_not_ours_to_change(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_SECRET_PEPPER", secret("pepper"))
    with pytest.raises(rekey.RotationRefused, match="MCU_SECRET_PEPPER"):
        rekey.rotate()
