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

import jsonschema
import psycopg
import pytest
from openpyxl import load_workbook

from mcu.errors import UserError
from mcu.publications.files import PackageError, verify
from mcu.publications.indicators import previous_month
from mcu.publications.indicators import publish as publish_all
from mcu.publications.indicators.package import SCHEMA
from mcu.publications.ledger import Publication
from mcu.publications.readiness import PublicationStopped, passed_run
from mcu.settings import settings
from mcu.warehouse import copies
from mcu.warehouse.connect import connect
from quality.minimal_marts import AS_OF, make_marts, own_warehouse, publish_marts

MONTH = "2026-10"
NAME = f"indicators_{MONTH}_murmansk"


def publish(month: str, out: Path | None = None, place: str = "murmansk") -> Publication:
    """Publish the month; the package of one municipality."""
    (found,) = [one for one in publish_all(month, out) if one.municipality_code == place]
    return found


@pytest.fixture(scope="module", autouse=True)
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with own_warehouse(tmp_path_factory.mktemp("publications")) as var:
        yield var


@pytest.fixture(autouse=True)
def marts(ground: Path) -> None:
    make_marts()
    publish_marts()
    shutil.rmtree(settings().var / "publications", ignore_errors=True)


def run(status: str, **changes: str) -> None:
    """Set the state of the last transformation."""
    with connect("loader") as conn:
        for column, value in {"status": status, **changes}.items():
            conn.execute(f"update ops.transform_runs set {column} = %s", [value])


def change(query: str) -> None:
    with connect("transformer") as conn:
        conn.execute(query)


def rows() -> int:
    with connect("loader") as conn:
        return conn.execute("select count(*) from ops.publications").fetchone()[0]


