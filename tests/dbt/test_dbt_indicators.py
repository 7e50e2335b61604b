"""A share, a mean and a median of hours, added by the README's places only, are right in mart, view, tile and package;
beside them items dated before the calendar, which count nowhere and stop nothing."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from statistics import fmean, median
from typing import Any

import pytest
import yaml
from dbt_planted import AFTER, NOW, appeal, at, message
from dbt_project_copy import Rows, project_with
from dbt_warehouse import accept, empty, one, rows, transform
from openpyxl import load_workbook

from ground import ROOT
from mcu.publications.indicators import publish
from mcu.quality.gate import GateVerdict, mart_gate
from mcu.seeds import check_seeds
from mcu.warehouse import dbt
from mcu.warehouse.transform import transform as build_marts

MURMANSK, GUBKINSKY = "город Мурманск", "Губкинский городской округ"
REPLIES = [
    ("A", MURMANSK, "2026-10-01T10:00", 24.0, 5), ("B", MURMANSK, "2026-10-02T10:00", 48.5, None),
    ("C", MURMANSK, "2026-10-05T10:00", 99.0, 2), ("D", MURMANSK, "2026-10-06T10:00", 200.25, None),
    ("E", GUBKINSKY, "2026-10-07T10:00", 10.0, 4), ("F", GUBKINSKY, "2026-10-08T10:00", 20.0, None),
    ("G", GUBKINSKY, "2026-10-09T10:00", 21.0, None), ("H", MURMANSK, "2026-11-02T10:00", 100.0, 5),
]  # fmt: skip  # a table
"""Number, municipality, receipt, hours until the reply, mark; each reply falls into the month of the receipt."""

HOURS = "extract(epoch from f.final_reply_at - f.received_at) / 3600"
FORMULAS = {
    "marked_share": ("count(*) filter (where f.mark is not null)", "Доля оценённых ответов", "доля,share,more"),
    "answer_mean": (f"sum({HOURS})", "Среднее время ответа", "часы,mean,less"),
    "answer_median": (
        f"percentile_cont(0.5) within group (order by {HOURS})", "Медиана времени ответа", "часы,median,less",
    ),
}  # fmt: skip  # a table
"""Code → numerator, title, and unit, aggregation and direction of the catalogue."""

SQL = """
select
    '%s' as indicator_code,
    f.municipality_code,
    date_trunc('month', {{ local_date('f.final_reply_at', 'm.time_zone') }})::date as period_month,
    %s as numerator,
    count(*) as denominator
from {{ ref('fct_feedback') }} as f
inner join {{ ref('dim_municipality') }} as m on f.municipality_code = m.municipality_code
where
    f.final_reply_at <= {{ as_of() }}
    and {{ in_recounted_months(local_date('f.final_reply_at', 'm.time_zone')) }}
group by f.municipality_code, period_month
"""
PAGE = "# %s\n\n| | |\n|---|---|\n| Код | `%s` |\n| Вид значения | %s (`%s`) |\n| Единица | %s, %s — лучше |\n"
PAGE += "".join(
    f"| {name} | есть |\n"
    for name in (
        *("Определение", "Числитель", "Знаменатель", "Источник", "Исключения", "Плановое значение"),
        *("Как можно исказить", "Чего не показывает"),
    )
)
PAGE += "| Кто принимает решения | МЦУ |\n| Основание | Регламент |\n"


def plans(found: Rows) -> Rows:
    plan = {"valid_from": "2026-01-01", "set_by": "МЦУ", "legal_basis": "проверка"}
    return [
        *found,
        plan | {"indicator_code": "answer_mean", "plan_value": "72"},
        plan | {"indicator_code": "answer_median", "plan_value": "24"},
    ]


def add_indicators(project: Path, pages: Path) -> None:
    """The README's places: SQL, a row of the catalogue, a page."""
    pages.mkdir()
    for page in (ROOT / "docs" / "indicators").glob("*.md"):
        (pages / page.name).write_bytes(page.read_bytes())
    for order, (code, (numerator, title, row)) in enumerate(FORMULAS.items(), 20):
        sql = project / "models" / "marts" / "indicators" / f"ind_{code}.sql"
        sql.write_text(SQL % (code, numerator), encoding="utf-8")
        with (project / "seeds" / "indicators.csv").open("a", encoding="utf-8") as file:
            file.write(f"{code},{title},{row},Формула,МЦУ,Регламент,,{order},true\n")
        unit, aggregation, direction = row.split(",")
        words = {"share": "доля", "mean": "среднее", "median": "медиана"}[aggregation]
        better = {"more": "больше", "less": "меньше"}[direction]
        page = PAGE % (title, code, words, aggregation, unit, better)
        (pages / f"{code}.md").write_text(page, encoding="utf-8")


