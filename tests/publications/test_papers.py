"""Documents of one shape: справка, report of a block, yearly assessment, quarterly rating, requests; results for ССТУ;
open data. Every number is bound and counted again, a re-issue gives the same bytes, and nothing leaves too early."""

from __future__ import annotations

import csv
import inspect
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from psycopg.rows import dict_row

from mcu.errors import UserError
from mcu.formats.sstu import received_faults
from mcu.publications import open_data, sstu
from mcu.publications.files import verify
from mcu.publications.kinds import KINDS, TITLES
from mcu.publications.ledger import Publication
from mcu.publications.note.bindings import NumberUnbound
from mcu.publications.note.document import text_of
from mcu.publications.note.metrics import METRICS, count_again
from mcu.publications.open_data import dataset
from mcu.publications.papers import assessment, quarter, requests
from mcu.publications.papers.document import TEMPLATE, render
from mcu.publications.papers.period import Period, previous_quarter
from mcu.publications.papers.subject import publish_block, publish_topic
from mcu.publications.readiness import PublicationStopped
from mcu.publications.sstu import report, results
from mcu.settings import settings
from mcu.warehouse.connect import connect
from publications.note_marts import make_note_marts
from quality.minimal_marts import own_warehouse

NUMBER = re.compile(r"\d+(?:[\xa0,.:]\d+)*")
MADE: dict[str, Callable[[], list[Publication]]] = {
    "assessment": lambda: assessment.publish("2025"),
    "quarterly_rating": lambda: quarter.publish("2026-Q3"),
    "topic_note": lambda: publish_topic("Отопление ниже 18 °C", "2026-10", "murmansk"),
    "block_report": lambda: publish_block("murmansk.zhkh", "2026-10"),
    "requests": lambda: requests.publish("2026-10"),
    "sstu": lambda: sstu.publish("2026-10"),
    "open_data": lambda: open_data.publish("2026-10"),
}
PAPERS = [kind for kind in MADE if kind not in ("sstu", "open_data")]


@pytest.fixture(scope="module", autouse=True)
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with own_warehouse(tmp_path_factory.mktemp("papers")) as var, pytest.MonkeyPatch.context() as patch:
        patch.setattr("mcu.publications.note.pdf.beside", lambda folders: None)
        make_note_marts()
        with connect("transformer") as conn:
            conn.execute(YEAR)
        asked = [requests.add("murmansk", "ЦУР", what, date(2026, 10, n), date(2026, 10, n + 7)) for n, what in ASKED]
        requests.answer(asked[0], date(2026, 10, 9), "Направлена справка о дорогах за 3 месяца")
        yield var


ASKED = [(5, "Справка о дорогах"), (20, "Сведения об отоплении")]
YEAR = """
insert into marts.fct_indicator_values
    select indicator_code, municipality_code, month::date, numerator + extract(month from month), denominator, value,
           plan_value, plan_set_by, plan_basis
    from marts.fct_indicator_values, generate_series(timestamp '2025-01-01', timestamp '2025-12-01', '1 month') as month
    where period_month = '2026-10-01'
"""


def of_murmansk(kind: str) -> Publication:
    (found,) = [one for one in MADE[kind]() if one.municipality_code == "murmansk"]
    return found


def file(one: Publication, end: str) -> Path:
    (found,) = [path for path in one.folder.iterdir() if path.name.endswith(end) and path.name != "manifest.json"]
    return found


def text(one: Publication) -> str:
    return "\n".join(text_of(Document(str(file(one, ".docx")))))


@pytest.mark.parametrize("kind", PAPERS)
def test_every_number_is_bound_and_counted_again(kind: str) -> None:
    one = of_murmansk(kind)
    numbers = json.loads(file(one, ".json").read_text(encoding="utf-8"))["numbers"]
    read = [number for line in text_of(Document(str(file(one, ".docx")))) for number in NUMBER.findall(line)]
    assert read and read == [number for entry in numbers for number in NUMBER.findall(entry["text"])]
    count = 0
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        for entry in numbers:
            again = count_again(cursor, entry)
            if again is not None:
                assert again == pytest.approx(entry["value"]), entry
                count += 1
            elif entry["metric"] in METRICS:
                assert not METRICS[entry["metric"]].expression
    assert count >= 4


