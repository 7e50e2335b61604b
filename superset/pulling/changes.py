"""What has to change in one folder of `assets/` so that its files say what Superset has."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from deploy import files, layout
from pulling import charts, pages, text
from pulling.file_names import file_name

Body = dict[str, Any]
Found = dict[str, dict[str, Body]]


class Stored(Protocol):
    """What Superset has; `pulling.stored` is it."""

    page: Callable[[str], Body | None]
    chart: Callable[[str], Body | None]
    foreign_pages: Callable[[str], list[str]]


class UnknownFolder(Exception):
    """No such folder, or files that cannot be read; the message says which, in Russian."""


@dataclass
class Change:
    """`texts`: file below `assets/` → its new text, None if it goes. `notes`: what a person should know. `faults`: what
    is not written, by name."""

    texts: dict[str, str | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def pull(folder: str, assets: Path, stored: Stored) -> Change:
    """The change of the files of `folder`. Raises UnknownFolder."""
    found, broken = files.read(assets)
    folders = sorted({name.split("/")[0] for name in found["charts"]})
    if broken or folder not in folders:
        raise UnknownFolder("; ".join(broken) or f"папки {folder} нет; есть: {', '.join(folders)}")
    return _Pull(folder, found, stored).run(assets)


class _Pull:
    def __init__(self, folder: str, found: Found, stored: Stored) -> None:
        self.folder, self.before, self.stored = folder, found, stored
        self.found = deepcopy(found)
        self.change = Change()

    def run(self, assets: Path) -> Change:
        for name in [name for name in self.before["charts"] if self._is_own(name)]:
            self._chart(name)
        for name in [name for name in self.before["dashboards"] if self._is_own(name)]:
            self._page(name)
        for kind in ("charts", "dashboards"):
            for name in sorted(self.before[kind].keys() | self.found[kind].keys()):
                self._write(assets, kind, name)
        return self.change

    def _is_own(self, name: str) -> bool:
        return name.startswith(f"{self.folder}/")

    def _write(self, assets: Path, kind: str, name: str) -> None:
        old, new = self.before[kind].get(name), self.found[kind].get(name)
        if repr(old) == repr(new):
            return
        file = f"{self.folder}/{kind}/{name.split('/')[1]}.yaml"
        if new is None:
            self.change.texts[file] = None
            return
        made = text.edited((assets / file).read_text(encoding="utf-8"), new) if old else text.new_file(new)
        if text.says(made, new):
            self.change.texts[file] = made
        else:  # names and texts are people's: none of them may become a line of its own
            self.change.faults.append(f"{file}: имена или тексты, которых в файле такого вида не записать")

    def _chart(self, name: str) -> None:
        body = self.before["charts"][name]
        there = self.stored.chart(str(body["uuid"]))
        if there is None:
            return  # a page says whether it has gone from there
        self.found["charts"][name], faults = charts.short(there, body, self.found["datasets"])
        self._fault(f"плитка «{there['slice_name']}»", faults)

    def _fault(self, what: str, faults: list[str]) -> None:
        self.change.faults += [f"{what}: {fault}" for fault in faults]

    def _page(self, name: str) -> None:
        body = self.before["dashboards"][name]
        there = self.stored.page(str(body["uuid"]))
        if there is None:
            self.change.faults.append(f"страницы «{body['dashboard_title']}» в Superset нет")
            return
        page = pages.read(there)
        for key, given in self._names_of(page, there).items():
            self._rename(key, given)
        named = self._named(page)
        page.faults += self._unsynced(name, set(named.values()))
        if page.faults:
            self._fault("расположение плиток", page.faults)
            self.found["charts"] = {
                key: one for key, one in self.found["charts"].items() if key in self.before["charts"]
            }
        else:
            self._rows(name, page, named)
        self._say_of_others(page)
        self._fields(name, there)
        if not page.faults:
            self._filters(name, there, named)

    def _unsynced(self, name: str, there: set[str]) -> list[str]:
        """Charts of the file that Superset has never had: their absence there is no wish of anybody."""
        absent = sorted(_charts_of(name, self.before["dashboards"][name]) - there)
        bodies = [self.before["charts"][chart] for chart in absent]
        return [
            f"плитки «{body['slice_name']}» в Superset нет, сначала mcu dashboards sync"
            for body in bodies
            if self.stored.chart(str(body["uuid"])) is None
        ]

    def _names_of(self, page: pages.Page, there: Body) -> dict[str, str]:
        return {key: given for key, given in pages.renamed(there).items() if key in page.charts}

    def _rename(self, key: str, title: str) -> None:
        """A tile that is called otherwise on this page only: the name of its chart, if it stands on no other page."""
        name = self._file_of(key)
        if name is None:
            return
        body = self.found["charts"][name]
        if body["slice_name"] == title:
            return
        if self._is_own(name) and not self._elsewhere(name):
            self.found["charts"][name] = body | {"slice_name": title}
        else:
            self.change.faults.append(f"плитка «{body['slice_name']}»: название «{title}» только на этой странице")

    def _file_of(self, key: str) -> str | None:
        """The file of a chart in Superset; a chart that stands on a page of somebody else has a copy here."""
        wanted = {key, _copy(key)}
        return next((name for name, body in self.found["charts"].items() if str(body["uuid"]) in wanted), None)

    def _elsewhere(self, name: str) -> list[str]:
        """The other pages of ours on which a chart stands."""
        return [
            page
            for page, body in self.found["dashboards"].items()
            if not self._is_own(page) and name in _charts_of(page, body)
        ]

    def _named(self, page: pages.Page) -> dict[str, str]:
        """UUID → file of every chart on the page; new charts get one."""
        named: dict[str, str] = {}
        for key in page.charts:
            name = self._file_of(key) or self._new(key, page)
            if name is None:
                page.faults.append(f"плитка «{page.titles[key]}» не описывается файлом")
            else:
                named[key] = name
        return named

    def _new(self, key: str, page: pages.Page) -> str | None:
        there = self.stored.chart(key)
        if there is None:
            self.change.faults.append(f"плитка «{page.titles[key]}»: такой диаграммы в Superset нет")
            return None
        body, faults = charts.new(there, self.found["datasets"])
        title = f"новая плитка «{there['slice_name']}»"
        self._fault(title, faults)
        if faults:
            return None
        body["slice_name"] = page.titles[key]
        if others := self.stored.foreign_pages(key):
            body["uuid"] = _copy(key)
            self.change.notes.append(f"{title} стоит и на чужой странице ({', '.join(others)}): записана её копия")
        if not body.get("description"):
            self.change.notes.append(f"{title}: нет подсказки, напишите description")
        name = f"{self.folder}/{file_name(body['slice_name'], self._taken())}"
        self.found["charts"][name] = body
        return name

    def _taken(self) -> set[str]:
        return {name.split("/")[1] for name in self.found["charts"] if self._is_own(name)}

    def _rows(self, name: str, page: pages.Page, named: Mapping[str, str]) -> None:
        before = self.before["dashboards"][name]
        rows = [
            row
            | (
                {"tiles": {_in_folder(named[key], self.folder): width for key, width in row["tiles"].items()}}
                if "tiles" in row
                else {}
            )
            for row in page.rows
        ]
        old = before["rows"]
        self.found["dashboards"][name]["rows"] = [_as_before(row, old) for row in rows]
        for chart in _charts_of(name, before):
            if chart not in named.values():
                self._removed(chart)

    def _removed(self, name: str) -> None:
        title = self.before["charts"][name]["slice_name"]
        if not self._is_own(name):
            self.change.notes.append(f"убрана плитка «{title}»; её файл в папке {name.split('/')[0]} остаётся")
        elif others := self._elsewhere(name):
            pages_of = ", ".join(sorted(other.split("/")[0] for other in others))
            self.change.notes.append(f"убрана плитка «{title}»; её файл нужен страницам: {pages_of}")
        else:
            self.change.notes.append(f"убрана плитка «{title}» и её файл")
            del self.found["charts"][name]

    def _say_of_others(self, page: pages.Page) -> None:
        """Charts of other folders on this page that have been changed too."""
        for key in page.charts:
            name = self._file_of(key)
            if name is None or self._is_own(name):
                continue
            body, there = self.before["charts"][name], self.stored.chart(key)
            if there and (repr(charts.short(there, body, self.found["datasets"])) != repr((body, []))):
                other = name.split("/")[0]
                self.change.faults.append(
                    f"плитка «{body['slice_name']}» описана в папке {other}: mcu dashboards pull {other}"
                )

    def _fields(self, name: str, there: Body) -> None:
        body = self.found["dashboards"][name]
        expected = self._written(name)
        for key, what in pages.FIELDS.items():
            if (there[key] or None) == (expected.get(key) or None):
                continue
            if there[key] in (None, ""):
                self.change.faults.append(f"{what}: убрано")
            else:
                body[key] = there[key]
        self.change.faults += list(pages.settings(there, expected))

    def _written(self, name: str) -> Body:
        return files.written_out(self.found)["dashboards"][name]

    def _filters(self, name: str, there: Body, named: Mapping[str, str]) -> None:
        theme, body = files.theme("filters.yml"), self.found["dashboards"][name]
        usual = {
            given["id"].removeprefix("NATIVE_FILTER-"): given
            for given in self._written(name)["metadata"]["native_filter_configuration"]
        }
        found = pages.filters(there, theme, usual, set(named))
        self.change.faults += found.faults
        if found.keys != list(body.get("filters", [])):
            body["filters"] = found.keys
        old = _charts_of(name, self.before["dashboards"][name])
        for key, ignoring in found.ignores.items():
            for uuid_, chart in named.items():
                if chart in old:  # a new chart heeds what its data can
                    self._heed(chart, key, theme[key], is_ignored=uuid_ in ignoring)

    def _heed(self, name: str, key: str, given: Body, *, is_ignored: bool) -> None:
        body = self.found["charts"][name]
        heeds = layout.heeds(name, key, given["column"], self.found)
        if heeds != is_ignored:
            return
        what = f"плитка «{body['slice_name']}», фильтр «{given['name']}»"
        ignores = [one for one in body.get("ignores", []) if one != key] + ([key] if is_ignored else [])
        without = {one: value for one, value in body.items() if one != "ignores"}
        changed = without | ({"ignores": ignores} if ignores else {})
        if not is_ignored and not layout.heeds(name, key, given["column"], _with_chart(self.found, name, changed)):
            self.change.faults.append(f"{what}: в её данных нет столбца {given['column']}")
        elif not self._is_own(name) or self._elsewhere(name):
            self.change.faults.append(f"{what}: область действия меняется и на других страницах")
        else:
            self.found["charts"][name] = _placed(changed)


def _with_chart(found: Found, name: str, body: Body) -> Found:
    return found | {"charts": found["charts"] | {name: body}}


def _placed(body: Body) -> Body:
    """`ignores` stands after the dataset."""
    order = [*("slice_name", "description", "viz_type", "dataset"), "ignores"]
    return {key: body[key] for key in order if key in body} | body


def _copy(key: str) -> str:
    """The UUID of the copy of a chart that is somebody else's too."""
    return str(uuid.uuid5(uuid.UUID(key), "copy")) if key.count("-") == 4 else key


def _in_folder(name: str, folder: str) -> str:
    return name.removeprefix(f"{folder}/")


def _charts_of(page: str, body: Body) -> set[str]:
    folder = page.split("/")[0]
    return {layout.named(chart, folder) for row in body["rows"] for chart in row.get("tiles", {})}


def _as_before(row: Body, rows: list[Body]) -> Body:
    """The row as the file has it already, with the order of its keys, if it says the same."""
    return next((old for old in rows if old == row and list(old.get("tiles", {})) == list(row.get("tiles", {}))), row)
