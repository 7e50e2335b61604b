"""A load from source to raw: idempotence, versions, take-over, cursor, ledger, drift."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mcu.landing import ledger, source_state
from mcu.landing.ledger import LedgerError
from mcu.landing.load import load_file, load_source
from mcu.landing.run import LoadError, LoadResult
from mcu.moments import FORMS
from mcu.onboarding.preview import check_source
from mcu.secrets import put_secret
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect, url
from tests.landing import server
from tests.landing.conftest import everything_in_the_database, file_spec, latest, raw, record, rest_spec, rows
from tests.landing.server import Source


def load(spec: SourceSpec, *, accept: bool = True) -> LoadResult:
    (result,) = load_source(spec)
    if accept and result.load_id is not None:
        ledger.accept(result.load_id)
    return result


def counts(result: LoadResult) -> tuple[int, int, int, int]:
    return result.read, result.new, result.unchanged, result.rejected


def test_a_load_lands_everything_once(source: Source) -> None:
    result = load(rest_spec())
    assert (result.status, *counts(result), result.control_total) == ("landed", 25, 25, 0, 0, 25)
    assert "прочитано 25, новых 25, без изменений 0, отклонено 0" in result.message
    assert len(raw(is_accepted=True)) == 25


def test_loading_again_adds_no_row_anywhere(source: Source) -> None:
    source.records[3]["createdAt"] = "вчера"  # nor may a reject be stored again each time
    load(rest_spec())
    before = everything_in_the_database()
    again = load(rest_spec())
    assert (again.load_id, again.status, again.new, again.rejected) == (None, "unchanged", 0, 0)
    assert _without_state(everything_in_the_database()) == _without_state(before)


def _without_state(everything: str) -> str:
    """Without `ops.source_state.checked_at`, which changes every time."""
    return "\n".join(line for line in everything.splitlines() if not line.startswith("[('(demo,"))


def test_only_changes_are_requested_with_an_overlap(source: Source) -> None:
    load(rest_spec())
    load(rest_spec())
    since = source.requests[-1]["updatedFrom"]
    assert since == "2026-11-01T09:00:24Z"  # an hour before the latest record


def test_a_changed_record_is_a_new_version(source: Source) -> None:
    load(rest_spec())
    source.records[5] = record(5, status="Закрыто", updatedAt="2026-11-01T11:00:00Z")
    result = load(rest_spec())
    assert (result.new, len(raw()), latest()["R0005"]["status"]) == (1, 26, "Закрыто")


def test_identity_is_stored_nowhere_but_its_pseudonym_is(source: Source) -> None:
    load(rest_spec())
    everything = everything_in_the_database()
    for needle in ("Ветроходов", "946) 000", "946000", "946 000", "Пётр", server.TOKEN):
        assert needle not in everything
    keys = {payload["author_key"] for payload in latest().values()}
    assert len(keys) == 25 and all(len(key) == 64 for key in keys)
    log = dict(rows("select field || ' ' || action, count from ops.anonymization_log"))
    assert log == {
        "author.phone pseudonym": 25,
        "author removed": 25,
        "text masked [ТЕЛЕФОН]": 25,
        "text masked [ФИО]": 25,
    }


def test_an_unknown_field_is_reported_and_masked(source: Source) -> None:
    for item in source.records:
        item["contact"] = {"who": ["Ветроходов П.И.", 89460000001]}
        del item["text"]
    result = load(rest_spec())
    assert "неизвестные поля: „contact“; нет ожидаемых полей: „text“" in result.message
    assert latest()["R0001"]["contact"] == {"who": ["[ФИО]", "[ТЕЛЕФОН]"]}
    (details,) = rows("select details from ops.loads")[0]
    assert (details["unknown_fields"], details["missing_fields"]) == (["contact"], ["text"])


def test_staging_sees_nothing_before_acceptance(source: Source) -> None:
    result = load(rest_spec(), accept=False)
    assert raw(is_accepted=True) == set()
    assert source_state.source_states()["demo"].cursor is None
    assert result.load_id is not None
    assert ledger.accept(result.load_id) == ledger.accept(result.load_id) == 1
    assert len(raw(is_accepted=True)) == 25
    assert source_state.source_states()["demo"].updated_at == datetime(2026, 11, 1, 10, 0, 24, tzinfo=UTC)


def test_acceptance_is_gap_free_and_in_commit_order(source: Source) -> None:
    loads = []
    for number in range(8):
        source.records.append(record(100 + number))
        loads.append(load_source(rest_spec(f"demo_{number}"))[0].load_id)
    threads = [threading.Thread(target=ledger.accept, args=(load_id,)) for load_id in loads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [n for (n,) in rows("select accept_no from ops.loads order by accepted_at")] == list(range(1, 9))


def test_only_a_written_load_can_be_accepted(source: Source) -> None:
    source.faults.append(server.status(500))
    with pytest.raises(LoadError):
        load_source(rest_spec())
    with pytest.raises(LedgerError, match=r"Загрузку № 1 нельзя принять: её состояние «failed»"):
        ledger.accept(1)
    with pytest.raises(LedgerError, match=r"Загрузки № 77 нет"):
        ledger.accept(77)


def test_the_next_load_takes_over_a_quarantined_one(source: Source) -> None:
    first = load(rest_spec(), accept=False)
    assert first.load_id
    ledger.quarantine(first.load_id, "Не прошла проверку")
    assert raw(is_accepted=True) == set()
    second = load(rest_spec())
    assert counts(second) == (25, 25, 0, 0)
    assert len(raw()) == len(raw(is_accepted=True)) == 25


def test_a_load_that_was_never_judged_is_returned_again(source: Source) -> None:
    first = load(rest_spec(), accept=False)
    again = load_source(rest_spec())
    # A load that is not judged yet may be quarantined, so the next load lands its versions too.
    assert [(r.load_id, r.status, r.new) for r in again] == [(first.load_id, "landed", 25), (2, "landed", 25)]
    for result in again:
        assert result.load_id
        ledger.accept(result.load_id)
    assert rows("select count(*) from raw.demo") == [(25,)]
    assert rows("select new_count, unchanged_count from ops.loads order by load_id") == [(25, 0), (0, 25)]


def test_a_period_fetched_by_hand_never_makes_a_gap(source: Source) -> None:
    late = datetime(2026, 11, 1, 10, 0, 20, tzinfo=UTC)
    (result,) = load_source(rest_spec(), since=late)
    assert result.load_id and result.new == 5
    ledger.accept(result.load_id)
    assert source_state.source_states()["demo"].cursor is None
    assert load(rest_spec()).new == 20


def test_a_source_whose_clock_is_ahead_hides_nothing_later(source: Source) -> None:
    source.records[0]["updatedAt"] = "2999-01-01T00:00:00Z"
    load(rest_spec())
    cursor = source_state.source_states()["demo"].updated_at
    assert cursor and cursor < datetime.now(UTC) + timedelta(seconds=1)


def test_exact_repeats_within_a_load_are_reported(source: Source) -> None:
    source.records += [dict(source.records[3]), dict(source.records[3])]
    result = load(rest_spec())
    assert counts(result) == (27, 25, 2, 0)
    assert "точных повторов внутри загрузки: 2" in result.message


def test_exact_repeats_within_a_file_are_reported(inbox: Path) -> None:
    _csv(inbox / "x_2026-11-01.csv", [("И-1", "А"), ("И-2", "В"), ("И-1", "А"), ("И-1", "А")])
    result = load(file_spec())
    assert counts(result) == (4, 2, 2, 0)
    assert "точных повторов внутри загрузки: 2" in result.message


@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        ({"status": ""}, "required_missing", "Не заполнены обязательные поля: status"),
        ({"status": "  ", "id": None}, "required_missing", "Не заполнены обязательные поля: id, status"),
        ({"createdAt": "вчера"}, "bad_time", f"Не дата и не время в поле: createdAt (читается {FORMS})"),
        ({"createdAt": "31.02.2026 10:00"}, "bad_time", f"Не дата и не время в поле: createdAt (читается {FORMS})"),
        ({"updatedAt": 1793520000}, "bad_time", f"Не дата и не время в поле: updatedAt (читается {FORMS})"),
        ({"id": ["x"]}, "bad_id", "Номер записи в поле id - не текст и не число"),
        ({"id": "x" * 501}, "bad_id", "Номер записи в поле id - не текст и не число"),
    ],
)
def test_a_bad_record_is_rejected_and_the_rest_lands(source: Source, change: dict, code: str, reason: str) -> None:
    source.records[7] = record(7, **change)
    source.has_total = False
    source.records = [r for r in source.records]  # noqa: C416
    source.answer = lambda query: {"items": source.records if query["page"] == "1" else []}
    result = load(rest_spec())
    assert counts(result) == (25, 24, 0, 1)
    ((stored_code, stored_reason, position, payload),) = rows(
        "select reason_code, reason, position, payload from ops.rejects"
    )
    assert (stored_code, stored_reason, position) == (code, reason, "страница 1, запись 8")
    assert "author" not in payload and payload["text"] == "Не чистят снег, звоните [ТЕЛЕФОН], [ФИО]"


def test_a_value_that_is_no_record_is_stored_masked(source: Source) -> None:
    source.has_total = False
    items = [*source.records, "Ветроходов П.И.", 5, None, ["8 946 000-00-01"]]
    source.answer = lambda query: {"items": items if query["page"] == "1" else []}
    result = load(rest_spec())
    assert counts(result) == (29, 25, 0, 4)
    assert {str(p) for (p,) in rows("select payload from ops.rejects where reason_code = 'not_an_object'")} == {
        "[ФИО]",
        "5",
        "None",
        "['[ТЕЛЕФОН]']",
    }


def test_odd_characters_land(source: Source) -> None:
    odd = "\\ \\\\ \t\n\r\" ' \\. \x00 \u2028 🙂 \\u0000 конец"
    source.records = [record(1, id="a\\b\tc d", status=odd)]
    assert load(rest_spec()).new == 1
    assert latest()["a\\b\tc d"]["status"] == odd.replace("\x00", "")


def test_from_a_to_b_and_back_ends_as_a(inbox: Path) -> None:
    """Snapshots without a time of change: the export's time decides, and an equal version becomes the latest again."""
    spec = file_spec()
    for day, topic in ((1, "А"), (2, "Б"), (3, "А"), (4, "Б"), (5, "Б")):
        _csv(inbox / f"x_2026-11-0{day}.csv", [("И-1", topic), ("И-2", "В")])
        for result in load_source(spec):
            if result.load_id:
                ledger.accept(result.load_id)
        assert latest()["И-1"]["topic"] == topic, day
    assert rows("select count(*) from raw.demo") == [(5,)]
    assert [r for (r,) in rows("select new_count from ops.loads order by load_id")] == [2, 1, 1, 1]


