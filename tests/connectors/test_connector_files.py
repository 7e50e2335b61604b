"""XLSX and CSV as offices really drop them."""

from __future__ import annotations

import csv
import threading
import time
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mcu.connectors.files import FileRefused, Folder, export_time, read_file, store_file
from mcu.connectors.params import Files
from mcu.settings import settings

PARAMS = Files(
    type="files",
    connection="demo",
    columns={"number": "Номер инцидента", "created_at": "Дата создания", "topic": "Тема", "text": "Текст инцидента"},
    letters={"number": "A", "created_at": "C", "topic": "D", "text": "F"},
    required=["number", "created_at", "topic", "text"],
    settle_seconds=0.3,
    file_time_pattern=r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)_(?P<hour>\d\d)-(?P<minute>\d\d)",
)
HEADER = ["Номер инцидента", None, "Дата создания", "Тема", None, "Текст инцидента"]
ROW = ["И-1", None, "20.11.2026 10:00", "Снег", None, "Не чистят"]


def book(path: Path, rows: Sequence[Sequence[Any]], first_row: int = 1) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for r, row in enumerate(rows, first_row):
        for c, value in enumerate(row, 1):
            if value is not None:
                sheet.cell(r, c, value)
    workbook.save(path)
    return path


def records(path: Path, params: Files = PARAMS) -> list[dict[str, Any]]:
    return [record for page in read_file(path, params) for record in page.records]


EXPECTED = {"number": "И-1", "created_at": "20.11.2026 10:00", "topic": "Снег", "text": "Не чистят"}


def test_header_in_the_first_row(tmp_path: Path) -> None:
    assert records(book(tmp_path / "a.xlsx", [HEADER, ROW])) == [EXPECTED]


def test_header_below_titles(tmp_path: Path) -> None:
    rows = [["Отчёт за ноябрь"], [], ["Сформирован", "20.11.2026"], [], [], HEADER, ROW]
    (page,) = read_file(book(tmp_path / "a.xlsx", rows), PARAMS)
    assert page.records == [EXPECTED]
    assert page.position(0) == "лист «Sheet», строка 7"


def test_header_in_another_order_and_spelling(tmp_path: Path) -> None:
    rows = [["ТЕКСТ  инцидента", "тема", "Дата создания:", "номер инцидента"], ["Не чистят", "Снег", ROW[2], "И-1"]]
    assert records(book(tmp_path / "a.xlsx", rows)) == [EXPECTED]


def test_no_header_at_all_goes_by_letters(tmp_path: Path) -> None:
    assert records(book(tmp_path / "a.xlsx", [ROW])) == [EXPECTED]


def test_cells_become_json(tmp_path: Path) -> None:
    written = datetime(2026, 11, 20, 10, 0)  # noqa: DTZ001  a cell knows no zone
    row = [12345.0, None, written, "'Снег", None, 1.5]
    assert records(book(tmp_path / "a.xlsx", [HEADER, row])) == [
        {"number": 12345, "created_at": "20.11.2026 10:00", "topic": "Снег", "text": 1.5}
    ]


