"""A mailbox: faults of the connection and of the letters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from mcu.secrets import put_secret
from mcu.sources.spec import SourceSpec
from tests.connectors.matrix.files import HEADER, PLAIN, ROWS, Made, book, password
from tests.connectors.matrix.files import spec as table_spec
from tests.connectors.matrix.http import nobody
from tests.connectors.matrix.outcome import LOADED, REFUSED, Cell
from tests.connectors.test_connector_imap import letter, serving


class Mailbox:
    title = "почта"
    expected: ClassVar[dict[str, str]] = {
        "без изъяна": LOADED,
        "401": REFUSED,
        "нет соединения": REFUSED,
        "два вложения": LOADED,
        "письмо без вложений": LOADED,
        "оборвана последняя строка": REFUSED,
        "пароль": REFUSED,
    }
    _ATTACHED: ClassVar[dict[str, list[tuple[str, bytes]]]] = {
        "два вложения": [("а.csv", PLAIN.encode()), ("б.xlsx", book([HEADER, *ROWS]))],
        "письмо без вложений": [],
        "оборвана последняя строка": [("а.csv", PLAIN.encode()[:-30])],
        "пароль": [("а.xlsx", password())],
    }

    @contextmanager
    def cell(self, fault: str, slug: str, folder: Path) -> Iterator[Cell]:
        made = Made(PLAIN.encode())
        files = self._ATTACHED.get(fault, [("выгрузка.csv", made.body)])
        letter(folder, 1, *files)
        with serving(folder) as url, nobody() as silent:
            wrong = {
                "401": url.replace("imap://mcu:", "imap://mcu:x"),
                "нет соединения": silent.replace("http://", "imap://mcu:x@"),
            }
            put_secret(f"conn_{slug}", wrong.get(fault, url))
            heal = (lambda: _put(slug, url)) if fault in wrong else None
            body = table_spec(slug).model_dump()
            body["connector"] |= {"type": "imap", "timeout_seconds": 0.5}
            is_good = self.expected[fault] == LOADED and files
            expected_refs = {f"И-{n:06}" for n in range(made.count)} if is_good or heal else set()
            yield Cell(SourceSpec.model_validate(body), expected_refs, heal=heal)


def _put(slug: str, url: str) -> None:
    put_secret(f"conn_{slug}", url)