def test_an_older_export_that_comes_late_is_not_the_latest(inbox: Path) -> None:
    spec = file_spec()
    for day, topic in ((5, "Новая"), (1, "Старая")):
        _csv(inbox / f"x_2026-11-0{day}.csv", [("И-1", topic)])
        (result,) = load_source(spec)
        assert result.load_id
        ledger.accept(result.load_id)
    assert (latest()["И-1"]["topic"], len(raw())) == ("Новая", 2)


def test_the_later_of_two_rows_of_one_export_is_the_latest(inbox: Path) -> None:
    spec = file_spec()
    for day in (1, 2, 3):
        _csv(inbox / f"x_2026-11-0{day}.csv", [("И-1", "А"), ("И-1", "Б")])
        for result in load_source(spec):
            if result.load_id:
                ledger.accept(result.load_id)
        assert latest()["И-1"]["topic"] == "Б"
    assert rows("select count(*) from ops.loads") == [(1,)]


def _csv(path: Path, items: list[tuple[str, str]]) -> Path:
    lines = [f"{number};01.11.2026 10:00;{topic};Снег;Ветроходов П.И." for number, topic in items]
    path.write_text("Номер;Дата создания;Тема;Текст;Автор\n" + "\n".join(lines) + "\n", encoding="cp1251")
    return path


