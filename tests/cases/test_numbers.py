"""Kind 6: numbers keep their digits, ids are never floats, and a filled value that no rule reads is reported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
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
    Landed,
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


BIG = (
    "9007199254740992",  # 2^53
    "9007199254740993",
    "12345678901234567",
    "10000000012026111901",  # 20 digits below 2^64
    "51000000012026111901",
    "40817810099910004312",  # an account
    "123456789012345678901234567890",
    "123456789012345",
)


def test_big_numbers_of_a_book(inbox: Path, tmp_path: Path) -> None:
    """As the record's number and as a value: right to the last digit, or rejected."""
    as_ids = [(digits, str(n)) for n, digits in enumerate(BIG, 1)]
    as_values = [(str(n), digits) for n, digits in enumerate(BIG, 1)]
    cells = [*as_ids, *as_values, ("77", "5")]
    found = land(table_spec(), big_book(tmp_path / "a.xlsx", *cells))
    texts = {(ref, str(record["text"])) for ref, record in found.rows}
    assert ("77", "5") in texts and texts <= set(cells)
    assert len(texts) + len(found.rejects) == len(cells)


def test_x3(empty_warehouse: Path, cases: Path) -> None:
    found = land(declared("pos_export"), cases / "x3_big_ids.xlsx")
    right = {"51000000012026111901": "Первая", "51000000012026111902": "Вторая", "90071992547409931": "Третья"}
    texts = {ref: record["text"] for ref, record in found.records.items()}
    assert texts.items() <= right.items() and len(texts) + len(found.rejects) == 3


NUMBERS = (
    "9007199254740993",
    "18446744073709551615",  # 2^64 - 1
    "18446744073709551616",
    "51000000012026111901234",
    "-9223372036854775809",  # below -2^63
    "0.1234567890123456789",
    "12345678901234567.25",
    "100.10",
    "1e400",
    "-1e400",
    "NaN",
    "Infinity",
)


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


def body(numbers: Sequence[str]) -> str:
    return ", ".join(f'{{"id": "{n}", "n": {digits}}}' for n, digits in enumerate(numbers))


def check_numbers(found: Landed, numbers: Sequence[str]) -> None:
    """Each is right to the last digit, or its record is rejected."""
    assert not found.refused
    for n, digits in enumerate(numbers):
        ref = str(n)
        if ref in found.records:
            assert is_same(digits, digits_of(payload_text(ref), "n")), digits
        else:
            assert found.is_accounted_for(ref), digits
    assert len(found.records) + len(found.rejects) == len(numbers)


def test_numbers_of_a_json_file(inbox: Path, tmp_path: Path) -> None:
    found = land_bytes(json_spec(), tmp_path, f"[{body(NUMBERS)}]", "a.json")
    check_numbers(found, NUMBERS)
    assert len(found.rejects) == 4


def test_numbers_of_an_api(empty_warehouse: Path) -> None:
    spec = json_spec(connector={"type": "rest", "connection": SLUG, "path": "/items", "auth": "none"})
    answer = f'{{"total": {len(NUMBERS)}, "items": [{body(NUMBERS)}]}}'
    with serve(lambda path, query: Reply(body=answer.encode())) as place:
        put_secret(f"conn_{SLUG}", f"http://{place}")
        check_numbers(run(spec), NUMBERS)


def test_an_id_is_never_a_float(inbox: Path, tmp_path: Path) -> None:
    ids = ("1.0", "1e3", "51000000012026111901.0", "1.5", "true", "[1]")
    records = ", ".join(f'{{"id": {value}}}' for value in ids)
    found = land_bytes(json_spec(), tmp_path, f'[{records}, {{"id": "2"}}]', "a.json")
    assert set(found.records) <= {"2", *ids} and len(found.records) + len(found.rejects) == len(ids) + 1


@pytest.fixture
def table(empty_warehouse: Path) -> Iterator[str]:
    """A table of another base: `fill` it with VALUES rows of (id, n)."""
    put_secret(f"conn_{SLUG}", url("admin"))
    with connect("admin") as conn:
        conn.execute("create table public.numbers (id numeric, updated_at timestamptz default now(), n numeric)")
    yield "public.numbers"
    with connect("admin") as conn:
        conn.execute("drop table public.numbers")


