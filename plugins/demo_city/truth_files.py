"""The truth of a city as files, below `var/city/truth/`:

- `expected_counts.json`: source → `facts` (relation → rows in its mart) and `rejected` (records in quarantine), for
  every system; `mcu reconcile` compares them with what was loaded;
- `items.jsonl.gz`: a line for each item of the stream: source_slug, record_ref, municipality_code, received_at,
  expected (`feedback` or `quarantine`), reason_code (`required_missing`, `bad_time` or null), planted (names of
  `PLANTS`, empty for most), of (the record that this one repeats, or null);
- `canaries.jsonl`: a line for each planted identity: where it stands and the `needles` no search may find;
- `dropped.json`: source → names of the files that the city dropped into its inbox;
- `truth.json`: the parameters, the planted stories, and records and files of the systems that count them.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from demo_city import truth
from demo_city.clock import iso
from demo_city.item import Item
from demo_city.stories import Stories
from demo_city.systems.base import Truth
from mcu.runtime.companion import ExpectedCounts

_EXPECTED = "expected_counts.json"
_DROPPED = "dropped.json"


class TruthWriter:
    """Writes items and canaries as they stream by; `finish()` adds what the systems say in the end."""

    def __init__(self, folder: Path, *, more: bool = False) -> None:
        """With `more`, append to the files of a city that is there; end with `close()` then."""
        folder.mkdir(parents=True, exist_ok=True)
        mode = "a" if more else "w"
        self._folder = folder
        self._items: Any = gzip.open(folder / "items.jsonl.gz", mode + "t", encoding="utf-8", compresslevel=3)  # noqa: SIM115
        self._canaries = (folder / "canaries.jsonl").open(mode, encoding="utf-8")
        self._by_plant: Counter[str] = Counter()
        self._stories: list[dict[str, Any]] = []

    def item(self, item: Item) -> None:
        self._items.write(json.dumps(_line(item), ensure_ascii=False) + "\n")
        self._by_plant.update(item.planted)
        for canary in item.canaries:
            self._canaries.write(json.dumps(canary, ensure_ascii=False) + "\n")

    def stories(self, stories: Stories) -> None:
        """What runs through several systems; a record is known by its system and the instant of its arrival."""
        self._stories = [
            {"kind": told.kind, "group": told.group, "system": told.system, "received_at": iso(told.item.received)}
            for told in stories.told
        ]

    def close(self) -> None:
        self._items.close()
        self._canaries.close()

    def finish(self, parameters: Mapping[str, Any], truths: Mapping[str, Truth]) -> None:
        """Close the files and write `expected_counts.json` and `truth.json`."""
        self.close()
        write_expected_counts(
            self._folder, {slug: ExpectedCounts(found.facts, found.rejected) for slug, found in truths.items()}
        )
        body = {
            "parameters": parameters,
            "served": {slug: found.served for slug, found in truths.items() if found.served is not None},
            "files": {name: rows for found in truths.values() for name, rows in found.files.items()},
            "refused_files": [name for found in truths.values() for name in found.refused_files],
            "planted": {plant: self._by_plant[plant] for plant in truth.PLANTS},
            "surge": _readable(truth.SURGE),
            "silence_past": _readable(truth.SILENCE_PAST),
            "silence_now": _readable(truth.SILENCE_NOW),
            "recipient_renamed": _readable(truth.RENAMED),
            "rule_change": _readable(truth.RULE_CHANGE),
            "measures": [_readable(measure) for measure in truth.MEASURES],
            "stories": self._stories,
            "hollow": truth.HOLLOW,
            "slow": truth.SLOW,
            "other_counts": truth.OTHER_COUNTS,
            "orphans": {
                "topic": truth.ORPHAN_TOPIC,
                "classifier_code": truth.ORPHAN_CODE,
                "recipient": truth.ORPHAN_RECIPIENT,
            },
        }
        text = json.dumps(body, ensure_ascii=False, indent=2)
        (self._folder / "truth.json").write_text(text, encoding="utf-8")


def write_expected_counts(folder: Path, counts: Mapping[str, ExpectedCounts]) -> None:
    body = {slug: {"facts": found.facts, "rejected": found.rejected} for slug, found in counts.items()}
    _write(folder / _EXPECTED, body)


def read_expected_counts(folder: Path) -> dict[str, ExpectedCounts]:
    """Source → its expected counts; empty if there is no city."""
    return {
        slug: ExpectedCounts(Counter(found["facts"]), found["rejected"])
        for slug, found in _read(folder / _EXPECTED).items()
    }


def write_dropped(folder: Path, names: Mapping[str, list[str]]) -> None:
    _write(folder / _DROPPED, names)


def read_dropped(folder: Path) -> dict[str, list[str]]:
    """Source → names of the files that the city dropped; empty if there is no city."""
    return _read(folder / _DROPPED)


def _write(path: Path, body: Mapping[str, Any]) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(body, indent=2), encoding="utf-8")
    draft.replace(path)


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _line(item: Item) -> dict[str, Any]:
    reason = dict(truth.REJECTS[item.source])[item.fault] if item.fault else None
    return {
        "source_slug": item.source,
        "record_ref": item.ref,
        "municipality_code": item.municipality,
        "received_at": iso(item.received),
        "expected": "quarantine" if reason else "feedback",
        "reason_code": reason,
        "planted": item.planted,
        "of": {"source_slug": item.repeat_of[0], "record_ref": item.repeat_of[1]} if item.repeat_of else None,
    }


def _readable(story: Mapping[str, Any]) -> dict[str, Any]:
    return {k: iso(v) if k in ("from", "to", "at", "done") else v for k, v in story.items()}