def bodies(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_package_has_its_files_and_its_manifest_is_true(ground: Path) -> None:
    package = publish(MONTH)
    assert package.folder == ground / "publications" / "indicators" / MONTH / "murmansk" / "r1"
    assert list(bodies(package.folder)) == [
        SCHEMA.name, *(f"{NAME}{end}" for end in (".csv", ".json", ".xlsx")), "manifest.json"
    ]  # fmt: skip  # a table
    manifest = verify(package.folder)
    assert (manifest["period"], manifest["revision"], manifest["rows"]) == (MONTH, 1, 2)
    assert manifest["as_of"] == "2026-11-20T18:00:00+03:00"
    assert manifest["definition_hash"] == "d1"


def test_publishing_again_gives_the_same_bytes_and_no_row(tmp_path: Path) -> None:
    first = publish(MONTH)
    before = bodies(first.folder)
    time.sleep(1.1)  # XLSX keeps whole seconds: a clock in it would show
    again = publish(MONTH, out=tmp_path)
    assert (first.is_new, again.is_new, again.revision) == (True, False, 1)
    assert "город Мурманск: показатели за октябрь 2026 года (редакция 1) — подготовлено к утверждению" in first.message
    assert "изменений нет" in again.message
    assert bodies(again.folder) == before
    assert bodies(tmp_path / "murmansk") == before
    assert rows() == 2, "one a municipality"


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
    assert rows() == 2


def test_the_lost_files_of_a_later_revision_are_made_again_too() -> None:
    publish(MONTH)
    change("update marts.fct_indicator_values set numerator = 20 where indicator_code = 'overdue_share'")
    second = publish(MONTH)
    before = bodies(second.folder)
    shutil.rmtree(second.folder)
    assert second.difference and bodies(publish(MONTH).folder) == before


def test_spoilt_files_are_put_right() -> None:
    first = publish(MONTH)
    before = bodies(first.folder)
    (first.folder / f"{NAME}.csv").write_bytes(b"")
    publish(MONTH)
    assert bodies(first.folder) == before


def test_changed_figures_are_a_revision_with_a_difference_line_by_line() -> None:
    first = publish(MONTH)
    before = bodies(first.folder)
    change(
        "update marts.fct_indicator_values set numerator = 20, value = 0.5"
        " where indicator_code = 'overdue_share' and municipality_code = 'murmansk' and period_month = '2026-10-01'"
    )
    second = publish(MONTH)
    assert (second.revision, second.is_new, second.folder.name) == (2, True, "r2")
    assert [(c["indicator_code"], c["what"], c["before"], c["after"]) for c in second.difference] == [
        ("overdue_share", "Числитель", 10, 20),
        ("overdue_share", "Значение", 0.25, 0.5),
    ]
    assert {c["cause"] for c in second.difference} == {"причина не записана"}, "nothing else differs"
    assert bodies(first.folder) == before
    book = load_workbook(second.folder / f"{NAME}.xlsx")
    assert book["Изменения"].max_row == 5 + 2
    assert publish(MONTH).revision == 2
    assert publish(MONTH, place="giaginsky").revision == 1, "its figures are the same"
    assert rows() == 3


@pytest.mark.parametrize(
    ("query", "cause"),
    [
        ("update reference.deadline_rules set title = 'Иначе'", "изменены правила"),
        (
            "create table reference.calendar_days as select date '2026-10-05' as date_on",
            "изменён производственный календарь или рабочее время",
        ),
        ("create table reference.status_map as select 'x' as status_ref", "изменены справочники или сопоставления"),
    ],
)
def test_the_cause_is_what_the_versions_say(query: str, cause: str) -> None:
    publish(MONTH)
    change(query)
    change("update marts.fct_indicator_values set numerator = 13 where indicator_code = 'overdue_share'")
    assert {c["cause"] for c in publish(MONTH).difference} == {cause}


def test_the_cause_distinguishes_plans_definitions_and_data() -> None:
    publish(MONTH)
    change("update marts.fct_indicator_values set plan_value = 0.2 where plan_value is not null")
    assert {c["cause"] for c in publish(MONTH).difference} == {"изменено плановое значение"}
    run("passed", definition_hash="d2")
    change("update marts.fct_indicator_values set numerator = 13 where municipality_code = 'murmansk'")
    assert {c["cause"] for c in publish(MONTH).difference} == {"изменены определения"}
    run("passed", definition_hash="d3", accepted_upto="2")
    change("update marts.fct_indicator_values set numerator = 14 where municipality_code = 'murmansk'")
    assert {c["cause"] for c in publish(MONTH).difference} == {
        "поступили новые или исправленные данные; изменены определения"
    }


def test_24_months_are_made_again_byte_for_byte() -> None:
    """Long after: at another instant, from the stored rows only."""
    change(
        "insert into marts.fct_indicator_values select indicator_code, municipality_code, month::date, numerator + n,"
        " denominator + n, case when indicator_code = 'new_count' then numerator + n else 0.25 + n / 100.0 end,"
        " plan_value, plan_set_by, plan_basis from marts.fct_indicator_values,"
        " lateral generate_series(1, 23) as n, lateral (select period_month - n * interval '1 month' as month) as m"
        " where period_month = '2026-10-01'"
    )
    months = [f"{2024 + (n + 10) // 12}-{(n + 10) % 12 + 1:02}" for n in range(24)]
    assert (months[0], months[-1]) == ("2024-11", "2026-10")
    first = {month: publish_all(month) for month in months}
    before = {one.folder: bodies(one.folder) for found in first.values() for one in found}
    assert len(before) == 48 == len({json.dumps(sorted(one.files.values())) for f in first.values() for one in f})
    shutil.rmtree(settings().var / "publications")
    run("passed", as_of="2026-12-01T00:00:00+00:00")
    for month in months:
        assert [(one.is_new, one.revision) for one in publish_all(month)] == [(False, 1)] * 2
    assert {folder: bodies(folder) for folder in before} == before


def test_a_row_that_went_is_in_the_difference() -> None:
    publish(MONTH)
    change("delete from marts.fct_indicator_values where indicator_code = 'overdue_share'")
    gone = publish(MONTH).difference
    assert {(c["indicator_code"], c["after"]) for c in gone} == {("overdue_share", None)}


def test_the_workbook_is_russian_and_right() -> None:
    book = load_workbook(publish(MONTH).folder / f"{NAME}.xlsx")
    assert book.sheetnames == ["Показатели", "Методика", "Примечания"]
    sheet = book["Показатели"]
    assert sheet["A2"].value == "город Мурманск, октябрь 2026 года"
    assert sheet["A3"].value == "Сведения на 20.11.2026 18:00"
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6, max_row=7)]
    assert lines[0][1:6] == ["Количество новых обращений", "шт.", 40, 40, 40]
    assert lines[1][1:] == [
        "Доля просроченных", "%", 10, 40, 0.25, 0.1, 15, "план не выполнен", "МЦУ, принят по умолчанию",
    ]  # fmt: skip  # a table
    assert book["Методика"]["C6"].value == "Не исполнено к сроку / все"


def test_a_package_names_its_own_act_addressee_and_signatory_only() -> None:
    """An act of another municipality is no basis."""
    packages = {one.municipality_code: one for one in publish_all(MONTH)}
    assert set(packages) == {"murmansk", "giaginsky"}
    texts = {}
    for code, package in packages.items():
        book = load_workbook(package.folder / f"indicators_{MONTH}_{code}.xlsx")
        cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        texts[code] = "\n".join(map(str, cells))
    own, other = texts["murmansk"], texts["giaginsky"]
    for text in ("ЦУР Мурманской области", "Положение о МЦУ Мурманска, п. 4.4", "Руководитель МЦУ"):
        assert text in own
    assert "Мурманск" not in other and "Гиагинский" not in own
    for text in ("ЦУР Республики Адыгея", "Постановление № 244; показатель актом не установлен", "МЦУ района"):
        assert text in other
    assert "Показатели, которых в акте муниципального образования нет" in other and "которых в акте" not in own
    assert "Планы, установленные не ЦУР (1): «Доля просроченных» — МЦУ (принято по умолчанию до решения ЦУР)" in own
    assert "Срок. Ответ в ПОС: 30 дней приняты по умолчанию." in own