@pytest.mark.parametrize("kind", MADE)
def test_a_document_is_made_again_byte_for_byte(kind: str) -> None:
    first = MADE[kind]()
    before = {path: path.read_bytes() for one in first for path in one.folder.iterdir()}
    for one in first:
        assert verify(one.folder)["kind"] == kind and one.kind in KINDS and TITLES[kind]
        shutil.rmtree(one.folder)
    assert {(one.is_new, one.revision) for one in MADE[kind]()} == {(False, 1)}
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("kind", PAPERS)
def test_the_text_is_russian_and_whole(kind: str) -> None:
    for one in MADE[kind]():
        said = text(one)
        assert not re.search(r"None|nan|\{|\}|[\ue000-\ue0ff]|Ячейка|Абзац|Пункт", said), said
        assert not re.search(r"(?<![A-Za-z])(?!XLSX|II?I?|IV)[A-Za-z]{2,}", said), said


def test_a_number_in_the_template_without_a_binding_is_refused(tmp_path: Path) -> None:
    spoilt = Document(str(TEMPLATE))
    spoilt.add_paragraph("Всего жителей: 270384 человека")
    spoilt.save(str(tmp_path / "template.docx"))
    one = of_murmansk("assessment")
    with connect("loader") as conn:
        (rows,) = conn.execute(
            "select rows from ops.publications where publication_id = %s", [one.publication_id]
        ).fetchone()
    assert render(rows, datetime(2026, 11, 20, tzinfo=UTC))[1]
    with pytest.raises(NumberUnbound, match="270384"):
        render(rows, datetime(2026, 11, 20, tzinfo=UTC), tmp_path / "template.docx")


def test_the_year_is_the_sum_of_its_months_against_the_plan() -> None:
    said = text(of_murmansk("assessment"))
    # numerators 10 + 1 … 10 + 12 of 40 each; the plan is at most 10 %
    share = sum(10 + month for month in range(1, 13)) / (12 * 40)
    sheet = load_workbook(file(of_murmansk("assessment"), ".xlsx"))["Оценка за год"]
    cells = {row[0]: row for row in sheet.iter_rows(min_row=5, values_only=True) if row[0]}
    assert cells["Доля просроченных"][2:7] == (
        0.1, round(share, 6), 480, round(0.1 / round(share, 6), 6), "не достигнуто",
    )  # fmt: skip  # a table
    assert cells["Количество новых обращений"][3] == 12 * 40 + sum(range(1, 13))
    assert "План установлен по 1 показателю из 2, сопоставлен с фактом по 1, достигнут по 0" in said
    assert "за 2025 год (январь–декабрь)" in said and "Ежегодная оценка актом не установлена" in said
    with pytest.raises(PublicationStopped, match="2026 год ещё не закончен"):
        assessment.publish("2026")
    with pytest.raises(UserError):
        assessment.publish("2019")


@pytest.mark.parametrize("kind", ["assessment", "quarterly_rating", "requests"])
def test_each_cell_of_a_workbook_stands_under_its_name(kind: str) -> None:
    (sheet,) = load_workbook(file(of_murmansk(kind), ".xlsx")).worksheets
    table = [row for row in sheet.iter_rows(values_only=True) if sum(cell is not None for cell in row) > 3]
    named = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    texts = {"Показатель", "Единица", "Оценка", "Группа", "Получатель", "Номер", "Состояние", "О чём"}
    numbers = {"План", "Факт", "Записей (n)", "Место", "Баллы", "Обращений", "Участников"}
    assert named and len((texts | numbers) & named[0].keys()) >= 3
    for row in named:
        assert all(isinstance(row[name], str) for name in texts & row.keys()), row
        assert all(row[name] == "–" or isinstance(row[name], int | float) for name in numbers & row.keys()), row
    if kind == "quarterly_rating":
        assert any(row["Место"] == 1 and row["Баллы"] > 1 for row in named)


