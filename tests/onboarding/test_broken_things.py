"""Each thing that a newcomer may break: who says it, in Russian, and that nothing else stops. The runbook shows the
same table; `pytest -s` prints what was said."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import ground_to_break as broken
import pytest
from ground_to_break import Ground, Said, replace

from ground import ROOT
from mcu.settings import settings
from tests.landing.server import Source, serve

CHECK, DOCTOR, ALERT, MAKE_CHECK, BUILD = "mcu sources check", "mcu doctor", "alert", "make check", "build"
OF_SPECS = (CHECK, DOCTOR, ALERT)
OF_SEEDS = (MAKE_CHECK, BUILD, ALERT, DOCTOR)


@dataclass(frozen=True)
class Thing:
    """`says`: a part of what each of `who` says."""

    name: str
    who: tuple[str, ...]
    says: str
    look: Callable[[Ground], Said]


def spec(name: str, old: str, new: str, says: str) -> Thing:
    return Thing(name, OF_SPECS, says, lambda ground: broken.spec(ground, old, new))


def seed(name: str, file: str, old: str, new: str, says: str) -> Thing:
    return Thing(name, OF_SEEDS, says, lambda ground: broken.seed(ground, file, old, new))


def wrong_key(ground: Ground) -> Said:
    with serve(Source([])) as url:
        return broken.answers(ground, re.sub(r":[^:@]+@", ":wrong@", url))


def nobody_answers(ground: Ground) -> Said:
    ground.patch.setattr("mcu.connectors.retries.BACKOFF_SECONDS", 0.01)
    return broken.answers(ground, "http://:key@127.0.0.1:9")


def without_exposure(_: Path, manifest: Path) -> None:
    body = json.loads(manifest.read_text(encoding="utf-8"))
    body["exposures"].pop("obstanovka")
    manifest.write_text(json.dumps(body), encoding="utf-8")


def renamed_column(project: Path, _: Path) -> None:
    replace(project / "models" / "marts" / "bi" / "bi_rating.sql", "g.median_days,", "g.median_days as median,")


TOPIC = "*,Дети и многодетные семьи,social.children,2024-01-01,\n"
OFFICE = "*,murmansk,Администрация города Мурманска,murmansk.administration,2024-01-01,\n"

THINGS = [
    spec("an unknown key", "required:", "requierd:", "record.requierd: неизвестное поле"),
    spec("a key is missing", "title: Платформа обратной связи (ПОС)\n", "", "title: нет обязательного поля"),
    spec("a cron that cannot be", '"5 * * * *"', '"61 * * * *"', "не расписание cron: минута «61»"),
    spec("YAML that is torn", "slug: pos", "slug: [", "pos.yml: это не YAML"),
    spec("a protocol that nobody knows", "type: rest", "type: soap", "неизвестный тип «soap»"),
    spec("a zone that does not exist", "  id: id\n", "  id: id\n  zone: Europe/Moskva\n", "нет часового пояса «"),
    spec("a form of dates that is none", "  id: id\n", "  id: id\n  date_format: ДД.ММ.ГГГГ\n", "не запись даты"),
    Thing(
        "a regular expression", OF_SPECS, "file_time_pattern",
        lambda ground: broken.spec(
            ground, "type: rest\n  connection: pos\n  path: /api/v1/messages\n  auth: bearer\n  paging: page\n"
            "  page_size: 500\n  items: items\n  total: total\n  since_param: updatedFrom\n",
            "type: files\n  format: json\n  connection: pos\n  file_time_pattern: '(?P<year>\\d{4}'\n",
        ),
    ),
    Thing("a slug", ("mcu sources new",), "«Мой-источник» не годится", partial(broken.slug, name="Мой-источник")),
    seed("a doubled row", "topic_map", TOPIC, TOPIC * 2, "topic_map.csv, строка 3: повторяет строку 2"),
    seed("an unknown topic", "topic_map", "social.children", "social.kids", "topic_code «social.kids»: такого"),
    seed(
        "an unknown recipient", "recipient_map", OFFICE, OFFICE.replace("murmansk.administration", "murmansk.mayor"),
        "recipient_code «murmansk.mayor»: такого",
    ),
    seed("an unreadable date", "topic_map", "children,2024-01-01", "children,01.01.2024", "нужна дата вида 2026-10-31"),
    seed(
        "rows that overlap", "topic_map", TOPIC, TOPIC + TOPIC.replace("2024-01-01", "2026-01-01"),
        "строка 3: наложение на строку 2",
    ),
    seed("a gap between rules", "deadline_rules", ",2026-07-01,", ",2026-06-01,", "разрыв после строки"),
    Thing("a page of an indicator", (MAKE_CHECK,), "нет страницы", partial(broken.indicator, page=True)),
    Thing("a row of an indicator", (MAKE_CHECK,), "нет в seeds/indicators.csv", partial(broken.indicator, page=False)),
    Thing("an exposure", (MAKE_CHECK,), "нет exposure obstanovka", partial(broken.chain, change=without_exposure)),
    Thing("a column of a mart", (MAKE_CHECK,), "bi_rating.sql: столбец", partial(broken.chain, change=renamed_column)),
    Thing("SQL of staging", (CHECK, BUILD), "stg_pos_export__items", partial(broken.staging, is_broken=True)),
    Thing(
        "a name that no map knows", (CHECK,), "pos_export,Ждёт бригаду,ВПИШИТЕ_КОД",
        partial(broken.staging, is_broken=False),
    ),
    Thing("a wrong key of a source", OF_SPECS, "не принял ключ", wrong_key),
    Thing("a source is silent", OF_SPECS, "не удалось соединиться", nobody_answers),
    Thing("no address of a source", (CHECK, DOCTOR), "mcu sources connect", broken.no_address),
    Thing(
        "dates of another form", (CHECK,), "были бы отклонены все записи: 1 - Не дата",
        partial(broken.dates, written="11/20/2026"),
    ),
    Thing("a DAG file", (DOCTOR,), "Файл DAG mine.py не читается: строка 1", broken.dag_file),
    Thing("a password of the database", (DOCTOR, "every command"), "не принимает пароль роли", broken.password),
    Thing("a port is taken", (DOCTOR, "make up"), "занят другой программой", broken.port),
    Thing("a full disk", (DOCTOR,), "Освободите место", broken.disk),
    Thing("a folder without rights", (DOCTOR, "make install"), "нельзя писать", broken.unwritable),
    Thing("another Python", ("make install",), "нужен Python 3.11", partial(broken.install, python="echo 3.13")),
    Thing("a secret without rights", (DOCTOR,), "Секреты не читаются", partial(broken.secret, is_readable=False)),
    Thing("an empty secret", (DOCTOR,), "Секреты пусты", partial(broken.secret, is_readable=True)),
]  # fmt: skip  # a table


@pytest.fixture
def ground(
    installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Ground]:
    yield Ground(tmp_path, monkeypatch, request)
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize("thing", THINGS, ids=[thing.name for thing in THINGS])
def test_what_is_broken_is_said_and_stops_nothing_else(thing: Thing, ground: Ground) -> None:
    said = thing.look(ground)
    assert tuple(said) == thing.who
    for who, text in said.items():
        assert thing.says in text, f"{who}: {text}"
        assert "Traceback" not in text and re.search("[а-яё]{3}", text)
        print(f"\n{thing.name} | {who} | {' '.join(text.split())[:300]}", end="")


def test_there_are_enough_of_them() -> None:
    assert len(THINGS) >= 25 and len({thing.name for thing in THINGS}) == len(THINGS)


def test_the_runbook_has_the_same_table() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    rows = [f"| {thing.name} | {', '.join(_code(who) for who in thing.who)} | «{thing.says}» |" for thing in THINGS]
    missing = [row for row in rows if row not in text]
    assert missing == [], "\n".join(missing)


def _code(who: str) -> str:
    return f"`{who}`" if who.startswith(("m", "M")) else who
