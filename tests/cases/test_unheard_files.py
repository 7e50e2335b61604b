"""Kind 8: every file that a person sent is read, or leaves a `refused` row with a reason and a kept copy."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
import zlib
from base64 import b64decode, b64encode
from binascii import b2a_uu
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
)  # fmt: skip
from tests.cases.post import letter, mailbox, plain

CSV = delimited([("1", AT, "Снег", "Не чистят", "Убрали")]).encode()
GOOD = delimited([("9", AT, "Свет", "Темно", "Починили")]).encode()
XLS = zlib.decompress(b64decode(
    "eNrtWE1IVFEUPvfNefMj/ow2BioNk5GVibw3Zompo0K6Sq1NEUFpughljKFNbbLMZRC0KmohuGljtemHWtSuRWDUIggCx5atgoIW6uu7570Z"
    "xnLhQEnG+4Z77jnnnnPumfv73nu7ULk4+6g2S7+giwK06kQoWKBTKJGcECW0O45mc3UYxfGxpRAJYyKDJj0vexPSc6jnO0sGPeRXoERLKKfp"
    "Ag1MpscSm4heyWFY6Rw6QRXdhaacaiSrKqHnhG4T+kAsXwjtFs0NoZ2wXVSnaCE10NjmreKTRr20lZOO+0R8PorGpmp6rVfxlZvKtTWpJ3N+"
    "eOLfbIhzKc0R5q1/LD2WGZ5YpBgmcI6+Owmib7md+jLh6zdXrwj6H2v1oXX0twwmmiLnrCzwGSzVPtYtpqrjNu7hXrZpme5RCXS6mKR2cBd3"
    "cCt3cxmpGFuwsThBPVAf4gPgO+E5yEyqHlYdUJgu2y7xIMRRJaHoZSwmG7vfSjbbdnPSSh5M2Fa7ZcF3J8K0cgtHdIetiN/v5TOIEiS1i21k"
    "YPFhqHVi7ikSXXOKlMnuKgUdpQrhK2WPRXFPLN//+u7oyFDqjGim5OZw75fdekjIoavaA87l0mIINVEahd8v9JpErRO+VmgMNqgbhqo9pm9a"
    "bK5LawP6aRG8T+0p4PeCn/ly7Gl85nNqH/j5/uzl2PyH1CzV474bhb/+TVOTalJ3bms8S+Vq5Z1Fn4TW/HYuhY2ol7vjXaIVtCKTSRgPDVfS"
    "o6PykuGNlSsFIAXyEkNiL7JaJ7KSyKZnryRyMC/pyKG8pCOH85KOrO/3LqOKHsuQdxfc/iXkw4cPHz58+PDhY+tDeU/XAXmydJ+x9dNiyPuu"
    "s4Ky6n8m+W9xnCbxu4gX0yOURp2hS0Wtn+14Wc3FUhv0yX0v1DiB3jM0TiOSx3jR6xdvX6rw/2zYMfrntlCx/a8Wk+df7v8n4QrQyA=="
))  # fmt: skip
"""A book of Excel 97 with the record of `CSV`."""


def ods() -> bytes:
    """A table of OpenDocument with the record of `CSV`."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = [line.split(";") for line in CSV.decode().splitlines()]
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


