"""A page of Superset read back into files, without Superset: what it has is what the files themselves generate."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from ground import ROOT

ASSETS = ROOT / "superset" / "assets"
Body = dict[str, Any]


class Generated:
    """Superset as it is right after a sync of the files of `assets`."""

    def __init__(self, assets: Path = ASSETS) -> None:
        from deploy import files

        every = files.written_out(files.read(assets)[0])
        self.charts = {str(body["uuid"]): deepcopy(body) for body in every["charts"].values()}
        self.pages = {str(body["uuid"]): self._page(deepcopy(body)) for body in every["dashboards"].values()}

    def _page(self, body: Body) -> Body:
        cells = [cell for cell in body["position"].values() if isinstance(cell, dict) and cell["type"] == "CHART"]
        uuids = {cell["meta"]["chartId"]: cell["meta"]["uuid"] for cell in cells}
        for given in body["metadata"]["native_filter_configuration"]:
            given["scope"]["excluded"] = [uuids[number] for number in given["scope"]["excluded"]]
        return body | {"theme": None}

    def chart(self, uuid: str) -> Body | None:
        return self.charts.get(uuid)

    def page(self, uuid: str) -> Body | None:
        return self.pages.get(uuid)

    def foreign_pages(self, uuid: str) -> list[str]:
        return []

    def titled(self, title: str) -> Body:
        (found,) = [body for body in self.charts.values() if body["slice_name"] == title]
        return found

    def addressed(self, slug: str) -> Body:
        (found,) = [body for body in self.pages.values() if body["slug"] == slug]
        return found


def pulled(folder: str, stored: Generated, assets: Path = ASSETS) -> Any:
    from pulling import changes

    return changes.pull(folder, assets, stored)


@pytest.mark.parametrize("folder", sorted(path.name for path in ASSETS.iterdir() if path.name != "warehouse"))
def test_what_the_files_generate_is_no_change(folder: str) -> None:
    change = pulled(folder, Generated())
    assert (change.texts, change.notes, change.faults) == ({}, [], [])


def test_a_file_keeps_its_comments_and_its_other_lines() -> None:
    from pulling.text import edited

    text = (
        "# why\nslice_name: Старое  # note\nparams:\n  # first\n  row_limit: 5\n  groupby: [a,\n    b]\n  # last\n"
        "rows:\n# one\n- {height: 6, tiles: {a: 8, b: 4}}\n- {heading: Два}\n\n# end\n"
    )
    body = yaml.safe_load(text)
    assert edited(text, body) == text
    body["slice_name"] = "Новое"
    body["params"]["order_desc"] = True
    del body["params"]["row_limit"]
    body["rows"].append({"text": "Слово"})
    assert edited(text, body) == (
        "# why\nslice_name: Новое  # note\nparams:\n  # first\n  groupby: [a,\n    b]\n  order_desc: true\n  # last\n"
        "rows:\n# one\n- {height: 6, tiles: {a: 8, b: 4}}\n- {heading: Два}\n- {text: Слово}\n\n# end\n"
    )


@pytest.mark.parametrize("key", ["#x", "no", "a: b", "null", "- x", "ключ", "1"])
def test_a_name_is_written_so_that_it_is_read_again(key: str) -> None:
    from pulling.text import edited, new_file, says

    body = {"params": {key: [{"c": {"d": 1}}], "last": {key: [1]}}}
    assert says(new_file(body), body)
    assert says(edited("params:\n  row_limit: 5\n", body), body)


def test_a_name_that_would_be_a_line_of_its_own_is_not_written() -> None:
    stored = Generated()
    key = "zz: {}\nmay_be_empty: true\nq"
    stored.titled("Ничьи")["params"][key] = [{"c": {"d": 1}}]
    change = pulled("sroki", stored)
    assert change.texts == {}
    assert change.faults == ["sroki/charts/unowned.yaml: имена или тексты, которых в файле такого вида не записать"]


def test_tiles_in_another_order_are_a_change() -> None:
    from pulling.text import edited

    text = "rows:\n- {height: 6, tiles: {a: 8, b: 4}}\n"
    assert edited(text, {"rows": [{"height": 6, "tiles": {"b": 4, "a": 8}}]}) == (
        "rows:\n- {height: 6, tiles: {b: 4, a: 8}}\n"
    )


@pytest.mark.parametrize("path", sorted(ASSETS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_could_be_written_anew(path: Path) -> None:
    from pulling.text import edited, new_file

    text = path.read_text(encoding="utf-8")
    body = yaml.safe_load(text)
    assert edited(text, body) == text
    assert yaml.safe_load(new_file(body)) == body
    assert max(map(len, new_file(body).splitlines())) <= 120 or "bi_" in path.stem  # an SQL expression is not broken


def _tabs(stored: Generated) -> None:
    position = stored.addressed("sroki")["position"]
    position["ROOT_ID"]["children"] = ["TABS-1"]


def _css(stored: Generated) -> None:
    stored.addressed("sroki")["css"] += "\n.own { color: red }"


def _colour(stored: Generated) -> None:
    stored.titled("Ничьи")["params"]["conditional_formatting"][0]["colorScheme"] = "#123456"


def _never_synced(stored: Generated) -> None:
    position, gone = stored.addressed("sroki")["position"], stored.titled("Ничьи")["uuid"]
    (key,) = [k for k, c in position.items() if isinstance(c, dict) and c.get("meta", {}).get("uuid") == gone]
    row = position[position[key]["parents"][-1]]
    position["GRID_ID"]["children"].remove(row["id"])
    del stored.charts[gone]


def _deleted(stored: Generated) -> None:
    cells = stored.addressed("sroki")["position"].values()
    (cell,) = [c for c in cells if isinstance(c, dict) and c.get("meta", {}).get("sliceName") == "Ничьи"]
    cell["meta"]["uuid"] = None


def _sql(stored: Generated) -> None:
    given = {"expressionType": "SQL", "sqlExpression": "1 = 1", "clause": "WHERE"}
    stored.titled("Ничьи")["params"]["adhoc_filters"] = [given]


def _kind(stored: Generated) -> None:
    stored.titled("Ничьи")["viz_type"] = "world_map"


def _filter(stored: Generated) -> None:
    stored.addressed("sroki")["metadata"]["native_filter_configuration"][0]["name"] = "Город"


def _scope(stored: Generated) -> None:
    given = stored.addressed("sroki")["metadata"]["native_filter_configuration"][2]
    given["scope"]["excluded"].remove(
        stored.titled("Двое часов: сколько ждёт гражданин и сколько считает исполнитель")["uuid"]
    )


def _another_name(stored: Generated) -> None:
    cells = stored.addressed("obstanovka")["position"].values()
    (cell,) = [c for c in cells if isinstance(c, dict) and c.get("meta", {}).get("sliceName") == "Главное"]
    cell["meta"]["sliceNameOverride"] = "Коротко"


@pytest.mark.parametrize(
    ("change", "folder", "fault"),
    [
        (_tabs, "sroki", "расположение плиток: вкладки"),
        (_css, "sroki", "стиль страницы (CSS): он один для всех, theme/dashboard.css"),
        (_colour, "sroki", "плитка «Ничьи»: цвет #123456, которого нет в theme/colours.yml"),
        (
            _never_synced,
            "sroki",
            "расположение плиток: плитки «Ничьи» в Superset нет, сначала mcu dashboards sync",
        ),
        (_deleted, "sroki", "расположение плиток: диаграммы плитки «Ничьи» больше нет (ряд 5)"),
        (_sql, "sroki", "плитка «Ничьи»: отбор, написанный на SQL: добавьте столбец в витрину"),
        (_kind, "sroki", "плитка «Ничьи»: вид «world_map», которого нет в deploy/queries.py"),
        (_filter, "sroki", "настройки фильтра «Город» (name): он один для всех страниц"),
        (
            _scope,
            "sroki",
            "плитка «Двое часов: сколько ждёт гражданин и сколько считает исполнитель», фильтр «Канал поступления»:"
            " в её данных нет столбца channel",
        ),
        (_another_name, "obstanovka", "плитка «Главное»: название «Коротко» только на этой странице"),
    ],
)
def test_what_no_file_can_say_is_named(change: Callable[[Generated], None], folder: str, fault: str) -> None:
    stored = Generated()
    change(stored)
    found = pulled(folder, stored)
    assert (found.texts, found.faults) == ({}, [fault])


def test_a_filter_that_leaves_a_tile_alone_is_written_to_its_chart() -> None:
    stored = Generated()
    (given,) = [
        one
        for one in stored.addressed("sroki")["metadata"]["native_filter_configuration"]
        if one["id"] == "NATIVE_FILTER-block"
    ]
    given["scope"]["excluded"].append(stored.titled("Ничьи")["uuid"])
    change = pulled("sroki", stored)
    assert (list(change.texts), change.faults) == (["sroki/charts/unowned.yaml"], [])
    body = yaml.safe_load(change.texts["sroki/charts/unowned.yaml"])
    assert body["ignores"] == ["block"] and list(body)[4] == "ignores"


def test_a_tile_of_other_pages_keeps_its_file() -> None:
    stored = Generated()
    position = stored.addressed("obstanovka")["position"]
    (key,) = [k for k, c in position.items() if isinstance(c, dict) and c.get("meta", {}).get("sliceName") == "Главное"]
    row = position[position[key]["parents"][-1]]
    row["children"].remove(key)
    position["GRID_ID"]["children"].remove(row["id"])
    change = pulled("obstanovka", stored)
    assert list(change.texts) == ["obstanovka/dashboards/obstanovka.yaml"]
    assert change.notes == ["убрана плитка «Главное»; её файл нужен страницам: telefon"]


def test_an_unknown_folder_names_the_known_ones() -> None:
    from pulling.changes import UnknownFolder

    with pytest.raises(UnknownFolder, match="папки srok нет; есть: common, kachestvo"):
        pulled("srok", Generated())


@pytest.mark.parametrize(
    ("title", "name"),
    [("Щука: ёж", "shchuka_ezh"), ("Ничьи", "nichi_2"), ("«…»", "chart"), ("Б" * 60, "b" * 40)],
)
def test_a_new_file_has_a_latin_name(title: str, name: str) -> None:
    from pulling.file_names import file_name

    assert file_name(title, {"nichi"}) == name
