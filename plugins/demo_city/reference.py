"""The platform's reference data, read from its seeds.

The city takes every name from the maps, so any name that is not mapped was planted.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from demo_city.clock import at
from mcu.settings import ROOT

SEEDS = ROOT / "dbt_project" / "seeds"
SOURCES = ("pos", "incident", "registry")
ANY = "*"
"""In a map: every source without its own row for the name."""


def rows(seed: str, folder: Path = SEEDS) -> list[dict[str, str]]:
    """The rows of `<seed>.csv`."""
    with (folder / f"{seed}.csv").open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def _instant(day: str) -> int:
    d = date.fromisoformat(day)
    return at(d.year, d.month, d.day)


class _OfSources(dict[tuple[Any, ...], Any]):
    """Look-ups by (source, …); a source without its own row uses the row of all sources (`*`)."""

    def __missing__(self, key: tuple[Any, ...]) -> Any:
        if key[0] == ANY:
            raise KeyError(key)
        return self[ANY, *key[1:]]


class Reference:
    """Look-ups over the seeds; topics are known by their position in `topics.csv`."""

    def __init__(self) -> None:
        topics = rows("topics")
        self.topic_codes = [t["topic_code"] for t in topics]
        self.topic_titles = [t["title"] for t in topics]
        self.topic_groups = [t["group_title"] for t in topics]
        self.topic_themes = [t["theme_code"] for t in topics]
        self.topic_is_key = [t["is_key"] == "true" for t in topics]
        self.classifiers = [t["classifier_code"] for t in topics]
        index = {code: i for i, code in enumerate(self.topic_codes)}

        self.municipalities = [m["municipality_code"] for m in rows("municipalities")]
        self.municipality_refs = _OfSources(
            {(m["source_slug"], m["municipality_code"]): m["municipality_ref"] for m in rows("municipality_map")}
        )

        refs: dict[tuple[str, int], list[str]] = defaultdict(list)
        by_classifier: dict[str, int] = {}
        for m in rows("topic_map"):
            refs[m["source_slug"], index[m["topic_code"]]].append(m["topic_ref"])
            if m["source_slug"] == "registry":
                by_classifier[m["topic_ref"]] = index[m["topic_code"]]
        self.topic_refs = _OfSources(
            {
                (source, topic): found if source == ANY else refs[ANY, topic] + found
                for (source, topic), found in list(refs.items())
            }
        )
        # The registry has only the codes of questions, so several of our topics share one code there.
        self.registry_topic = [by_classifier[code] for code in self.classifiers]

        names: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        for m in rows("recipient_map"):
            names[m["source_slug"], m["recipient_code"]].append((_instant(m["valid_from"]), m["recipient_ref"]))
        self._recipient_names = _OfSources({key: sorted(found) for key, found in names.items()})
        self.recipients: dict[str, list[str]] = defaultdict(list)
        for r in rows("recipients"):
            if r["recipient_code"] not in self.recipients[r["municipality_code"]]:
                self.recipients[r["municipality_code"]].append(r["recipient_code"])
        self.managing = {m: [c for c in codes if ".managing_" in c] for m, codes in self.recipients.items()}

    def recipient_ref(self, source: str, recipient: str, instant: int) -> str:
        """The name by which `source` calls the recipient at `instant`."""
        names = self._recipient_names[source, recipient]
        found: str = names[0][1]
        for since, name in names[1:]:
            if since <= instant:
                found = name
        return found


@cache
def reference() -> Reference:
    return Reference()
