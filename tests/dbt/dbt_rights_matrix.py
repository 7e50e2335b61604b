"""Roles × ways to rows × views of `bi`: what each person gets, beside what the columns of the rows say that the person
may see. Superset is asked by `tests/superset/ways_to_rows.py`."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import tile_queries
import yaml
from dbt_rights import MIXED, OF_ANYONE, OF_MANAGERS, below, recipients, views
from dbt_warehouse import rows
from psycopg.rows import dict_row

from ground import ROOT
from mcu.runtime import services
from mcu.warehouse.connect import connect
from persons import connect_as

PEOPLE: dict[str, tuple[str, list[tuple[str, ...] | tuple[str, str | None, str]]]] = {
    "head": ("МЦУ: глава", [("*",)]),
    "mayor": ("МЦУ: руководитель", [("murmansk",)]),
    "curator": ("МЦУ: куратор", [("murmansk",), ("gubkinsky",)]),
    "operator": ("МЦУ: оператор", [("murmansk",)]),
    "block head": ("МЦУ: руководитель отраслевого блока", [("murmansk", "murmansk.roads")]),
    "block lead": ("МЦУ: ответственный за отраслевой блок", [("murmansk", "murmansk.roads")]),
    "recipient": ("Ответственный получатель", [("murmansk", None, "murmansk.administration")]),
}
"""One person for each pair of what a role sees and may do."""
EXPORTERS = {"head", "mayor", "curator", "block head"}
BY_UNIT = {
    "bi_rating": "recipient", "bi_rating_schemes": "unit", "bi_rating_components": "unit",
    "bi_satisfaction": "slice_value",
}  # fmt: skip  # a table
"""Rows about a block or a recipient as a whole: view → the column that names it."""
OF_THE_WHOLE = {
    "bi_sources": ["read_count", "new_count", "rejected_count", "waiting_rejects_count"],
    "bi_measure_checks": ["other_before", "other_after", "sentence"],
    "bi_problem_areas": ["why"],
    "bi_problem_cards": [],
    "bi_problem_items": ["items_count"],
}
"""View → columns that compare with a whole, and are different for who does not see it; its rows are compared by the
others."""

NO_PROBLEM = "Проблем нет"

Row = dict[str, Any]
FORBIDDEN = 403
MONTH = "октябрь 2026"


def direct(conn: psycopg.Connection) -> dict[str, list[Row]]:
    """Every view as this login reads it; `md5`: of the whole row."""
    conn.execute("set timezone = 'Europe/Moscow'")
    cursor = conn.cursor(row_factory=dict_row)
    return {
        view: cursor.execute(f"select *, md5({view}::text) as md5 from bi.{view}".encode()).fetchall()
        for view in views()
    }


def whole() -> dict[str, list[Row]]:
    """As who builds the views reads them: every row."""
    with connect("transformer") as conn:
        return direct(conn)


def expected(everything: Mapping[str, list[Row]], login: str) -> dict[str, list[Row]]:
    """The rows of each view that the person may see, by the columns of the rows and the seeds of recipients."""
    scopes = [Scope(*scope) for scope in PEOPLE[login][1]]
    found = {
        view: [row for row in given if any(scope.holds(view, row) for scope in scopes)]
        for view, given in everything.items()
    }
    visible = {row["feedback_key"] for row in found["bi_feedback"]}
    problems = {row["problem_key"] for row in found["bi_problems"]}
    surges = {row["surge_key"] for row in found["bi_volume_surges"]}
    return found | {
        "bi_problem_items": [
            row
            for row in everything["bi_problem_items"]
            if row["feedback_key"] in visible and row["problem_key"] in problems
        ],
        "bi_problem_weeks": [row for row in found["bi_problem_weeks"] if row["problem_key"] in problems],
        "bi_problem_measures": [
            row
            for row in everything["bi_problem_measures"]
            if row["problem_key"] in problems
            and row["measure_key"] in {one["measure_key"] for one in found["bi_measures"]}
        ],
        "bi_problem_area_items": [r for r in everything["bi_problem_area_items"] if r["feedback_key"] in visible],
        "bi_problem_cards": _cards(everything["bi_problem_cards"], found),
        "bi_volume_contributions": [r for r in everything["bi_volume_contributions"] if r["surge_key"] in surges],
    }


def _cards(everything: list[Row], found: Mapping[str, list[Row]]) -> list[Row]:
    """The problems that the person may see, and one row for each municipality that has none of them."""
    seen = {row["problem_card"] for row in found["bi_problems"]}
    without = {row["municipality"] for row in found["bi_pages"]} - {row["municipality"] for row in found["bi_problems"]}
    whole = {row["municipality"]: row for row in everything if row["problem_card"] == NO_PROBLEM}
    none = {"state": None, "people_count": 0}
    return [row for row in everything if row["problem_card"] in seen] + [
        whole.get(place, {"problem_card": NO_PROBLEM, "municipality": place} | none) for place in without
    ]


def roles_of_no_person() -> set[str]:
    """Roles that see and may something that no person of the matrix sees and may."""
    roles = yaml.safe_load((ROOT / "superset" / "roles.yml").read_text(encoding="utf-8"))["roles"]
    asked = [roles[role] for role, _ in PEOPLE.values()]
    return {name for name, role in roles.items() if role not in asked}


class Scope:
    """A part of the city, in the titles that rows name."""

    def __init__(self, municipality: str, block: str | None = None, recipient: str | None = None) -> None:
        self.is_all, self.is_whole = municipality == "*", not (block or recipient)
        titles = dict(rows("select municipality_code, short_title from marts.dim_municipality"))
        self.municipality = titles.get(municipality)
        self.block = dict(rows("select block_code, title from marts.dim_sector_block")).get(block)
        of_block = {r["recipient_code"] for r in recipients() if block and r["block_code"] == block}
        codes = below(recipient) if recipient else of_block
        self.recipients = {r["title"] for r in recipients() if r["recipient_code"] in codes}

    def holds(self, view: str, row: Row) -> bool:
        if self.is_all or view in OF_ANYONE:
            return True
        if view in OF_MANAGERS:
            return self.is_whole
        if view == "bi_answer_templates" and row["municipality"] is None:
            return self.is_whole
        if row.get("municipality") != self.municipality:
            return False
        if self.is_whole or view == "bi_pages":
            return True
        if view in BY_UNIT:
            blocks = {self.block, f"{self.municipality}: {self.block}"} if self.block else set()
            return row[BY_UNIT[view]] in blocks | self.recipients
        if self.block and "block" in row:
            return bool(row["block"] == self.block)
        return row.get("recipient") in self.recipients


def differing(found: Mapping[str, list[Row]], right: Mapping[str, list[Row]], login: str) -> list[str]:
    """The views whose rows are not those that the person may see."""
    return [
        view
        for view in found.keys() - MIXED
        if _without_whole(view, found[view], login) != _without_whole(view, right[view], login)
    ]


def told_of_a_whole(found: Mapping[str, list[Row]], login: str) -> list[Row]:
    """Rows that tell a figure of a whole which the person does not see."""
    scopes = PEOPLE[login][1]
    if ("*",) in scopes:
        return []
    told = [row for row in found["bi_sources"] if any(row[name] is not None for name in OF_THE_WHOLE["bi_sources"])]
    seen = {"Другие места муниципалитета"} if all(len(scope) == 1 for scope in scopes) else set()
    told += [
        row
        for row in found["bi_measure_checks"]
        if row["compared_with"] not in seen
        and (row["other_before"] is not None or "в сравнимых местах" in row["sentence"])
    ]
    return told + ([] if seen else [row for row in found["bi_problem_areas"] if OF_MUNICIPALITY.search(row["why"])])


OF_MUNICIPALITY = re.compile(r"муниципалитета \(\d+ из|по муниципалитету")
"""Words of the reasons of a problem area that name a figure of the municipality."""


def _without_whole(view: str, given: list[Row], login: str) -> Counter[str]:
    left_out = {"md5", *OF_THE_WHOLE[view]} if view in OF_THE_WHOLE and login != "head" else set()
    return Counter(str({name: value for name, value in row.items() if name not in left_out}) for row in given)


LOOKING = ("head", "mayor", "block head")
"""Whose tiles are compared with queries of our own."""


def settings_of_filters() -> dict[str, list[tile_queries.Filter]]:
    """Five choices of the filters of a page: of values that there are."""
    chosen = {
        "municipality": "select short_title from marts.dim_municipality where municipality_code = 'murmansk'",
        "block": "select title from marts.dim_sector_block where block_code = 'murmansk.roads'",
        "channel": "select channel from bi.bi_feedback group by 1 order by count(*) desc limit 1",
    }
    filters = {name: {"col": name, "op": "IN", "val": [rows(query)[0][0]]} for name, query in chosen.items()}
    month = {"col": "period", "op": "IN", "val": [MONTH]}
    return {
        "nothing": [], "municipality": [filters["municipality"]], "month": [month],
        "month and block": [month, filters["block"]], "municipality and channel": [*filters.values()][::2],
    }  # fmt: skip  # a table


def wrong_tiles(asked: Mapping[str, Any], *, is_filtered: bool = True) -> list[tuple[str, str, str, str]]:
    """(login, setting, tile, difference) where Superset's rows are not those of our own query. `is_filtered` false:
    our queries leave the choice out, so that a choice which does nothing is seen."""
    wrong, settings = [], settings_of_filters()
    for login, found in asked["tiles"].items():
        with connect_as(login) as conn:
            conn.execute("set timezone = 'Europe/Moscow'")
            for setting, of_tiles in found.items():
                for tile in tile_queries.tiles():
                    chosen = tile.heeds(settings[setting]) if is_filtered else []
                    if said := tile_queries.differs(conn, tile, chosen, of_tiles[tile.uuid]):
                        wrong.append((login, setting, tile.name, said))
    return wrong


def filled_tiles(asked: Mapping[str, Any]) -> list[str]:
    """For each person, how many tiles have rows under each setting, of how many."""
    return [
        f"{PEOPLE[login][0]:<40}"
        + ", ".join(f"{setting} {sum(map(bool, given.values()))}/{len(given)}" for setting, given in found.items())
        for login, found in asked["tiles"].items()
    ]


def ask_superset(folder: Path, changed: Mapping[str, Any]) -> dict[str, Any]:
    """What `ways_to_rows.py` prints. `changed`: the people after all have asked."""
    settings = {
        setting: {tile.uuid: tile.heeds(choice) for tile in tile_queries.tiles()}
        for setting, choice in settings_of_filters().items()
    }
    env = services.superset_env() | {
        "SUPERSET_HOME": str(folder), "MCU_SUPERSET_METADATA_URL": f"sqlite:///{folder}/superset.db",
    }  # fmt: skip  # a table
    done = subprocess.run(
        [services.superset_python(), "-W", "ignore", str(ROOT / "tests" / "superset" / "ways_to_rows.py")],
        input=json.dumps({"people": PEOPLE, "changed": changed, "looking": LOOKING, "settings": settings}),
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def wrong_cells(held: Mapping[str, Mapping[str, list[Row]]], asked: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(login, way, view) whose rows are not those that the person holds by the own login; after the same rights were
    given anew."""
    wrong = []
    for login, ways in asked["rows"].items():
        for way, view, given in ((way, view, given) for way, found in ways.items() for view, given in found.items()):
            if way in asked["sql"]:
                with connect_as(login) as conn:
                    conn.execute("set timezone = 'Europe/Moscow'")
                    is_right = not isinstance(given, int) and not differs(conn, asked["sql"][way][view], given)
            elif login in EXPORTERS:
                is_right = given == sorted(row["md5"] for row in held[login][view])
            else:
                is_right = given == FORBIDDEN
            wrong += [] if is_right else [(login, way, view)]
    return wrong


