"""A city that lives on: what the incremental benchmark and tests change."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict

from demo_city.build import home, move_into_inbox, read_stamp, write_stamp
from demo_city.generate import City
from demo_city.item import Item
from demo_city.systems import all_systems
from demo_city.systems.base import Change
from demo_city.truth_files import TruthWriter, read_dropped, read_expected_counts, write_dropped, write_expected_counts
from mcu.errors import UserError


def change(count: int) -> dict[str, int]:
    """Change or add `count` items, half and half, shared among the sources as everywhere; how many by source.

    Everything changed is updated after all that was there before. The truth of new items is appended.
    Raises UserError if there is no city."""
    stamp = read_stamp()
    if stamp is None:
        raise UserError("Демонстрационный город не создан: сначала выполните python -m demo_city build")
    before = stamp.get("changes", {"count": 0, "added": 0})
    added = count // 2
    city = City(stamp["seed"], stamp["items"])
    first_new = city.items + before["added"]
    step = max(city.items // max(count - added, 1), 1)
    old = [(before["count"] * 37 + k * step) % city.items for k in range(count - added)]
    items = [item for item in map(city.item, [*old, *range(first_new, first_new + added)]) if not item.fault]
    by_source: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_source[item.source].append(item)

    number = before["count"] + 1
    for slug, found in by_source.items():
        _show(slug, Change(number, found, city.items))
    _append_truth([item for item in items if item.index >= city.items])
    write_stamp(stamp | {"changes": {"count": number, "added": before["added"] + added}})
    return {slug: len(found) for slug, found in by_source.items()}


def _show(slug: str, happened: Change) -> None:
    """Show the change in the state of the system and drop its new files."""
    draft = home() / "drafts" / slug
    draft.mkdir(parents=True, exist_ok=True)
    all_systems()[slug].change(home() / "systems" / slug, draft, happened)
    names = move_into_inbox(draft, slug)
    shutil.rmtree(home() / "drafts")
    dropped = read_dropped(home() / "truth")
    dropped[slug] = [*dropped[slug], *names]
    write_dropped(home() / "truth", dropped)


def _append_truth(new: list[Item]) -> None:
    truth = TruthWriter(home() / "truth", more=True)
    for item in new:
        truth.item(item)
    truth.close()
    counts = read_expected_counts(home() / "truth")
    for slug, more in Counter(item.source for item in new).items():
        counts[slug].facts["items"] += more
    write_expected_counts(home() / "truth", counts)
