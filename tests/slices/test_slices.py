"""Slices against plain counts: each cell, its n, what is hidden; and the workbook as people open it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from ground import ROOT
from mcu.errors import UserError
from mcu.publications.readiness import PublicationStopped
from mcu.publications.slices import publish
from mcu.slices.catalogue import SliceRefused, catalogue
from mcu.slices.question import Period
from mcu.slices.saved import Saved, remove, save, saved_slices
from mcu.slices.table import Table
from mcu.slices.workbook import HIDDEN, Titled, workbook
from mcu.warehouse.connect import connect
from quality.minimal_marts import own_warehouse
from slices.counted import LABELS, PERIOD, PLAIN, Facts, answer, cells, plain
from slices.facts import CHANNELS, make_facts


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    with own_warehouse(tmp_path_factory.mktemp("slices")):
        yield make_facts(14, 1500)


def check(facts: Facts, measure: str, by: tuple[str, ...], **more: Any) -> Table:
    table = answer(measure, ",".join(by), PERIOD, least_n=1, **more)
    expected = plain(facts, measure, by, Period.of(PERIOD))
    seen = 0
    for key, cell in cells(table):
        n, value = expected.pop(key, (0, 0 if catalogue().measures[measure].kind == "count" else None))
        assert not cell.is_hidden and cell.n == n, key
        assert (cell.value is None) == (value is None), key
        assert value is None or abs(cell.value - float(value)) <= 0.000001, key
        seen += n > 0
    assert seen > 1 and not {key: found for key, found in expected.items() if found[0]}
    return table


@pytest.mark.parametrize("measure", PLAIN)
def test_each_cell_of_each_measure_equals_a_plain_count(facts: Facts, measure: str) -> None:
    check(facts, measure, ("recipient", "month"))


@pytest.mark.parametrize("dimension", LABELS)
def test_each_dimension_alone_and_beside_another(facts: Facts, dimension: str) -> None:
    measure = "missed_share" if dimension == "stage" else "repeat_share"
    check(facts, measure, (dimension,))
    check(facts, measure, (dimension, "municipality") if dimension != "municipality" else (dimension, "kind", "month"))


def test_every_measure_and_dimension_is_counted_here() -> None:
    assert PLAIN.keys() == catalogue().measures.keys()
    assert LABELS.keys() == catalogue().dimensions.keys()


def test_a_condition_and_another_period(facts: Facts) -> None:
    table = answer("received", "channel", "2026-10", against="предыдущий", where=["municipality=Мурманск"], least_n=1)
    assert table.where == {"municipality": "Мурманск"} and table.against == (date(2026, 9, 1), date(2026, 10, 1))
    ours = ([f for f in facts[0] if f["municipality_code"] == "murmansk"], facts[1])
    for which, period in (("period", "2026-10"), ("against", "2026-09")):
        expected = plain(ours, "received", ("channel",), Period.of(period))
        assert {key: cell.n for key, cell in cells(table, which) if cell.n} == {k: n for k, (n, _) in expected.items()}


@pytest.mark.parametrize(
    "where",
    [
        ["recipient=murmansk.r1"],
        ["recipient=управление 1 (мурманск)"],
        ["recipient=Управление 1", "municipality=Мурманск"],
        ["municipality=murmansk", "recipient=Управление 1"],
    ],
)
def test_a_recipient_is_that_of_its_municipality(facts: Facts, where: list[str]) -> None:
    table = answer("received", "channel", PERIOD, where=where, least_n=1)
    ours = ([f for f in facts[0] if f["recipient_code"] == "murmansk.r1"], facts[1])
    expected = plain(ours, "received", ("channel",), Period.of(PERIOD))
    assert table.where["recipient"] == "Управление 1 (Мурманск)"
    assert {key: cell.n for key, cell in cells(table) if cell.n} == {key: n for key, (n, _) in expected.items()}


def test_a_condition_of_time_is_that_time(facts: Facts) -> None:
    for given, period in (("month=2026-10", "2026-10"), ("quarter=2026-Q3", "2026-Q3"), ("week=2026-W40", "2026-W40")):
        table = answer("received", "channel", "2026", where=[given], least_n=1)
        expected = plain(facts, "received", ("channel",), Period.of(period))
        assert {key: cell.n for key, cell in cells(table) if cell.n} == {key: n for key, (n, _) in expected.items()}


def test_a_period_right_beside_the_other_may_be_compared(facts: Facts) -> None:
    for against in ("2026-09", "2026-11", "предыдущий", "год-назад"):
        assert answer("received", "channel", "2026-10", against).against


def test_small_cells_are_hidden_with_what_would_tell_them(facts: Facts) -> None:
    shown = answer("satisfaction_share", "recipient,month", PERIOD, least_n=5)
    expected = plain(facts, "satisfaction_share", ("recipient", "month"), Period.of(PERIOD))
    hidden = {key for key, cell in cells(shown) if cell.is_hidden}
    small = {key for key, (n, _) in expected.items() if 0 < n < 5}
    assert small and small < hidden, "one more is hidden in a line with a single small cell"
    for key, cell in cells(shown):
        if key in hidden:
            assert (cell.n, cell.part, cell.value) == (None, None, None)
        else:
            assert cell.n == expected.get(key, (0, None))[0]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (("rec", "block", "2026"), "Показателя «rec» для разрезов нет. Можно указать: received ("),
        (
            ("received", "stage", "2026"),
            "По признаку «stage» показатель «received» не считается. Можно указать: municip",
        ),
        (("received", "block", "2026-13"), "Период «2026-13» не читается. Можно указать год 2026, квартал"),
        *[(("received", "block", year), f"Период «{year}» не читается") for year in ("0000", "9999", "9999-12")],
        (("received", "block", "0001", "год-назад"), "Периода «год-назад» у периода"),
        (("received", "block", "2026-10..2026-01"), "начало позже конца"),
        (("received", "block,block", "2026"), "Признаков нужно от одного до 3, разных."),
        (("received", "month", "2026", "предыдущий"), "По времени разрез уже сравнивает"),
        (("received", "block", "2026", None, ["kind"]), "Условие «kind»: нужно ПРИЗНАК=ЗНАЧЕНИЕ"),
        (
            ("received", "block", "2026", None, ["kind=letter"]),
            "Значения «letter» у признака «kind» нет. Можно указать: app",
        ),
        (("received", "block", "2026", None, ["kind=x'; drop table marts.fct_feedback; --"]), "Можно указать: appeal"),
        (("received", "block", "2026", None, [], 0), "нужно целое число не меньше 1"),
        *[
            (("received", "block", "2026", None, [given]), f"у признака «{given.partition('=')[0]}»: {wanted}")
            for wanted, of_other_length in (
                ("нужна ровно одна неделя, например 2026-W46", ("week=2026", "week=2026-11-09", "week=2024-01")),
                (
                    "нужен ровно один месяц, например 2026-10",
                    ("month=2026", "month=2026-10-01", "month=2026-09..2026-10", "month=9999-12-01"),
                ),
                (
                    "нужен ровно один квартал, например 2026-Q3",
                    ("quarter=2026", "quarter=2026-10", "quarter=2026-02..2026-04"),
                ),
                ("нужен ровно один год, например 2026", ("year=2026-01", "year=2026-Q1", "year=2025..2026")),
            )
            for given in of_other_length
        ],
        (
            ("received", "block", "2026", None, ["recipient=Управление 0"]),
            "«recipient» несколько, укажите код: gubkinsky.r0 (Управление 0 (Губкинский округ)), murmansk.r0",
        ),
        (
            ("received", "block", "2026", None, ["block=ЖКХ"]),
            "Значений «ЖКХ» у признака «block» несколько, укажите код",
        ),
        (
            ("received", "block", "2026", None, ["recipient=x"]),
            "murmansk.r5 (Управление 5 (Мурманск)), none (Не назначен).",
        ),
        *[
            (("received", "block", period, against), "пересекается с периодом разреза")
            for period, against in (
                ("2026-08..2026-10", "2026-08..2026-09"),
                ("2026-10", "2026-10"),
                ("2026-10", "2026"),
                ("2026-W46", "2026-11"),
                ("2025-01..2026-10", "год-назад"),
            )
        ],
    ],
)
def test_a_wrong_question_is_told_what_is_allowed(facts: Facts, question: tuple[Any, ...], said: str) -> None:
    with pytest.raises(SliceRefused) as refused:
        answer(*question)
    assert said in str(refused.value)


@pytest.fixture(scope="module")
def book(facts: Facts) -> bytes:
    slices = [
        Titled("Повторные по исполнителям", answer("repeat_share", "recipient,kind", PERIOD, against="предыдущий")),
        Titled("Поступило по темам", answer("received", "topic,month", PERIOD)),
    ]
    made = workbook(slices, {"rules": "abc", "accepted_upto": 1})
    assert made == workbook(slices, {"rules": "abc", "accepted_upto": 1}), "the same bytes each time"
    return made


def test_the_workbook_says_what_it_is_and_holds_numbers_and_dates(book: bytes) -> None:
    sheets = load_workbook(BytesIO(book))
    assert sheets.sheetnames == ["Разрез 1", "Строки 1", "Разрез 2", "Строки 2", "Как посчитано"]
    cross = sheets["Разрез 1"]
    head = [str(cross.cell(line, 1).value) for line in range(1, 5)]
    assert head[0] == "Повторные по исполнителям"
    assert head[1] == "Доля повторных обращений и сообщений (доля), по признакам: исполнитель, вид"
    assert head[2].startswith(
        "Период: август 2026 — октябрь 2026, для сравнения май 2026 — июль 2026. Сведения на 20.11.2026"
    )
    assert head[3].startswith(
        "n — число записей (обращение или сообщение, поступившее в периоде). «скрыто» — записей меньше 5"
    )
    month = sheets["Разрез 2"].cell(6, 2)
    assert month.value == datetime(2026, 8, 1) and month.number_format == "[$-419]mmmm yyyy"  # noqa: DTZ001
    body = [cell for row in cross.iter_rows(min_row=8, min_col=2) for cell in row]
    assert {type(cell.value) for cell in body} <= {int, float, str}
    assert {cell.value for cell in body if isinstance(cell.value, str)} <= {HIDDEN, "–"}
    assert {cell.number_format for cell in body if isinstance(cell.value, float)} == {"0.0%"}
    rows = sheets["Строки 2"]
    months = [row[2].value for row in rows.iter_rows(min_row=2)]
    assert all(isinstance(month, datetime) for month in months)
    topics = {row[1].value: row[1].data_type for row in rows.iter_rows(min_row=2)}
    assert topics["=Снег"] == "s", "a text is never a formula"
    said = " ".join(str(row[0].value) for row in sheets["Как посчитано"].iter_rows())
    assert "docs/indicators/repeat_share.md" in said and "правила: abc" in said
    page = " ".join((ROOT / "docs" / "slices.md").read_text(encoding="utf-8").split())
    (protection,) = re.findall(r"Защита действует .*? варианты\.", said)
    assert protection in page, "the book promises what the page does"


def test_libreoffice_opens_it(book: bytes, tmp_path: Path) -> None:
    """Its own reading of the file: the same figures, no formula and no error."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        assert load_workbook(BytesIO(book))  # nothing to open it with: the test above has read it
        return
    (tmp_path / "slices.xlsx").write_bytes(book)
    to_csv = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,-1"  # every sheet, as shown
    command = [program, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", to_csv]
    subprocess.run([*command, "slices.xlsx"], cwd=tmp_path, check=True, capture_output=True, timeout=240)
    text = (tmp_path / "slices-Разрез 1.csv").read_text(encoding="utf-8")
    assert "Всего" in text and "#" not in text
    assert "август 2026" in (tmp_path / "slices-Разрез 2.csv").read_text(encoding="utf-8").lower()


@pytest.fixture
def saved(facts: Facts) -> Iterator[None]:
    slices = [
        Saved("vsroki", "Ответы в срок по каналам", "on_time_share", "channel", [], "предыдущий", 5, "куратор"),
        Saved("temy", "Поступило по темам", "received", "topic", ["kind=message"], None, 3, "куратор"),
    ]
    for one in slices:
        save(one)
    yield
    for one in slices:
        remove(one.name)


def test_a_saved_slice_is_counted_of_each_month_and_place(saved: None) -> None:
    assert [one.name for one in saved_slices()] == ["temy", "vsroki"]
    question = saved_slices()[1].question("2026-10", "gubkinsky")
    assert (question.against, question.where) == (Period.of("2026-09"), {"municipality": "gubkinsky"})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "В срок"}, "нужны строчные латинские буквы"),
        ({"title": " "}, "Название разреза не должно быть пустым"),
        ({"against": "2025"}, "можно указать предыдущий или год-назад"),
        ({"measure": "rec"}, "Показателя «rec» для разрезов нет"),
        ({"by": "stage"}, "По признаку «stage»"),
        ({"where": ["kind=letter"]}, "Значения «letter» у признака «kind» нет"),
        ({"where": ["topic_group=нет такой"]}, "Значения «нет такой» у признака «topic_group» нет"),
        ({"where": ["month=октябрь"]}, "Период «октябрь» не читается"),
        ({"where": ["month=2026-10-15"]}, "нужен ровно один месяц, например 2026-10"),
        ({"where": ["recipient=Управление 0"]}, "Значений «Управление 0» у признака «recipient» несколько"),
    ],
)
def test_what_could_not_be_counted_is_not_saved(facts: Facts, changes: dict[str, Any], said: str) -> None:
    sound: dict[str, Any] = {"name": "a", "title": "А", "measure": "received", "by": "block", "where": []}
    with pytest.raises(SliceRefused, match=said):
        save(Saved(**(sound | {"against": None, "least_n": 5, "saved_by": "куратор"} | changes)))
    with pytest.raises(SliceRefused, match="Сохранённого разреза «нет» нет"):
        remove("нет")


