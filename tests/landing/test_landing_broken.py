"""Broken input: the message is clear Russian, nothing is lost, the other sources go on."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mcu.connectors.base import Page
from mcu.landing import dropped_files, ledger, source_state
from mcu.landing.load import load_source
from mcu.landing.run import LoadError
from mcu.secrets import put_secret
from mcu.settings import settings
from tests.landing import server
from tests.landing.conftest import everything_in_the_database, file_spec, latest, raw, record, rest_spec, rows
from tests.landing.server import Source, serve

FAULTS: dict[str, tuple[server.Fault, str, int]] = {
    "500": (server.status(500, on_page="2"), "ошибка на стороне источника (500)", 10),
    "429": (server.status(429, on_page="3"), "слишком много запросов (429)", 20),
    "429 for long": (server.status(429, on_page="2", Retry_After="7200"), "просит подождать 7200 с", 10),
    "time-out": (server.silence(1.0, "2"), "ответа нет дольше 0.5 с", 10),
    "half a body": (server.half_body("2"), "ответ неполон или испорчен", 10),
    "cut body": (server.half_body("3", honest=False), "ответ оборвался на середине", 20),
    "repeated page": (server.repeat_page("1", instead_of="2"), "страница 2 повторяет прочитанную раньше", 10),
    "no JSON": (server.html("2"), "вместо JSON пришло «text/html»", 10),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_failing_source(source: Source, name: str) -> None:
    fault, text, stored = FAULTS[name]
    undisturbed = _undisturbed(source)
    source.faults.append(fault)
    with pytest.raises(LoadError) as caught:
        load_source(rest_spec())
    message = str(caught.value)
    assert message.startswith("Источник «Проба»: ") and text in message
    assert server.TOKEN not in message + everything_in_the_database()

    # What was read before is stored, and staging does not see it.
    assert (len(raw()), raw(is_accepted=True)) == (stored, set())
    state = source_state.source_states()["demo"]
    assert (state.last_error, state.cursor) == (message, None) and state.failing_since
    assert rows("select status, message from ops.loads where source_slug = 'demo'") == [("failed", message)]

    # The other source goes on.
    with serve(Source([record(1)])) as url:
        put_secret("conn_other", url)
        other = rest_spec("other", connector=rest_spec().connector.model_copy(update={"connection": "other"}))
        assert load_source(other)[0].new == 1

    # When the source recovers, nothing is missing or doubled.
    source.faults.clear()
    (result,) = load_source(rest_spec())
    assert result.load_id and result.new == 25
    ledger.accept(result.load_id)
    assert raw() == raw(is_accepted=True) == undisturbed
    state = source_state.source_states()["demo"]
    assert (state.last_error, state.failing_since) == (None, None)


def test_failing_since_is_the_first_failure(source: Source) -> None:
    source.faults.append(server.status(500))
    since = []
    for _ in range(2):
        with pytest.raises(LoadError):
            load_source(rest_spec())
        since.append(source_state.source_states()["demo"].failing_since)
    assert since[0] == since[1]


def test_a_record_that_changes_while_pages_are_read(source: Source) -> None:
    changed = record(0, status="Изменено", updatedAt="2026-11-02T00:00:00Z")

    def change(source: Source) -> None:
        source.records[0] = changed

    source.faults.append(server.after_page("1", change))
    (result,) = load_source(rest_spec())
    assert result.load_id and result.read == result.new + result.unchanged + result.rejected
    ledger.accept(result.load_id)
    assert set(latest()) == {f"R{n:04}" for n in range(25)}
    assert latest()["R0000"]["status"] == "Изменено"
    assert len(raw()) == 26  # both versions of the changed one


def _undisturbed(source: Source) -> set[tuple[str, str]]:
    (result,) = load_source(rest_spec("calm"))
    assert result.load_id
    ledger.accept(result.load_id)
    return raw("calm")


# ---------------------------------------------------------------- files

HEADER = ["Номер", "Дата создания", "Тема", "Текст", "Автор"]
ROWS = [[f"И-{n}", "01.11.2026 10:00", "Снег", "Не чистят", "Ветроходов П.И."] for n in range(30)]


def _book(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    for row in rows:
        workbook.active.append(list(row))
    workbook.save(path)
    return path


def _empty(path: Path) -> None:
    path.touch()


def _no_book(path: Path) -> None:
    path.write_text("<html>Сессия истекла, Ветроходов П.И.</html>")


def _lacks_a_column(path: Path) -> None:
    _book(path, [["Номер", "Дата создания", "Тематика обращения", "Текст", "Автор"], *ROWS])


def _half_written(path: Path) -> None:
    _book(path, [HEADER, *ROWS])
    path.write_bytes(path.read_bytes()[:-2000])


def _some_other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", "x")


BROKEN_FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "empty": (_empty, "Файл «x_2026-11-01.xlsx» пуст (0 байт)"),
    "not XLSX at all": (_no_book, "не книга Excel, хотя назван так"),
    "another zip": (_some_other_zip, "не читается как книга Excel"),
    "lacks a column": (_lacks_a_column, "нет столбца «Тема» (похож столбец C «Тематика обращения»"),
    "half written": (_half_written, "записан не до конца"),
}


@pytest.mark.parametrize("name", BROKEN_FILES)
def test_a_broken_file_is_refused_and_the_good_one_lands(inbox: Path, name: str) -> None:
    make, text = BROKEN_FILES[name]
    path = inbox / "x_2026-11-01.xlsx"
    make(path)
    os.utime(path, (0, 0))  # its writer is long gone
    body = path.read_bytes()
    _book(inbox / "good_2026-11-02.xlsx", [HEADER, *ROWS])
    refused, landed = load_source(file_spec())
    assert refused.status == "refused" and text in refused.message
    assert (landed.status, landed.new) == ("landed", 30)
    assert list(inbox.iterdir()) == []
    ((status, message, stored),) = rows("select status, message, file_kept from ops.loads where status = 'refused'")
    assert (status, message, Path(stored).read_bytes()) == ("refused", refused.message, body)
    assert "Ветроходов" not in everything_in_the_database()

    # The same broken file is reported again but gets no second row.
    make(path)
    os.utime(path, (0, 0))
    if path.read_bytes() == body:  # a workbook contains the time it was saved
        before = rows("select count(*) from ops.loads")
        assert refused.message in [result.message for result in load_source(file_spec())]
        assert rows("select count(*) from ops.loads") == before


@pytest.mark.parametrize("name", ["empty", "half written"])
def test_a_file_whose_writer_pauses_is_left_alone(inbox: Path, name: str) -> None:
    make, text = BROKEN_FILES[name]
    path = inbox / "x_2026-11-01.xlsx"
    make(path)
    (waiting,) = load_source(file_spec())
    assert (waiting.status, waiting.load_id) == ("waiting", None)
    assert text in waiting.message and "Возможно, файл ещё записывается: подождём." in waiting.message
    assert path.exists() and rows("select count(*) from ops.loads") == [(0,)]
    stored = settings().kept_files.glob("[0-9a-f]*")
    assert not [p for p in stored if p.read_bytes() == path.read_bytes()]

    _book(path, [HEADER, *ROWS])  # now it is whole
    assert [(r.status, r.new) for r in load_source(file_spec())] == [("landed", 30)]
    assert not path.exists()


def test_a_file_that_replaces_one_being_loaded_is_read_next(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _book(inbox / "export.xlsx", [HEADER, *ROWS])
    read = dropped_files.read_file

    def read_slowly(stored: Path, *args: Any) -> Iterator[Page]:
        yield from read(stored, *args)
        monkeypatch.setattr(dropped_files, "read_file", read)
        _book(path, [HEADER, ["И-99", *ROWS[0][1:]]])

    monkeypatch.setattr(dropped_files, "read_file", read_slowly)
    assert [r.new for r in load_source(file_spec())] == [30]
    assert path.exists()
    assert [r.new for r in load_source(file_spec()) if r.load_id != 1] == [1]
    assert not path.exists() and "И-99" in {ref for ref, _ in raw()}


def test_a_file_that_comes_twice(inbox: Path) -> None:
    path = _book(inbox / "x_2026-11-01.xlsx", [HEADER, *ROWS])
    body = path.read_bytes()
    (first,) = load_source(file_spec())
    assert first.load_id
    ledger.accept(first.load_id)
    before = everything_in_the_database().count("\n"), rows("select count(*) from ops.loads"), raw()
    (inbox / "copy_2026-11-03.xlsx").write_bytes(body)
    (second,) = load_source(file_spec())
    assert (second.load_id, second.status) == (None, "repeated")
    assert "Файл «copy_2026-11-03.xlsx» уже загружен" in second.message
    assert "загрузка № 1, «x_2026-11-01.xlsx»" in second.message
    assert list(inbox.iterdir()) == []
    assert (everything_in_the_database().count("\n"), rows("select count(*) from ops.loads"), raw()) == before


def test_a_refused_file_lands_once_its_column_is_declared(inbox: Path) -> None:
    path = inbox / "x_2026-11-01.xlsx"
    _lacks_a_column(path)
    body = path.read_bytes()
    assert load_source(file_spec())[0].status == "refused"
    path.write_bytes(body)
    spec = file_spec()
    columns = {**spec.connector.columns, "topic": "Тематика обращения"}
    mended = file_spec(connector=spec.connector.model_copy(update={"columns": columns}))
    (result,) = load_source(mended)
    assert result.load_id and result.new == 30
    ledger.accept(result.load_id)
    assert rows("select status from ops.loads order by load_id") == [("failed",), ("accepted",)]


def test_a_folder_that_is_gone(inbox: Path) -> None:
    inbox.rmdir()
    with pytest.raises(LoadError, match=r"Папка .* не читается"):
        load_source(file_spec())
    assert "не читается" in str(source_state.source_states()["demo"].last_error)
