"""Networks and messengers. Their answers are those of the demonstration city, which their own tests hold against the
published schema; here the way to them goes wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from demo_city.clock import END
from demo_city.systems import ok, vk
from mcu.connectors.base import Window
from mcu.secrets import put_secret
from mcu.sources.opening import open_source
from mcu.sources.registry import get_source
from mcu.sources.spec import SourceSpec
from tests.connectors.matrix.files import Files, Made
from tests.connectors.matrix.http import FAULTS, TOKEN, Http, World, nobody, serve, some
from tests.connectors.matrix.outcome import LOADED, Cell

BY_THE_WAY = {
    # what goes wrong between two machines, whatever is asked for
    name: fault.expected
    for name, fault in FAULTS.items()
    if (fault.hook and "страниц" not in name) or not fault.has_address
} | {"ключ истёк на 2-й странице": FAULTS["ключ истёк на 2-й странице"].expected}


@dataclass
class Network:
    """An API of calls as the city serves it."""

    title: str
    source: str
    system: Any
    answer: Callable[[Any, str, dict[str, str]], Any]

    @property
    def expected(self) -> dict[str, str]:
        return BY_THE_WAY

    @contextmanager
    def cell(self, fault: str, slug: str, folder: Path) -> Iterator[Cell]:
        f = FAULTS[fault]
        spec = given(self.source, slug, timeout_seconds=0.3)
        city = _city(self.system)
        world = World([], lambda records, path, form: self.answer(city, path, form))
        with serve(world) as base, nobody() if not f.has_address else some(base) as address:
            url = self.system.connection(base, TOKEN, None)
            pages = open_source(spec, url).pages(Window())
            expected_refs = {record[spec.record.id] for page in pages for record in page.records}
            assert expected_refs
            world.hook, world.requests = f.hook, 0
            put_secret(f"conn_{slug}", self.system.connection(address, TOKEN, None))

            def heal() -> None:
                world.hook = None
                put_secret(f"conn_{slug}", url)

            yield Cell(spec, expected_refs, heal=heal)


@cache
def _city(system: Any) -> Any:
    with TemporaryDirectory() as home:
        system.build(Path(home), 59, 40, END)
        return json.loads((Path(home) / "world.json").read_text(encoding="utf-8"))


def given(source: str, slug: str, **connector: Any) -> SourceSpec:
    """The project's own spec under another slug."""
    body = get_source(source).model_dump()
    body |= {"slug": slug, "connector": body["connector"] | {"connection": slug} | connector}
    return SourceSpec.model_validate(body)


VK = Network(
    "ВКонтакте",
    "vk",
    vk.SYSTEM,
    lambda city, path, form: vk.answer(city["walls"], path.rpartition("/")[2], form, TOKEN),
)
OK = Network("Одноклассники", "ok", ok.SYSTEM, lambda city, path, form: ok.answer(city, form, TOKEN))

# ---------------------------------------------------------------- Telegram

CHAT = 1_990_000_001
BOT_CHAT = -1_001_990_000_003


def update(n: int, text: str = "Не чистят снег", updated_at: str | None = None) -> dict[str, Any]:
    person = {"id": 9_900_000_001, "is_bot": False, "first_name": "Пётр", "username": "vetrohod"}
    chat = {"id": BOT_CHAT, "type": "supergroup", "title": "Чат"}
    message = {"message_id": n, "from": person, "chat": chat, "date": 1_793_516_400 + n, "text": text}
    return {"update_id": 500 + n, "message": message}


def updates(records: list[dict[str, Any]], path: str, form: dict[str, str]) -> dict[str, Any]:
    """The service deletes confirmed updates."""
    records[:] = [one for one in records if one["update_id"] >= int(form.get("offset") or 0)]
    return {"ok": True, "result": records[: int(form["limit"])]}


BOT = Http(
    "бот Telegram",
    update,
    updates,
    lambda slug, connection: given("telegram_bot", slug, timeout_seconds=0.3),
    ref=lambda one: f"{BOT_CHAT}_{one['message']['message_id']}",
    differs={
        **dict.fromkeys(set(FAULTS) - set(BY_THE_WAY) - {"N страниц и запись", "ровно N полных страниц"}),
        "кодировка не та": LOADED,  # the second answer is empty
    },
)


def message(n: int, **more: Any) -> dict[str, Any]:
    return {
        "id": n,
        "type": "message",
        "date": "2026-11-01T10:00:00",
        "date_unixtime": str(1_793_516_400 + n),
        "from": "Пётр Ветроходов",
        "from_id": "user9900000001",
        "text": "Не чистят снег",
        **more,
    }


def export(*messages: Any) -> bytes:
    chat = {"name": "Чат", "type": "public_supergroup", "id": CHAT, "messages": list(messages)}
    return json.dumps(chat, ensure_ascii=False).encode()


MESSAGES = [message(n) for n in range(25)]
TELEGRAM = Files(
    "выгрузка Telegram",
    ".json",
    {
        "без изъяна": lambda: Made(export(*MESSAGES)),
        "оборван": lambda: Made(export(*MESSAGES)[:-40], count=0),
        "запись не объект": lambda: Made(export(*MESSAGES, 1)),
        "без даты": lambda: Made(export(*MESSAGES, message(99, date_unixtime="вчера", date="вчера"))),
        "номер дважды": lambda: Made(export(*MESSAGES, message(3, text="Другое"))),
        "не та программа": lambda: Made("<html>Войдите</html>".encode(), count=0),
        "запись в 10 МБ": lambda: Made(
            export(*MESSAGES, message(99, text="Снег " * 1_100_000)), is_heavy=True, rejected=99
        ),
        "пустой файл": lambda: Made(b"", count=0),
    },
    refused=("оборван", "не та программа", "пустой файл"),
    quarantined=("запись не объект", "без даты", "запись в 10 МБ"),
    params={"settle_seconds": 0, "refuse_torn_after_seconds": 0},
    spec=lambda slug, **connector: given("telegram", slug, **connector),
    ref=lambda n: f"{CHAT}_{n}",
)
