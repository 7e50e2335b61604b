"""The monthly package: the same figures give the same bytes and no row, changed ones a revision with its difference."""

from __future__ import annotations

import csv
import io
import json
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from mcu.errors import UserError
from mcu.publications.indicators import previous_month, publish, verify
from mcu.publications.indicators.package import PackageError
from mcu.publications.readiness import PublicationStopped
from mcu.settings import settings
from mcu.warehouse.connect import connect
from quality.minimal_marts import AS_OF, make_marts, own_warehouse

MONTH = "2026-10"


@pytest.fixture(scope="module", autouse=True)
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with own_warehouse(tmp_path_factory.mktemp("publications")) as var:
        yield var


@pytest.fixture(autouse=True)
def marts(ground: Path) -> None:
    make_marts()
    run("passed")
    shutil.rmtree(settings().var / "publications", ignore_errors=True)


def run(status: str, **changes: str) -> None:
    """Set the state of the last transformation."""
    with connect("loader") as conn:
        for column, value in {"status": status, **changes}.items():
            conn.execute(f"update ops.transform_runs set {column} = %s", [value])  # type: ignore[arg-type]  # composed here


def change(query: str) -> None:
    with connect("transformer") as conn:
        conn.execute(query)  # type: ignore[arg-type]  # composed here


def rows() -> int:
    with connect("loader") as conn:
        return conn.execute("select count(*) from ops.publications").fetchone()[0]  # type: ignore[index]  # count gives a row


def bodies(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_package_has_its_files_and_its_manifest_is_true(ground: Path) -> None:
    package = publish(MONTH)
    assert package.folder == ground / "publications" / "indicators" / MONTH / "r1"
    assert list(bodies(package.folder)) == [f"indicators_{MONTH}{end}" for end in (".csv", ".json", ".xlsx")] + [
        "manifest.json"
    ]
    manifest = verify(package.folder)
    assert (manifest["period"], manifest["revision"], manifest["rows"]) == (MONTH, 1, 4)
    assert manifest["as_of"] == "2026-11-20T18:00:00+03:00"
    assert manifest["definition_hash"] == "d1"


def test_publishing_again_gives_the_same_bytes_and_no_row(tmp_path: Path) -> None:
    first = publish(MONTH)
    before = bodies(first.folder)
    time.sleep(1.1)  # XLSX keeps whole seconds: a clock in it would show
    again = publish(MONTH, out=tmp_path)
    assert (first.is_new, again.is_new, again.revision) == (True, False, 1)
    assert "октябрь 2026 года (редакция 1): опубликованы" in first.message
    assert "изменений нет" in again.message
    assert bodies(again.folder) == before
    assert bodies(tmp_path) == before
    assert rows() == 1


def test_lost_files_are_made_again_from_the_kept_rows_byte_for_byte() -> None:
    first = publish(MONTH)
    before = bodies(first.folder)
    shutil.rmtree(first.folder)
    time.sleep(1.1)
    # Time goes on, and so does the wording of a title: neither touches what was published.
    run("passed", as_of="2026-12-01T00:00:00+00:00", definition_hash="d2")
    change("update marts.dim_indicator set title = 'Иначе'")
    again = publish(MONTH)
    assert bodies(again.folder) == before
    assert again.as_of.isoformat() == first.as_of.isoformat()
    assert rows() == 1


def test_spoilt_files_are_put_right() -> None:
    first = publish(MONTH)
    before = bodies(first.folder)
    (first.folder / f"indicators_{MONTH}.csv").write_bytes(b"")
    publish(MONTH)
    assert bodies(first.folder) == before


def test_changed_figures_are_a_revision_with_a_difference_line_by_line() -> None:
    first = publish(MONTH)
    before = bodies(first.folder)
    change(
        "update marts.fct_indicator_values set numerator = 2, value = 0.5"
        " where indicator_code = 'overdue_share' and municipality_code = 'murmansk' and period_month = '2026-10-01'"
    )
    second = publish(MONTH)
    assert (second.revision, second.is_new, second.folder.name) == (2, True, "r2")
    assert [(c["municipality"], c["what"], c["before"], c["after"]) for c in second.difference] == [
        ("город Мурманск", "Числитель", 1, 2),
        ("город Мурманск", "Значение", 0.25, 0.5),
    ]
    assert {c["cause"] for c in second.difference} == {"поступили новые или исправленные данные"}
    assert bodies(first.folder) == before
    book = load_workbook(second.folder / f"indicators_{MONTH}.xlsx")
    assert book["Изменения"].max_row == 5 + 2
    assert publish(MONTH).revision == 2
    assert rows() == 2


def test_the_cause_distinguishes_rules_and_plans_from_data() -> None:
    publish(MONTH)
    change("update marts.fct_indicator_values set plan_value = 0.2 where plan_value is not null")
    assert {c["cause"] for c in publish(MONTH).difference} == {"изменено плановое значение"}
    run("passed", definition_hash="d2")
    change("update marts.fct_indicator_values set numerator = 3 where municipality_code = 'murmansk'")
    assert {c["cause"] for c in publish(MONTH).difference} == {"изменены правила, справочники или определения"}


def test_a_row_that_went_is_in_the_difference() -> None:
    publish(MONTH)
    change("delete from marts.fct_indicator_values where municipality_code = 'giaginsky'")
    gone = publish(MONTH).difference
    assert {(c["municipality_code"], c["after"]) for c in gone} == {("giaginsky", None)}


def test_the_workbook_is_russian_and_right() -> None:
    book = load_workbook(publish(MONTH).folder / f"indicators_{MONTH}.xlsx")
    assert book.sheetnames == ["Показатели", "По муниципалитетам", "Методика"]
    sheet = book["Показатели"]
    assert sheet["A2"].value == "за октябрь 2026 года"
    assert sheet["A3"].value == "Сведения на 20.11.2026 18:00"
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6, max_row=9)]
    assert lines[0][1:7] == ["Количество новых обращений", "Гиагинский район", "шт.", 1, 4, 4]
    assert lines[3][1:] == ["Доля просроченных", "город Мурманск", "%", 1, 4, 0.25, 0.1, 15, "нет"]
    assert book["Методика"]["C5"].value == "Не исполнено к сроку / все"


