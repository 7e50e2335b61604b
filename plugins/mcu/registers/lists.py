"""What the drop-down lists offer: the names in force today that the maps know for every source (`*`)."""

from __future__ import annotations

import csv
from functools import cache

from mcu.settings import ROOT

EVERY_SOURCE = "*"


@cache
def seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed of dbt."""
    with (ROOT / "dbt_project" / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def municipalities() -> dict[str, str]:
    """Code → the name that every source may use."""
    return {
        r["municipality_code"]: r["municipality_ref"]
        for r in seed("municipality_map")
        if r["source_slug"] == EVERY_SOURCE
    }


def topics() -> list[str]:
    """Names of topics, in the order of the classifier."""
    order = {r["topic_code"]: number for number, r in enumerate(seed("topics"))}
    found = [r for r in seed("topic_map") if r["source_slug"] == EVERY_SOURCE and not r["valid_to"]]
    return [r["topic_ref"] for r in sorted(found, key=lambda r: order[r["topic_code"]])]


def recipients() -> list[tuple[str, str]]:
    """(municipality, recipient), by municipality."""
    names = municipalities()
    found = [r for r in seed("recipient_map") if r["source_slug"] == EVERY_SOURCE and not r["valid_to"]]
    order = {code: number for number, code in enumerate(names)}
    found.sort(key=lambda r: order[r["municipality_code"]])
    return [(names[r["municipality_code"]], r["recipient_ref"]) for r in found]


def blocks() -> list[tuple[str, str]]:
    """(municipality, sector block), by municipality."""
    names = municipalities()
    order = {code: number for number, code in enumerate(names)}
    found = sorted(seed("sector_blocks"), key=lambda r: (order[r["municipality_code"]], int(r["sort_order"])))
    return [(names[r["municipality_code"]], r["title"]) for r in found]


def measure_statuses() -> list[str]:
    """Names of the states of a measure."""
    return [
        r["status_ref"] for r in seed("measure_status_map") if r["source_slug"] == EVERY_SOURCE and not r["valid_to"]
    ]
