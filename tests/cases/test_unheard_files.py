"""Kind 8: every file that a person sent is read, or leaves a `refused` row with a reason and a kept copy."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from base64 import b64decode, b64encode
from binascii import b2a_uu
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from mcu.cli import app
from mcu.secrets import put_secret
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect
from tests.cases.casework import (
    AT,
    COLUMNS,
    SLUG,
    Landed,
    case,
    declared,
    delimited,
    land,
    land_bytes,
    quick,
    run,
    table_spec,
)
from tests.cases.post import letter, mailbox, plain


def table(number: int) -> bytes:
    return delimited([(str(number), AT, "Снег", "Не чистят", "Убрали")]).encode()


CSV = table(1)
GOOD = delimited([("9", AT, "Свет", "Темно", "Починили")]).encode()
XLS = zlib.decompress(
    b64decode(
        "eNrtWE1IVFEUPvfNefMj/ow2BioNk5GVibw3Zompo0K6Sq1NEUFpughljKFNbbLMZRC0KmohuGljtemHWtSuRWDUIggCx5atgoIW6uu7570Z"
        "xnLhQEnG+4Z77jnnnnPumfv73nu7ULk4+6g2S7+giwK06kQoWKBTKJGcECW0O45mc3UYxfGxpRAJYyKDJj0vexPSc6jnO0sGPeRXoERLKKfp"
        "Ag1MpscSm4heyWFY6Rw6QRXdhaacaiSrKqHnhG4T+kAsXwjtFs0NoZ2wXVSnaCE10NjmreKTRr20lZOO+0R8PorGpmp6rVfxlZvKtTWpJ3N+"
        "eOLfbIhzKc0R5q1/LD2WGZ5YpBgmcI6+Owmib7md+jLh6zdXrwj6H2v1oXX0twwmmiLnrCzwGSzVPtYtpqrjNu7hXrZpme5RCXS6mKR2cBd3"
        "cCt3cxmpGFuwsThBPVAf4gPgO+E5yEyqHlYdUJgu2y7xIMRRJaHoZSwmG7vfSjbbdnPSSh5M2Fa7ZcF3J8K0cgtHdIetiN/v5TOIEiS1i21k"
        "YPFhqHVi7ikSXXOKlMnuKgUdpQrhK2WPRXFPLN//+u7oyFDqjGim5OZw75fdekjIoavaA87l0mIINVEahd8v9JpErRO+VmgMNqgbhqo9pm9a"
        "bK5LawP6aRG8T+0p4PeCn/ly7Gl85nNqH/j5/uzl2PyH1CzV474bhb/+TVOTalJ3bms8S+Vq5Z1Fn4TW/HYuhY2ol7vjXaIVtCKTSRgPDVfS"
        "o6PykuGNlSsFIAXyEkNiL7JaJ7KSyKZnryRyMC/pyKG8pCOH85KOrO/3LqOKHsuQdxfc/iXkw4cPHz58+PDhY+tDeU/XAXmydJ+x9dNiyPuu"
        "s4Ky6n8m+W9xnCbxu4gX0yOURp2hS0Wtn+14Wc3FUhv0yX0v1DiB3jM0TiOSx3jR6xdvX6rw/2zYMfrntlCx/a8Wk+df7v8n4QrQyA=="
    )
)
"""A book of Excel 97 with the record of `CSV`."""


def ods(number: int) -> bytes:
    """A table of OpenDocument."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = [line.split(";") for line in table(number).decode().splitlines()]
    lines = "".join(f"<table:table-row>{''.join(cell.format(c) for c in row)}</table:table-row>" for row in rows)
    names = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Лист1">{lines}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    return zipped(
        ("mimetype", kind.encode()), ("content.xml", content.encode()), ("META-INF/manifest.xml", manifest.encode())
    )