def test_numeric_of_a_base(table: str) -> None:
    numbers = ("12345678901234567890.12", "51000000012026111901234", "0.1234567890123456789", "9007199254740993", "5.0")
    with connect("admin") as conn:
        for n, digits in enumerate(numbers):
            conn.execute(f"insert into {table} (id, n) values ({n}, {digits})")
    check_numbers(run(json_spec(connector={"type": "sql", "connection": SLUG, "relation": table})), numbers)


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


MARKS = {
    "5": 5,
    "5.0": 5,
    "5,0": 5,
    "4,00": 4,
    "5 (отлично)": 5,
    "отлично (5)": 5,
    "5 - отлично": 5,
    "оценка: 4": 4,
    "5 баллов": 5,
    "1 балл": 1,
    "4/5": 4,
    "4 из 5": 4,
    " 3 ": 3,
    "«5»": 5,
    "５": 5,
    "0": None,
    "6": None,
    "55": None,
    "4,5": None,
    "5 из 10": None,
    "-5": None,
    "пять с плюсом": None,
    "": None,
}
"""What people write → the mark."""


def test_marks(empty_warehouse: Path, staging: dict[str, str], tmp_path: Path) -> None:
    rows = [{"number": str(n), "mark": value} for n, value in enumerate(MARKS, 1)]
    header, *cells = pos_table(rows, {"mark": "Оценка"})
    land_bytes(declared("pos_export"), tmp_path, delimited(cells, header=header))
    marks = {item["record_ref"]: item["mark"] for item in stage(staging["stg_pos_export__items"])}
    assert {value: marks[str(n)] for n, value in enumerate(MARKS, 1)} == MARKS


def test_m1(empty_warehouse: Path, staging: dict[str, str], cases: Path) -> None:
    land(declared("pos_export"), cases / "m1_marks.csv")
    marks = {item["record_ref"]: item["mark"] for item in stage(staging["stg_pos_export__items"])}
    assert marks == {"О-1": 5, "О-2": 5, "О-3": 2}


PERCENTS = {
    "95": 95,
    "95%": 95,
    "95 %": 95,
    "95,0 %": 95,
    "95.5%": 95.5,
    "100%": 100,
    "95\u00a0%": 95,
    "95 проц.": 95,
    "готовность 95 %": 95,
    "110%": None,
    "-5%": None,
    "почти готово": None,
}
"""What people write → the percent."""
TITLES = (
    "Номер",
    "Вид",
    "Муниципальное образование",
    "Наименование",
    "Срок исполнения",
    "Готовность, %",
    "Состояние",
)


def test_percents(empty_warehouse: Path, staging: dict[str, str], tmp_path: Path) -> None:
    rows = [
        [f"М-{n}", "Поручение", "Мурманск", "Ремонт", "30.11.2026", value, "В работе"]
        for n, value in enumerate(PERCENTS, 1)
    ]
    land(declared("measures"), book(tmp_path / "a.xlsx", [TITLES, *rows]))
    read = {row["record_ref"]: row["progress"] for row in stage(staging["stg_measures__measures"])}
    assert {value: read[f"М-{n}"] for n, value in enumerate(PERCENTS, 1)} == PERCENTS


@pytest.mark.parametrize("value", ["пять с плюсом", "почти готово"])
def test_what_no_rule_reads_is_shown(marts: Marts, value: str) -> None:
    assert value in marts.missing and "не распозна" in marts.missing.lower()


@given(st.lists(st.integers(2**53, 2**64), min_size=1, max_size=4, unique=True))
@quick(5)
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
@quick(8)
def test_whole_numbers_of_json_keep_their_digits(inbox: Path, tmp_path: Path, number: int) -> None:
    found = land_bytes(json_spec(), tmp_path, json.dumps([{"id": f"n{number}", "n": number}]), "a.json")
    assert found.is_right(f"n{number}", n=number) and str(number) in everything_written()
