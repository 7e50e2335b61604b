"""Kind 12: answers in other chats, old exports, chats of an account; and `sources new`, which names its doubts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu.sources.spec import SourceSpec
from tests.cases.casework import Landed, case, declared, land, quick, stage
from tests.cases.test_identity import drafted

CHAT = 1990000001
CHANNEL = f"channel{CHAT}"
OLD_CHANNEL = (2 << 32) + CHAT
"""A channel's number in exports of before 2021: the kind stands in the bits above the number."""


def message(number: int, **change: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "message",
        "date": "2026-11-02T10:00:00",
        "date_unixtime": str(1793603100 + number),
        "from": "Имя",
        "from_id": "user505",
        "text": "Где автобус?",
        **change,
    }


def export(tmp_path: Path, *messages: dict[str, Any], **chat: Any) -> Landed:
    body = {"name": "Чат", "type": "public_supergroup", "id": CHAT, "messages": list(messages), **chat}
    path = tmp_path / "result.json"
    path.write_text(json.dumps(body, ensure_ascii=False))
    return land(declared("telegram"), path)


def replies(found: Landed, number: int) -> list[Any]:
    return found.records[f"{CHAT}_{number}"]["replies"]


ELSEWHERE = "ответ в другом чате считается ответом на обращение здесь"


@pytest.mark.parametrize(
    ("peer", "is_answer"),
    [
        case(None, True, id="here"),
        case(CHANNEL, True, id="named-here"),
        case("channel1777777777", False, id="t1"),
        case("user606", False, id="private"),
        case("chat7777", False, id="old-group"),
        case(1777777777, False, id="integer"),
        case((2 << 32) + 1777777777, False, id="old-integer"),
        case(OLD_CHANNEL, True, id="old-integer-of-this-chat"),
        case("", False, id="empty"),
    ],
)
def test_an_answer_counts_in_its_own_chat(
    empty_warehouse: Path, staging: dict[str, str], tmp_path: Path, peer: Any, is_answer: bool
) -> None:
    extra = {} if peer is None else {"reply_to_peer_id": peer}
    answer = message(6, from_id=CHANNEL, text="Починили", reply_to_message_id=5, **extra)
    found = export(tmp_path, message(5), answer)
    assert bool(replies(found, 5)) == is_answer
    codes = {e["event_code"] for e in stage(staging["stg_telegram__events"]) if e["record_ref"] == f"{CHAT}_5"}
    assert ("final_reply" in codes) == is_answer
    assert (found.records[f"{CHAT}_6"]["answers_to"] == f"{CHAT}_5") == is_answer


def test_t1(empty_warehouse: Path, cases: Path) -> None:
    found = land(declared("telegram"), cases / "t1_reply_to_peer.json")
    assert replies(found, 5) == [] and f"{CHAT}_6" in found.records


# ---------------------------------------------------------------- old exports

INTEGER = "целое from_id не узнаётся"


@pytest.mark.parametrize(
    "who",
    [
        case(CHANNEL, id="text"),
        case(OLD_CHANNEL, id="old-integer"),
        case(str(OLD_CHANNEL), id="old-integer-as-text"),
    ],
)
def test_our_channel_is_known_in_an_old_export(empty_warehouse: Path, tmp_path: Path, who: Any) -> None:
    found = export(tmp_path, message(5), message(6, from_id=who, text="Починили", reply_to_message_id=5))
    assert found.records[f"{CHAT}_6"]["is_official"] is True
    assert [reply["text"] for reply in replies(found, 5)] == ["Починили"]


@pytest.mark.parametrize("who", [case("user505", id="text"), case(505, id="integer"), case("505", id="digits")])
def test_a_person_is_one_in_old_and_new_exports(empty_warehouse: Path, tmp_path: Path, who: Any) -> None:
    found = export(tmp_path, message(5), message(6, from_id=who))
    key = found.records[f"{CHAT}_5"]["author_key"]
    assert key and key == found.records[f"{CHAT}_6"]["author_key"]
    assert "505" not in str({k: v for k, v in found.records[f"{CHAT}_6"].items() if k != "author_key"})


@pytest.mark.parametrize("number", [OLD_CHANNEL, -1001990000001, str(CHAT)])
def test_the_chats_own_number_in_other_forms(empty_warehouse: Path, tmp_path: Path, number: Any) -> None:
    found = export(tmp_path, message(5), id=number)
    assert f"{CHAT}_5" in found.records or found.refused or found.rejects


@pytest.mark.parametrize(
    ("change", "at"),
    [
        case({"date_unixtime": None}, "2026-11-02T10:00:00", id="no-epoch"),
        case({"date_unixtime": None, "date": "2026-11-02T10:00:00+03:00"}, "2026-11-02T10:00:00+03:00", id="offset"),
        case({"date_unixtime": 1793603100}, "2026-11-02T07:05:00+00:00", id="number"),
    ],
)
def test_the_time_of_an_old_export(empty_warehouse: Path, tmp_path: Path, change: dict[str, Any], at: str) -> None:
    found = export(tmp_path, message(5, **change))
    assert found.records[f"{CHAT}_5"]["at"] == at


