"""Kind 4, encodings: recognised by the letters of the whole file, or refused by naming encoding and line."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu.landing.load import load_file
from mcu.secrets import put_secret
from mcu.sources.spec import SourceSpec
from tests.cases.casework import (
    AT,
    SLUG,
    Landed,
    case,
    declared,
    delimited,
    json_spec,
    land,
    land_bytes,
    landed,
    quick,
    run,
    table_spec,
    token,
)
from tests.connectors.forms import Reply, serve

LATIN = {"id": "id", "created_at": "created_at", "description": "description", "status": "status"}
TEXT = "Не чистят снег во дворе, у подъезда лёд"
AS_1251 = "весь файл читается как CP1251: каша без слова"
NO_JSON = "«это не целый JSON»"
MOJIBAKE = "ложится кашей: всё, что не UTF-8, читается как CP1251"


def latin_spec() -> SourceSpec:
    return table_spec(
        LATIN,
        record={"id": "id", "required": ["id"]},
        personal={"text": ["description"]},
        expected_fields=list(LATIN),
    )


def names_encoding(found: Landed) -> bool:
    return any(re.search(r"кодировк|UTF|CP\d|KOI|Windows", m, re.I) for m in found.refused)


def is_right_or_refused(found: Landed, **texts: str) -> bool:
    if found.refused:
        return not found.records and names_encoding(found) and found.names_a_line
    return all(found.is_right(ref, description=text) for ref, text in texts.items())


ENCODINGS = [
    case("utf-8", id="utf-8"),
    case("utf-8-sig", id="utf-8-bom"),
    case("cp1251", id="cp1251"),
    case("cp866", id="cp866"),
    case("koi8-r", id="koi8-r"),
    case("koi8-u", id="koi8-u"),
    case("mac-cyrillic", id="mac"),
    case("iso8859-5", id="iso"),
    case("utf-16", id="utf-16-bom"),
    case("utf-16-le", id="utf-16-le"),
    case("utf-16-be", id="utf-16-be"),
    case("utf-32", id="utf-32"),
]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_latin_header(inbox: Path, tmp_path: Path, encoding: str) -> None:
    rows = [("1", AT, TEXT, "new"), ("2", AT, "ЯМА НА ДОРОГЕ", "new"), ("3", AT, "Звонил Иванов Иван Иванович", "new")]
    found = land_bytes(latin_spec(), tmp_path, delimited(rows, header=list(LATIN)).encode(encoding))
    assert is_right_or_refused(found, **{"1": TEXT, "2": "ЯМА НА ДОРОГЕ", "3": "Звонил [ФИО]"})


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_russian_header(inbox: Path, tmp_path: Path, encoding: str) -> None:
    rows = [("1", AT, "Снег", TEXT, ""), ("2", AT, "Свет", "Темно", "Исправим")]
    found = land_bytes(table_spec(), tmp_path, delimited(rows).encode(encoding))
    if found.refused:
        assert names_encoding(found) and not found.records
    else:
        assert found.is_right("1", text=TEXT) and found.is_right("2", text="Темно", answer="Исправим")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        case("Яма", "cp866", id="one-word"),
        case("ЯМА", "koi8-r", id="capitals-koi"),
        case("нет света", "koi8-r", id="small-koi"),
        case("Дом № 5 — «Снег»", "cp1251", id="cp1251-signs"),
        case("ёлка ЁЛКА", "cp866", id="yo"),
        case("дом №5", "cp866", id="number-sign"),
        case("Їжак і ґанок", "cp1251", id="ukrainian"),
        case("plain latin text", "ascii", id="ascii"),
    ],
)
def test_a_short_text_among_latin(inbox: Path, tmp_path: Path, text: str, encoding: str) -> None:
    rows = [("1", AT, text, "new"), ("2", AT, "snow", "new")]
    found = land_bytes(latin_spec(), tmp_path, delimited(rows, header=list(LATIN)).encode(encoding))
    assert is_right_or_refused(found, **{"1": text, "2": "snow"})


@pytest.mark.parametrize(
    "content",
    [
        case(
            [(TEXT, "utf-8"), ("Темно", "utf-8"), ("Яма", "cp1251")],
            id="utf-8-with-a-cp1251-row",
        ),
        case([(TEXT, "cp1251"), ("Темно у школы", "utf-8")], id="cp1251-with-a-utf-8-row"),
        case([(TEXT, "cp866"), ("Темно у школы", "cp1251")], id="two-exports-glued"),
        case([(TEXT, "utf-8"), (b"\xd0\xaf\xd0\xbc\xd0", None)], id="half-a-letter"),
        case([(TEXT, "utf-8"), (b"\xd0\xaf\xff\xd0\xbc", None)], id="broken-byte"),
        case([(TEXT, "utf-8"), (b"\xed\xa0\xbd\xed\xb8\x80", None)], id="cesu-8"),
        case([(TEXT, "cp1251"), (b"\x98", None)], id="no-such-byte-in-cp1251"),
    ],
)
def test_a_mixed_file_is_right_or_refused_by_its_line(
    inbox: Path, tmp_path: Path, content: list[tuple[str | bytes, str | None]]
) -> None:
    body = b"id;created_at;description;status\n"
    for number, (text, encoding) in enumerate(content, 1):
        line = text if isinstance(text, bytes) else text.encode(str(encoding))
        body += f"{number};{AT};".encode() + line + b";new\n"
    found = land_bytes(latin_spec(), tmp_path, body)
    if found.refused:
        assert names_encoding(found) and found.names_a_line
    for number, (text, _) in enumerate(content, 1):
        ref = str(number)
        assert found.is_right(ref, description=text) or found.is_accounted_for(ref)
        assert isinstance(text, str) or ref not in found.records or "�" not in str(found.records[ref])


def test_e2(inbox: Path, cases: Path) -> None:
    found = land(latin_spec(), cases / "e2_latin_header_cp866.csv")
    assert is_right_or_refused(found, **{"1": "Не чистят снег, звонил [ФИО]"})


RECORDS = [{"id": "1", "text": TEXT}, {"id": "2", "text": "Темно"}]


@pytest.mark.parametrize(
    "content",
    [
        case(codecs.BOM_UTF8 + json.dumps(RECORDS, ensure_ascii=False).encode(), id="bom"),
        case(b" \n" + json.dumps(RECORDS, ensure_ascii=False).encode(), id="blanks-first"),
        case(json.dumps(RECORDS, ensure_ascii=False).encode("utf-16"), id="utf-16"),
        case(json.dumps(RECORDS, ensure_ascii=False).encode("utf-16-le"), id="utf-16-le"),
        case(json.dumps(RECORDS, ensure_ascii=False).encode("cp1251"), id="cp1251"),
        case(json.dumps(RECORDS, ensure_ascii=False).encode("cp866"), id="cp866"),
        case(json.dumps(RECORDS).encode(), id="escapes"),
    ],
)
def test_json(inbox: Path, tmp_path: Path, content: bytes) -> None:
    found = land_bytes(json_spec(), tmp_path, content, "a.json")
    if found.refused:
        assert names_encoding(found) and not found.records
    else:
        assert found.is_right("1", text=TEXT) and found.is_right("2", text="Темно")


@pytest.mark.parametrize(
    "reply",
    [
        case(Reply(body=codecs.BOM_UTF8 + json.dumps({"items": RECORDS}).encode()), id="bom"),
        case(
            Reply(
                body=codecs.BOM_UTF8 + json.dumps({"items": RECORDS}, ensure_ascii=False).encode(),
                kind="application/json; charset=utf-8",
            ),
            id="bom-and-charset",
        ),
        case(
            Reply(
                body=json.dumps({"items": RECORDS}, ensure_ascii=False).encode("cp1251"),
                kind="application/json; charset=windows-1251",
            ),
            id="cp1251",
        ),
        case(
            Reply(
                body=json.dumps({"items": RECORDS}, ensure_ascii=False).encode("utf-16"),
                kind="application/json; charset=utf-16",
            ),
            id="utf-16",
        ),
        case(
            Reply(body=json.dumps({"items": RECORDS}).encode(), kind='application/json; charset="utf-8"'),
            id="quoted-charset",
        ),
    ],
)
def test_an_answer_of_an_api(empty_warehouse: Path, reply: Reply) -> None:
    spec = json_spec(connector={"type": "rest", "connection": SLUG, "path": "/items", "auth": "none", "total": None})
    empty = Reply(body=b'{"items": []}')
    with serve(lambda path, query: reply if query["page"] == "1" else empty) as place:
        put_secret(f"conn_{SLUG}", f"http://{place}")
        found = run(spec)
    assert found.is_right("1", text=TEXT) and found.is_right("2", text="Темно")


@pytest.mark.parametrize(
    "encoding",
    [case("utf-8-sig", id="bom"), case("utf-16", id="utf-16")],
)
def test_a_telegram_export(empty_warehouse: Path, tmp_path: Path, encoding: str) -> None:
    message = {"id": 1, "type": "message", "date": "2026-11-02T10:00:00", "from_id": "user505", "text": TEXT}
    path = tmp_path / "result.json"
    path.write_bytes(json.dumps({"id": 1990000001, "messages": [message]}, ensure_ascii=False).encode(encoding))
    load_file(declared("telegram"), path)
    found = landed("telegram")
    assert found.is_right("1990000001_1", text=TEXT) or names_encoding(found)


WORDS = st.lists(
    st.sampled_from(
        ["яма", "снег", "Двор", "ТЕМНО", "лёд", "у", "в", "дома,", "школы.", "«Ромашка»", "№", "5", "Щука", "эхо"]
    ),
    min_size=6,
)


@given(WORDS, st.sampled_from(["utf-8", "cp1251", "cp866", "koi8-r", "mac-cyrillic", "utf-16"]))
@quick(25)
def test_any_text_in_any_encoding(inbox: Path, tmp_path: Path, words: list[str], encoding: str) -> None:
    text = " ".join(words).encode(encoding, "ignore").decode(encoding).strip()
    ref = token((text, encoding))
    spec = latin_spec().model_copy(
        update={
            "personal": table_spec(LATIN, record={"id": "id"}).personal.model_copy(update={"verbatim": ["description"]})
        }
    )
    found = land_bytes(spec, tmp_path, delimited([(ref, AT, text, "new")], header=list(LATIN)).encode(encoding))
    found.check(ref, description=text)
