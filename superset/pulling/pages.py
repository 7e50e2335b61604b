"""A page (dashboard) as Superset or our own files written out have it, read back into rows of tiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy import layout

Body = dict[str, Any]
FIELDS = {
    "dashboard_title": "название страницы",
    "slug": "адрес страницы",
    "description": "описание страницы",
    "published": "опубликована ли страница",
    "certified_by": "кем заверена страница",
    "certification_details": "что заверено",
}
"""What a file says of a page beside rows and filters."""
SETTINGS = {
    "color_scheme": "палитра",
    "refresh_frequency": "частота обновления",
    "cross_filters_enabled": "перекрёстные фильтры",
    "filter_bar_orientation": "расположение фильтров",
    "label_colors": "цвета рядов",
}
"""Settings of a page that come from the theme, in the words of the messages."""
BROWSERS = frozenset(
    (
        *("native_filter_configuration", "chart_configuration", "global_chart_configuration", "default_filters"),
        *("map_label_colors", "shared_label_colors", "color_scheme_domain", "color_namespace", "filter_scopes"),
        *("timed_refresh_immune_slices", "positions", "expanded_slices", "chartsInScope", "tabsInScope"),
    )
)
"""Settings that the browser writes itself, or that are read otherwise."""


@dataclass
class Page:
    """`rows`: as in a file, with the UUIDs of charts for their names; `titles`: how a tile is called on this page
    alone; `faults`: what a file has no words for."""

    rows: list[Body] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def charts(self) -> list[str]:
        return [uuid for row in self.rows for uuid in row.get("tiles", {})]


def read(body: Body) -> Page:
    """The rows of a page from the cells of its grid."""
    cells, page = body["position"], Page()
    if cells.get("ROOT_ID", {}).get("children") != ["GRID_ID"]:
        page.faults.append("вкладки")
        return page
    for key in cells["GRID_ID"]["children"]:
        cell = cells[key]
        number = len(page.rows) + 1
        if cell["type"] == "HEADER":
            page.rows.append({"heading": cell["meta"]["text"]})
            page.faults += _unlike(cell["meta"], layout.HEADING, f"оформление заголовка «{cell['meta']['text']}»")
        elif cell["type"] == "ROW":
            page.faults += _unlike(cell["meta"], layout.PLAIN, f"фон ряда {number}")
            _row([cells[child] for child in cell["children"]], number, page)
        else:
            page.faults.append(f"{_kind(cell)} (ряд {number})")
    twice = {uuid for uuid in page.charts if page.charts.count(uuid) > 1}
    page.faults += [f"плитка «{page.titles[uuid]}» стоит на странице дважды" for uuid in sorted(twice)]
    return page


def _unlike(meta: Body, usual: Body, what: str) -> Iterator[str]:
    if any(meta.get(key, value) != value for key, value in usual.items()):
        yield what


def _kind(cell: Body) -> str:
    names = {"COLUMN": "столбец плиток", "DIVIDER": "разделитель", "TABS": "вкладки", "HEADER": "заголовок внутри ряда"}
    return names.get(cell["type"], f"элемент {cell['type']}")


def _row(cells: list[Body], number: int, page: Page) -> None:
    row: Body = {}
    for cell in cells:
        meta = cell.get("meta", {})
        if cell["type"] == "MARKDOWN" and "text" not in row and "tiles" not in row:
            row["text"] = meta["code"]
            size = (meta.get("width"), meta.get("height"))
            page.faults += [f"размер текста (ряд {number})"] if size != (layout.FULL_WIDTH, layout.TEXT_HEIGHT) else []
        elif cell["type"] == "CHART" and not meta.get("uuid"):
            page.faults.append(f"диаграммы плитки «{meta.get('sliceName', '')}» больше нет (ряд {number})")
        elif cell["type"] == "CHART":
            uuid = str(meta["uuid"])
            if uuid in row.get("tiles", {}):
                page.faults.append(f"одна и та же плитка стоит в ряду {number} дважды")
            page.titles[uuid] = meta.get("sliceNameOverride") or meta.get("sliceName") or uuid
            if row.setdefault("height", meta["height"]) != meta["height"]:
                page.faults.append(f"плитки разной высоты (ряд {number}, «{page.titles[uuid]}»)")
            row.setdefault("tiles", {})[uuid] = meta["width"]
        else:
            page.faults.append(f"{_kind(cell)} (ряд {number})")
    if not cells:
        page.faults.append(f"пустой ряд {number}")
    page.rows.append(row)


def renamed(body: Body) -> dict[str, str]:
    """UUID → the name that a tile has on this page only."""
    cells = (cell for cell in body["position"].values() if isinstance(cell, dict) and cell["type"] == "CHART")
    return {
        str(cell["meta"]["uuid"]): cell["meta"]["sliceNameOverride"]
        for cell in cells
        if cell["meta"].get("sliceNameOverride")
    }


def settings(stored: Body, expected: Body) -> Iterator[str]:
    """What is set for the page in another way than the theme says."""
    if not layout.same_style(stored["css"] or "", expected["css"] or ""):
        yield "стиль страницы (CSS): он один для всех, theme/dashboard.css"
    if stored.get("theme"):
        yield f"тема оформления «{stored['theme']}»"
    given, usual = stored["metadata"], expected["metadata"]
    for key in sorted(given.keys() - BROWSERS):
        if given[key] != usual.get(key) and (key in usual or given[key] not in (None, "", [], {}, False, 0)):
            yield f"настройка страницы: {SETTINGS.get(key, key)}"


@dataclass
class Filters:
    """`keys`: as in a file; `ignores`: filter → the charts that it leaves alone; `heeded`: → those it works on."""

    keys: list[str] = field(default_factory=list)
    ignores: dict[str, set[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def filters(stored: Body, theme: Mapping[str, Body], wanted: Mapping[str, Body], charts: set[str]) -> Filters:
    """The filters of a page. `wanted`: key → the filter as the theme gives it; `charts`: those that stand there."""
    found = Filters()
    for given in stored["metadata"].get("native_filter_configuration", []):
        key = given["id"].removeprefix("NATIVE_FILTER-")
        if key not in theme:
            found.faults.append(f"новый фильтр «{given.get('name')}»: опишите его в theme/filters.yml")
            continue
        found.keys.append(key)
        found.ignores[key] = set(given.get("scope", {}).get("excluded", [])) & charts
        if key in wanted and (changed := _changed(given, wanted[key])):
            what = ", ".join(changed)
            found.faults.append(f"настройки фильтра «{given.get('name')}» ({what}): он один для всех страниц")
    return found


def _changed(given: Body, wanted: Body) -> list[str]:
    def plain(body: Body) -> Body:
        left = {key: value for key, value in body.items() if key not in ("scope", *BROWSERS)}
        return left | {"rootPath": body.get("scope", {}).get("rootPath", ["ROOT_ID"])}

    one, other = plain(given), plain(wanted)
    return sorted(key for key in one.keys() | other.keys() if (one.get(key) or None) != (other.get(key) or None))