@pytest.mark.parametrize(("records", "said"), [(9, "мало данных"), (10, "план выполнен")])
def test_few_records_are_not_judged(records: int, said: str) -> None:
    change(
        f"update marts.fct_indicator_values set numerator = 0, denominator = {records}, value = 0"
        " where indicator_code = 'overdue_share'"
    )
    folder = publish(MONTH).folder
    sheet = load_workbook(folder / f"{NAME}.xlsx")["Показатели"]
    assert (sheet["E7"].value, sheet["I7"].value) == (records, said)
    (value,) = [v for v in read_json(folder)["values"] if v["indicator_code"] == "overdue_share"]
    assert value["assessment"] == {"мало данных": "little_data", "план выполнен": "met"}[said]


def test_what_belongs_to_no_municipality_is_said_in_each_package() -> None:
    change("insert into marts.dim_municipality values ('unknown', 'Не сопоставлено', null, null, null, 3)")
    change(
        "insert into marts.fct_indicator_values select indicator_code, 'unknown', period_month, numerator, denominator,"
        " value, plan_value, plan_set_by, plan_basis from marts.fct_indicator_values"
        " where municipality_code = 'murmansk'"
    )
    change(
        "update marts.fct_feedback set municipality_code = 'unknown', received_on = '2026-10-20'"
        " where record_ref in ('P-1', 'P-2')"
    )
    packages = publish_all(MONTH)
    assert [one.municipality_code for one in packages] == ["giaginsky", "murmansk"], "there is no ЦУР for it"
    assert read_json(packages[1].folder)["unmapped_count"] == 2


def test_the_json_is_valid_by_the_schema_in_the_package() -> None:
    publish(MONTH)
    change("update marts.fct_indicator_values set numerator = 15, value = 0.375 where indicator_code = 'overdue_share'")
    folder = publish(MONTH).folder
    schema = json.loads((folder / SCHEMA.name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    body = read_json(folder)
    assert body["difference"] and body["$schema"] == SCHEMA.name
    assert [error.message for error in validator.iter_errors(body)] == []
    assert list(validator.iter_errors(body | {"period": "2026-13"})) and list(validator.iter_errors(body | {"x": 1}))


def read_json(folder: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((folder / f"{NAME}.json").read_text(encoding="utf-8"))
    return body


def test_csv_opens_in_russian_excel_and_json_is_exact() -> None:
    package = publish(MONTH)
    raw = (package.folder / f"{NAME}.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert len(lines) == 2
    assert (lines[1]["Значение"], lines[1]["Плановое значение"], lines[1]["Оценка"]) == (
        "0,25",
        "0,1",
        "план не выполнен",
    )
    body = json.loads((package.folder / f"{NAME}.json").read_text(encoding="utf-8"))
    assert body["values"][1]["value"] == 0.25


def test_a_share_of_nothing_is_no_data() -> None:
    change("update marts.fct_indicator_values set numerator = 0, denominator = 0, value = null")
    sheet = load_workbook(publish(MONTH).folder / f"{NAME}.xlsx")["Показатели"]
    assert (sheet["F7"].value, sheet["I7"].value) == ("нет данных", "нет данных")


@pytest.mark.parametrize(
    ("status", "reason"),
    [("blocked", "проверка витрин не пройдена"), ("failed", "не удалось"), ("built", None), ("running", None)],
)
def test_a_later_run_stops_publishing_if_it_is_no_good(status: str, reason: str | None) -> None:
    """While one is built or waits for its gate, the published marts are the last good ones."""
    with connect("loader") as conn:
        conn.execute(
            "insert into ops.transform_runs (as_of, accepted_upto, definition_hash, is_full, status, finished_at)"
            " values (now(), 2, 'd1', false, %s, now() + interval '1 hour')",
            [status],
        )
    if reason is None:
        assert publish(MONTH).is_new
        return
    with pytest.raises(PublicationStopped, match=reason):
        publish(MONTH)
    assert rows() == 0


def test_marts_that_were_not_judged_are_not_published() -> None:
    run("built", stands_in="next")
    with pytest.raises(PublicationStopped, match="ещё не проверены"):
        publish(MONTH)


def test_marts_are_not_swapped_while_a_publication_reads_them() -> None:
    make_marts()
    with connect("loader") as reading, connect("transformer") as conn:
        run("passed", stands_in="published")
        passed_run(reading)
        conn.execute("set lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            copies.publish(conn, 1, "Проверки пройдены.")


@pytest.mark.parametrize("month", ["2026-13", "октябрь", "2026-1", "0000-10", "../..", "2026-11", "2019-01"])
def test_a_wrong_an_unfinished_or_an_empty_month_is_refused(month: str) -> None:
    assert AS_OF.startswith("2026-11-20")
    with pytest.raises(UserError):
        publish(month)
    assert rows() == 0


@pytest.mark.parametrize("fault", ["изменён", "отсутствует"])
def test_verify_names_the_file_that_is_not_as_published(fault: str) -> None:
    folder = publish(MONTH).folder
    name = f"{NAME}.xlsx"
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
