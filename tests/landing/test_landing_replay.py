"""What was stored can be loaded again: quarantined loads, rejects, refused files."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu.landing import ledger, source_state
from mcu.landing.ledger import LedgerError
from mcu.landing.load import load_source
from mcu.landing.replay import replay
from mcu.landing.run import LoadError, LoadResult
from tests.landing import server
from tests.landing.conftest import file_spec, latest, raw, record, rest_spec, rows
from tests.landing.server import Source


def landed(result: LoadResult) -> int:
    assert result.status == "landed" and result.load_id is not None, result.message
    return result.load_id


def test_a_quarantined_load(source: Source) -> None:
    first = landed(load_source(rest_spec())[0])
    ledger.quarantine(first, "Не прошла проверку")
    second = landed(replay(first, rest_spec()))
    assert raw(is_accepted=True) == set()  # still to be judged
    ledger.accept(second)
    assert len(raw(is_accepted=True)) == 25
    assert source_state.source_states()["demo"].cursor  # the whole window was read
    assert rows("select status, details ->> 'replay_of' from ops.loads order by 1") == [
        ("accepted", "1"),
        ("quarantined", None),
    ]
    assert replay(first, rest_spec()).load_id is None  # nothing is left to replay


def test_a_load_that_broke_off(source: Source) -> None:
    source.faults.append(server.status(500, on_page="3"))
    with pytest.raises(LoadError):
        load_source(rest_spec())
    ledger.accept(landed(replay(1, rest_spec())))
    assert len(raw(is_accepted=True)) == 20
    assert source_state.source_states()["demo"].cursor is None  # not all was read
    source.faults.clear()
    assert load_source(rest_spec())[0].new == 5


def test_rejects_that_are_good_now(source: Source) -> None:
    source.records[3]["status"] = ""
    source.records[4]["createdAt"] = "вчера"
    first = landed(load_source(rest_spec())[0])
    ledger.accept(first)
    unchanged = replay(first, rest_spec())
    assert (unchanged.load_id, unchanged.message) == (None, "В загрузке № 1 повторять нечего. Отклонённых осталось: 2.")

    # The spec no longer requires a status.
    milder = rest_spec(record={"id": "id", "updated_at": "updatedAt", "required": ["id"], "times": ["createdAt"]})
    result = replay(first, milder)
    assert (result.read, result.new, result.rejected) == (1, 1, 0)
    assert "Отклонённых осталось: 1." in result.message
    second = landed(result)
    ledger.accept(second)
    assert set(latest()) == {f"R{n:04}" for n in range(25)} - {"R0004"}
    assert latest()["R0003"]["author_key"] == _key_of(source, 3)
    assert rows("select record_ref, replay_load_id from ops.rejects where replayed_at is not null") == [
        ("R0003", second)
    ]
    assert replay(first, milder).load_id is None


def _key_of(source: Source, number: int) -> str:
    """The pseudonym that an undisturbed load gives the same author."""
    source.records[number] = record(number)
    load_source(rest_spec("calm"))
    ((key,),) = rows("select payload ->> 'author_key' from raw.calm where record_ref = %s", f"R{number:04}")
    return str(key)


def test_a_refused_file(inbox: Path) -> None:
    (inbox / "x_2026-11-01.csv").write_text("Номер;Дата создания;Тематика;Текст\nИ-1;01.11.2026 10:00;Снег;Не чистят\n")
    refused = load_source(file_spec())[0]
    assert refused.status == "refused" and refused.load_id
    assert replay(refused.load_id, file_spec()).status == "refused"
    spec = file_spec()
    columns = {**spec.connector.columns, "topic": "Тематика"}
    mended = file_spec(connector=spec.connector.model_copy(update={"columns": columns}))
    ledger.accept(landed(replay(refused.load_id, mended)))
    assert set(latest()) == {"И-1"}
    # The original file name gives the export's time, also from the file store.
    assert rows("select file_name, details ->> 'observed_at' from ops.loads where status = 'accepted'") == [
        ("x_2026-11-01.csv", "2026-10-31T21:00:00+00:00")
    ]


def test_an_unjudged_load_is_returned(source: Source) -> None:
    first = landed(load_source(rest_spec())[0])
    assert replay(first, rest_spec()).load_id == first


def test_an_unknown_load(empty_warehouse: Path) -> None:
    with pytest.raises(LedgerError, match="Загрузки № 5 нет в журнале"):
        replay(5)
