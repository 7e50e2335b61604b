"""Malformed letters in a mailbox: whole attachments land, spoilt ones are reported in plain Russian, and no letter
blocks the others or is changed."""

from __future__ import annotations

import re
import shutil
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from random import Random
from urllib.parse import quote

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo_city.imap_server import ImapServer
from mcu.errors import UserError
from mcu.landing.load import load_source
from mcu.landing.run import LoadResult
from mcu.secrets import put_secret
from mcu.settings import settings as places
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect
from tests.connectors.matrix.files import HEADER, row, text, zipped
from tests.connectors.matrix.files import spec as table_spec
from tests.connectors.matrix.garbage import ENOUGH, GIVEN, broken, is_plain, report, seeds
from tests.connectors.matrix.outcome import refs_of
from tests.connectors.test_connector_imap import NAMES, PASSWORD, serving

LETTERS = 11
"""Letters of one mailbox: one is plain, the others are odd or spoilt."""
LONG = "漢" * 90 + "𝐀" * 90
DISPOSITIONS = [
    *NAMES.values(),
    'attachment; filename="../../../etc/x.csv"', 'attachment; filename="C:\\\\Дела\\\\x.csv"',
    f'attachment; filename="{LONG}.csv"', f"attachment; filename*=utf-8''{quote(LONG)}.csv",
    'attachment; filename="Сведения"', 'attachment; filename=""', "attachment", 'inline; filename="a.csv"',
    "attachment; filename=a.CSV", "attachment; filename*0*=utf-8''a; filename*2=.csv",
    "attachment; filename*=x-nobody''%CE%F2.csv", "attachment; filename*=utf-8'.csv",
    "attachment; filename*=''%FF%FE.csv", "attachment; filename*a*=utf-8''a.csv",
    "attachment; filename*99999999999999999999*=utf-8''a.csv",
    f"attachment; filename*{'9' * 5_000}*=utf-8''a.csv", 'attachment; filename="=?UTF-8?B?A?=.csv"',
    'attachment; filename="=?UTF-8?B?A?="', 'attachment; filename="=?x-nobody?Q?=CE=F2?=.csv"',
    'attachment; filename="=?UTF-8?Q?a=00b?=.csv"',
]  # fmt: skip  # a table
"""Of an attachment declared as text/csv: whatever is wrong with the name, the file is whole."""
KINDS = [
    "text/csv",
    "text/csv; charset=utf-8",
    "text/csv; charset=x-nobody",
    "text/csv; charset*=utf-8''utf-8",
    "text/csv; charset*=x'y",
    'text/csv; charset="',
    "text/csv; charset=utf-16",
    "text/csv; =;;=",
    "TEXT/CSV;charset=hex",
]
DATES = ["", "вчера", "0", "1 1 1 1", "Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 0001 00:00:00 +9999999999999"]


