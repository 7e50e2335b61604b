"""What somebody changes in Superset comes back as a change of the files: by the REST API as the browser asks it, and by
the browser itself."""

from __future__ import annotations

import difflib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser
from typer.testing import CliRunner

from browser import eyes
from browser.conftest import Server
from browser.rest import Rest
from ground import ROOT
from mcu.cli import app
from mcu.warehouse.connect import connect

pytestmark = pytest.mark.browser
FOLDERS = sorted(path.name for path in (ROOT / "superset" / "assets").iterdir() if path.name != "warehouse")
GENERATED = {"datasource", "slice_id", "dashboards", "extra_form_data", "temporal_columns_lookup"}


class Desk:
    """A copy of `superset/`, whose scripts run over the Superset of the tests."""

    def __init__(self, home: Path) -> None:
        self.home = Path(shutil.copytree(ROOT / "superset", home, ignore=shutil.ignore_patterns("__pycache__")))
        self.before = self.files()

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        from mcu.runtime import services

        env = {**os.environ, **services.superset_env(), "PYTHONPATH": str(self.home)}
        env["SUPERSET_CONFIG_PATH"] = str(self.home / "superset_config.py")
        command = [services.superset_python(), str(self.home / script), *arguments]
        return subprocess.run(command, env=env, text=True, capture_output=True, timeout=600)

    def pull(self, *folders: str, code: int = 0) -> list[str]:
        """Pull the folders. Returns what was said."""
        done = self.run("pull.py", *folders)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout.splitlines()[1:]  # the first says which configuration was read

    def files(self) -> dict[str, str]:
        assets = self.home / "assets"
        return {str(path.relative_to(assets)): path.read_text("utf-8") for path in sorted(assets.rglob("*.yaml"))}

    def diff(self) -> dict[str, list[str]]:
        """File → its changed lines, marked with + and -."""
        now = self.files()
        found = {}
        for file in sorted(self.before.keys() | now.keys()):
            old, new = self.before.get(file, "").splitlines(), now.get(file, "").splitlines()
            lines = [line for line in difflib.ndiff(old, new) if line[0] in "+-"]
            found |= {file: lines} if lines else {}
        return found

    def body(self, file: str) -> Any:
        return yaml.safe_load((self.home / "assets" / file).read_text("utf-8"))


@pytest.fixture(scope="module")
def rest(superset_server: Server) -> Rest:
    from mcu.secrets import secret

    return Rest(superset_server.url, "admin", secret("superset_admin"))


@pytest.fixture
def desk(superset_server: Server, tmp_path: Path) -> Desk:
    return Desk(tmp_path / "superset")


@pytest.fixture
def page(rest: Rest) -> Iterator[dict[str, Any]]:
    """The page «Сроки», to be changed; afterwards it is as it was."""
    before = rest.page("sroki")
    yield json.loads(json.dumps(before))
    rest.save_page(before)


def cell_of(page: dict[str, Any], title: str) -> dict[str, Any]:
    cells = [cell for cell in page["position"].values() if isinstance(cell, dict)]
    (found,) = [cell for cell in cells if cell.get("meta", {}).get("sliceName") == title]
    return found


def test_a_pull_right_after_a_sync_changes_nothing(desk: Desk) -> None:
    assert desk.pull(*FOLDERS) == []
    assert desk.diff() == {}


def test_the_command_says_what_it_found(superset_server: Server) -> None:
    """Over the real files, so only where nothing is to be written."""
    shown = CliRunner().invoke(app, ["dashboards", "pull", "sroki"])
    assert (shown.exit_code, shown.output) == (0, "Изменений нет: файлы и Superset говорят одно.\n")
    shown = CliRunner().invoke(app, ["dashboards", "pull", "srok"])
    assert shown.exit_code == 1
    assert shown.output.startswith("Ошибка: папки srok нет; есть: common, kachestvo")


def test_a_changed_title_is_one_line(desk: Desk, rest: Rest) -> None:
    chart = rest.chart("Сроки сейчас")
    rest.put(f"chart/{chart['id']}", {"slice_name": "Сроки на сегодня"})
    try:
        assert desk.pull("sroki") == ["изменён: sroki/charts/now.yaml"]
        assert desk.diff() == {
            "sroki/charts/now.yaml": ["- slice_name: Сроки сейчас", "+ slice_name: Сроки на сегодня"]
        }
    finally:
        rest.put(f"chart/{chart['id']}", {"slice_name": "Сроки сейчас"})


