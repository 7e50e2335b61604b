"""The platform's reference data, read from its seeds.

The city takes every name from the maps, so any name that is not mapped was planted.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from functools import cache
from typing import Any

from demo_city.clock import at
from mcu.settings import ROOT

SEEDS = ROOT / "dbt_project" / "seeds"
SOURCES = ("pos", "incident", "registry")
ANY = "*"
"""In a map: every source without its own row for the name."""


def rows(seed: str) -> list[dict[str, str]]:
    """The rows of `<seed>.csv`."""
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as f:
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
    """Look-ups over the seeds; topics are known by their position in `topics.csv`.

    A topic, a municipality or a recipient that the maps give no name stays out of the city."""

    def __init__(self) -> None:
        topics = [t for t in rows("topics") if t["topic_code"] in _topics_with_a_name()]
        self.topic_codes = [t["topic_code"] for t in topics]
        self.topic_titles = [t["title"] for t in topics]
        self.topic_groups = [t["group_title"] for t in topics]
        self.topic_themes = [t["theme_code"] for t in topics]
        self.topic_is_key = [t["is_key"] == "true" for t in topics]
        self.classifiers = [t["classifier_code"] for t in topics]
        index = {code: i for i, code in enumerate(self.topic_codes)}

        self.municipality_refs = _OfSources(
            {(m["source_slug"], m["municipality_code"]): m["municipality_ref"] for m in rows("municipality_map")}
        )
        codes = [m["municipality_code"] for m in rows("municipalities")]
        self.municipalities = [code for code in codes if (ANY, code) in self.municipality_refs]

        refs: dict[tuple[str, int], list[str]] = defaultdict(list)
        by_classifier: dict[str, int] = {}
        for m in rows("topic_map"):
            if m["topic_code"] not in index:
                continue
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
        self._of_block: dict[tuple[str, str], list[str]] = defaultdict(list)
        for seed in ("recipients", "block_heads"):
            for r in rows(seed):
                if not r["valid_to"] and self.has_name(r["recipient_code"]):
                    self._of_block[seed, r["block_code"]].append(r["recipient_code"])
        self.managing = self._numbered("managing")
        self.settlements = self._numbered("settlement")

    def _numbered(self, kind: str) -> dict[str, list[str]]:
        """Municipality → the recipients `<municipality>.<kind>_<number>` that have a name."""
        found: dict[str, list[str]] = defaultdict(list)
        for r in rows("recipients"):
            code, known = r["recipient_code"], found[r["municipality_code"]]
            if f".{kind}_" in code and code not in known and self.has_name(code):
                known.append(code)
        return found

    def executors_of(self, block: str) -> list[str]:
        """Who carries out what a sector block decides: the recipients of the block, else who answers for it."""
        return self._of_block["recipients", block] or self._of_block["block_heads", block]

    def has_name(self, recipient: str) -> bool:
        """True if every source has a name for the recipient."""
        return (ANY, recipient) in self._recipient_names

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


def _topics_with_a_name() -> set[str]:
    """The topics that every source can name: in words, and by the code of the registry."""
    maps = rows("topic_map")
    named = {m["topic_code"] for m in maps if m["source_slug"] == ANY}
    codes = {m["topic_ref"] for m in maps if m["source_slug"] == "registry" and m["topic_code"] in named}
    return {t["topic_code"] for t in rows("topics") if t["topic_code"] in named and t["classifier_code"] in codes}