def test_csv_opens_in_russian_excel_and_json_is_exact() -> None:
    package = publish(MONTH)
    raw = (package.folder / f"indicators_{MONTH}.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert len(lines) == 4
    assert (lines[3]["Значение"], lines[3]["Плановое значение"], lines[3]["План выполнен"]) == ("0,25", "0,1", "нет")
    body = json.loads((package.folder / f"indicators_{MONTH}.json").read_text(encoding="utf-8"))
    assert body["values"][3]["value"] == 0.25


def test_a_share_of_nothing_is_no_data() -> None:
    change("update marts.fct_indicator_values set numerator = 0, denominator = 0, value = null")
    sheet = load_workbook(publish(MONTH).folder / f"indicators_{MONTH}.xlsx")["Показатели"]
    assert sheet["G9"].value == "нет данных"


@pytest.mark.parametrize(
    ("status", "reason"),
    [("blocked", "проверка витрин не пройдена"), ("built", "ещё не проверены"), ("failed", "не удалось")],
)
def test_a_shut_gate_stops_publishing(status: str, reason: str) -> None:
    run(status)
    with pytest.raises(PublicationStopped, match=reason):
        publish(MONTH)
    assert rows() == 0


@pytest.mark.parametrize("month", ["2026-13", "октябрь", "2026-1", "../..", "2026-11", "2019-01"])
def test_a_wrong_an_unfinished_or_an_empty_month_is_refused(month: str) -> None:
    assert AS_OF.startswith("2026-11-20")
    with pytest.raises(UserError):
        publish(month)
    assert rows() == 0


@pytest.mark.parametrize("fault", ["изменён", "отсутствует"])
def test_verify_names_the_file_that_is_not_as_published(fault: str) -> None:
    folder = publish(MONTH).folder
    name = f"indicators_{MONTH}.xlsx"
    if fault == "изменён":
        (folder / name).write_bytes((folder / name).read_bytes() + b"\0")
    else:
        (folder / name).unlink()
    with pytest.raises(PackageError, match=f"{name}: {fault}"):
        verify(folder)


@pytest.mark.parametrize("body", [None, "{", "[]", '{"files": 1}'])
def test_verify_of_no_manifest_names_the_fault(body: Any, tmp_path: Path) -> None:
    if body is not None:
        (tmp_path / "manifest.json").write_text(body)
    with pytest.raises(PackageError, match=r"manifest\.json"):
        verify(tmp_path)


@pytest.mark.parametrize(
    ("at", "month"),
    [
        ("2026-11-20T18:00:00+03:00", "2026-10"),
        ("2026-12-31T22:30:00+00:00", "2026-12"),  # already January in Moscow
        ("2027-01-02T07:00:00+03:00", "2026-12"),
    ],
)
def test_the_previous_month_is_local(at: str, month: str) -> None:
    assert previous_month(datetime.fromisoformat(at)) == month