def test_a_file_leaves_the_inbox_and_is_stored(inbox: Path) -> None:
    path = _csv(inbox / "x_2026-11-01.csv", [("И-1", "А")])
    body = path.read_bytes()
    (result,) = load_source(file_spec())
    assert (result.status, list(inbox.iterdir())) == ("landed", [])
    ((stored, name),) = rows("select file_kept, file_name from ops.loads")
    assert (Path(stored).read_bytes(), name) == (body, "x_2026-11-01.csv")


def test_a_file_given_by_hand_stays_where_it_is(inbox: Path, tmp_path: Path) -> None:
    path = _csv(tmp_path / "x_2026-11-01.csv", [("И-1", "А")])
    (result,) = load_file(file_spec(), path)
    assert result.new == 1 and path.exists()
    with pytest.raises(LoadError, match=r"Файла .* нет"):
        load_file(file_spec(), tmp_path / "nothing.csv")
    with pytest.raises(LoadError, match="не читает файлы"):
        load_file(rest_spec(), path)


def test_a_database_source(empty_warehouse: Path) -> None:
    put_secret("conn_base", url("admin"))
    spec = rest_spec(
        connector={"type": "sql", "connection": "base", "relation": "public.appeals_demo", "batch_size": 10},
        record={"id": "id", "updated_at": "updated_at", "required": ["id"]},
        personal={"identity": ["author_name"]},
        expected_fields=["id", "updated_at", "author_name"],
    )
    with connect("admin") as conn:
        conn.execute("create table public.appeals_demo (id int, updated_at timestamptz, author_name text)")
        conn.execute(
            "insert into public.appeals_demo select n, '2026-11-01', 'Ветроходов' from generate_series(1, 25) n"
        )
    try:
        assert counts(load(spec)) == (25, 25, 0, 0)
        assert load(spec).status == "unchanged"
    finally:
        with connect("admin") as conn:
            conn.execute("drop table public.appeals_demo")


def test_one_load_of_a_source_at_a_time(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcu.landing.load.LOCK_SECONDS", 1)
    with connect("loader") as conn:
        conn.execute("select pg_advisory_lock(hashtext('mcu.load'), hashtext('demo'))")
        with pytest.raises(LoadError, match="Источник «Проба» уже загружается"):
            load_source(rest_spec())
        assert load(rest_spec("other")).new == 25


def test_checking_a_source_writes_nothing(source: Source) -> None:
    source.records[2]["createdAt"] = "вчера"
    before = everything_in_the_database()
    checked = check_source(rest_spec())
    assert checked.message.startswith(
        "соединение есть, прочитано записей: 10 из 25; были бы отклонены: 1 - Не дата и не время"
    )
    example = dict(checked.example())
    assert example["text"] == "Не чистят снег, звоните [ТЕЛЕФОН], [ФИО]" and "author" not in example
    assert len(checked.landed) == 9
    assert everything_in_the_database() == before