def test_a_plan_is_judged_in_the_months_in_which_it_stood() -> None:
    with connect("transformer") as conn:
        conn.execute(
            "create table marts.kept as select * from marts.fct_indicator_values;"
            " update marts.fct_indicator_values set plan_value = null where indicator_code = 'overdue_share'"
            " and period_month between '2025-01-01' and '2025-03-01';"
            " update marts.fct_indicator_values set plan_value = 0.5 where indicator_code = 'overdue_share'"
            " and period_month between '2025-04-01' and '2025-06-01';"
            " update marts.fct_indicator_values set plan_value = 46, plan_set_by = 'ЦУР', plan_basis = 'Письмо'"
            " where indicator_code = 'new_count' and period_month >= '2025-11-01'"
        )
    try:
        one = of_murmansk("assessment")
        rows = load_workbook(file(one, ".xlsx"))["Оценка за год"].iter_rows(min_row=5, values_only=True)
        cells = {row[0]: row for row in rows}
        share = sum(10 + month for month in range(7, 13)) / (6 * 40)
        assert cells["Доля просроченных"][2:5] == (0.1, round(share, 6), 240)
        assert cells["Доля просроченных"][7] == "июль–декабрь"
        # 40 + 11 and 40 + 12 of two months against twice 46
        assert cells["Количество новых обращений"][2:4] == (92, 103)
        said = text(one)
        assert "Доля просроченных (июль–декабрь)" in said and "даны за июль–декабрь; факт за январь–декабрь — " in said
        assert "факт за январь–декабрь — 41,3" in said, "11 + … + 22 of 480"
        assert "план — сумма планов месяцев" in said
        assert "План установлен по 2 показателям из 2, сопоставлен с фактом по 1, достигнут по 0" in said
        numbers = json.loads(file(one, ".json").read_text(encoding="utf-8"))["numbers"]
        with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
            for entry in numbers:
                again = count_again(cursor, entry)
                assert again is None or again == pytest.approx(entry["value"]), entry
    finally:
        with connect("transformer") as conn:
            conn.execute(
                "delete from marts.fct_indicator_values;"
                " insert into marts.fct_indicator_values select * from marts.kept; drop table marts.kept"
            )
        with connect("loader") as conn:
            conn.execute("delete from ops.publications where kind = 'assessment' and revision > 1")


def test_from_december_on_the_assessment_covers_the_months_that_are_over() -> None:
    """By 20 December the year is not over: it is made of the months until then."""
    with connect("loader") as conn:
        conn.execute("update ops.transform_runs set as_of = '2026-12-15 09:00+03'")
    try:
        with connect("transformer") as conn:
            conn.execute("update marts.dim_as_of set as_of = '2026-12-15 09:00+03'")
        found = [one for one in assessment.publish("2026") if one.municipality_code == "murmansk"]
        assert "за 2026 год (октябрь–ноябрь)" in text(found[0])
    finally:
        with connect("loader") as conn:
            conn.execute("update ops.transform_runs set as_of = '2026-11-20 18:00+03'")


def test_the_rating_names_places_that_cannot_be_told_apart() -> None:
    said = text(of_murmansk("quarterly_rating"))
    assert "III квартал 2026 года" in said and "не меньше 10 обращений за квартал" in said
    assert "Отдел № 6" in said.split("Не оценивались")[1]
    assert [one.municipality_code for one in MADE["quarterly_rating"]()] == ["murmansk"], "nobody is rated elsewhere"
    with pytest.raises(PublicationStopped):
        quarter.publish("2026-Q4")


def test_a_quarter_is_rated_by_one_scheme_the_own_act_before_the_common_one() -> None:
    own = (
        "insert into reference.rating_schemes (scheme_code, title, municipality_code, peers, channel_code, period,"
        " valid_from, legal_basis) values (%s, 'Рейтинг', %s, 'groups', %s, 'quarter', '2020-01-01', 'акт')"
    )
    ratings = (
        "insert into marts.rpt_ratings select (jsonb_populate_record(r, jsonb_build_object('scheme_code', %s::text,"
        " 'scheme_title', 'По своему акту', 'score', 11))).* from marts.rpt_ratings as r"
        " where scheme_code = 'base.quarter'"
    )
    with connect("transformer") as conn:
        for code, place, channel in (
            ("a.pos", None, "pos"),
            ("a.other", "giaginsky", None),
            ("z.own", "murmansk", None),
        ):
            conn.execute(own, [code, place, channel])
            conn.execute(ratings, [code])
    try:
        rated = of_murmansk("quarterly_rating")
        table = load_workbook(file(rated, ".xlsx"))["Рейтинг"].iter_rows(min_row=5, values_only=True)
        assert [row[6] for row in table if row[0] == "Органы"] == [11] * 6 and "По своему акту" in text(rated)
    finally:
        with connect("transformer") as conn:
            conn.execute("delete from marts.rpt_ratings where scheme_code similar to '(a|z).%'")
            conn.execute("delete from reference.rating_schemes where scheme_code similar to '(a|z).%'")
        with connect("loader") as conn:
            conn.execute("delete from ops.publications where kind = 'quarterly_rating' and revision > 1")