@pytest.mark.parametrize("named", ["municipality=murmansk", "municipality = мурманск"])
def test_a_slice_of_a_municipality_is_published_for_it_only(saved: None, named: str) -> None:
    save(Saved("svoj", "Свой", "received", "topic", [named], None, 3, "куратор"))
    try:
        found = {one.municipality_code: one.folder for one in publish("2026-08")}
    finally:
        remove("svoj")
    names = {
        code: [one["name"] for one in json.loads((folder / f"slices_2026-08_{code}.json").read_text())["slices"]]
        for code, folder in found.items()
    }
    assert names == {"gubkinsky": ["temy", "vsroki"], "murmansk": ["svoj", "temy", "vsroki"]}


def test_saved_slices_are_published_once_and_revised_when_figures_change(saved: None) -> None:
    first = publish("2026-10")
    assert [(one.municipality_code, one.revision, one.status) for one in first] == [
        ("gubkinsky", 1, "prepared"), ("murmansk", 1, "prepared"),
    ]  # fmt: skip  # a table
    assert "статистические разрезы за октябрь 2026 года" in first[0].message
    assert not any(one.is_new for one in publish("2026-10"))
    body = json.loads((first[1].folder / "slices_2026-10_murmansk.json").read_text())
    shown = Table.model_validate(body["slices"][1]["table"])
    counted = answer("on_time_share", "channel", "2026-10", "предыдущий", ["municipality=murmansk"])
    assert shown == counted
    assert load_workbook(first[1].folder / "slices_2026-10_murmansk.xlsx")["Разрез 1"].cell(3, 1).value == "Мурманск"
    with connect("transformer") as conn:
        conn.execute("update marts.fct_deadlines set is_met = not is_met where municipality_code = 'murmansk'")
    try:
        again = {one.municipality_code: one for one in publish("2026-10")}
    finally:
        with connect("transformer") as conn:
            conn.execute("update marts.fct_deadlines set is_met = not is_met where municipality_code = 'murmansk'")
    assert (again["gubkinsky"].is_new, again["murmansk"].revision) == (False, 2)
    assert {line["what"] for line in again["murmansk"].difference} == {"Ответы в срок по каналам"}
    with pytest.raises(PublicationStopped, match="ноябрь 2026 ещё не закончен"):
        publish("2026-11")