def test_a_hidden_sheet_is_not_read(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    hidden, shown = workbook.active, workbook.create_sheet("Данные")
    assert hidden is not None
    hidden.sheet_state = "hidden"
    for sheet, number in ((hidden, "скрыт"), (shown, "И-1")):
        sheet.append(HEADER)
        sheet.append([number, *ROW[1:]])
    workbook.save(tmp_path / "a.xlsx")
    assert [r["number"] for r in records(tmp_path / "a.xlsx")] == ["И-1"]


def test_undeclared_columns_are_reported_and_not_taken(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [[*HEADER, "Телефон автора"], [*ROW, "8 946 000-00-00"]])
    (page,) = read_file(path, PARAMS)
    assert page.unknown_fields == {"Телефон автора"}
    assert page.records == [EXPECTED]


def test_empty(tmp_path: Path) -> None:
    path = tmp_path / "пустой.xlsx"
    path.touch()
    with pytest.raises(FileRefused, match=r"Файл «пустой\.xlsx» пуст"):
        records(path)


def test_a_book_without_cells(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="нет ни одной заполненной ячейки"):
        records(book(tmp_path / "a.xlsx", []))


def test_a_header_without_rows(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="нет ни одной строки данных"):
        records(book(tmp_path / "a.xlsx", [HEADER]))


def test_not_a_book_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("<html>Вход в систему</html>")
    with pytest.raises(FileRefused, match="не книга Excel, хотя назван так"):
        records(path)


def test_a_zip_that_is_no_book(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(FileRefused, match="не читается как книга Excel"):
        records(tmp_path / "a.xlsx")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_half_written(tmp_path: Path, share: float) -> None:
    path = book(tmp_path / "a.xlsx", [HEADER, *[ROW] * 50])
    body = path.read_bytes()
    path.write_bytes(body[: int(len(body) * share)])
    with pytest.raises(FileRefused, match="записан не до конца"):
        records(path)


def test_a_damaged_book(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [HEADER, *[ROW] * 50])
    body = bytearray(path.read_bytes())
    at = body.index(b"xl/worksheets/sheet1.xml") + 60
    body[at : at + 20] = bytes(20)
    path.write_bytes(body)
    with pytest.raises(FileRefused, match="повреждён"):
        records(path)


def test_a_missing_column_is_named_with_its_likely_new_name(tmp_path: Path) -> None:
    header = ["Номер инцидента", None, "Дата создания", "Тематика обращения", "Итог", "Текст инцидента"]
    with pytest.raises(FileRefused) as caught:
        records(book(tmp_path / "a.xlsx", [header, ROW]))
    assert "нет столбца «Тема» (похож столбец D «Тематика обращения»" in str(caught.value)


def test_a_missing_column_without_a_likely_one(tmp_path: Path) -> None:
    header = ["Номер инцидента", None, "Дата создания", None, "Автор", "Текст инцидента"]
    with pytest.raises(FileRefused) as caught:
        records(book(tmp_path / "a.xlsx", [header, ROW]))
    assert "нет столбца «Тема»." in str(caught.value)


def test_another_report(tmp_path: Path) -> None:
    params = PARAMS.model_copy(update={"letters": {}})
    with pytest.raises(FileRefused, match=r"не найдена строка заголовков\. Ожидаются столбцы: «Номер инцидента»"):
        records(book(tmp_path / "a.xlsx", [["Фамилия", "Оклад"], ["А", 1]]), params)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows([["Отчёт"], HEADER, ROW, [*ROW[:5], "Две\nстроки; и, знаки"]])
    assert records(path) == [EXPECTED, {**EXPECTED, "text": "Две\nстроки; и, знаки"}]


@pytest.mark.parametrize("tail", ['И-2;;20.11.2026 10:00;Снег;;"Не чист', "И-2;;20.11.2026"])
def test_a_csv_that_breaks_off(tmp_path: Path, tail: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(";".join(v or "" for v in HEADER) + "\n" + ";".join(v or "" for v in ROW) + "\n" + tail)
    with pytest.raises(FileRefused, match="последняя запись оборвана"):
        records(path)


def test_export_time_is_in_the_name(tmp_path: Path) -> None:
    path = tmp_path / "incident_2026-11-20_18-00.xlsx"
    path.touch()
    assert export_time(path, PARAMS, settings().tz).isoformat() == "2026-11-20T18:00:00+03:00"


def test_files_come_oldest_export_first_and_drafts_stay(tmp_path: Path) -> None:
    names = ["b_2026-11-20_18-00.xlsx", "a_2026-11-21_18-00.XLSX", "~$b_2026-11-20_18-00.xlsx", "заметки.txt", ".x.csv"]
    for name in names:
        (tmp_path / name).write_text("x")
    waiting = [p.name for p in Folder(PARAMS, f"file://{tmp_path}").waiting()]
    assert sorted(waiting) == sorted([*names[:2], "заметки.txt"])
    assert waiting.index(names[0]) < waiting.index(names[1])


def test_a_growing_file_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("x")
    folder = Folder(PARAMS, f"file://{tmp_path}")
    stop = threading.Event()

    def grow() -> None:
        while not stop.wait(0.05):
            with path.open("a") as file:
                file.write("x")

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        assert not folder.is_settled(path)
    finally:
        stop.set()
        thread.join()
    started = time.monotonic()
    assert folder.is_settled(path)
    assert time.monotonic() - started < 10


def test_a_kept_file_is_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"x" * 3_000_000)
    kept = store_file(path, tmp_path / "kept")
    assert kept.path.name == f"{kept.sha256}.xlsx"
    assert kept.path.read_bytes() == path.read_bytes()
    assert kept.path.stat().st_mode & 0o077 == 0
    assert list((tmp_path / "kept").iterdir()) == [kept.path]