def test_a_topic_and_a_block_say_what_is_open_and_whose() -> None:
    topic, block = text(of_murmansk("topic_note")), text(of_murmansk("block_report"))
    assert "Справка по теме «Отопление ниже 18 °C»" in topic and "улица № 1" in topic
    assert "Управление жилищно-коммунального хозяйства администрации города Мурманска" in topic
    assert block.startswith("Заместитель главы администрации") and "Отчёт отраслевого блока" in block
    assert "просрочено на" in block and "Чего мы не знаем" in block
    with pytest.raises(UserError, match="Похожие: heat"):
        publish_topic("отопление", "2026-10")
    with pytest.raises(UserError, match=r"Укажите код: giaginsky\.roads, murmansk\.roads"):
        publish_block("Дороги", "2026-10")
    with pytest.raises(UserError, match=r"Периода?|Период указан"):
        publish_topic("heat", "октябрь")


def test_a_problem_goes_by_its_own_name_and_a_cut_list_says_so() -> None:
    with connect("transformer") as conn:
        conn.execute(
            "insert into marts.rpt_problem_areas select (jsonb_populate_record(a, jsonb_build_object("
            "'area_key', md5('area' || n)::uuid, 'score', -n))).* from marts.rpt_problem_areas as a"
            " cross join generate_series(1, 8) as n where a.area_kind = 'problem'"
        )
        conn.execute(
            "insert into marts.fct_flows select (jsonb_populate_record(f, jsonb_build_object("
            "'block_code', 'murmansk.idle', 'date_on', date '2026-10-14'))).* from marts.fct_flows as f"
            " where municipality_code = 'murmansk' and block_code = 'murmansk.roads' and new_count > 0 limit 1;"
            " insert into marts.dim_sector_block (block_code, municipality_code, title)"
            " values ('murmansk.idle', 'murmansk', 'Иное')"
        )
    try:
        (roads,), (idle,) = (publish_block(f"murmansk.{block}", "2026-10") for block in ("roads", "idle"))
        assert "Яма у дома 7 на улице Полярной, улица 8 Марта: 39 заявителей" in text(roads)
        assert "Показаны 10 из 13." in text(roads).split("Проблемные сферы")[1]
        assert "За период обращений не поступало." in text(idle).split("По темам")[1]
    finally:
        with connect("transformer") as conn:
            conn.execute("delete from marts.rpt_problem_areas where score < 0")
            conn.execute("delete from marts.fct_flows where block_code = 'murmansk.idle'")
            conn.execute("delete from marts.dim_sector_block where block_code = 'murmansk.idle'")


def test_a_changed_mart_changes_exactly_the_bound_numbers() -> None:
    before = of_murmansk("block_report")
    with connect("transformer") as conn:
        conn.execute(
            "update marts.fct_flows set new_count = new_count + 3 where date_on = '2026-10-14'"
            " and block_code = 'murmansk.zhkh'"
        )
    after = of_murmansk("block_report")
    assert (before.revision, after.revision) == (1, 2)
    assert [(c["metric"], c["after"] - c["before"]) for c in after.difference] == [("flows.new", 3)]
    with connect("transformer") as conn:
        conn.execute(
            "update marts.fct_flows set new_count = new_count - 3 where date_on = '2026-10-14'"
            " and block_code = 'murmansk.zhkh'"
        )
    with connect("loader") as conn:
        conn.execute("delete from ops.publications where publication_id = %s", [after.publication_id])


