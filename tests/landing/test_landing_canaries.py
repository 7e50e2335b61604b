"""Canaries: invented people, planted in every way in, searched for in every place out that needs no platform.
The whole platform is searched by tests/e2e."""

from __future__ import annotations

import json
import logging
import tempfile
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from openpyxl import Workbook
from psycopg.rows import dict_row
from typer.testing import CliRunner

from ground import TABLES
from mcu.alerts.mail import letter
from mcu.alerts.refusals import report_refusals
from mcu.cli import app
from mcu.connectors.letters import attachments
from mcu.errors import UserError
from mcu.landing.load import load_source
from mcu.settings import settings
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect
from tests.landing.conftest import everything_in_the_database, file_spec, rows

SURNAMES = ("Ветроходов", "Кораблёвин", "Мелководский", "Штормовенко", "Волнорезов", "Якоревич", "Причалин", "Маяченко")
NAMES = ("Пётр", "Илья", "Сергей", "Андрей", "Николай", "Фёдор")
PATRONYMICS = ("Ильич", "Петрович", "Сергеевич", "Андреевич", "Николаевич", "Фёдорович", "Иванович")
HEADER = ["Номер", "Дата создания", "Тема", "Текст", "Автор"]


class Canary(NamedTuple):
    name: str
    phone: str
    mail: str

    @property
    def needles(self) -> tuple[str, ...]:
        return self.name.split()[0].casefold(), self.phone, self.phone[1:], self.mail


def canaries(count: int) -> list[Canary]:
    made = []
    for n in range(count):
        name = f"{SURNAMES[n % 8]} {NAMES[n % 6]} {PATRONYMICS[n % 7]}"
        made.append(Canary(name, f"8946{n:07}", f"person{n}x@example.org"))
    return made


def line(n: int, **change: Any) -> list[Any]:
    fields = {"number": str(n), "created_at": "02.11.2026 10:00", "topic": "Снег", "text": f"Двор {n}", "author": ""}
    return list((fields | change).values())


def csv(*lines: list[Any], header: list[str] = HEADER) -> str:
    return "\n".join(";".join(map(str, row)) for row in [header, *lines]) + "\n"


def values(inbox: Path, people: list[Canary]) -> SourceSpec:
    lines = [
        line(n, text=f"Звонил {who.name}, {who.phone}, {who.mail}", topic=who.name, author=who.phone)
        for n, who in enumerate(people)
    ]
    (inbox / "а.csv").write_text(csv(*lines))
    return file_spec()


def numbers_and_keys(inbox: Path, people: list[Canary]) -> SourceSpec:
    body = [
        {"id": f"R{n}", "n": int(who.phone), who.name: 1, "in": [{who.mail: {who.phone: int(who.phone)}}, who.name]}
        for n, who in enumerate(people)
    ]
    (inbox / "а.json").write_text(json.dumps(body, ensure_ascii=False))
    connector = {"type": "files", "connection": "demo", "format": "json", "settle_seconds": 0}
    return file_spec(connector=connector, record={"id": "id"}, expected_fields=[], personal={})


def names_of_files(inbox: Path, people: list[Canary]) -> SourceSpec:
    for n, who in enumerate(people):
        (inbox / f"{who.name.replace(' ', '_')} {who.phone}.csv").write_text(csv(line(n)))
        (inbox / f"{who.mail}.pdf").write_text(f"%PDF {n}")
        (inbox / f"{who.name}\\{n}.csv").write_text("x")
    return file_spec()


def names_of_members(inbox: Path, people: list[Canary]) -> SourceSpec:
    with zipfile.ZipFile(inbox / "а.zip", "w") as archive:
        for n, who in enumerate(people):
            archive.writestr(f"{who.name}/{who.phone}_{n}.csv", csv(line(n)))
            archive.writestr(f"{who.mail}.doc", str(n))
    return file_spec()


def sheets(inbox: Path, people: list[Canary]) -> SourceSpec:
    book = Workbook()
    for n, who in enumerate(people):
        for title in (who.name, who.phone):
            sheet = book.create_sheet(title[:31])
            for row in (HEADER, line(n), line(n, created_at="когда-то")):
                sheet.append(row)
        book.create_sheet(f"{who.phone} x").append([who.name])
    book.save(inbox / "а.xlsx")
    return file_spec()


def columns(inbox: Path, people: list[Canary]) -> SourceSpec:
    for n, who in enumerate(people):
        extra = [who.name, who.phone, who.mail]
        (inbox / f"{n}.csv").write_text(csv([*line(n), 1, 2, 3], header=HEADER + extra))
        (inbox / f"{n}x.csv").write_text(csv(line(n), header=[*HEADER[:2], f"Тема {who.name}", "Текст"]))
    return file_spec()


