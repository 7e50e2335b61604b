"""Kind 3: rows of another width than the header, quotes that nobody closed, ends of files as old programs leave
them."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu.sources.spec import SourceSpec
from tests.cases.casework import (
    AT,
    HEADER,
    Landed,
    case,
    declared,
    delimited,
    land,
    land_bytes,
    quick,
    table_spec,
    token,
)

HEAD = ";".join(HEADER)
CUT = "лишние ячейки строки отбрасываются без слова: текст обрезан"


def read(tmp_path: Path, *lines: str, end: str = "\n") -> Landed:
    """A table of the lines under the usual header."""
    return land_bytes(table_spec(), tmp_path, end.join([HEAD, *lines, ""]).encode())


GOOD = f"9;{AT};Свет;Темно;Починили"


@pytest.mark.parametrize(
    ("line", "text", "answer"),
    [
        case(f"1;{AT};Снег;Не чистят;Убрали; вывезли", "Не чистят", "Убрали; вывезли", id="last-column"),
        case(f"1;{AT};Снег;Не чистят; совсем;Убрали", "Не чистят; совсем", "Убрали", id="inner-column"),
        case(f"1;{AT};Снег;Не чистят;Убрали;;вывезли", "Не чистят", "Убрали;;вывезли", id="doubled"),
        case(f"1;{AT};Снег;&quot;Не чистят&quot;;Убрали", '"Не чистят"', "Убрали", id="entities"),
        case(f"1;{AT};Снег", None, None, id="too-short"),
        case(f"1;{AT};Снег;Не чистят", "Не чистят", None, id="one-short"),
    ],
)
def test_a_row_of_another_width_is_accounted_for(
    inbox: Path, tmp_path: Path, line: str, text: str | None, answer: str | None
) -> None:
    """Read as it was meant, or rejected, or the file is refused with the line."""
    found = read(tmp_path, line, GOOD)
    if "1" in found.records and len(line.split(";")) > 4:
        assert found.is_right("1", text=text, answer=answer)
    else:
        assert "1" not in found.records and found.is_accounted_for("1") and found.names_a_line
    assert found.is_right("9", text="Темно") or found.refused


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        case('ООО "Ромашка" не чистит', 'ООО "Ромашка" не чистит', id="inside"),
        case('"Снег" у дома', '"Снег" у дома', id="at-the-start"),
        case('"Снег" и "лёд"', '"Снег" и "лёд"', id="two-pairs"),
        case('"Снег"" у дома"', 'Снег" у дома', id="half-doubled"),
        case('Снег у дома"', 'Снег у дома"', id="at-the-end"),
        case(
            r'"Он сказал \"нет\""',
            r'Он сказал "нет"',
            id="mysql",
        ),
        case(' "Снег; лёд"', "Снег; лёд", id="blank-before"),
        case("«Снег»", "«Снег»", id="russian"),
        case('"Снег"', "Снег", id="proper"),
        case('""', None, id="empty"),
    ],
)
def test_quotes_are_read_right_or_reported(inbox: Path, tmp_path: Path, cell: str, text: str | None) -> None:
    found = read(tmp_path, f"1;{AT};Снег;{cell};Убрали", GOOD)
    if "1" in found.records:
        assert found.records["1"]["text"] in (text, cell.strip()) and found.records["1"]["answer"] == "Убрали"
    else:
        assert found.is_accounted_for("1") and found.names_a_line
    assert found.is_right("9", text="Темно", answer="Починили") or found.refused


DARK = f"2;{AT};Свет;Темно;"
SWALLOWED = "строки внутри кавычек проглочены без слова"


@pytest.mark.parametrize(
    "lines",
    [
        case([f'1;{AT};Снег;"Двор;', DARK, f'3;{AT};Лёд;"Каток";'], id="opened-and-met"),
        case([f'1;{AT};Снег;"Двор', f'2;{AT};Свет;Темно";Да'], id="closed-a-row-later"),
        case(
            [f'1;{AT};Снег;"Двор;', *(f"{n};{AT};Свет;Темно;" for n in range(2, 8)), f'8;{AT};Лёд;"Каток";'],
            id="six-rows",
        ),
        case([f'1;{AT};"Снег;Двор;', f'2;{AT};Свет";Темно;'], id="in-an-inner-column"),
        case([f'1;{AT};Снег;"Двор;Убрали', f"2;{AT};Свет;Темно;Да"], id="never-closed"),
    ],
)
def test_rows_inside_a_quoted_cell_are_a_fault(inbox: Path, tmp_path: Path, lines: list[str]) -> None:
    found = read(tmp_path, *lines, GOOD)
    numbers = [line.partition(";")[0] for line in lines]
    for ref in numbers:
        assert ref in found.records or found.is_accounted_for(ref)
    assert all("\n" not in str(record.values()) for record in found.records.values())
    assert not any(f";{AT};" in str(record) for record in found.records.values())
    if set(found.records) != {*numbers, "9"}:
        assert found.names_a_line or "не до конца" in found.messages


def test_a_line_end_within_a_cell_is_text(inbox: Path, tmp_path: Path) -> None:
    found = read(tmp_path, f'1;{AT};Снег;"Двор.\n\nУ дома 5; подъезд 2";"Да,\nубрали"', GOOD)
    assert found.is_right("1", text="Двор.\n\nУ дома 5; подъезд 2", answer="Да,\nубрали") and found.is_right("9")


ROWS = [f"1;{AT};Снег;Не чистят;Убрали", GOOD]
TORN = "файл отвергнут: «последняя запись оборвана»"


@pytest.mark.parametrize(
    "content",
    [
        case("\n".join([HEAD, *ROWS]), id="no-line-end"),
        case("\n".join([HEAD, *ROWS, "\x1a"]), id="dos-eof"),
        case("\n".join([HEAD, *ROWS]) + "\x1a", id="dos-eof-in-the-last-row"),
        case("\n".join([HEAD, *ROWS, "\x1a" * 60]), id="dos-eof-padding"),
        case("\n".join([HEAD, *ROWS, "Итого;2;;;"]), id="total"),
        case("\n".join([HEAD, *ROWS, "Итого: 2"]), id="short-total"),
        case("\n".join([HEAD, *ROWS, "", "Всего записей: 2", ""]), id="total-below"),
        case("\n".join([HEAD, *ROWS, ";;;;Итого: 2"]), id="total-at-the-right"),
        case("\n".join([HEAD, *ROWS, "Исполнитель: Снегирёв А. А., тел. 45-00-01"]), id="signature"),
        case("\r".join([HEAD, *ROWS, ""]), id="old-mac"),
        case("\r\n".join([HEAD, *ROWS, ""]), id="windows"),
        case(f"{HEAD}\r\n{ROWS[0]}\n{ROWS[1]}\r\n", id="mixed-ends"),
        case("\r\r\n".join([HEAD, *ROWS, ""]), id="doubled-ends"),
        case("\n\n\n".join([HEAD, *ROWS, "", ""]), id="empty-lines"),
        case("\n".join([HEAD, *(f"{row};" for row in ROWS), ""]), id="delimiter-at-the-end"),
        case("\n".join(["sep=;", HEAD, *ROWS, ""]), id="sep-line"),
        case("\n".join([f"{HEAD};;;", *(f"{row};;;" for row in ROWS), ";;;;;;;", ""]), id="empty-columns"),
        case("\n".join([HEAD, *ROWS, HEAD, ""]), id="header-again"),
    ],
)
def test_an_end_is_no_tear(inbox: Path, tmp_path: Path, content: str) -> None:
    """Both records land; what is no record never does, and is reported."""
    found = land_bytes(table_spec(record=TIMED), tmp_path, content)
    assert set(found.records) == {"1", "9"} and not found.refused
    assert found.is_right("1", text="Не чистят", answer="Убрали") and found.is_right("9", answer="Починили")


def old_mail() -> SourceSpec:
    """The declared mailbox, whose number stands under another title in the inputs."""
    spec = declared("mail")
    columns = {**spec.connector.columns, "number": "Рег. №"}
    return spec.model_copy(update={"connector": spec.connector.model_copy(update={"columns": columns})})


TIMED = {"id": "number", "required": ["number", "created_at"], "times": ["created_at"]}


def test_c1(empty_warehouse: Path, cases: Path) -> None:
    found = land(old_mail(), cases / "c1_open_quote.csv")
    texts = {"1": None, "2": "Нет света", "3": "Яма на дороге", "4": None, "5": "Снег"}
    for ref, text in texts.items():
        if ref in found.records:
            assert text is None or found.is_right(ref, text=text)
            assert "\n" not in found.records[ref]["text"]
        else:
            assert found.is_accounted_for(ref) and found.names_a_line


def test_c4(empty_warehouse: Path, cases: Path) -> None:
    found = land(old_mail(), cases / "c4_dos_eof.csv")
    assert set(found.records) == {"1"} and found.is_right("1", text="Яма", status="В работе")


CELLS = st.text(alphabet='абвгд ;,"\n.-', max_size=12).map(str.strip)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6), st.sampled_from([";", ",", "\t"]))
@quick()
def test_what_a_writer_quotes_is_what_lands(
    inbox: Path, tmp_path: Path, drawn: list[tuple[str, str, str]], delimiter: str
) -> None:
    written = StringIO()
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow(HEADER)
    start = int(token((drawn, delimiter)))
    refs = [str(start + n) for n in range(len(drawn))]
    for ref, cells in zip(refs, drawn, strict=True):
        writer.writerow([ref, AT, *cells])
    found = land_bytes(table_spec(), tmp_path, written.getvalue())
    for ref, cells in zip(refs, drawn, strict=True):
        found.check(ref, **{name: cell or None for name, cell in zip(("topic", "text", "answer"), cells, strict=True)})


RAW_CELLS = st.text(alphabet='аб ;"', max_size=5).map(str.strip)


def _is_quoted_right(cells: tuple[str, str, str]) -> bool:
    """True if the joined cells are, to the letter, another row that a writer has quoted: no reader can tell."""
    try:
        row = next(csv.reader([";".join(cells)], delimiter=";", strict=True))
    except csv.Error:
        return False
    return len(row) == len(cells) and row != list(cells)


@given(st.tuples(RAW_CELLS, RAW_CELLS, RAW_CELLS).filter(lambda cells: not _is_quoted_right(cells)))
@quick(20)
def test_what_nobody_quotes_is_right_or_reported(inbox: Path, tmp_path: Path, cells: tuple[str, str, str]) -> None:
    """A program that joins cells with a delimiter: a cut or glued cell never lands."""
    ref = token(cells)
    found = land_bytes(table_spec(), tmp_path, delimited([(ref, AT, *cells), ("9", AT, "Свет", "Темно", "Да")]))
    if ref in found.records:
        assert [found.records[ref][name] or "" for name in ("topic", "text", "answer")] == list(cells)
    else:
        assert found.is_accounted_for(ref)