def test_the_register_says_what_was_answered_and_what_is_late() -> None:
    said = text(of_murmansk("requests"))
    assert "№\xa01. ЦУР: Справка о дорогах. Срок 12.10.2026, отвечено в срок 09.10.2026: Направлена справка" in said
    assert "Сведения об отоплении. Срок 27.10.2026, срок нарушен, ответа нет" in said
    assert "Поступившие запросы" in said and "Направленные запросы" in said
    assert [row["status"] for row in requests.listed(date(2026, 11, 20))] == ["running_late", "met"]
    for wrong in (
        lambda: requests.add("nowhere", "ЦУР", "что", date(2026, 10, 1), date(2026, 10, 2)),
        lambda: requests.add("murmansk", "ЦУР", "что", date(2026, 10, 2), date(2026, 10, 1)),
        lambda: requests.answer(1, date(2026, 10, 9), "снова"),
        lambda: requests.answer(2, date(2026, 10, 9), "раньше, чем запросили"),
        lambda: requests.answer(2, date(2026, 11, 9), "без публикации", 10_000),
    ):
        with pytest.raises(UserError):
            wrong()


def test_results_for_sstu_are_valid_and_the_refused_ones_have_reasons() -> None:
    one = of_murmansk("sstu")
    appeals = {one["number"]: one for one in json.loads(file(one, "murmansk.json").read_text(encoding="utf-8"))}
    assert [received_faults(appeal) for appeal in appeals.values()] == [[]] * len(appeals)
    # 1, 2, 6, 8–12, 15 are whole; 3 and the rest of 14 are forwarded, 7 has no code; 4 has no result, that of 5 came
    # before the appeal; of 13 nobody knows how it came
    assert appeals.keys() == {f"R-{n}" for n in (1, 2, 6, 8, 9, 10, 11, 12, 15)}
    assert len(appeals["R-6"]["questions"]) == 1
    assert {(a["isDirect"], a["format"]) for a in appeals.values()} == {(True, "Other")}
    assert [q.get("isExtend") for n in ("R-15", "R-1") for q in appeals[n]["questions"]] == [None, True, None, None]
    assert not any({"name", "address", "email"} & set(appeal) for appeal in appeals.values())
    refused = list(
        csv.DictReader(io.StringIO(file(one, "refused.csv").read_bytes().decode("utf-8-sig")), delimiter=";")
    )
    reasons = {row["Номер обращения"]: row["Почему не включено"] for row in refused}
    assert reasons.keys() == {"R-3", "R-5", "R-7", "R-13", "R-14"}
    assert "transfer: нужно при статусе Transferred" in reasons["R-3"]
    assert "responseDate: раньше registrationDate" in reasons["R-5"]
    assert reasons["R-7"] == "questions.2.code: не подходит под образец"
    assert "isDirect: по каналу не видно" in reasons["R-13"]
    assert reasons["R-14"] == "questions.2.transfer: нужно при статусе Transferred"


def test_an_appeal_that_another_body_sent_or_a_second_department_of_sstu_is_refused() -> None:
    october = ("murmansk", date(2026, 10, 1), date(2026, 10, 31))
    with connect("transformer") as conn, conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute("update marts.dim_channel set is_direct = false where channel_code = 'registry_epgu'")
        valid, refused = results.read(cursor, *october)
        assert not valid and "createDate: нужно, когда обращение поступило не напрямую" in refused[0]["faults"]
        cursor.execute("insert into reference.municipality_map values ('sed_sstu', 'другой орган', 'murmansk')")
        valid, refused = results.read(cursor, *october)
        assert not valid and {len(one["faults"]) for one in refused} == {1, 2}, "no question is doubled"
        assert all("единственного органа" in one["faults"][0] for one in refused)
        conn.rollback()


def test_the_difference_of_two_reports_has_the_refused_ones_and_both_appeals_of_one_number() -> None:
    first, second = {"number": "1", "isDirect": True}, {"number": "1", "isDirect": False}
    before = {"appeals": [first, second], "refused": [{"number": "2", "faults": ["нет кода"]}]}
    after = {"appeals": [first], "refused": [{"number": "2", "faults": ["нет даты"]}]}
    assert report.difference(before, after, "данные", {}) == [
        {"number": "1", "before": second, "after": None, "cause": "данные"},
        {"number": "2", "before": {"refused": ["нет кода"]}, "after": {"refused": ["нет даты"]}, "cause": "данные"},
    ]