class Reading(ImapServer):
    """Remembers the commands that it got."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "mcu", PASSWORD)
        self.asked: set[str] = set()

    def _answer(self, command: str, given: str) -> tuple[bytes, str]:
        self.asked.add(f"{command} {given.partition(' ')[2]}".strip() if command == "UID FETCH" else command)
        return super()._answer(command, given)


def csv(n: int) -> bytes:
    return text([HEADER, row(n)]).encode()


def part(content: bytes, rng: Random, name: str = "", kind: str = "") -> bytes:
    """An attachment that is whole but oddly described."""
    head = f"Content-Type: {kind or rng.choice(KINDS)}\r\nContent-Disposition: {name or rng.choice(DISPOSITIONS)}\r\n"
    if rng.random() < 0.3 and not kind:
        encoding = rng.choice(["8bit", "binary", "7bit", "QWERTY"])
        return f"{head}Content-Transfer-Encoding: {encoding}\r\n\r\n".encode() + content
    return f"{head}Content-Transfer-Encoding: base64\r\n\r\n".encode() + b64encode(content)


def letter(*parts: bytes, headers: str = "", edge: str = "edge") -> bytes:
    """`headers`: added to those that every letter has."""
    head = f"{headers}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary={edge}\r\n\r\n"
    inside = [f"--{edge}\r\n".encode() + one + b"\r\n" for one in (b"Content-Type: text/plain\r\n\r\n-", *parts)]
    return head.encode() + b"".join(inside) + f"--{edge}--\r\n".encode()


FORWARDED = b"Content-Type: message/rfc822\r\n\r\n"
ARCHIVE = ("attachment; filename=a.zip", "application/zip")


def whole(rng: Random, n: int) -> bytes:
    """A letter odd in everything but the file, which must land."""
    body = csv(n)
    match rng.randrange(6):
        case 0:
            return letter(part(zipped(("x.csv", body)), rng, *ARCHIVE))
        case 1:
            return letter(FORWARDED + letter(FORWARDED + letter(part(body, rng), edge="c"), edge="b"))
        case 2:  # all have one identity, and one name
            return letter(part(body, rng, "attachment; filename=a.csv"), headers="Message-ID: <0@localhost>\r\n")
        case 3:
            return letter(part(body, rng), headers=f"Date: {rng.choice(DATES)}\r\n")
        case 4:  # never closed
            return letter(part(body, rng)).removesuffix(b"--edge--\r\n")
    return letter(part(body, rng), part(body, rng), headers=f"Message-ID: <{n}@example.com>\r\n")


def plain(rng: Random, n: int) -> bytes:
    """A letter without an attachment that the source reads."""
    picture = part(b"\x89PNG", rng, "attachment; filename=a.png", "image/png")
    return rng.choice(
        [
            b"",
            b"\r\n",
            "Сведения".encode(),
            letter(),
            b"Subject: x\r\n\r\n-",
            letter(picture),
            letter(b"", b"", b""),
            b'Content-Type: text/html; charset="\r\n\r\n<p>',
            letter(b"Content-Type: text/csv\r\n\r\n-"),
        ]
    )


def spoilt(rng: Random, n: int) -> bytes:
    """A letter of which any part may be lost."""
    file = part(csv(n), rng)
    good = letter(file)
    deep = rng.choice([20] * 7 + [1_500])
    match rng.randrange(9):
        case 0:
            edge = rng.choice(["", "boundary=", "boundary=other", "boundary*=x''%00", "boundary*=a\0b'c'd"])
            return good.replace(b"boundary=edge", edge.encode())
        case 1:
            encoding = rng.choice(["x-uuencode", "quoted-printable", "base65", "é"])
            return good.replace(b"Encoding: base64", f"Encoding: {encoding}".encode())
        case 2:
            return letter(file[: rng.randrange(len(file))])
        case 3:
            return FORWARDED * deep + good
        case 4:
            edges = [f"Content-Type: multipart/mixed; boundary=e{i}\r\n\r\n--e{i}\r\n" for i in range(deep)]
            return "".join(edges).encode() + good
        case 5:
            inner = zipped(("x.csv", csv(n)))
            return letter(part(rng.choice([inner[:-20], zipped(("b.zip", inner)), b"PK"]), rng, *ARCHIVE))
        case 6:
            file = rng.choice([b"", bytes(50), csv(n)[:-9], rng.randbytes(99)])
            return letter(part(file, rng, "attachment; filename=x.csv"))
    return broken(whole(rng, n), rng.randrange(2**32))


FORMS: list[Callable[[Random, int], bytes]] = [plain, *[whole, spoilt] * (LETTERS // 2)]


def loaded(spec: SourceSpec) -> tuple[list[LoadResult], list[str]]:
    """The results of loading the mailbox, and the messages for people on the way."""
    messages: list[str] = []
    while True:
        try:
            return load_source(spec), messages
        except UserError as error:
            messages.append(str(error))
            assert is_plain(messages[-1]) and PASSWORD not in messages[-1] and len(messages) < 3, messages


def test_letters(empty_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcu.connectors.retries.BACKOFF_SECONDS", 0.0)
    spec = table_spec("malformed", type="imap", timeout_seconds=5, patterns=["*.csv", "*.zip", "*.xlsx"])
    inbox, server = places().inbox / "malformed", Reading(tmp_path)
    seen = {"негодных": 0, "писем": 0, "файлов": 0, "отказов": 0, "писем прочитано не целиком": 0}

    @settings(GIVEN, max_examples=ENOUGH // (LETTERS - 1))
    @given(st.lists(seeds, min_size=LETTERS, max_size=LETTERS))
    def one(letters: list[int]) -> None:
        shutil.rmtree(inbox, ignore_errors=True)
        expected_refs = {row(seen["писем"] + n)[0] for n, form in enumerate(FORMS) if form is whole}
        contents = [FORMS[n](Random(seed), seen["писем"] + n) for n, seed in enumerate(letters)]
        for n, content in enumerate(contents):
            (tmp_path / f"{n:04}.eml").write_bytes(content)
        results, messages = loaded(spec)
        for result in results:
            assert result.read == result.new + result.unchanged + result.rejected
            assert is_plain(result.message), result
        assert not (expected_refs - refs_of(spec.slug)), messages
        with connect("loader") as conn:
            conn.execute("update ops.loads set status = 'accepted' where status = 'landed'")
        # All was looked at, nothing is stuck, and the mailbox is as it was.
        assert orjson.loads((inbox / ".mailbox.json").read_bytes())["uid"] == LETTERS
        assert [p.name for p in inbox.iterdir()] == [".mailbox.json"]
        assert [p.read_bytes() for p in sorted(tmp_path.glob("*.eml"))] == contents
        seen["писем"] += LETTERS
        seen["негодных"] += sum(form is not plain for form in FORMS)
        seen["файлов"] += len(results)
        seen["отказов"] += sum(result.status in ("refused", "failed") for result in results)
        seen["писем прочитано не целиком"] += sum(len(re.findall(r"\d+(?=[,)])", words)) for words in messages)

    with serving(tmp_path, server) as url:
        put_secret("conn_malformed", url)
        one()
    report("imap", ", ".join(f"{name} {count}" for name, count in seen.items()))
    assert seen["негодных"] >= ENOUGH and seen["отказов"] and seen["писем прочитано не целиком"]
    commands = {"CAPABILITY", "LOGOUT", "EXAMINE", "UID SEARCH", "UID FETCH (RFC822.SIZE)", "UID FETCH (BODY.PEEK[])"}
    assert server.asked == commands


def test_letters_with_nothing_attached(empty_warehouse: Path, tmp_path: Path) -> None:
    for n in range(40):
        (tmp_path / f"{n:04}.eml").write_bytes(plain(Random(n), n))
    with serving(tmp_path) as url:
        put_secret("conn_malformed", url)
        results, messages = loaded(table_spec("malformed", type="imap", patterns=["*.csv"]))
    assert not messages and all(result.status == "refused" and result.message for result in results)
