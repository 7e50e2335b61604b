"""Kind 6: numbers keep their digits, ids are never floats, and a filled value that no rule reads is told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu.secrets import put_secret
from mcu.warehouse.connect import connect, url
from tests.cases.casework import (
    AT,
    HEADER,
    SLUG,
    book,
    case,
    declared,
    delimited,
    everything_written,
    json_spec,
    land,
    land_bytes,
    pos_table,
    quick,
    run,
    stage,
    table_spec,
)
from tests.cases.marts import Marts
from tests.connectors.forms import Reply, serve

ROUNDED = "число читается как float: последние цифры другие"


def big_book(path: Path, *numbers: tuple[str, str]) -> Path:
    """A workbook whose cells (number, text) hold these digits to the letter, as programs that are not Excel write."""
    rows = [[f"{n}000001", AT, "Снег", f"{n}000002", ""] for n in range(1, len(numbers) + 1)]
    book(path, [HEADER, *[[int(r[0]), r[1], r[2], int(r[3]), r[4]] for r in rows]])
    import zipfile

    parts = {i.filename: zipfile.ZipFile(path).read(i) for i in zipfile.ZipFile(path).infolist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    for n, (ref, value) in enumerate(numbers, 1):
        sheet = sheet.replace(f"<v>{n}000001</v>", f"<v>{ref}</v>").replace(f"<v>{n}000002</v>", f"<v>{value}</v>")
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "digits",
    [
        case("9007199254740992", id="2^53"),
        case("9007199254740993", id="2^53+1"),
        case("12345678901234567", id="17-digits"),
        case("10000000012026111901", id="20-digits-below-2^64"),
        case("51000000012026111901", id="20-digits"),
        case("40817810099910004312", id="account"),
        case("123456789012345678901234567890", id="30-digits"),
        case("123456789012345", id="15-digits"),
    ],
)
@pytest.mark.parametrize("where", ["id", "value"])
def test_a_big_number_of_a_book(inbox: Path, tmp_path: Path, digits: str, where: str) -> None:
    cells = (digits, "5") if where == "id" else ("1", digits)
    found = land(table_spec(), big_book(tmp_path / "a.xlsx", cells, ("7", "5")))
    assert "7" in found.records
    others = {ref: record for ref, record in found.records.items() if ref != "7"}
    if others:
        ((ref, record),) = others.items()
        assert (ref, str(record["text"])) == cells
    else:
        assert found.rejects or found.refused


def test_x3(empty_warehouse: Path, cases: Path) -> None:
    found = land(declared("pos_export"), cases / "x3_big_ids.xlsx")
    right = {"51000000012026111901": "Первая", "51000000012026111902": "Вторая", "90071992547409931": "Третья"}
    texts = {ref: record["text"] for ref, record in found.records.items()}
    assert texts.items() <= right.items() and len(texts) + len(found.rejects) == 3


NUMBERS = [
    case("9007199254740993", id="2^53+1"),
    case("18446744073709551615", id="2^64-1"),
    case("18446744073709551616", id="2^64"),
    case("51000000012026111901234", id="23-digits"),
    case("-9223372036854775809", id="below-2^63"),
    case("0.1234567890123456789", id="fraction"),
    case("12345678901234567.25", id="money"),
    case("100.10", id="trailing-zero"),
    case("1e400", id="1e400"),
]


def digits_of(record: str, name: str) -> str:
    found = re.search(rf'"{name}": "?(-?[\d.eE+]+)', record)
    return found[1] if found else ""


def is_same(written: str, landed: str) -> bool:
    from decimal import Decimal

    return bool(landed) and Decimal(written) == Decimal(landed)


def payload_text(ref: str) -> str:
    with connect("loader") as conn:
        found = conn.execute(f"select payload::text from raw.{SLUG} where record_ref = %s", [ref]).fetchone()
    return str(found[0]) if found else ""


@pytest.mark.parametrize(
    "digits",
    [
        case("9007199254740993", id="2^53+1"),
        case("18446744073709551615", id="2^64-1"),
        case("18446744073709551616", id="2^64"),
        case("51000000012026111901234", id="23-digits"),
        case("0.1234567890123456789", id="fraction"),
        case("12345678901234567.25", id="money"),
        case("100.10", id="trailing-zero"),
        case("1e400", id="1e400"),
        case("-1e400", id="-1e400"),
        case("NaN", id="nan"),
        case("Infinity", id="infinity"),
    ],
)
def test_a_number_of_a_json_file(inbox: Path, tmp_path: Path, digits: str) -> None:
    body = f'[{{"id": "1", "n": {digits}}}, {{"id": "2", "n": 5}}]'
    found = land_bytes(json_spec(), tmp_path, body, "a.json")
    assert found.refused or "2" in found.records
    assert is_same(digits, digits_of(payload_text("1"), "n")) if "1" in found.records else found.is_told("1")


@pytest.mark.parametrize("digits", NUMBERS)
def test_a_number_of_an_api(empty_warehouse: Path, digits: str) -> None:
    spec = json_spec(connector={"type": "rest", "connection": SLUG, "path": "/items", "auth": "none"})
    body = f'{{"total": 2, "items": [{{"id": "1", "n": {digits}}}, {{"id": "2", "n": 5}}]}}'
    with serve(lambda path, query: Reply(body=body.encode())) as place:
        put_secret(f"conn_{SLUG}", f"http://{place}")
        found = run(spec)
    assert "2" in found.records
    assert is_same(digits, digits_of(payload_text("1"), "n")) if "1" in found.records else found.is_told("1")


@pytest.mark.parametrize("value", ["1.0", "1e3", "51000000012026111901.0", "1.5", "true", "[1]"])
def test_an_id_is_never_a_float(inbox: Path, tmp_path: Path, value: str) -> None:
    found = land_bytes(json_spec(), tmp_path, f'[{{"id": {value}}}, {{"id": "2"}}]', "a.json")
    assert set(found.records) <= {"2", value} and found.rejects


@pytest.fixture
def table(empty_warehouse: Path) -> Iterator[str]:
    """A table of another base: `fill` it with VALUES rows of (id, n)."""
    put_secret(f"conn_{SLUG}", url("admin"))
    with connect("admin") as conn:
        conn.execute("create table public.numbers (id numeric, updated_at timestamptz default now(), n numeric)")
    yield "public.numbers"
    with connect("admin") as conn:
        conn.execute("drop table public.numbers")


@pytest.mark.parametrize(
    "digits",
    [
        case("12345678901234567890.12", id="money"),
        case("51000000012026111901234", id="23-digits"),
        case("0.1234567890123456789", id="fraction"),
        case("9007199254740993", id="2^53+1"),
        case("5.0", id="plain"),
    ],
)
def test_numeric_of_a_base(table: str, digits: str) -> None:
    with connect("admin") as conn:
        conn.execute(f"insert into {table} (id, n) values (1, {digits}), (2, 5)")
    found = run(json_spec(connector={"type": "sql", "connection": SLUG, "relation": table}))
    assert "2" in found.records
    assert is_same(digits, digits_of(payload_text("1"), "n")) if "1" in found.records else found.is_told("1")


@pytest.mark.parametrize(
    "digits",
    [case("9007199254740993", id="2^53+1"), case("51000000012026111901", id="20-digits")],
)
def test_a_numeric_id_of_a_base(table: str, digits: str) -> None:
    with connect("admin") as conn:
        conn.execute(f"insert into {table} (id) values ({digits})")
    found = run(json_spec(connector={"type": "sql", "connection": SLUG, "relation": table}))
    assert set(found.records) == {digits} or any(digits in str(r.payload) for r in found.rejects)


# ---------------------------------------------------------------- values that people write


@pytest.mark.parametrize(
    ("value", "mark"),
    [
        case("5", 5, id="plain"),
        case("5.0", 5, id="point"),
        case("5,0", 5, id="comma"),
        case("4,00", 4, id="two-digits"),
        case("5 (отлично)", 5, id="with-a-word"),
        case("отлично (5)", 5, id="word-first"),
        case("5 - отлично", 5, id="dash"),
        case("оценка: 4", 4, id="named"),
        case("5 баллов", 5, id="points"),
        case("1 балл", 1, id="one-point"),
        case("4/5", 4, id="of-five"),
        case("4 из 5", 4, id="out-of-five"),
        case(" 3 ", 3, id="blanks"),
        case("«5»", 5, id="quoted"),
        case("５", 5, id="full-width"),
        case("0", None, id="zero"),
        case("6", None, id="six"),
        case("55", None, id="two-fives"),
        case("4,5", None, id="half"),
        case("5 из 10", None, id="of-ten"),
        case("-5", None, id="negative"),
        case("пять с плюсом", None, id="words"),
        case("", None, id="empty"),
    ],
)
def test_a_mark(empty_warehouse: Path, staging: dict[str, str], tmp_path: Path, value: str, mark: int | None) -> None:
    header, cells = pos_table([{"number": "1", "mark": value}], {"mark": "Оценка"})
    found = land_bytes(declared("pos_export"), tmp_path, delimited([cells], header=header))
    assert found.records
    (item,) = stage(staging["stg_pos_export__items"])
    assert item["mark"] == mark


def test_m1(empty_warehouse: Path, staging: dict[str, str], cases: Path) -> None:
    land(declared("pos_export"), cases / "m1_marks.csv")
    marks = {item["record_ref"]: item["mark"] for item in stage(staging["stg_pos_export__items"])}
    assert marks == {"О-1": 5, "О-2": 5, "О-3": 2}


@pytest.mark.parametrize(
    ("value", "percent"),
    [
        case("95", 95, id="plain"),
        case("95%", 95, id="sign"),
        case("95 %", 95, id="blank-and-sign"),
        case("95,0 %", 95, id="comma-and-sign"),
        case("95.5%", 95.5, id="point-and-sign"),
        case("100%", 100, id="whole"),
        case("95\u00a0%", 95, id="no-break-blank"),
        case("95 проц.", 95, id="word"),
        case("готовность 95 %", 95, id="named"),
        case("110%", None, id="too-much"),
        case("-5%", None, id="negative"),
        case("почти готово", None, id="words"),
    ],
)
def test_a_percent(
    empty_warehouse: Path, staging: dict[str, str], tmp_path: Path, value: str, percent: float | None
) -> None:
    titles = [
        "Номер",
        "Вид",
        "Муниципальное образование",
        "Наименование",
        "Срок исполнения",
        "Готовность, %",
        "Состояние",
    ]
    rows = [titles, ["М-1", "Поручение", "Мурманск", "Ремонт", "30.11.2026", value, "В работе"]]
    land(declared("measures"), book(tmp_path / "a.xlsx", rows))
    (staged,) = stage(staging["stg_measures__measures"])
    assert staged["progress"] == percent


@pytest.mark.parametrize("value", ["пять с плюсом", "почти готово"])
def test_what_no_rule_reads_is_shown(marts: Marts, value: str) -> None:
    assert value in marts.missing and "не распозна" in marts.missing.lower()


@given(st.lists(st.integers(2**53, 2**64), min_size=1, max_size=4, unique=True))
@quick(12)
def test_digits_are_what_lands(inbox: Path, tmp_path: Path, drawn: list[int]) -> None:
    cells = [(str(n), str(n + 1)) for n in drawn]
    found = land(table_spec(), big_book(tmp_path / "a.xlsx", *cells))
    refs = dict(cells)
    ours = {ref: record for ref, record in found.records.items() if ref in refs}
    assert all(str(record["text"]) == refs[ref] for ref, record in ours.items())
    assert len(ours) == len(cells) or found.refused or found.rejects
    assert set(found.records) - set(refs) <= SEEN
    SEEN.update(refs)


SEEN: set[str] = set()


@given(st.integers(-(2**63), 2**64 - 1))
@quick(20)
def test_whole_numbers_of_json_keep_their_digits(inbox: Path, tmp_path: Path, number: int) -> None:
    found = land_bytes(json_spec(), tmp_path, json.dumps([{"id": f"n{number}", "n": number}]), "a.json")
    assert found.is_right(f"n{number}", n=number) and str(number) in everything_written()