def test_a_slice_that_can_no_longer_be_counted_stops_no_other(saved: None) -> None:
    with connect("loader") as conn:
        conn.execute(
            "insert into ops.slices (name, title, question, saved_by) select 'stale', 'Устаревший',"
            " question || '{\"where\": [\"kind=letter\"]}', 'куратор' from ops.slices where name = 'temy'"
        )
    try:
        with pytest.raises(SliceRefused, match=r"опубликованы \(2\), не посчитаны: stale: Значения «letter»"):
            publish("2026-09")
    finally:
        remove("stale")
    with connect("loader") as conn:
        ((body,),) = conn.execute(
            "select rows from ops.publications where kind = 'slices' and period = '2026-09'"
            " and municipality_code = 'murmansk'"
        ).fetchall()
    assert [one["name"] for one in body["slices"]] == ["temy", "vsroki"] and body["missing"] == ["Устаревший"]


@pytest.mark.parametrize("month", ["2026-Q3", "2026-W4", "2026-1", "0000-10", "2026-13"])
def test_only_a_month_is_published(facts: Facts, month: str) -> None:
    with pytest.raises(UserError, match=r"Месяц указан|не читается"):
        publish(month)


def test_without_saved_slices_nothing_is_published(facts: Facts) -> None:
    assert publish("2026-10") == []


def test_pages_of_the_catalogue_exist() -> None:
    for code, measure in catalogue().measures.items():
        assert (ROOT / "docs" / measure.page).is_file(), code
    assert CHANNELS
