"""What is planted in the city, where, and how it is written down.

Plants recur at fixed residues of an item's index, so any size of city carries them in the same shares and
the generator needs no memory of them. `TruthWriter` keeps, under `var/city/truth/`:

- `items.jsonl.gz`: a line for every record a source hands over: source_slug, record_ref, municipality_code,
  received_at, expected (`feedback` or `quarantine`), reason_code (`required_missing`, `bad_time` or null),
  planted (names of `PLANTS`, empty for most), of (the record that this one repeats, or null);
- `canaries.jsonl`: a line for every planted identity: where it stands and the `needles` no search may find;
- `truth.json`: the parameters, the planted stories and the counts of everything above.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

from demo_city.clock import END, at, iso

SURGE = {
    "municipality_code": "murmansk", "district": "Первомайский округ", "topic_code": "zhkh.heating",
    "from": at(2026, 10, 5), "to": at(2026, 10, 19), "share": 0.35, "strength": 1.5,
}  # fmt: skip
"""One district without heating for two weeks."""

SILENCE_PAST = {"source_slug": "pos", "from": at(2026, 9, 14), "to": at(2026, 9, 18)}
"""Nothing at all comes from ПОС for four days; what people wrote had come before."""

SILENCE_NOW = {"source_slug": "registry", "municipality_code": "giaginsky", "from": at(2026, 11, 9), "to": END}
"""One municipality's registry stops for good while the others go on."""

RENAMED = {
    "recipient_code": "gubkinsky.improvement", "at": at(2025, 12, 1),
    "old": "МКУ «Управление благоустройства и озеленения»", "new": "МКУ «Центр городской среды»",
}  # fmt: skip

RULE_CHANGE = {
    "rule_code": "im_first_reply_2026", "source_slug": "incident", "at": at(2026, 7, 1),
    "stage": "first_reply", "before_working_hours": 9, "after_working_hours": 8,
}  # fmt: skip
"""From here on the first reply to an open-source message is due in 8 working hours; people answer quicker."""

HOLLOW = {"recipient_code": "murmansk.managing_2", "share": 0.6}
"""A managing organisation whose replies say nothing."""

SLOW = {"recipient_code": "novoshakhtinsk.roads", "late_share": 0.45}
"""A road service that answers too late nearly every second time."""

ORPHAN_TOPIC = "Нераспознанная тема классификатора"
ORPHAN_CODE = "0009.9999.9999.9999"
ORPHAN_RECIPIENT = "Отдел перспективных вопросов"

PLANTS = (
    "reject", "canary", "orphan_topic", "orphan_recipient", "late_event", "retroactive_edit", "duplicate_row",
    "mass_text", "long_text", "surge", "repeat", "cross_channel_repeat", "hollow_answer", "renamed_recipient",
    "instant_closure",
)  # fmt: skip

REJECTS = {
    "pos": (
        ("no_id", "required_missing"), ("no_municipality", "required_missing"), ("no_created", "required_missing"),
        ("bad_created", "bad_time"), ("bad_registered", "bad_time"),
    ),
    "incident": (
        ("no_id", "required_missing"), ("no_municipality", "required_missing"), ("no_created", "required_missing"),
        ("bad_created", "bad_time"), ("bad_closed", "bad_time"),
    ),
    "registry": (
        ("no_municipality", "required_missing"), ("no_created", "required_missing"), ("no_status", "required_missing"),
    ),
}  # fmt: skip
"""Source → (what is wrong with the record, reason code of its rejection)."""


def fault_of(source: str, number: int) -> str | None:
    """What is wrong with the record `number` of `source`: nothing, mostly."""
    every = 499 if source != "registry" else 601
    faults = REJECTS[source]
    return faults[number // every % len(faults)][0] if number % every == 250 else None


def is_canary(index: int) -> bool:
    return index % 151 == 7


def is_orphan_topic(index: int) -> bool:
    return index % 1_009 == 21


def is_orphan_recipient(index: int) -> bool:
    return index % 1_013 == 33


def is_late_event(index: int) -> bool:
    return index % 211 == 11


def is_retroactive(index: int) -> bool:
    return index % 157 == 19


def is_duplicate_row(index: int) -> bool:
    return index % 131 == 3


def is_mass_text(index: int) -> bool:
    return index % 97 == 50


def is_long_text(index: int) -> bool:
    return index % 1_511 == 5


def is_instant_closure(index: int) -> bool:
    return index % 173 == 29


class TruthWriter:
    """Writes the truth as the items stream by; `close()` ends it with `truth.json`."""

    def __init__(self, folder: Path, parameters: dict[str, Any], *, more: bool = False) -> None:
        """`more`: append to what is there (end with `leave()` then)."""
        folder.mkdir(parents=True, exist_ok=True)
        mode = "a" if more else "w"
        self._folder = folder
        self._parameters = parameters
        self._items: Any = gzip.open(folder / "items.jsonl.gz", mode + "t", encoding="utf-8", compresslevel=3)  # noqa: SIM115
        self._canaries = (folder / "canaries.jsonl").open(mode, encoding="utf-8")
        self._counts: Counter[tuple[str, str]] = Counter()
        self._by_plant: Counter[str] = Counter()

    def item(self, line: dict[str, Any]) -> None:
        self._items.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._counts[line["source_slug"], line["expected"]] += 1
        self._by_plant.update(line["planted"])

    def canary(self, line: dict[str, Any]) -> None:
        self._canaries.write(json.dumps(line, ensure_ascii=False) + "\n")

    def leave(self) -> None:
        """Close the files and leave `truth.json` as it is."""
        self._items.close()
        self._canaries.close()

    def close(self, served: dict[str, int], files: dict[str, int], refused: list[str]) -> None:
        """`served`: records each source hands over in all; `files`: rows of each XLSX file, headers included;
        `refused`: files that must not be loaded."""
        self.leave()
        sources = sorted({source for source, _ in self._counts})
        body = {
            "parameters": self._parameters,
            "counts": {
                s: {e: self._counts[s, e] for e in ("feedback", "quarantine")} | {"served": served[s]} for s in sources
            },
            "files": files,
            "refused_files": refused,
            "planted": {plant: self._by_plant[plant] for plant in PLANTS},
            "surge": _readable(SURGE), "silence_past": _readable(SILENCE_PAST), "silence_now": _readable(SILENCE_NOW),
            "recipient_renamed": _readable(RENAMED), "rule_change": _readable(RULE_CHANGE), "hollow": HOLLOW,
            "slow": SLOW,
            "orphans": {"topic": ORPHAN_TOPIC, "classifier_code": ORPHAN_CODE, "recipient": ORPHAN_RECIPIENT},
        }  # fmt: skip
        text = json.dumps(body, ensure_ascii=False, indent=2)
        (self._folder / "truth.json").write_text(text, encoding="utf-8")


def _readable(story: dict[str, Any]) -> dict[str, Any]:
    return {k: iso(v) if k in ("from", "to", "at") else v for k, v in story.items()}
