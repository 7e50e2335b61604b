"""The mailbox of a МЦУ: offices of settlements mail their lists of messages, as a workbook or as CSV, by real IMAP.

Among the letters: one with two attachments, file names in three encodings, one that was sent twice, one whose
attachment is broken, one without attachments and one with a picture only."""

from __future__ import annotations

import csv
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.header import Header
from email.utils import formatdate
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter

from demo_city.clock import dotted, local
from demo_city.imap_server import ImapServer
from demo_city.item import Item
from demo_city.places import STREETS, TOWNS
from demo_city.reference import reference
from demo_city.settings import city_settings
from demo_city.sheet import Sheet
from demo_city.systems.base import System, Truth, items_of

USER = "mcu"
PER_FILE = 15
HEADERS = ("Номер", "Дата поступления", "Муниципальное образование", "Заявитель", "Телефон", "Адрес", "Тема",
           "Исполнитель", "Содержание", "Состояние", "Дата ответа", "Ответ")  # fmt: skip  # a table
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Mail(System):
    slug = "mail"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        lines = [
            _line(item, number, until)
            for number, item in enumerate(items_of(self.slug, seed, records), 1)
            if item.received <= until
        ]
        parts = [lines[i : i + PER_FILE] for i in range(0, len(lines), PER_FILE)]
        files = [_workbook(home, part) if n % 2 else _csv(part) for n, part in enumerate(parts, 1)]
        letters: list[list[tuple[str, str, str]]] = [[]]  # a letter with nothing in it
        for n, content in enumerate(files, 1):
            kind, ending = (_XLSX, "xlsx") if n % 2 else ("text/csv", "csv")
            attached = (_disposition(f"Сведения № {n} за {local(until):%m.%Y}.{ending}", n), kind, _base64(content))
            if n == 2:
                letters[-1].append(attached)  # the second file comes in one letter with the first
            else:
                letters.append([attached])
        broken = _base64(files[0])[:-40].replace("A", "!")
        letters.append([(_disposition("Испорчено.xlsx", 1), _XLSX, broken)])
        letters.append([(_disposition("Подпись.png", 1), "image/png", _base64(b"\x89PNG"))])
        letters.append(letters[1])  # sent once more, as another letter
        for n, attached_all in enumerate(letters, 1):
            sent = until - (len(letters) - n + 1) * 3_600
            (home / f"{n:04}.eml").write_bytes(_letter(n, sent, attached_all))
        return Truth(Counter(items=len(lines)))

    def routes(self, home: Path, token: str) -> APIRouter:
        @asynccontextmanager
        async def lifespan(app: Any) -> AsyncIterator[None]:
            server = ImapServer(home, USER, token)
            await server.start(city_settings().imap_demo_port)
            yield
            await server.stop()

        return APIRouter(lifespan=lifespan)

    def connection(self, base_url: str, token: str, inbox: Path) -> str:
        return f"imap://{USER}:{quote(token, safe='')}@127.0.0.1:{city_settings().imap_demo_port}"


def _line(item: Item, number: int, until: int) -> list[str]:
    answered = item.last("final_reply", until)
    town, ref = TOWNS[item.municipality], reference()
    return [
        f"ПОЧТА-{number:05}",
        dotted(item.received),
        ref.municipality_refs["pos", item.municipality],
        item.author.full_name,
        item.author.phone(number),
        f"{town.name}, {STREETS[item.problem.street].short}, д. {item.problem.house}, кв. {item.flat}",
        ref.topic_refs["pos", item.topic][0],
        ref.recipient_ref("pos", item.recipient, item.received),
        item.text,
        "Ответ дан" if answered else "На рассмотрении",
        dotted(answered) if answered else "",
        item.answer if answered else "",
    ]


def _workbook(home: Path, lines: list[list[str]]) -> bytes:
    draft = home / ".draft.xlsx"
    sheet = Sheet(draft)
    for row in [HEADERS, *lines]:
        sheet.write({chr(65 + place): value for place, value in enumerate(row)})
    sheet.close()
    content = draft.read_bytes()
    draft.unlink()
    return content


def _csv(lines: list[list[str]]) -> bytes:
    """As an office's program saves it: Windows code page, semicolons."""
    text = StringIO()
    csv.writer(text, delimiter=";").writerows([HEADERS, *lines])
    return text.getvalue().encode("cp1251", "replace")


def _base64(content: bytes) -> str:
    text = b64encode(content).decode()
    return "\r\n".join(text[i : i + 76] for i in range(0, len(text), 76))


def _disposition(name: str, form: int) -> str:
    """Content-Disposition with the file's name in one of the ways that mail programs write it."""
    match form % 3:
        case 1:  # RFC 2231
            return f"attachment; filename*=utf-8''{quote(name)}"
        case 2:  # RFC 2047 inside quotes: against the rules and everywhere
            return f'attachment; filename="{Header(name, "windows-1251", maxlinelen=998).encode()}"'
    parts = quote(name)
    half = parts.rfind("%", 0, len(parts) // 2)
    return f"attachment;\r\n filename*0*=utf-8''{parts[:half]};\r\n filename*1*={parts[half:]}"


def _letter(number: int, sent: int, attached: list[tuple[str, str, str]]) -> bytes:
    """The bytes of a letter. A library would draw new boundaries each time."""
    edge = f"edge-{number}"
    parts = [
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + _base64("Направляем сведения.".encode())
    ]
    parts += [
        f"Content-Type: {kind}\r\nContent-Disposition: {how}\r\nContent-Transfer-Encoding: base64\r\n\r\n{content}"
        for how, kind, content in attached
    ]
    subject = Header("Сведения о сообщениях граждан", "utf-8").encode()
    head = (
        f"From: office@example.com\r\nTo: mcu@example.com\r\nSubject: {subject}\r\nDate: {formatdate(sent)}\r\n"
        f"Message-ID: <{number}.{sent}@example.com>\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/mixed; boundary="{edge}"\r\n\r\n'
    )
    body = "".join(f"--{edge}\r\n{part}\r\n" for part in parts)
    return f"{head}{body}--{edge}--\r\n".encode()


SYSTEM = Mail()