def answered(ref: str, municipality: str, received: str, hours: float, mark: int | None) -> Any:
    reply = (at(received) + timedelta(hours=hours)).isoformat()[:19]
    changes: dict[str, Any] = {"rating": mark, "ratedAt": reply} if mark else {}
    return message(ref, received, ("Ответ дан", reply), municipality=municipality, status="Ответ дан", **changes)


OLD = [
    message("OLD", "2009-03-05T10:00", ("Ответ дан", "2009-03-06T10:00"), status="Ответ дан"),
    message("OLD-APPEAL", "2009-03-05T10:00", kind="обращение"),
    message("OLD-NOWHERE", "2009-03-05T10:00", municipality="город, которого нет в справочнике"),
]


@pytest.fixture(scope="module")
def built(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> GateVerdict:
    """The marts with the three indicators, and what their gate says."""
    empty()
    accept("pos", [answered(*reply) for reply in REPLIES] + OLD)
    accept("registry", [appeal("OLD-LETTER", "2009-03-05T10:00")])
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("indicators")
        project_with(patch, folder, indicator_plans=plans)
        add_indicators(dbt.PROJECT, folder / "pages")
        check_seeds(dbt.PROJECT, folder / "pages")
        build_marts(NOW)
        return mart_gate()


def by_hand(municipality: str, month: str) -> dict[str, tuple[float | None, int, float]]:
    """Code → numerator, denominator, value, counted from the list."""
    found = [r for r in REPLIES if r[1] == municipality and r[2].startswith(month)]
    hours, marked = [r[3] for r in found], sum(r[4] is not None for r in found)
    return {
        "marked_share": (marked, len(found), round(marked / len(found), 6)),
        "answer_mean": (sum(hours), len(found), round(fmean(hours), 6)),
        "answer_median": (None, len(found), median(hours)),
    }


PLACES = [(MURMANSK, "murmansk", "2026-10"), (GUBKINSKY, "gubkinsky", "2026-10"), (MURMANSK, "murmansk", "2026-11")]


@pytest.mark.parametrize(("title", "code", "month"), PLACES)
def test_mart_and_view_equal_a_plain_count(built: GateVerdict, title: str, code: str, month: str) -> None:
    expected = by_hand(title, month)
    for relation, where in (
        ("marts.fct_indicator_values", "municipality_code = %s"),
        (
            "bi.bi_indicators",
            "municipality = (select short_title from marts.dim_municipality where municipality_code = %s)",
        ),
    ):
        found = rows(
            f"select indicator_code, numerator, denominator, value from {relation}"
            f" where {where} and period_month = %s and indicator_code = any(%s)",
            code, f"{month}-01", list(FORMULAS),
        )  # fmt: skip  # a table
        assert {key: (n if n is None else float(n), d, float(v)) for key, n, d, v in found} == expected


def test_a_month_without_replies_has_neither_share_nor_mean_nor_median(built: GateVerdict) -> None:
    found = rows(
        "select indicator_code, denominator, value from marts.fct_indicator_values where period_month = '2026-11-01'"
        " and municipality_code = 'gubkinsky' and indicator_code = any(%s)", [*FORMULAS, "new_count"]
    )  # fmt: skip  # a table
    assert set(found) == {*((code, 0, None) for code in FORMULAS), ("new_count", 0, 0)}


def tile(where: str) -> dict[str, tuple[Any, ...]]:
    """Code → unit, fact, plan, verdict and n, as the metrics of the dataset compute them."""
    dataset = ROOT / "superset" / "assets" / "warehouse" / "datasets" / "bi_indicators.yaml"
    metrics = {m["metric_name"]: m["expression"] for m in yaml.safe_load(dataset.read_text("utf-8"))["metrics"]}
    names = ("value_text", "plan_text", "verdict", "denominator_sum", "fact")
    selected = ", ".join(metrics[name].replace("%", "%%") for name in names)
    found = rows(f"select indicator_code, unit, {selected} from bi.bi_indicators where {where} group by 1, 2")
    return {code: tuple(rest) for code, *rest in found if code in (*FORMULAS, "new_count")}


def test_the_tile_shows_each_value_in_its_unit(built: GateVerdict) -> None:
    chart = yaml.safe_load((ROOT / "superset/assets/pokazateli/charts/indicators.yaml").read_text("utf-8"))["params"]
    assert chart["groupby"] == ["indicator", "unit"] and "denominator_sum" in chart["metrics"]
    place = tile("period_month = '2026-10-01' and municipality = 'Мурманск'")
    assert {code: shown[:4] for code, shown in place.items()} == {
        "new_count": ("шт.", "4", "—", "—"),
        "marked_share": ("доля", "50,0\u00a0%", "—", "—"),
        "answer_mean": ("часы", "92,9", "72,0", "✕ нет"),
        "answer_median": ("часы", "73,8", "24,0", "✕ нет"),
    }
    assert {shown[4] for shown in place.values()} == {4}
    both = tile("period_month = '2026-10-01' and municipality in ('Мурманск', 'Губкинский округ')")
    assert {code: shown[1:4] for code, shown in both.items()} == {
        "new_count": ("7", "—", "—"),
        "marked_share": ("42,9\u00a0%", "—", "—"),
        "answer_mean": ("60,4", "72,0", "✓ да"),  # 422.75 / 7
        "answer_median": ("от 20,0 до 73,8", "24,0", "—"),
    }
    assert both["answer_median"][5] is None and float(both["answer_mean"][5]) == pytest.approx(422.75 / 7)


def test_the_packages_hold_the_same_values(built: GateVerdict) -> None:
    folders = {one.municipality_code: one.folder for one in publish("2026-10")}
    for title, place, _ in PLACES[:2]:
        body = json.loads((folders[place] / f"indicators_2026-10_{place}.json").read_text("utf-8"))
        lines = {v["indicator_code"]: v for v in body["values"]}
        expected = by_hand(title, "2026-10")
        assert {
            code: (lines[code]["numerator"], lines[code]["denominator"], lines[code]["value"]) for code in expected
        } == expected
        assert {lines[code]["unit"] for code in expected if "answer" in code} == {"часы"}
    folder = folders["murmansk"]
    body = json.loads((folder / "indicators_2026-10_murmansk.json").read_text("utf-8"))
    (middle,) = [v for v in body["values"] if v["indicator_code"] == "answer_median"]
    assert (middle["deviation"], middle["assessment"], middle["plan_set_by"]) == (49.75, "little_data", "МЦУ")
    text = (folder / "indicators_2026-10_murmansk.csv").read_text("utf-8-sig")
    cells = {r["Код показателя"]: r for r in csv.DictReader(io.StringIO(text), delimiter=";")}
    mean, middle = cells["answer_mean"], cells["answer_median"]
    assert (mean["Числитель"], mean["Знаменатель (n)"], mean["Значение"], mean["Оценка"]) == (
        "371,75", "4", "92,9375", "мало данных",
    )  # fmt: skip  # a table
    assert (middle["Числитель"], middle["Знаменатель (n)"], middle["Значение"]) == ("", "4", "73,75")
    sheet = load_workbook(folder / "indicators_2026-10_murmansk.xlsx")["Показатели"]
    (found,) = [row for row in sheet.iter_rows(min_row=6) if row[1].value == "Медиана времени ответа"]
    assert [cell.value for cell in found[2:8]] == ["часы", "–", 4, 73.75, 24, 49.75]
    assert found[5].number_format == "#,##0.0"


def test_items_dated_before_the_calendar_are_named_and_stop_nothing(built: GateVerdict) -> None:
    assert built.passed
    (named,) = [result for result in built.failed if result.rule.code == "MART-013"]
    assert named.failed_count == 4
    assert named.examples == [
        "pos OLD от 05.03.2009", "pos OLD-APPEAL от 05.03.2009", "pos OLD-NOWHERE от 05.03.2009",
        "registry OLD-LETTER от 05.03.2009",
    ]  # fmt: skip  # a table
    assert {"MART-006", "MART-007", "MART-012"}.isdisjoint(result.rule.code for result in built.failed)
    assert one("select count(*) from marts.fct_feedback where record_ref like 'OLD%%'") == 4
    assert one("select min(period_month) from marts.fct_indicator_values").isoformat() == "2026-10-01"


def test_a_later_reply_moves_mean_and_median(
    built: GateVerdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_with(monkeypatch, tmp_path, indicator_plans=plans)
    add_indicators(dbt.PROJECT, tmp_path / "pages")
    accept("pos", [answered("LATE", MURMANSK, "2026-10-20T10:00", 50.0, None)])
    assert not transform(AFTER).is_full
    found = dict(rows(
        "select indicator_code, value from marts.fct_indicator_values where municipality_code = 'murmansk'"
        " and period_month = '2026-10-01' and indicator_code = any(%s)", ["answer_mean", "answer_median"]
    ))  # fmt: skip  # a table
    hours = [24.0, 48.5, 99.0, 200.25, 50.0]
    assert {code: float(value) for code, value in found.items()} == {
        "answer_mean": round(fmean(hours), 6), "answer_median": median(hours),
    }  # fmt: skip  # a table