def table(held: Mapping[str, Mapping[str, list[Row]]], asked: Mapping[str, Any]) -> list[str]:
    """The matrix: in how many views there are rows, of how many."""
    ways = ("page", "link", "query", "csv")
    lines = [f"{'role':<40}{'PostgreSQL':<14}" + "".join(f"{way:<10}" for way in ways) + "SQL Lab"]
    for login, (role, _) in PEOPLE.items():
        cells = [f"{sum(bool(found) for found in held[login].values())}/{len(held[login])}".ljust(14)]
        for way in ways:
            found = list(asked["rows"][login][way].values())
            refused = FORBIDDEN in found
            cells.append(("none" if refused else f"{sum(map(bool, found))}/{len(found)}").ljust(10))
        cells.append("none" if asked["other ways"][login]["SQL Lab"] == FORBIDDEN else "open")
        lines.append(f"{role:<40}" + "".join(cells))
    return lines


def differs(conn: psycopg.Connection, query: str, given: list[Row]) -> bool:
    """Whether Superset's rows of a tile are not those that its own SQL gives under the person's login."""
    cursor = conn.cursor(row_factory=dict_row).execute(query.encode())
    instants = tile_queries.instants(cursor)
    return Counter(_plain(row, instants) for row in cursor.fetchall()) != Counter(
        _plain(row, instants) for row in given
    )


_NUMBERS = {
    column.get("column_name") or column["metric_name"]
    for tile in tile_queries.tiles()
    for column in [*tile.dataset["columns"], *tile.dataset.get("metrics", [])]
    if "row_number()" in column.get("expression", "")
}
"""Names of numbers in a list: equal rows get them in any order."""


def _plain(row: Row, instants: set[str]) -> str:
    return str(
        sorted((name, tile_queries.text_of(value)) for name, value in row.items() if name not in instants | _NUMBERS)
    )
