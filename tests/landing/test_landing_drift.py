"""Fields that drift: the load goes on where the contract holds, and people are told what became of which column."""

from __future__ import annotations

from pathlib import Path

from mcu.landing.load import load_source
from mcu.quality import gate
from mcu.sources import registry
from tests.landing.conftest import file_spec, latest, record, rest_spec, rows
from tests.landing.server import Source


def drop(inbox: Path, header: str, name: str = "x_2026-11-01.csv") -> None:
    (inbox / name).write_text(f"{header}\nИ-1;01.11.2026 10:00;Снег;Не чистят;Ветроходов П.И.\n", encoding="utf-8")


def spec_with_optional_topic() -> object:
    spec = file_spec()
    return file_spec(connector=spec.connector.model_copy(update={"required": ["number", "created_at", "text"]}))


def test_a_renamed_optional_column_is_told_and_the_load_goes_on(inbox: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    spec = spec_with_optional_topic()
    drop(inbox, "Номер;Дата создания;Тематика обращения;Текст;Автор")
    (result,) = load_source(spec)  # type: ignore[arg-type]
    assert (result.status, result.new) == ("landed", 1)
    assert "; столбец „Тема“ переименован в „Тематика обращения“?." in result.message
    ((details, message),) = rows("select details, message from ops.loads")
    assert details["renamed"] == [{"field": "topic", "from": "Тема", "to": "Тематика обращения"}]
    assert (details["unknown_fields"], details["missing_fields"]) == (["Тематика обращения"], ["topic"])
    assert message == result.message

    monkeypatch.setattr(registry, "all_sources", lambda: {"demo": spec})
    monkeypatch.setattr(gate, "get_source", lambda slug: spec)
    verdict = gate.raw_gate(result.load_id)
    assert verdict.passed
    assert [(r.rule.code, r.observed, r.failed_count) for r in verdict.failed] == [
        ("RAW-008", "переименовано? «Тема» → «Тематика обращения»", 1)
    ]
    assert latest()["И-1"]["text"] == "Не чистят"


def test_a_renamed_required_column_refuses_the_file(inbox: Path) -> None:
    drop(inbox, "Номер;Дата создания;Тематика обращения;Текст;Автор")
    (result,) = load_source(file_spec())
    assert (result.status, result.new) == ("refused", 0)
    assert "нет столбца «Тема» (похож столбец C «Тематика обращения»: не переименован ли он?)" in result.message


def test_a_new_and_a_lost_column_are_told_apart(inbox: Path) -> None:
    drop(inbox, "Номер;Дата создания;Этаж;Текст;Автор")
    (result,) = load_source(spec_with_optional_topic())  # type: ignore[arg-type]
    assert "; неизвестные столбцы: „Этаж“; нет ожидаемых столбцов: „Тема“." in result.message
    assert "renamed" not in rows("select details from ops.loads")[0][0]


def test_a_renamed_field_of_an_api_is_told(source: Source) -> None:
    for entry in source.records:
        entry["textBody"] = entry.pop("text")
    (result,) = load_source(rest_spec())
    assert "; поле „text“ переименовано в „textBody“?." in result.message


def test_a_failure_at_page_900_keeps_899(source: Source) -> None:
    from mcu.landing.run import LoadError
    from tests.landing import server

    source.records = [record(n) for n in range(905)]
    small = rest_spec(connector=rest_spec().connector.model_copy(update={"page_size": 1}))
    source.faults.append(server.status(500, on_page="900"))
    try:
        load_source(small)
    except LoadError as error:
        assert "ошибка на стороне источника (500)" in str(error)
    else:
        raise AssertionError("the failure at page 900 was not told")
    assert rows("select count(*) from raw.demo") == [(899,)]
    assert rows("select status, read_count, new_count from ops.loads") == [("failed", 899, 899)]
    source.faults.clear()
    (result,) = load_source(rest_spec())
    assert (result.read, result.rejected) == (905, 0)
    assert rows("select count(*), count(distinct record_ref) from raw.demo") == [(905, 905)]