def test_a_moved_tile_changes_only_the_layout(desk: Desk, rest: Rest, page: dict[str, Any]) -> None:
    tile = cell_of(page, "Открытые без срока")
    row = page["position"][tile["parents"][-1]]
    row["children"].reverse()
    rest.save_page(page)
    assert desk.pull("sroki") == ["изменён: sroki/dashboards/sroki.yaml"]
    assert desk.diff() == {
        "sroki/dashboards/sroki.yaml": [
            "- - {height: 17, tiles: {now: 9, without_deadline: 3}}",
            "+ - {height: 17, tiles: {without_deadline: 3, now: 9}}",
        ]
    }


def test_parts_of_a_query_come_back_in_the_words_of_the_files(desk: Desk, rest: Rest) -> None:
    chart = rest.chart("Риск нарушения срока")
    params = json.loads(chart["params"])
    params["metrics"].remove("next_due")
    params["row_limit"] = 50
    params["time_range"] = "No filter"
    params["adhoc_filters"] = [
        {
            **{"clause": "WHERE", "expressionType": "SIMPLE", "subject": "block", "operator": "IN"},
            **{"comparator": ["ЖКХ"], "filterOptionName": "filter_1", "isExtra": False, "sqlExpression": None},
        }
    ]
    params["conditional_formatting"][0]["colorScheme"] = "#9A6700"
    params["order_desc"] = False
    params["color_picker"] = {"r": 0, "g": 119, "b": 90, "a": 1}
    rest.put(f"chart/{chart['id']}", {"params": json.dumps(params), "description": "Новая подсказка."})
    try:
        assert desk.pull("sroki") == ["изменён: sroki/charts/risk.yaml"]
        lines = desk.diff()["sroki/charts/risk.yaml"]
        assert sorted(line for line in lines if line[0] == "+") == [
            "+   - [block, IN, [ЖКХ]]",
            "+   - {column: high_risk, operator: '>', targetValue: 0, colorScheme: warning}",
            "+   adhoc_filters:",
            "+   color_picker: good",
            "+   metrics: [deadlines, high_risk, expected_misses, miss_share, place_of_group]",
            "+   order_desc: false",
            "+   row_limit: 50",
            "+ description: Новая подсказка.",
        ]
        assert len([line for line in lines if line[0] == "-"]) == 6  # the old hint stands on two lines
    finally:
        rest.put(f"chart/{chart['id']}", {"params": chart["params"], "description": chart["description"]})


