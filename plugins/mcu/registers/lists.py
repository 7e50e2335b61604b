"""What the drop-down lists offer: the names in force today that the maps know for every source (`*`). A code that the
maps give no such name is not offered."""

from __future__ import annotations

import csv
from functools import cache

from mcu.seeds.in_force import is_in_force
from mcu.settings import ROOT
from mcu.sources.registry import source_titles


@cache
def seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed of dbt."""
    with (ROOT / "dbt_project" / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def municipalities() -> dict[str, str]:
    """Code → the name that every source may use."""
    return {row["municipality_code"]: row["municipality_ref"] for row in _for_every_source("municipality_map")}


def topics() -> list[str]:
    """Names of topics, in the order of the classifier."""
    order = {row["topic_code"]: number for number, row in enumerate(seed("topics"))}
    rows = [row for row in _for_every_source("topic_map") if row["topic_code"] in order]
    return [row["topic_ref"] for row in sorted(rows, key=lambda row: order[row["topic_code"]])]


def recipients() -> list[tuple[str, str]]:
    """(municipality, recipient), by municipality."""
    names = municipalities()
    order = {code: number for number, code in enumerate(names)}
    rows = [row for row in _for_every_source("recipient_map") if row["municipality_code"] in order]
    rows.sort(key=lambda row: order[row["municipality_code"]])
    return [(names[row["municipality_code"]], row["recipient_ref"]) for row in rows]


def blocks() -> list[tuple[str, str]]:
    """(municipality, sector block), by municipality."""
    names = municipalities()
    order = {code: number for number, code in enumerate(names)}
    rows = [row for row in seed("sector_blocks") if row["municipality_code"] in order]
    rows.sort(key=lambda row: (order[row["municipality_code"]], int(row["sort_order"])))
    return [(names[row["municipality_code"]], row["title"]) for row in rows]


def sources() -> list[str]:
    """Short titles of the sources of обращения and сообщения."""
    titles = source_titles(is_short=True)
    return [titles[slug] for slug in dict.fromkeys(row["source_slug"] for row in seed("channels")) if slug in titles]


def measure_statuses() -> list[str]:
    """Names of the states of a measure."""
    return [row["status_ref"] for row in _for_every_source("measure_status_map")]


def _for_every_source(map_name: str) -> list[dict[str, str]]:
    """The rows of a map that hold for every source and are in force."""
    return [row for row in seed(map_name) if row["source_slug"] == "*" and is_in_force(row)]
