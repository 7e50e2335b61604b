"""Fields that drift: the load goes on if the contract holds, and its message names each changed column."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu.landing.load import load_source
from mcu.landing.run import LoadError
from mcu.quality import gate
from mcu.sources import registry
from mcu.sources.spec import SourceSpec
from tests.landing import server
from tests.landing.conftest import file_spec, latest, record, rest_spec, rows
from tests.landing.server import Source


def drop(inbox: Path, header: str, name: str = "x_2026-11-01.csv") -> None:
    (inbox / name).write_text(f"{header}\nИ-1;01.11.2026 10:00;Снег;Не чистят;Ветроходов П.И.\n", encoding="utf-8")


def spec_with_optional_topic() -> SourceSpec:
    spec = file_spec()
    return file_spec(connector=spec.connector.model_copy(update={"required": ["number", "created_at", "text"]}))


def test_a_renamed_optional_column_is_reported_and_the_load_goes_on(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = spec_with_optional_topic()
    drop(inbox, "Номер;Дата создания;Тематика обращения;Текст;Автор")
    (result,) = load_source(spec)
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


def test_a_new_and_a_lost_column_are_no_rename(inbox: Path) -> None:
    drop(inbox, "Номер;Дата создания;Этаж;Текст;Автор")
    (result,) = load_source(spec_with_optional_topic())
    assert "; неизвестные столбцы: „Этаж“; нет ожидаемых столбцов: „Тема“." in result.message
    assert "renamed" not in rows("select details from ops.loads")[0][0]


def test_a_renamed_field_of_an_api_is_reported(source: Source) -> None:
    for entry in source.records:
        entry["textBody"] = entry.pop("text")
    (result,) = load_source(rest_spec())
    assert "; поле „text“ переименовано в „textBody“?." in result.message


def test_a_failure_at_page_900_keeps_899(source: Source) -> None:
    source.records = [record(n) for n in range(905)]
    small = rest_spec(connector=rest_spec().connector.model_copy(update={"page_size": 1}))
    source.faults.append(server.status(500, on_page="900"))
    with pytest.raises(LoadError, match=r"ошибка на стороне источника \(500\)"):
        load_source(small)
    assert rows("select count(*) from raw.demo") == [(899,)]
    assert rows("select status, read_count, new_count from ops.loads") == [("failed", 899, 899)]
    source.faults.clear()
    (result,) = load_source(rest_spec())
    assert (result.read, result.rejected) == (905, 0)
    assert rows("select count(*), count(distinct record_ref) from raw.demo") == [(905, 905)]