def tarred(mode: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:  # type: ignore[call-overload]
        info = tarfile.TarInfo("выгрузка.csv")
        info.size = len(CSV)
        archive.addfile(info, io.BytesIO(CSV))
    return made.getvalue()


UUENCODED = b"begin 644 report.csv\n" + b"".join(b2a_uu(CSV[n : n + 45]) for n in range(0, len(CSV), 45)) + b"`\nend\n"
UU_BODY = UUENCODED.replace(b"\n", b"\r\n")
UNHEARD = "файл не подходит под образцы имён и пропускается: ни строки, ни слова"
SENT = [
    case("выгрузка.xls", XLS, id="xls"),
    case("ВЫГРУЗКА.XLS", XLS, id="xls-capitals"),
    case("выгрузка.ods", ods(), id="ods"),
    case("выгрузка.xlsb", b"PK\x03\x04" + b"x" * 100, id="xlsb"),
    case("выгрузка.xlsm", b"PK\x03\x04" + b"x" * 100, id="xlsm"),
    case("выгрузка.rar", b"Rar!\x1a\x07\x01\x00" + b"x" * 100, id="rar"),
    case("выгрузка.7z", b"7z\xbc\xaf\x27\x1c" + b"x" * 100, id="7z"),
    case("выгрузка.csv.gz", gzip.compress(CSV), id="gz"),
    case("выгрузка.tar", tarred("w"), id="tar"),
    case("выгрузка.tgz", tarred("w:gz"), id="tgz"),
    case("winmail.dat", b"\x78\x9f\x3e\x22" + b"x" * 100, id="tnef"),
    case("выгрузка", CSV, id="no-ending"),
    case("выгрузка.csv.txt", CSV, id="txt"),
    case("выгрузка.tsv", CSV.replace(b";", b"\t"), id="tsv"),
    case("выгрузка.docx", b"PK\x03\x04" + b"x" * 100, id="docx"),
    case("выгрузка.pdf", b"%PDF-1.4", id="pdf"),
    case("выгрузка.html", b"<table></table>", id="html"),
    case("выгрузка.xml", b"<a/>", id="xml"),
    case("выгрузка.json", b"[]", id="json"),
    case("выгрузка.dbf", b"\x03" + b"x" * 64, id="dbf"),
    case("выгрузка.uue", UUENCODED, id="uuencode"),
    case("выгрузка.csv ", CSV, id="blank-at-the-end"),
    case("выгрузка.csv.", CSV, id="point-at-the-end"),
    case("выгрузка (2).CSV", CSV, id="capitals"),
    case("пустая.csv", b"", id="empty"),
]
"""(name, content): what offices send. Those that hold a table hold the record of `CSV`."""


def refused_with_a_copy(name: str) -> bool:
    with connect("loader") as conn:
        rows = conn.execute(
            "select file_name, message, file_kept from ops.loads where source_slug = %s and status = 'refused'", [SLUG]
        ).fetchall()
    return any(name in (told or "") and message and kept and Path(kept).is_file() for told, message, kept in rows)


def is_heard(found: Landed, name: str) -> bool:
    """Read right, or refused under its name with a reason and a copy."""
    return found.is_right("1", text="Не чистят", topic="Снег", answer="Убрали") or refused_with_a_copy(name.strip(" ."))


@pytest.mark.parametrize(("name", "content"), SENT)
def test_in_a_folder(inbox: Path, name: str, content: bytes) -> None:
    (inbox / name).write_bytes(content)
    (inbox / "б.csv").write_bytes(GOOD)
    found = run(table_spec())
    assert found.is_right("9", text="Темно")
    assert is_heard(found, name)
    assert list(inbox.iterdir()) == []


@pytest.mark.parametrize(("name", "content"), SENT)
def test_in_an_archive(inbox: Path, name: str, content: bytes) -> None:
    (inbox / "архив.zip").write_bytes(zipped((name, content), ("б.csv", GOOD)))
    found = run(table_spec())
    assert is_heard(found, name) or refused_with_a_copy("архив.zip")
    assert found.is_right("9", text="Темно") or refused_with_a_copy("архив.zip")


def mail_spec() -> SourceSpec:
    return table_spec(connector={"type": "imap", "columns": COLUMNS, "timeout_seconds": 5})


@pytest.mark.parametrize(("name", "content"), SENT)
def test_in_a_letter(inbox: Path, tmp_path: Path, name: str, content: bytes) -> None:
    letter(tmp_path / "letters", 1, (name, content), ("б.csv", GOOD))
    with mailbox(tmp_path / "letters") as url:
        put_secret(f"conn_{SLUG}", url)
        found = run(mail_spec())
    assert found.is_right("9", text="Темно")
    assert is_heard(found, Path(name.strip(" .")).suffix or name)


BASE64 = b64encode(CSV)
IN_BASE64 = "Content-Transfer-Encoding: base64"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        case("Content-Type: text/plain", b"Take it.\r\n\r\n" + UU_BODY, id="uuencode"),
        case(
            "Content-Type: application/octet-stream\r\n" + IN_BASE64, BASE64,
            id="whole-letter-without-a-name",
        ),
        case("Content-Type: text/csv\r\n" + IN_BASE64, BASE64, id="csv-without-a-name"),
        case(
            "Content-Type: application/vnd.ms-excel\r\nContent-Disposition: inline\r\n" + IN_BASE64,
            b64encode(XLS), id="inline-book-without-a-name",
        ),
        case(
            'Content-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64',
            b64encode(b"\x78\x9f\x3e\x22" + b"x" * 100), id="tnef",
        ),
        case(
            "Content-Type: application/octet-stream\r\nContent-Disposition: attachment\r\n" + IN_BASE64,
            BASE64, id="attachment-without-a-name",
        ),
        case(
            "Content-Type: application/octet-stream; name*=utf-8''%D0%B0.csv\r\n" + IN_BASE64, BASE64,
            id="name-in-the-type",
        ),
    ],
)  # fmt: skip
def test_an_odd_letter(inbox: Path, tmp_path: Path, headers: str, body: bytes) -> None:
    letter(tmp_path / "letters", 1, raw=plain(1, headers, body))
    letter(tmp_path / "letters", 2, ("б.csv", GOOD))
    with mailbox(tmp_path / "letters") as url:
        put_secret(f"conn_{SLUG}", url)
        found = run(mail_spec())
    assert found.is_right("9", text="Темно")
    assert found.is_right("1", text="Не чистят") or found.refused


@pytest.mark.parametrize("name", ["~$выгрузка.xlsx", ".выгрузка.csv", ".DS_Store"])
def test_what_no_person_sent_is_left(inbox: Path, name: str) -> None:
    (inbox / name).write_bytes(CSV)
    found = run(table_spec())
    assert not found.records and not found.refused


# ---------------------------------------------------------------- names that come twice

LOST = "первый из двух членов с одним именем теряется"


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
    told = CliRunner().invoke(app, ["sources", "check", "pos_export"], env={"COLUMNS": "500"}).output
    assert "файлов в ней нет" not in told and name in told.replace("\n", "")


ENDINGS = ["xls", "ods", "xlsb", "rar", "7z", "gz", "tar", "doc", "pdf", "dat", "", "bak", "msg", "eml", "jpg"]


@given(st.sampled_from(ENDINGS), st.binary(min_size=1, max_size=40))
@quick(12)
def test_any_file_is_heard(inbox: Path, ending: str, content: bytes) -> None:
    name = f"отчёт{zlib.crc32(content)}.{ending}".rstrip(".")
    (inbox / name).write_bytes(content + name.encode())  # the same bytes again would get no second row
    run(table_spec())
    assert refused_with_a_copy(name) and list(inbox.iterdir()) == []