def test_added_and_removed_tiles_survive_a_sync(desk: Desk, rest: Rest) -> None:
    """Syncs twice, the second time with the real files: then all is as it was, the removed chart under a new number."""
    page = rest.page("sroki")
    chart = rest.chart("Ничьи")
    params = json.loads(chart["params"]) | {"show_totals": False, "server_page_length": 10, "row_limit": 5}
    new = {"slice_name": "Первые ничьи", "viz_type": "table", "params": json.dumps(params)}
    number = rest.post("chart/", new | {"datasource_id": _dataset(chart), "datasource_type": "table"})
    rest.put(f"chart/{number}", {"description": "Пять записей без исполнителя, которые ждут дольше всех."})
    grid = page["position"]
    _drop(grid, "Ничьи")
    _drop(grid, "Состояние данных")
    _put(grid, number, "Первые ничьи")
    rest.save_page(page)
    said = desk.pull("sroki")
    assert said[:3] == [
        "добавлен: sroki/charts/pervye_nichi.yaml",
        "удалён: sroki/charts/unowned.yaml",
        "изменён: sroki/dashboards/sroki.yaml",
    ]
    assert sorted(said[3:]) == [
        "учтите: убрана плитка «Ничьи» и её файл",
        "учтите: убрана плитка «Состояние данных»; её файл в папке common остаётся",
    ]
    body, old = desk.body("sroki/charts/pervye_nichi.yaml"), yaml.safe_load(desk.before["sroki/charts/unowned.yaml"])
    assert body["params"] == old["params"] | {"row_limit": 5} and body["dataset"] == old["dataset"]
    assert "{height: 44, tiles: {pervye_nichi: 12}}" in desk.files()["sroki/dashboards/sroki.yaml"]
    before, dataset = seen(rest.export("sroki")), f"dataset/{_dataset(chart)}"
    formulas = _formulas(rest, dataset)
    rest.put(dataset, {"columns": [column | {"expression": "'иное'"} for column in formulas]})
    done = desk.run("sync.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert seen(rest.export("sroki")) == before
    assert _formulas(rest, dataset) == formulas, "a formula that no file names has stayed"
    assert desk.pull("sroki") == []
    assert Desk(desk.home.parent / "again").run("sync.py").returncode == 0


def _dataset(chart: dict[str, Any]) -> int:
    return int(json.loads(chart["params"])["datasource"].split("__")[0])


def _formulas(rest: Rest, dataset: str) -> list[dict[str, Any]]:
    said = ("id", "column_name", "expression")
    return [{key: column[key] for key in said} for column in rest.get(dataset)["columns"]]


def _drop(grid: dict[str, Any], title: str) -> None:
    (key,) = [
        key for key, cell in grid.items() if isinstance(cell, dict) and cell.get("meta", {}).get("sliceName") == title
    ]
    row = grid[grid[key]["parents"][-1]]
    row["children"].remove(key)
    del grid[key]
    if not row["children"]:
        grid["GRID_ID"]["children"].remove(row["id"])
        del grid[row["id"]]


def _put(grid: dict[str, Any], chart: int, title: str) -> None:
    grid["ROW-new"] = {
        **{"id": "ROW-new", "type": "ROW", "children": ["CHART-new"], "parents": ["ROOT_ID", "GRID_ID"]},
        "meta": {"background": "BACKGROUND_TRANSPARENT"},
    }
    grid["CHART-new"] = {
        **{"id": "CHART-new", "type": "CHART", "children": [], "parents": ["ROOT_ID", "GRID_ID", "ROW-new"]},
        "meta": {"chartId": chart, "sliceName": title, "width": 12, "height": 44},
    }
    grid["GRID_ID"]["children"].append("ROW-new")


def seen(exported: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What a person sees of exported objects: without numbers of this Superset and the names of the grid's cells."""
    found: dict[str, Any] = {}
    for key, body in exported.items():
        if "slice_name" in body:
            params = {name: value for name, value in body["params"].items() if name not in GENERATED}
            params = {
                name: value for name, value in params.items() if name not in ("show_totals", "server_page_length")
            }
            found[key] = (body["slice_name"], body["description"], body["viz_type"], body["dataset_uuid"], params)
            continue
        cells = body["position"]
        grid = [cells[name] for name in cells["GRID_ID"]["children"]]
        numbers = {
            c["meta"]["chartId"]: c["meta"]["uuid"] for c in cells.values() if c != "v2" and c["type"] == "CHART"
        }
        rows = [
            [(cells[name]["meta"].get("uuid"), cells[name]["meta"]["width"], cells[name]["meta"]["height"])
             for name in cell["children"]] or cell["meta"]["text"] for cell in grid
        ]  # fmt: skip  # one row
        filters = [
            (
                one["id"],
                one["name"],
                one["controlValues"],
                {numbers[n] for n in one["scope"]["excluded"] if n in numbers},
            )
            for one in body["metadata"]["native_filter_configuration"]
        ]
        found[key] = (body["dashboard_title"], body["slug"], body["css"], body["published"], rows, filters)
    return found


def test_what_files_cannot_say_is_named_and_not_written(desk: Desk, rest: Rest, page: dict[str, Any]) -> None:
    chart = rest.chart("Ничьи")
    params = json.loads(chart["params"])
    own = {"expressionType": "SQL", "sqlExpression": "count(*)", "label": "Своя мера"}
    params |= {"query_mode": "aggregate", "groupby": ["municipality"], "metrics": [own]}
    rest.put(f"chart/{chart['id']}", {"params": json.dumps(params)})
    cell_of(page, "Открытые без срока")["meta"]["height"] = 30
    cell_of(page, "Риск нарушения срока")["meta"]["width"] = 6
    page["metadata"]["native_filter_configuration"].append(
        {**page["metadata"]["native_filter_configuration"][0], "id": "NATIVE_FILTER-x1", "name": "Свой"}
    )
    page["metadata"]["refresh_frequency"] = 60
    rest.save_page(page)
    state = rest.chart("Состояние данных")
    rest.put(f"chart/{state['id']}", {"description": "Другая подсказка"})
    try:
        said = desk.pull("sroki", code=1)
        assert desk.diff() == {}
        assert sorted(said) == [
            "не записано: настройка страницы: частота обновления",
            "не записано: плитка «Ничьи»: мера «Своя мера» из самой диаграммы, а не из набора данных",
            "не записано: плитка «Состояние данных» описана в папке common: mcu dashboards pull common",
            "не записано: расположение плиток: плитки разной высоты (ряд 2, «Открытые без срока»)",
        ]
        cell_of(page, "Открытые без срока")["meta"]["height"] = 17
        rest.save_page(page)
        said = desk.pull("sroki", "common", code=1)
        assert "не записано: новый фильтр «Свой»: опишите его в theme/filters.yml" in said
        assert [*desk.diff()] == ["common/charts/state.yaml", "sroki/dashboards/sroki.yaml"]
    finally:
        rest.put(f"chart/{chart['id']}", {"params": chart["params"]})
        rest.put(f"chart/{state['id']}", {"description": state["description"]})


def test_a_chart_that_stands_on_a_page_of_somebody_else_is_copied(desk: Desk, rest: Rest, page: dict[str, Any]) -> None:
    chart = rest.chart("Ничьи")
    new = {"slice_name": "Чужая", "viz_type": "table", "params": chart["params"], "datasource_type": "table"}
    number = rest.post("chart/", new | {"datasource_id": _dataset(chart)})
    rest.put(f"chart/{number}", {"dashboards": [rest.post("dashboard/", {"dashboard_title": "Своя страница"})]})
    _put(page["position"], number, "Чужая")
    rest.save_page(page)
    everything = "select md5(string_agg(t::text, '|' order by id)) from {} as t"
    with connect("superset") as conn:
        before = [conn.execute(everything.format(table)).fetchone() for table in ("slices", "dashboards")]
    said = desk.pull("sroki")
    assert "учтите: новая плитка «Чужая» стоит и на чужой странице (Своя страница): записана её копия" in said
    assert "учтите: новая плитка «Чужая»: нет подсказки, напишите description" in said
    with connect("superset") as conn:
        theirs = conn.execute("select uuid::text from slices where id = %s", [number]).fetchone()
    assert desk.body("sroki/charts/chuzhaya.yaml")["uuid"] not in (theirs or ())
    assert [line for line in desk.pull("sroki") if not line.startswith("учтите")] == []  # the copy is known again
    with connect("superset") as conn:
        assert [conn.execute(everything.format(table)).fetchone() for table in ("slices", "dashboards")] == before


@pytest.mark.parametrize("title", ["Ничьи", "Поступление по дням и каналам"])
def test_what_the_page_of_a_chart_adds_by_itself_is_not_written(
    title: str, chromium: Browser, superset_server: Server, desk: Desk, rest: Rest, page: dict[str, Any]
) -> None:
    """«Сохранить как» in the browser, nothing else touched: the new file says what that of the first chart says."""
    from mcu.secrets import secret

    seen = eyes.visitor(chromium, superset_server.url, width=1920)
    eyes.sign_in(seen, "admin", secret("superset_admin"))
    seen.page.goto(f"{superset_server.url}/explore/?slice_id={rest.chart(title)['id']}")
    seen.page.wait_for_selector('[data-test="query-save-button"]', timeout=90_000)
    seen.page.wait_for_timeout(4_000)
    seen.page.click('[data-test="query-save-button"]')
    seen.page.fill('[data-test="new-chart-name"]', f"{title} ещё раз")
    with seen.page.expect_response(lambda r: r.request.method == "POST" and r.url.endswith("/api/v1/chart/")) as saved:
        seen.page.click('[data-test="btn-modal-save"]')
    number = saved.value.json()["id"]
    seen.page.context.close()
    _put(page["position"], number, f"{title} ещё раз")
    rest.save_page(page)
    (added,) = [line.removeprefix("добавлен: ") for line in desk.pull("sroki") if line.startswith("добавлен")]
    (old,) = [body for body in map(yaml.safe_load, desk.before.values()) if body.get("slice_name") == title]
    made = desk.body(added)
    usual = yaml.safe_load((ROOT / "superset" / "pulling" / "browser.yml").read_text("utf-8"))["defaults"]
    assert made["params"] == {key: value for key, value in old["params"].items() if value != usual.get(key, "")}
    assert (made["dataset"], made["viz_type"]) == (old["dataset"], old["viz_type"])
