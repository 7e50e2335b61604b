"""dashboard → chart → dataset → model → column: the real files pass, each way to break them is reported by name."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]

CHART = "rejting/charts/rating.yaml"
DATASET = "warehouse/datasets/bi_rating.yaml"
DASHBOARD = "rejting/dashboards/rejting.yaml"

Change = Callable[[dict[str, Any]], object]


def found(assets: Path, manifest: Path, project: Path = ROOT / "dbt_project") -> list[str]:
    from deploy.chain import problems

    return problems(assets, manifest, project)


USED = " (набор bi_rating; диаграммы: «Рейтинг ответственных получателей»; дашборд: «Рейтинг»)"
"""How a problem of the rating's model ends: who reads it."""


def rewrite(manifest: Path, folder: Path, change: Change) -> Path:
    """A copy of the manifest with a change."""
    body = json.loads(manifest.read_text(encoding="utf-8"))
    change(body)
    path = folder / "manifest.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


def edit(path: Path, change: Change) -> None:
    body = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(body)
    path.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")


def test_the_real_files_have_no_fault(assets: Path, manifest: Path) -> None:
    assert found(assets, manifest) == []
    assert len(list(assets.rglob("*.yaml"))) > 20


def test_a_missing_chart_is_reported(assets: Path, manifest: Path) -> None:
    (assets / CHART).unlink()
    (problem,) = found(assets, manifest)
    assert problem == f"{DASHBOARD}: диаграммы rejting/rating нет среди файлов"


def test_a_column_that_dbt_dropped_is_reported_by_its_dataset(assets: Path, manifest: Path, tmp_path: Path) -> None:
    def rename(m: dict[str, Any]) -> None:
        columns = m["nodes"]["bi_rating"]["columns"]
        columns["median_of_days"] = columns.pop("median_days")

    shorter = rewrite(manifest, tmp_path, rename)
    sql = "models/marts/bi/bi_rating.sql: столбец"
    assert found(assets, shorter) == [
        f"{DATASET}: столбца median_days нет в модели bi_rating{USED}",
        f"{sql} median_of_days обещан в договоре, но в select его нет{USED}",
        f"{sql} median_days стоит в select, но договор его не знает{USED}",
    ]


def test_a_column_renamed_in_the_sql_alone_is_reported_with_its_readers(
    assets: Path, manifest: Path, project: Path
) -> None:
    path = project / "models" / "marts" / "bi" / "bi_rating.sql"
    path.write_text(path.read_text().replace("g.median_days,", "g.median_days as median,"), encoding="utf-8")
    sql = "models/marts/bi/bi_rating.sql: столбец"
    assert found(assets, manifest, project) == [
        f"{sql} median_days обещан в договоре, но в select его нет{USED}",
        f"{sql} median стоит в select, но договор его не знает{USED}",
    ]


def test_a_column_renamed_one_model_below_is_reported(
    assets: Path, manifest: Path, project: Path, tmp_path: Path
) -> None:
    depends = {"nodes": ["fct_page_figures"]}
    below = rewrite(manifest, tmp_path, lambda m: m["nodes"]["bi_rating"].update(depends_on=depends))
    (path,) = project.rglob("fct_page_figures.sql")
    path.write_text(path.read_text().replace("views_count", "seen_count"), encoding="utf-8")
    problems = found(assets, below, project)
    assert len(problems) == 2 and all("fct_page_figures.sql" in p and p.endswith(USED) for p in problems), problems


def test_sql_that_cannot_be_parsed_is_reported(assets: Path, manifest: Path, project: Path) -> None:
    path = project / "models" / "marts" / "bi" / "bi_rating.sql"
    path.write_text("select from where (", encoding="utf-8")
    (problem,) = found(assets, manifest, project)
    assert problem.startswith("models/marts/bi/bi_rating.sql: SQL не читается: ") and problem.endswith(USED)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            lambda m: m["exposures"].pop("rejting"),
            "в dbt нет exposure rejting (type: dashboard); depends_on: ref('",
        ),
        (lambda m: depends(m).remove("model.mcu.bi_rating"), "у exposure rejting нет моделей: bi_rating"),
        (lambda m: depends(m).append("model.mcu.bi_votes"), "у exposure rejting лишние модели: bi_votes"),
    ],
)
def test_an_exposure_that_is_missing_or_wrong_is_reported(
    change: Change, fault: str, assets: Path, manifest: Path, tmp_path: Path
) -> None:
    (problem,) = found(assets, rewrite(manifest, tmp_path, change))
    assert problem.startswith(f"{DASHBOARD}: ") and fault in problem


def test_an_exposure_of_no_dashboard_is_reported(assets: Path, manifest: Path, tmp_path: Path) -> None:
    change = lambda m: m["exposures"].update(old=m["exposures"]["rejting"] | {"name": "old"})  # noqa: E731
    assert found(assets, rewrite(manifest, tmp_path, change)) == ["exposure old: такого дашборда нет среди файлов"]


def depends(manifest: dict[str, Any]) -> list[str]:
    nodes: list[str] = manifest["exposures"]["rejting"]["depends_on"]["nodes"]
    return nodes


def test_a_column_without_a_description_is_reported(assets: Path, manifest: Path, tmp_path: Path) -> None:
    bare = rewrite(manifest, tmp_path, lambda m: m["nodes"]["bi_rating"]["columns"].update(median_days={}))
    assert found(assets, bare) == [f"{DATASET}: у столбца median_days модели bi_rating нет описания{USED}"]


