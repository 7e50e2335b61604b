"""The REST connector against a real HTTP server that misbehaves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from mcu.connectors.base import SourceError, Window
from mcu.connectors.params import Connector
from mcu.sources.opening import open_source
from mcu.sources.spec import SourceSpec
from tests.landing import server
from tests.landing.server import Source, serve


def spec(**connector: Any) -> SourceSpec:
    return SourceSpec.model_validate(
        {
            "slug": "demo",
            "title": "Проба",
            "connector": {
                "type": "rest",
                "connection": "demo",
                "path": "/items",
                "page_size": 10,
                "timeout_seconds": 0.5,
                "since_param": "updatedFrom",
                **connector,
            },
            "record": {"id": "id", "updated_at": "updatedAt"},
            "personal": {},
        }
    )


def records(count: int) -> list[dict[str, Any]]:
    return [{"id": f"R{i:04}", "updatedAt": f"2026-11-01T10:{i // 60:02}:{i % 60:02}Z"} for i in range(count)]


def read(source: Source, url: str, window: Window | None = None, **connector: Any) -> list[str]:
    pages = open_source(spec(**connector), url).pages(window or Window())
    return [record["id"] for page in pages for record in page.records]


@pytest.mark.parametrize("paging", ["page", "offset", "cursor", "next_link"])
@pytest.mark.parametrize("has_total", [True, False])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 30, 31])
def test_every_record_once_at_every_boundary(paging: str, has_total: bool, count: int) -> None:
    source = Source(records(count))
    source.paging, source.has_total = paging, has_total
    with serve(source) as url:
        assert read(source, url, paging=paging) == [r["id"] for r in source.records]


def test_a_server_that_gives_smaller_pages_than_asked_for_loses_nothing() -> None:
    source = Source(records(25))
    source.largest_page = 7
    with serve(source) as url:
        assert len(read(source, url)) == 25


def test_a_link_from_the_root_of_the_server_is_followed_from_there() -> None:
    source, asked = Source(records(25)), []
    source.paging = "next_link"

    def note(source: Source, handler: Any, query: dict[str, str]) -> bool:
        asked.append(handler.path.partition("?")[0])
        return False

    source.faults.append(note)
    with serve(source) as url:
        assert len(read(source, f"{url}/api/v1", paging="next_link")) == 25
    assert asked == ["/api/v1/items", "/items", "/items"]


def test_window_is_asked_for() -> None:
    source = Source(records(25))
    with serve(source) as url:
        got = read(source, url, Window(since=datetime(2026, 11, 1, 10, 0, 20, tzinfo=UTC)))
    assert got == [f"R{i:04}" for i in range(20, 25)]
    assert source.requests[0]["updatedFrom"] == "2026-11-01T10:00:20Z"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (server.status(500), "ошибка на стороне источника (500)"),
        (server.status(502), "ошибка на стороне источника (502)"),
        (server.status(429), "слишком много запросов (429)"),
        (server.status(429, Retry_After="3600"), "просит подождать 3600 с"),
        (server.status(401), "не принял ключ доступа (401)"),
        (server.status(403), "не принял ключ доступа (403)"),
        (server.status(404), "такого адреса нет (404)"),
        (server.status(302, Location="http://elsewhere/"), "перенаправляет на другой адрес"),
        (server.status(400), "отклонил запрос (400)"),
        (server.silence(1.0, "2"), "ответа нет дольше 0.5 с"),
        (server.half_body("2"), "не целый JSON"),
        (server.half_body("2", honest=False), "оборвался на середине"),
        (server.html("2"), "вместо JSON пришло «text/html»"),
        (server.repeat_page("1", instead_of="2"), "страница 2 повторяет прочитанную раньше"),
    ],
)
def test_a_lasting_fault_is_reported_in_russian_without_the_token(fault: server.Fault, message: str) -> None:
    source = Source(records(25))
    source.faults.append(fault)
    with serve(source) as url, pytest.raises(SourceError) as caught:
        read(source, url)
    assert message in str(caught.value)
    assert server.TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None  # nothing of the client's own words behind it


@pytest.mark.parametrize(
    "fault",
    [
        server.status(500, times=2),
        server.status(429, times=1, Retry_After="0"),
        server.half_body("2", times=1),
        server.half_body("2", times=1, honest=False),
        server.repeat_page("1", instead_of="2", times=1),
    ],
)
def test_a_passing_fault_is_got_over(fault: server.Fault) -> None:
    source = Source(records(25))
    source.faults.append(fault)
    with serve(source) as url:
        assert len(set(read(source, url))) == 25


@pytest.mark.parametrize(
    ("fault", "attempts"),
    [
        (server.status(500), 4),
        (server.status(503), 4),
        (server.status(429), 4),
        (server.half_body("1"), 4),
        (server.half_body("1", honest=False), 4),
        (server.silence(1.0, "1"), 4),
        (server.html("1"), 4),
        (server.status(429, Retry_After="3600"), 1),
        (server.status(413, Retry_After="0"), 1),
        (server.status(401), 1),
    ],
)
def test_no_failure_is_retried_twice(fault: server.Fault, attempts: int) -> None:
    source = Source(records(5))
    source.faults.append(fault)
    with serve(source) as url, pytest.raises(SourceError) as caught:
        read(source, url)
    assert len(source.requests) == attempts
    assert ("Попыток: 4" in str(caught.value)) == (attempts == 4)


def test_the_key_of_the_connection_is_sent_whatever_netrc_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    source = Source(records(5))
    with serve(source) as url:
        assert len(read(source, url)) == 5


def test_retry_after_is_waited_for() -> None:
    source = Source(records(5))
    source.faults.append(server.status(429, times=1, Retry_After="0.3"))
    started = perf_counter()
    with serve(source) as url:
        read(source, url)
    assert perf_counter() - started >= 0.3


def test_an_unreachable_source() -> None:
    with pytest.raises(SourceError, match="не удалось соединиться"):
        read(Source([]), f"http://:{server.TOKEN}@127.0.0.1:1")


def test_a_record_that_changes_while_pages_are_read_hides_no_other() -> None:
    """R0000 moves to the end; R0010 slips from page 2 to page 1, which has been read already."""
    source = Source(records(25))

    def change(source: Source) -> None:
        source.records[0] = {"id": "R0000", "updatedAt": "2026-11-02T00:00:00Z"}

    source.faults.append(server.after_page("1", change))
    with serve(source) as url:
        assert set(read(source, url)) == {f"R{i:04}" for i in range(25)}


def test_a_source_that_gives_records_twice_is_no_error() -> None:
    source = Source([*records(25), *records(2)])
    with serve(source) as url:
        assert set(read(source, url)) == {f"R{i:04}" for i in range(25)}


def test_a_source_that_never_gives_what_it_promises() -> None:
    source = Source(records(25))
    lie = source.answer
    source.answer = lambda query: {**lie(query), "total": 30}
    with serve(source) as url, pytest.raises(SourceError, match="заявил записей: 30, а отдал разных: 25"):
        read(source, url)


def test_a_link_to_another_server_is_not_followed() -> None:
    source = Source(records(25))
    answer = source.answer
    source.paging = "next_link"
    source.answer = lambda query: {**answer(query), "next": "http://evil.example/items"}
    with serve(source) as url, pytest.raises(SourceError, match="ведёт на другой сервер"):
        read(source, url, paging="next_link")


@pytest.mark.parametrize("body", [{"error": "x"}, {"items": "x"}, []])
def test_an_answer_without_records(body: Any) -> None:
    source = Source([])
    source.answer = lambda query: body
    with serve(source) as url, pytest.raises(SourceError, match="нет списка записей «items»"):
        read(source, url)


def test_each_type_of_parameters_opens_and_an_unknown_one_names_the_known() -> None:
    kinds = {get_args(params.model_fields["type"].annotation)[0] for params in get_args(get_args(Connector)[0])}
    assert kinds == {"files", "imap", "ok", "rest", "sql", "telegram", "telegram_bot", "vk"}
    with pytest.raises(ValidationError, match=r"gopher.*'rest', 'files', 'imap', 'sql', 'vk', 'ok', 'telegram'"):
        spec(type="gopher")