def zipped(*members: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


def tarred(mode: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:
        info = tarfile.TarInfo("выгрузка.csv")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


UUENCODED = b"begin 644 report.csv\n" + b"".join(b2a_uu(CSV[n : n + 45]) for n in range(0, len(CSV), 45)) + b"`\nend\n"
UU_BODY = UUENCODED.replace(b"\n", b"\r\n")
READ = {
    "выгрузка.xls": ("1", XLS),
    "ВЫГРУЗКА.XLS": ("1", XLS),
    "выгрузка.ods": ("102", ods(102)),
    "выгрузка.csv.gz": ("103", gzip.compress(table(103))),
    "выгрузка.tar": ("104", tarred("w", table(104))),
    "выгрузка.tar.gz": ("105", tarred("w:gz", table(105))),
    "выгрузка.TGZ": ("106", tarred("w:gz", table(106))),
    "выгрузка.csv.txt": ("107", table(107)),
    "выгрузка.tsv": ("108", table(108).replace(b";", b"\t")),
    "выгрузка.csv ": ("109", table(109)),
    "выгрузка.csv.": ("110", table(110)),
    "выгрузка (2).CSV": ("111", table(111)),
}
"""What offices send and is read: name → (number of its record, content)."""
REFUSED = {
    "книга.xlsb": b"PK\x03\x04" + b"x" * 100,
    "книга.xlsm": b"PK\x03\x04" + b"x" * 101,
    "архив.rar": b"Rar!\x1a\x07\x01\x00" + b"x" * 100,
    "архив.7z": b"7z\xbc\xaf\x27\x1c" + b"x" * 100,
    "архив.tar.bz2": bz2.compress(CSV),
    "архив.csv.xz": lzma.compress(CSV),
    "winmail.dat": b"\x78\x9f\x3e\x22" + b"x" * 100,
    "без_расширения": CSV + b"\n",
    "письмо.docx": b"PK\x03\x04" + b"x" * 102,
    "письмо.pdf": b"%PDF-1.4",
    "страница.html": b"<table></table>",
    "разметка.xml": b"<a/>",
    "список.json": b"[]",
    "таблица.dbf": b"\x03" + b"x" * 64,
    "вложение.uue": UUENCODED,
    "пустая.csv": b"",
}
"""What is sent too and is not read: name → content."""
ARCHIVES = (".gz", ".tar", ".TGZ", ".rar", ".7z", ".bz2", ".xz")
SENT = {name: content for name, (_, content) in READ.items()} | REFUSED


def refused_with_a_copy() -> list[str]:
    """Names of the files that have a `refused` row with a reason and a stored copy."""
    with connect("loader") as conn:
        rows = conn.execute(
            "select file_name, message, file_kept from ops.loads where source_slug = %s and status = 'refused'", [SLUG]
        ).fetchall()
    return [name for name, message, kept in rows if message and kept and Path(kept).is_file()]


def check(found: Landed, sent: Iterable[str]) -> None:
    """Every file is read right, or refused under its name with a reason and a copy; so is its neighbour."""
    assert found.is_right("9", text="Темно")
    refused = refused_with_a_copy()
    for name in sent:
        if name in READ:
            assert found.is_right(READ[name][0], text="Не чистят", topic="Снег", answer="Убрали"), name
        else:
            assert any(r.endswith(name) for r in refused), name
    assert len(refused) == sum(name in REFUSED for name in sent)


def test_in_a_folder(inbox: Path) -> None:
    for name, content in [*SENT.items(), ("б.csv", GOOD)]:
        (inbox / name).write_bytes(content)
    check(run(table_spec()), SENT)
    assert list(inbox.iterdir()) == []


def test_in_an_archive(inbox: Path) -> None:
    sent = {name: content for name, content in SENT.items() if not name.endswith(ARCHIVES)}
    (inbox / "архив.zip").write_bytes(zipped(*sent.items(), ("б.csv", GOOD)))
    check(run(table_spec()), sent)


@pytest.mark.parametrize("name", [name for name in SENT if name.endswith(ARCHIVES)])
def test_an_archive_in_an_archive(inbox: Path, name: str) -> None:
    (inbox / "архив.zip").write_bytes(zipped((name, SENT[name]), ("б.csv", GOOD)))
    found = run(table_spec())
    assert not found.records and refused_with_a_copy() == ["архив.zip"] and name in found.refused[0]


def mail_spec() -> SourceSpec:
    return table_spec(connector={"type": "imap", "columns": COLUMNS, "timeout_seconds": 5})


def test_in_a_letter(inbox: Path, tmp_path: Path) -> None:
    letter(tmp_path / "letters", 1, *SENT.items(), ("б.csv", GOOD))
    with mailbox(tmp_path / "letters") as url:
        put_secret(f"conn_{SLUG}", url)
        check(run(mail_spec()), SENT)


IN_BASE64 = "Content-Transfer-Encoding: base64"


ODD_LETTERS = [
    ("Content-Type: text/plain", b"Take it.\r\n\r\n" + UU_BODY),
    (f"Content-Type: application/octet-stream\r\n{IN_BASE64}", b64encode(table(2))),
    (f"Content-Type: text/csv\r\n{IN_BASE64}", b64encode(table(3))),
    (f"Content-Type: application/vnd.ms-excel\r\nContent-Disposition: inline\r\n{IN_BASE64}", b64encode(XLS)),
    (
        f'Content-Type: application/ms-tnef; name="winmail.dat"\r\n{IN_BASE64}',
        b64encode(b"\x78\x9f\x3e\x22" + b"x" * 9),
    ),
    (f"Content-Type: application/octet-stream\r\nContent-Disposition: attachment\r\n{IN_BASE64}", b64encode(table(4))),
    (f"Content-Type: application/octet-stream; name*=utf-8''%D0%B0.csv\r\n{IN_BASE64}", b64encode(table(5))),
]


def test_odd_letters(inbox: Path, tmp_path: Path) -> None:
    for number, (headers, body) in enumerate(ODD_LETTERS, 1):
        letter(tmp_path / "letters", number, raw=plain(number, headers, body))
    letter(tmp_path / "letters", 99, ("б.csv", GOOD))
    with mailbox(tmp_path / "letters") as url:
        put_secret(f"conn_{SLUG}", url)
        found = run(mail_spec())
    assert found.is_right("9", text="Темно")
    assert set(found.records) == {"1", "3", "5", "9"}
    assert len(refused_with_a_copy()) == 3  # two files without a name or an ending, and winmail.dat


@pytest.mark.parametrize("name", ["~$выгрузка.xlsx", ".выгрузка.csv", ".DS_Store"])
def test_what_no_person_sent_is_left(inbox: Path, name: str) -> None:
    (inbox / name).write_bytes(CSV)
    found = run(table_spec())
    assert not found.records and not found.refused


# ---------------------------------------------------------------- names that come twice


@pytest.mark.parametrize(
    ("first", "second"),
    [
        case("выгрузка.csv", "выгрузка.csv", id="same"),
        case("выгрузка.csv", "ВЫГРУЗКА.CSV", id="case"),
        case("выгрузка.csv", "./выгрузка.csv", id="point"),
        case("а/выгрузка.csv", "а//выгрузка.csv", id="two-slashes"),
        case("а/выгрузка.csv", "б/выгрузка.csv", id="two-folders"),
        case("й.csv", "и\u0306.csv", id="nfd"),
        case("а/выгрузка.csv", "а\\выгрузка.csv", id="backslash"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_one_name(inbox: Path, tmp_path: Path, first: str, second: str) -> None:
    found = land_bytes(table_spec(), tmp_path, zipped((first, CSV), (second, GOOD)), "архив.zip")
    assert set(found.records) == {"1", "9"} or (not found.records and found.refused)


def test_z1(empty_warehouse: Path, cases: Path) -> None:
    found = land(declared("pos_export"), cases / "z1_dup_names.zip")
    assert set(found.records) == {"1", "2"} or (not found.records and found.refused)


# ---------------------------------------------------------------- the look without loading


@pytest.mark.parametrize("name", ["выгрузка.xls", "выгрузка.rar", "выгрузка.ods", "выгрузка"])
def test_check_does_not_say_that_the_folder_is_empty(inbox: Path, name: str) -> None:
    (inbox / name).write_bytes(XLS)
    put_secret("conn_pos_export", f"file://{inbox}")
    output = CliRunner().invoke(app, ["sources", "check", "pos_export"], env={"COLUMNS": "500"}).output
    assert "файлов в ней нет" not in output and name in output.replace("\n", "")


ENDINGS = ["xls", "ods", "xlsb", "rar", "7z", "gz", "tar", "doc", "pdf", "dat", "", "bak", "msg", "eml", "jpg"]


@given(st.sampled_from(ENDINGS), st.binary(min_size=1, max_size=40))
@quick(8)
def test_any_file_is_heard(inbox: Path, ending: str, content: bytes) -> None:
    name = f"отчёт{zlib.crc32(content)}.{ending}".rstrip(".")
    (inbox / name).write_bytes(content + name.encode())  # the same bytes again would get no second row
    run(table_spec())
    assert name in refused_with_a_copy() and list(inbox.iterdir()) == []