@pytest.mark.parametrize(
    ("file", "change", "fault"),
    [
        (CHART, lambda c: c["params"]["all_columns"].append("no_such"), "столбца no_such нет в наборе bi_rating"),
        (CHART, lambda c: c["params"]["column_config"].update(no_such={}), "оформлен no_such"),
        (CHART, lambda c: c["params"]["order_by_cols"].append('["no_such", true]'), "столбца no_such"),
        (CHART, lambda c: c.update(dataset="no_such"), "набора данных no_such"),
        (CHART, lambda c: c.update(slice_name="Rating"), "нет русского названия"),
        (CHART, lambda c: c.update(viz_type="world_map"), "вид world_map"),
        (CHART, lambda c: c.update(description=None), "нет подсказки"),
        ("kanaly/charts/new.yaml", lambda c: c["params"].update(metric="no_such"), "меры no_such нет в наборе"),
        (DATASET, lambda d: d["metrics"][0].update(expression="sum(no_such)"), "мера recipients: столбца no_such"),
        (DATASET, lambda d: d["columns"][-1].update(expression="to_char(no_such, 'YYYY')"), "change: столбца no_such"),
        (DATASET, lambda d: d.update(table_name="no_such"), "модели bi.no_such нет в dbt"),
        (DATASET, lambda d: d.update(schema="raw"), "модели raw.bi_rating нет в dbt"),
        (DATASET, lambda d: d.update(schema="marts", table_name="fct_ratings"), "модели marts.fct_ratings нет в dbt"),
        (DATASET, lambda d: d.update(table_name="fct_ratings"), "модели bi.fct_ratings нет в dbt"),
        (DATASET, lambda d: d.update(sql="select 1"), "запрос вместо модели dbt"),
        (DATASET, lambda d: d["columns"][0].update(verbose_name="Month"), "period_month: нет русского названия"),
        (DATASET, lambda d: d["columns"][0].update(description="Месяц"), "описания пишутся в модели dbt"),
        (DASHBOARD, lambda d: d["rows"][1]["tiles"].update({"common/state": 9}), "шире сетки"),
        (DASHBOARD, lambda d: d["rows"][1]["tiles"].update(no_such=1), "диаграммы rejting/no_such"),
        (DASHBOARD, lambda d: d["rows"].append(d["rows"][1]), "стоит дважды"),
        (DASHBOARD, lambda d: d.update(dashboard_title="Rating"), "русское название"),
    ],
)
def test_a_broken_link_is_reported(file: str, change: Change, fault: str, assets: Path, manifest: Path) -> None:
    edit(assets / file, change)
    problems = found(assets, manifest)
    assert any(problem.startswith(f"{file}: ") and fault in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("dataset", "part", "name", "fault"),
    [
        ("bi_pages", "columns", "municipality", "фильтр «Муниципалитет» смотрит на municipality"),
        ("bi_periods", "metrics", "last_month", "фильтр «Период» сортирует по мере last_month"),
    ],
)
def test_a_filter_that_lost_its_column_or_measure_is_reported(
    dataset: str, part: str, name: str, fault: str, assets: Path, manifest: Path
) -> None:
    def drop(body: dict[str, Any]) -> None:
        body[part] = [thing for thing in body[part] if name not in (thing.get("column_name"), thing.get("metric_name"))]

    edit(assets / f"warehouse/datasets/{dataset}.yaml", drop)
    assert [p for p in found(assets, manifest) if p.startswith(f"{DASHBOARD}: ") and fault in p]


@pytest.mark.parametrize(
    ("file", "change", "fault"),
    [
        (DASHBOARD, lambda d: d.update(filters=["weather"]), "в theme/ нет: weather"),
        (CHART, lambda c: c["params"]["conditional_formatting"][0].update(colorScheme="pink"), "в theme/ нет: pink"),
        (CHART, lambda c: c.pop("dataset"), "нет dataset"),
    ],
)
def test_what_the_theme_does_not_know_is_reported(
    file: str, change: Change, fault: str, assets: Path, manifest: Path
) -> None:
    edit(assets / file, change)
    assert found(assets, manifest) == [f"{file}: {fault}"]


def test_two_files_with_one_uuid_are_reported(assets: Path, manifest: Path) -> None:
    copy = assets / "rejting" / "charts" / "rating_copy.yaml"
    copy.write_text((assets / CHART).read_text(encoding="utf-8"), encoding="utf-8")
    problems = found(assets, manifest)
    assert {p.split(":")[0] for p in problems if "есть и у другого файла" in p} == {
        CHART,
        "rejting/charts/rating_copy.yaml",
    }


def test_a_chart_on_no_dashboard_is_reported(assets: Path, manifest: Path) -> None:
    edit(assets / DASHBOARD, lambda d: d["rows"].pop(1))
    assert found(assets, manifest) == [
        f"{DASHBOARD}: в depends_on у exposure rejting лишние модели: bi_rating",
        f"{CHART}: не стоит ни на одном дашборде",
    ]


def test_an_unreadable_file_is_reported(assets: Path, manifest: Path) -> None:
    (assets / CHART).write_text("uuid: [", encoding="utf-8")
    (problem,) = found(assets, manifest)
    assert problem.startswith(f"{CHART}: не читается")


def test_the_command_fails_with_the_names(assets: Path, manifest: Path) -> None:
    (assets / CHART).unlink()
    command = [
        sys.executable,
        str(ROOT / "superset" / "validate.py"),
        "--assets",
        str(assets),
        "--manifest",
        str(manifest),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert DASHBOARD in done.stderr
