"""Exports of Telegram Desktop: real samples whole, and files that are none."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mcu.connectors.files import FileRefused, FileTorn, read_file, telegram_export
from mcu.landing.intake import Intake
from mcu.sources.opening import open_source
from mcu.sources.registry import get_source

AFTER = 1_793_599_999
SAMPLES = ("full_account_result.json", "personal_chat.json", "supergroup_with_topics.json")


def read(path: Path, **connector: Any) -> list[Any]:
    params = get_source("telegram").connector.model_copy(update=connector)
    return [record for page in read_file(path, params) for record in page.records]


def written(folder: Path, body: Any) -> Path:
    path = folder / "result.json"
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return path


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"name": "Чат", "type": "public_supergroup", "id": 1_990_000_001, "messages": list(messages), **more}


def message(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "message",
        "date": "2026-11-01T10:00:00",
        "date_unixtime": "1793516400",
        "from": "Пётр Ветроходов",
        "from_id": "user9900000001",
        "text": "Яма",
        **more,
    }


def all_messages(node: Any) -> list[dict[str, Any]]:
    """Every message object of a sample, found by its shape, independently of the connector."""
    if isinstance(node, list):
        return [m for part in node for m in all_messages(part)]
    if isinstance(node, dict):
        own = [node] if {"id", "type", "date_unixtime"} <= set(node) else []
        return own + [m for part in node.values() for m in all_messages(part)]
    return []


def all_chats(node: Any) -> dict[int, str]:
    """Every chat of a sample as the spec declares one: undeclared private chats are not read."""
    if isinstance(node, list):
        return {number: place for part in node for number, place in all_chats(part).items()}
    if isinstance(node, dict):
        own = {node["id"]: "murmansk"} if {"id", "messages"} <= set(node) else {}
        return own | {number: place for part in node.values() for number, place in all_chats(part).items()}
    return {}


def read_sample(path: Path) -> list[Any]:
    return read(path, chats=all_chats(json.loads(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_loads_whole(shared_data: Path, sample: str, installation: Path) -> None:
    path = shared_data / "telegram_export" / sample
    expected = all_messages(json.loads(path.read_text(encoding="utf-8")))
    chats = all_chats(json.loads(path.read_text(encoding="utf-8")))
    params = get_source("telegram").connector.model_copy(update={"chats": chats})
    intake = Intake(get_source("telegram"), datetime(2026, 11, 20, tzinfo=UTC))
    batches = [intake.take(page) for page in read_file(path, params)]
    assert [reject.reason for batch in batches for reject in batch.rejects] == []
    lines = [line for batch in batches for line in batch.rows.splitlines()]
    assert len(lines) == len(expected) == {SAMPLES[0]: 14, SAMPLES[1]: 5, SAMPLES[2]: 7}[sample]
    assert intake.drift().get("unknown_fields") is None
    records = read_sample(path)
    assert sum(r["kind"] == "service" for r in records) == sum(m["type"] == "service" for m in expected)
    landed = b"".join(lines).decode()
    for who in {m.get("from") for m in expected} | {m.get("actor") for m in expected} | {"user400", "Meme Bot"}:
        assert not who or f'"{who}"' not in landed, who


def test_a_formatted_text_is_its_words(shared_data: Path) -> None:
    records = read_sample(shared_data / "telegram_export" / "personal_chat.json")
    assert [r["text"] for r in records] == ["Hello!", "Hi there!", "Check this important message", "Got it!", ""]


def test_an_edit_is_dated_by_the_epoch(shared_data: Path) -> None:
    """The sample gives local times of an unknown zone beside an epoch: 12:00 is 1609761600, so 12:05 is 300 more."""
    records = read_sample(shared_data / "telegram_export" / "full_account_result.json")
    (edited,) = [r for r in records if r.get("edited")]
    assert edited["changed_at"] == datetime.fromtimestamp(1_609_761_900, UTC).isoformat()
    assert edited["at"] == datetime.fromtimestamp(1_609_761_600, UTC).isoformat()


def test_answers_of_the_channel_stand_at_what_they_answer(tmp_path: Path) -> None:
    answer = message(3, from_id="channel1990000001", reply_to_message_id=1, date_unixtime=str(AFTER), text="Сделаем")
    other = message(4, from_id="user9900000002", reply_to_message_id=1)
    first, _, official, neighbour = read(written(tmp_path, chat(message(1), message(2), answer, other)))
    assert first["replies"] == [{"at": datetime.fromtimestamp(AFTER, UTC).isoformat(), "text": "Сделаем"}]
    assert first["changed_at"] == datetime.fromtimestamp(AFTER, UTC).isoformat()
    assert (official["is_official"], official["replies"], official["answers_to"]) == (True, [], "1990000001_1")
    assert (neighbour["is_official"], neighbour["author_link"]) == (False, "https://t.me/id9900000002")
    assert first["municipality"] == "murmansk"


@pytest.mark.parametrize("count", [0, 1, 999, 1_000, 1_001, 2_000])
def test_every_message_at_every_boundary(tmp_path: Path, count: int) -> None:
    records = read(written(tmp_path, chat(*(message(n) for n in range(1, count + 1)))))
    assert [r["ref"] for r in records] == [f"1990000001_{n}" for n in range(1, count + 1)]


def test_a_chat_that_nobody_declared_is_reported_by_its_number(tmp_path: Path) -> None:
    assert read(written(tmp_path, chat(message(1), id=7)))[0]["municipality"] == "7"


@pytest.mark.parametrize(
    ("content", "refusal", "message"),
    [
        (b"", FileTorn, "пуст"),
        (b"[1, 2", FileTorn, "записан не до конца"),
        ('{"messages": [{"text": "Яма'.encode(), FileTorn, "записан не до конца"),
        (b'{"messages": [{"id": 1}', FileTorn, "записан не до конца"),
        (b"PK\x03\x04", FileRefused, "не JSON или испорчен"),
        ('{"messages": "нет"}'.encode(), FileRefused, "не выгрузка Telegram"),
        (b'{"x": 1}', FileRefused, "не выгрузка Telegram"),
        (b"[]", FileRefused, "не выгрузка Telegram"),
        ('{"messages": []}'.encode("cp1251") + "щ".encode("cp1251"), FileRefused, "не JSON или испорчен"),
    ],
)
def test_a_file_that_is_no_export(tmp_path: Path, content: bytes, refusal: type, message: str) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(content)
    with pytest.raises(refusal, match=message):
        read(path)


def test_an_export_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram_export, "LARGEST", 1 << 20)
    with pytest.raises(FileRefused, match=r"больше 1 МБ\. Выгрузите историю чата частями"):
        read(written(tmp_path, chat(message(1, text="x" * (1 << 20)))))


@pytest.mark.parametrize("junk", [None, 1, "x", [], {}, {"id": "1", "text": {"a": 1}}, {"id": 1, "date_unixtime": []}])
def test_what_is_no_message_goes_on_to_be_refused(tmp_path: Path, junk: Any, installation: Path) -> None:
    path = written(tmp_path, chat(junk, message(2)))
    intake = Intake(get_source("telegram"), datetime(2026, 11, 20, tzinfo=UTC))
    batches = [intake.take(page) for page in read_file(path, get_source("telegram").connector)]
    assert [(len(b.refs), len(b.rejects)) for b in batches] == [(1, 1)]


def test_the_folder_hears_every_file_but_drafts(tmp_path: Path) -> None:
    for name in ("result.json", "photo.jpg", ".draft.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    folder = open_source(get_source("telegram"), f"file://{tmp_path}")
    assert {p.name for p in folder.waiting()} == {"result.json", "photo.jpg"}