@given(st.integers(1, 2**31), st.sampled_from(["user", "channel", "chat"]), st.booleans())
@quick(6)
def test_any_number_means_the_same_in_both_forms(
    empty_warehouse: Path, tmp_path: Path, number: int, kind: str, is_text: bool
) -> None:
    old: Any = ({"user": 0, "chat": 1, "channel": 2}[kind] << 32) + number
    first = number % 10**6 * 100 + 10
    found = export(
        tmp_path, message(first, from_id=f"{kind}{number}"), message(first + 1, from_id=str(old) if is_text else old)
    )
    keys = [found.records[f"{CHAT}_{n}"]["author_key"] for n in (first, first + 1)]
    assert keys[0] and keys[0] == keys[1]


# ---------------------------------------------------------------- chats of an account


def account(*kinds: str) -> dict[str, Any]:
    chats = [
        {"name": "Ветроходов", "type": kind, "id": CHAT + n, "messages": [message(5, text=f"Тайна {n}")]}
        for n, kind in enumerate(kinds)
    ]
    return {"about": "x", "chats": {"list": chats}}


@pytest.mark.parametrize("kind", ["personal_chat", "saved_messages", "bot_chat", "private_group", "private_supergroup"])
@pytest.mark.parametrize("where", ["account", "one-chat"])
def test_a_private_chat_is_refused_unless_declared(
    empty_warehouse: Path, tmp_path: Path, kind: str, where: str
) -> None:
    body = account("public_supergroup", kind) if where == "account" else account(kind)["chats"]["list"][0] | {"id": 777}
    (tmp_path / "result.json").write_text(json.dumps(body, ensure_ascii=False))
    found = land(declared("telegram"), tmp_path / "result.json")
    private = "Тайна 1" if where == "account" else "Тайна 0"
    assert private not in str(found.rows) and private not in str(found.rejects)
    assert where == "one-chat" or f"{CHAT}_5" in found.records
    assert found.refused or found.rejects or "личн" in found.messages.lower()


def test_a_declared_private_group_is_read(empty_warehouse: Path, tmp_path: Path) -> None:
    spec = declared("telegram").model_dump()
    spec["connector"]["chats"] = {CHAT: "murmansk", CHAT + 1: "gubkinsky"}
    (tmp_path / "result.json").write_text(
        json.dumps(account("public_supergroup", "private_supergroup"), ensure_ascii=False)
    )
    found = land(SourceSpec.model_validate(spec), tmp_path / "result.json")
    assert {f"{CHAT}_5", f"{CHAT + 1}_5"} <= set(found.records)


# ---------------------------------------------------------------- doubts of a draft

ROWS = "1;{0};Не чистят снег\n2;{0};Темно\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        case("Номер;Дата создания;Текст\n" + ROWS.format("11/02/2026"), ["день или месяц"], id="month-or-day"),
        case("Номер;Дата создания;Текст\n" + ROWS.format("02.11.26"), ["дат"], id="short-year"),
        case("Номер;Дата создания;Текст\n" + ROWS.format("46328"), ["дат"], id="serial"),
        case("Номер;Текст;Тема;Текст\n1;а;б;в\n2;г;д;е\n", ["дважды", "повтор"], id="doubled-column"),
        case("Номер;Текст;Тема;ТЕКСТ \n1;а;б;в\n2;г;д;е\n", ["дважды", "повтор"], id="doubled-by-case"),
        case("Номер;Тема,Текст;Ответ,Да\n1;а,б;в,г\n2;д,е;ж,з\n", ["разделител"], id="two-delimiters"),
        case("Номер|Тема;Текст|Ответ;Да\n1|а;б|в;г\n", ["разделител"], id="bar-or-semicolon"),
        case("Номер;Тема;Текст\n1;а;б;в\n2;г;д\n", ["строк", "ячеек", "столбц"], id="ragged"),
    ],
)
def test_a_draft_names_its_doubt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: list[str]) -> None:
    _, draft = drafted(tmp_path, text, monkeypatch, "образец.csv")
    doubts = [line.lower() for line in draft.splitlines() if "TODO" in line or "Решите сами" in line]
    doubts = [line for line in doubts if "не найден" not in line and "расписани" not in line]
    assert any(word in line for word in words for line in doubts)


@pytest.mark.parametrize(
    ("day", "form"),
    [case("11/22/2026", "%m/%d/%Y", id="month-first"), case("22/11/2026", "%d/%m/%Y", id="day-first")],
)
def test_a_number_above_12_proves_the_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: str, form: str
) -> None:
    body, draft = drafted(tmp_path, "Номер;Дата создания;Текст\n" + ROWS.format(day), monkeypatch, "образец.csv")
    assert body["record"]["date_format"] == {"received_at": form} and "день или месяц" not in draft


def test_a_draft_of_a_plain_table_has_no_such_doubt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, draft = drafted(tmp_path, "Номер;Дата создания;Текст\n" + ROWS.format("02.11.2026"), monkeypatch, "образец.csv")
    doubts = [line.lower() for line in draft.splitlines() if "TODO" in line and "не найден" not in line]
    assert not any(word in line for word in ("разделител", "дважды", "повтор") for line in doubts)