def test_open_data_show_the_fixed_list_and_no_small_cell() -> None:
    folder = of_murmansk("open_data").folder
    meta = dict(list(csv.reader((folder / "meta.csv").read_text(encoding="utf-8").splitlines()))[1:])
    assert meta["standardversion"].endswith("/3.0") and meta["identifier"] == "mcu-murmansk-feedback"
    (data,) = [name for name in meta.values() if name.startswith("data-")]
    rows = list(csv.DictReader(io.StringIO((folder / data).read_text(encoding="utf-8"))))
    assert {row["indicator_code"] for row in rows} == {"new_count", "overdue_share"}
    structure = list(csv.reader((folder / data.replace("data-", "x").split("-", 1)[1]).open(encoding="utf-8")))
    assert [line[0] for line in structure[1:]] == list(rows[0])
    assert list(inspect.signature(open_data.publish).parameters) == ["month", "out"], "nothing widens it"


def cell(code: str, numerator: float, denominator: int) -> dict[str, Any]:
    shown = {"period": "2026-10", "municipality": "М", "indicator_code": code, "indicator": code, "unit": "шт."}
    return shown | {"numerator": numerator, "denominator": denominator, "value": numerator / max(denominator, 1)}


@pytest.mark.parametrize(
    ("cells", "hidden"),
    [
        ([cell("overdue_share", 20, 100)], [0]),
        ([cell("overdue_share", 0, 100)], [0]),
        ([cell("overdue_share", 3, 100)], [1]),
        ([cell("overdue_share", 97, 100)], [1]),
        ([cell("overdue_share", 2, 9)], [1]),
        ([cell("overdue_share", 0, 0)], [0]),
        # 100 − 70 − 26 leaves four duplicates, which nobody has shown
        ([cell("new_count", 70, 100), cell("repeat_share", 26, 100)], [1, 0]),
        ([cell("new_count", 70, 100), cell("repeat_share", 14, 100)], [0, 0]),
        ([cell("duplicate_share", 50, 100), cell("secret", 50, 100)], []),
    ],
)
def test_small_cells_are_hidden_and_cannot_be_counted_back(cells: list[dict[str, Any]], hidden: list[int]) -> None:
    shown = dataset.suppressed(cells)
    assert [row["hidden"] for row in shown] == hidden
    assert all(row["value"] is None and row["records"] is None for row in shown if row["hidden"])


@pytest.mark.parametrize("make", [sstu.publish, open_data.publish])
def test_a_month_that_is_not_over_is_refused(make: Callable[[str], object]) -> None:
    with pytest.raises(PublicationStopped):
        make("2026-11")
    with pytest.raises(UserError):
        make("2026-Q3")


@pytest.mark.parametrize(
    ("code", "first", "last", "title"),
    [
        ("2026-10", "2026-10-01", "2026-10-31", "октябрь 2026 года"),
        ("2026-Q1", "2026-01-01", "2026-03-31", "I квартал 2026 года"),
        ("2024", "2024-01-01", "2024-12-31", "2024 год"),
    ],
)
def test_a_period_is_read_and_named(code: str, first: str, last: str, title: str) -> None:
    period = Period.of(code)
    assert (f"{period.first}", f"{period.last}", period.title, period.code) == (first, last, title, code)
    assert period.before.last < period.first and period.year_ago.first.year == period.first.year - 1


@pytest.mark.parametrize("code", ["2026-13", "2026-Q5", "26", "октябрь", "2026-1", "../.."])
def test_a_wrong_period_is_refused(code: str) -> None:
    with pytest.raises(UserError, match="Период указан"):
        Period.of(code)


def test_the_previous_quarter_is_local() -> None:
    assert previous_quarter(datetime(2026, 11, 20, tzinfo=UTC)) == "2026-Q3"
    assert previous_quarter(datetime(2026, 12, 31, 22, tzinfo=UTC)) == "2026-Q4", "already January in Moscow"
    assert settings().timezone == "Europe/Moscow"
