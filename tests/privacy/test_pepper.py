"""The pepper is guarded: another one, or none where data exists, is refused in words, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mcu.landing import ledger
from mcu.landing.load import load_source
from mcu.privacy import pepper
from mcu.secrets import put_secret, secret
from mcu.warehouse.bootstrap import bootstrap
from mcu.warehouse.connect import connect
from tests.landing.conftest import raw, record, rest_spec, rows
from tests.landing.server import Source, serve


@pytest.fixture
def source(empty_warehouse: Path) -> Iterator[Source]:
    """A server with five records."""
    kept = secret("pepper")
    source = Source([record(n) for n in range(5)])
    with serve(source) as url:
        put_secret("conn_demo", url)
        yield source
    put_secret("pepper", kept)


def load_all() -> None:
    for result in load_source(rest_spec()):
        if result.load_id:
            ledger.accept(result.load_id)


def lose(installation: Path) -> None:
    (installation / "secrets" / "pepper").unlink()


def test_another_pepper_is_refused_and_nothing_is_written(source: Source) -> None:
    load_all()
    before = raw()
    put_secret("pepper", "another")
    source.records = [record(n, status="Закрыто", updatedAt="2026-11-02T10:00:00Z") for n in range(5)]
    with pytest.raises(pepper.PepperRefused, match=r"не тот.*из резервной копии.*Принятые данные целы"):
        load_source(rest_spec())
    assert raw() == before and rows("select count(*) from ops.loads where status <> 'accepted'") == [(0,)]


def test_a_lost_pepper_is_not_replaced(source: Source, installation: Path) -> None:
    load_all()
    lose(installation)
    for attempt in (lambda: load_source(rest_spec()), bootstrap):
        with pytest.raises(pepper.PepperRefused, match=r"потерян.*Восстановите секрет pepper"):
            attempt()
    assert not (installation / "secrets" / "pepper").exists()


def test_an_installation_with_data_but_no_record_is_given_no_new_pepper(source: Source, installation: Path) -> None:
    load_all()
    lose(installation)
    with connect("loader") as conn:
        conn.execute("delete from ops.peppers")
        with pytest.raises(pepper.PepperRefused, match="потерян"):
            pepper.guard(conn)
        conn.rollback()


def test_the_first_pepper_is_generated_and_recorded_once(empty_warehouse: Path, installation: Path) -> None:
    kept = secret("pepper")
    lose(installation)
    with connect("loader") as conn:
        conn.execute("delete from ops.peppers")
        pepper.guard(conn)
        made = secret("pepper")
        assert made != kept and pepper.recorded_fingerprint(conn) == pepper.fingerprint(made)
        pepper.guard(conn)
        conn.rollback()
    put_secret("pepper", kept)


def test_the_record_does_not_hold_the_pepper(empty_warehouse: Path) -> None:
    assert secret("pepper") not in str(rows("select p::text from ops.peppers as p"))
    assert pepper.keyed([secret("pepper").encode()], "phone:79460000001") != pepper.fingerprint(secret("pepper"))


def test_a_second_key_makes_a_pseudonym_of_the_pseudonym() -> None:
    once = pepper.keyed([b"one"], "phone:79460000001")
    assert pepper.keyed([b"one", b"two"], "phone:79460000001") == pepper.keyed_again(once, b"two")