def record_numbers(inbox: Path, people: list[Canary]) -> SourceSpec:
    lines = [line(0, number=ref) for who in people for ref in (who.name, who.phone, who.mail)]
    (inbox / "а.csv").write_text(csv(line(1), *lines))
    return file_spec()


def rejected(inbox: Path, people: list[Canary]) -> SourceSpec:
    lines = [
        line(n, created_at=value, topic=who.name) for n, who in enumerate(people) for value in (who.name, who.phone)
    ]
    (inbox / "а.csv").write_text(csv(*lines, ["1", people[0].name]))
    return file_spec()


def letters(inbox: Path, people: list[Canary]) -> SourceSpec:
    for n, who in enumerate(people):
        message = EmailMessage()
        message["Subject"], message["From"] = f"От {who.name}, {who.phone}", who.mail
        message["Message-ID"] = f"<{n}.{who.mail}>"
        message.set_content(f"{who.name}, {who.phone}")
        for ending in ("csv", "pdf"):
            message.add_attachment(
                csv(line(n)).encode(), maintype="text", subtype="csv", filename=f"{who.name} {who.phone}.{ending}"
            )
        for found in attachments(message.as_bytes()):
            (inbox / found.name).write_bytes(found.content)
    return file_spec()


WAYS: list[Callable[[Path, list[Canary]], SourceSpec]] = [
    values, numbers_and_keys, names_of_files, names_of_members, sheets, columns, record_numbers, rejected, letters,
]  # fmt: skip  # one way a line would fill the page


def places(spec: SourceSpec, log: pytest.LogCaptureFixture) -> dict[str, str]:
    """Place out → all its text, after one run of the source."""
    before = set(Path(tempfile.gettempdir()).iterdir())
    told = ""
    with log.at_level(logging.DEBUG):
        try:
            results = load_source(spec)
            report_refusals(spec, results)
            told = "\n".join(f"{result.message} {result.file_name}" for result in results)
        except UserError as error:
            told = str(error)
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        mails = [letter(row).as_string() for row in cursor.execute("select * from ops.alerts").fetchall()]
        bodies = [f"{row['title']} {row['body']}" for row in cursor.execute("select * from ops.alerts").fetchall()]
    loads = [str(number) for (number,) in rows("select load_id from ops.loads order by 1 limit 20")]
    shown = [CliRunner().invoke(app, ["loads", "list"]).output]
    shown += [CliRunner().invoke(app, ["loads", "show", number]).output for number in loads]
    left = set(Path(tempfile.gettempdir()).iterdir()) - before
    kept = settings().kept_files.glob("*") if settings().kept_files.is_dir() else []
    files = [*settings().logs.rglob("*"), settings().var / "postgres" / "postgres.log"]
    logs = [path.read_text(encoding="utf-8", errors="ignore") for path in files if path.is_file()]
    return {
        "таблицы": everything_in_the_database(),
        "сообщения": told,
        "журнал": log.text + "".join(logs),
        "письма": "\n".join([*mails, *bodies]),
        "команды": "\n".join(shown),
        "имена файлов": "\n".join(path.name for path in (*kept, *left)),
    }


def leaks(inbox: Path, way: Callable[..., SourceSpec], people: list[Canary], log: Any) -> dict[str, list[str]]:
    out = places(way(inbox, people), log)
    assert len(out["таблицы"]) > 100 and out["команды"]
    needles = {needle for who in people for needle in who.needles}
    return {place: sorted(n for n in needles if n in text.casefold()) for place, text in out.items()}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_canary_gets_out(inbox: Path, way: Callable[..., SourceSpec], caplog: pytest.LogCaptureFixture) -> None:
    assert {place: hits for place, hits in leaks(inbox, way, canaries(3), caplog).items() if hits} == {}


@pytest.mark.soak
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_none_of_three_hundred_canaries_gets_out(
    inbox: Path, way: Callable[..., SourceSpec], caplog: pytest.LogCaptureFixture
) -> None:
    people = canaries(60 if way is sheets else 300)  # a book of a thousand sheets would measure the library
    found = leaks(inbox, way, people, caplog)
    cells = "  ".join(f"{place}: {len(hits)}" for place, hits in found.items())
    TABLES.setdefault("Канарейки: путь внутрь → найдено снаружи", []).append(f"  {way.__name__:<18} {cells}")
    assert {place: hits for place, hits in found.items() if hits} == {}
