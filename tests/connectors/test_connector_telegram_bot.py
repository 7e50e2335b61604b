"""Updates of a bot: the service deletes confirmed updates, so nothing may be confirmed before it is saved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mcu.connectors.base import SourceError, Window
from mcu.landing import ledger
from mcu.landing.load import load_source
from mcu.landing.run import LoadError
from mcu.secrets import put_secret
from mcu.sources.opening import open_source
from mcu.sources.registry import get_source
from mcu.sources.spec import SourceSpec
from tests.connectors.forms import Reply, serve
from tests.landing.conftest import rows

KEY = "123456:key-that-no-message-may-show"
GROUP = -1_001_990_000_003


def spec(**connector: Any) -> SourceSpec:
    body = get_source("telegram_bot").model_dump()
    body["connector"] |= {"timeout_seconds": 0.5, **connector}
    return SourceSpec.model_validate(body)


def message(number: int, **more: Any) -> dict[str, Any]:
    person = {"id": 9_900_000_001, "is_bot": False, "first_name": "Пётр", "username": "vetrohod"}
    return {
        "message_id": number,
        "from": person,
        "chat": {"id": GROUP, "type": "supergroup", "title": "Чат"},
        "date": 1_793_516_400 + number,
        "text": f"Яма {number}",
        **more,
    }


class Bot:
    """The service: it deletes updates before the requested offset."""

    def __init__(self, count: int) -> None:
        self.waiting = [{"update_id": 500 + n, "message": message(n)} for n in range(1, count + 1)]
        self.offsets: list[int] = []
        self.faults: dict[int, Any] = {}
        """Number of the call, from 1 → what is answered instead."""

    def __call__(self, path: str, form: dict[str, str]) -> Any:
        assert path == f"/bot{KEY}/getUpdates"
        self.offsets.append(int(form.get("offset", 0)))
        self.waiting = [u for u in self.waiting if u["update_id"] >= self.offsets[-1]]
        if len(self.offsets) in self.faults:
            return self.faults[len(self.offsets)]
        return {"ok": True, "result": self.waiting[: int(form["limit"])]}


def read(bot: Any, **connector: Any) -> list[Any]:
    with serve(bot) as place:
        pages = open_source(spec(**connector), f"http://:{KEY}@{place}").pages(Window())
        return [record for page in pages for record in page.records]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 201])
def test_every_update_once_at_every_boundary(count: int) -> None:
    bot = Bot(count)
    assert [r["ref"] for r in read(bot)] == [f"{GROUP}_{n}" for n in range(1, count + 1)]
    assert bot.waiting == []


def test_an_update_is_confirmed_only_after_its_page_was_taken() -> None:
    bot = Bot(150)
    with serve(bot) as place:
        pages = open_source(spec(), f"http://:{KEY}@{place}").pages(Window())
        assert len(next(pages).records) == 100
        assert len(bot.waiting) == 150
        next(pages)
        assert bot.waiting[0]["update_id"] == 601


def test_an_answer_brings_what_it_answers_with_it() -> None:
    chat = {"id": GROUP, "type": "supergroup"}
    anonymous = {"id": 1_087_968_824, "is_bot": True}
    answer = message(9, **{"from": anonymous, "sender_chat": chat}, text="Сделаем", reply_to_message=message(1))
    bot = Bot(0)
    bot.waiting = [{"update_id": 1, "message": message(1)}, {"update_id": 2, "message": answer}]
    first, again, official = read(bot)
    assert first["ref"] == again["ref"] == official["answers_to"] == f"{GROUP}_1"
    assert (first["replies"], len(again["replies"]), again["replies"][0]["text"]) == ([], 1, "Сделаем")
    assert again["changed_at"] == official["at"] > first["changed_at"]
    assert (official["is_official"], again["is_official"], first["municipality"]) == (True, False, "gubkinsky")
    assert official["author_link"] == "https://t.me/c/1001990000003"
    own_channel = message(5, **{"from": {"id": 136_817_688, "is_bot": True}, "sender_chat": {"id": -1_002}})
    bot.waiting = [{"update_id": 3, "message": own_channel}]
    assert [r["is_official"] for r in read(bot)] == [False]


def test_a_private_chat_has_no_number_and_other_updates_leave_their_kind_only() -> None:
    bot = Bot(0)
    private = message(7, chat={"id": 9_900_000_001, "type": "private", "first_name": "Пётр"})
    bot.waiting = [
        {"update_id": 1, "message": private},
        {"update_id": 2, "edited_message": private | {"edit_date": 1_793_517_000, "text": "Яма!"}},
        {"update_id": 3, "callback_query": {"from": {"id": 9_900_000_001, "first_name": "Пётр"}, "data": "x"}},
        {"update_id": 4, "message": message(8, **{"text": None}) | {"new_chat_members": [{"first_name": "Пётр"}]}},
    ]
    del bot.waiting[3]["message"]["text"]
    first, edited, other, joined = read(bot)
    assert first["ref"] == edited["ref"] == "private_7" and edited["text"] == "Яма!"
    assert edited["changed_at"] > first["changed_at"] and first["municipality"] == "murmansk"
    assert (other["ref"], other["kind"], other["update"]) == ("update_3", "service", "callback_query")
    assert "9900000001" not in str({k: v for k, v in other.items() if v})
    assert joined["kind"] == "service"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Reply(401, b'{"ok": false}'), "ключ бота не принят (401). Получите новый ключ"),
        (Reply(404, b'{"ok": false}'), "ключ бота не принят (404)"),
        (Reply(409, b'{"ok": false}'), "забирает другая программа или включён webhook (409)"),
        (Reply(429, headers={"Retry-After": "0.01"}), "слишком много запросов (429)"),
        (Reply(500), "ошибка на стороне источника (500)"),
        (Reply(delay=1), "ответа нет дольше 0.5 с"),
        (Reply(body=b"<html>", kind="text/html"), "вместо JSON пришло"),
        ({"ok": False, "description": KEY}, "нет списка сообщений"),
        ([], "нет списка сообщений"),
        ({"ok": True, "result": [{"message": {}}]}, "номера сообщений не растут"),
        ({"ok": True, "result": [{"update_id": 3}]}, "номера сообщений не растут"),
    ],
)
def test_a_failure_is_reported_in_russian_without_the_key(fault: Any, message: str) -> None:
    bot = Bot(0)
    bot.faults = dict.fromkeys(range(1, 20), fault)
    with pytest.raises(SourceError) as caught:
        read(bot)
    assert message in str(caught.value)
    assert "key-that" not in str(caught.value) and "123456" not in str(caught.value)


# ---------------------------------------------------------------- into the warehouse


@pytest.fixture
def bot(empty_warehouse: Path) -> Iterator[Bot]:
    service = Bot(250)
    with serve(service) as place:
        put_secret("conn_telegram_bot", f"http://:{KEY}@{place}")
        yield service


def accepted() -> set[str]:
    query = "select record_ref from raw.telegram_bot join ops.loads using (load_id) where status = 'accepted'"
    return {ref for (ref,) in rows(query)}


def load() -> None:
    for result in load_source(spec()):
        if result.load_id is not None:
            ledger.accept(result.load_id)


def test_what_the_service_forgot_is_not_lost_when_a_load_breaks_off(bot: Bot) -> None:
    bot.faults = dict.fromkeys(range(3, 7), Reply(500))
    with pytest.raises(LoadError, match="ошибка на стороне источника"):
        load()
    assert len(bot.waiting) == 50 and accepted() == set()
    bot.faults = {}
    load()
    assert accepted() == {f"{GROUP}_{n}" for n in range(1, 251)}
    assert rows("select read_count, new_count from ops.loads where status = 'accepted'") == [(250, 250)]
    load()
    assert rows("select count(*) from raw.telegram_bot") == [(250,)]


def test_a_page_is_kept_before_the_next_is_asked_for(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_at_call: list[int] = []
    answer = Bot.__call__

    def watch(self: Bot, path: str, form: dict[str, str]) -> Any:
        kept_at_call.append(rows("select count(*) from raw.telegram_bot")[0][0])
        return answer(self, path, form)

    monkeypatch.setattr(Bot, "__call__", watch)
    load()
    assert kept_at_call == [0, 100, 200, 250]
