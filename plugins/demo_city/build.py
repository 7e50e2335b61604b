"""Builds the city: every system, from one pass over the generator.

Drafts are moved into place at the end and the stamp is written last. A second build with the same parameters does
nothing; an interrupted one starts again and gives the same bytes.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo_city.clock import END, iso
from demo_city.generate import City
from demo_city.services import city_url
from demo_city.settings import city_settings
from demo_city.stories import STREAMED, Stories
from demo_city.systems import all_systems
from demo_city.systems.base import Plan, Truth
from demo_city.truth_files import TruthWriter, read_dropped, write_dropped
from mcu.secrets import put_secret, secret
from mcu.settings import settings

VERSION = 8
"""Raise it when the same parameters give another city, or other systems of it."""

OnProgress = Callable[[int], None]
"""Called with the number of items done."""


@dataclass(frozen=True)
class Built:
    items: int
    seed: int
    made: bool
    """False: the city was there already."""
    seconds: float


def home() -> Path:
    """The folder of the city's state."""
    return settings().var / "city"


def build(items: int | None = None, seed: int | None = None, on_progress: OnProgress = lambda done: None) -> Built:
    """Build the city of `items` items from `seed` (default: the settings) unless it is there."""
    started = time.monotonic()
    plan = Plan(
        city_settings().city_seed if seed is None else seed,
        city_settings().city_items if items is None else items,
    )
    for slug, system in all_systems().items():
        inbox = settings().inbox / slug
        inbox.mkdir(parents=True, exist_ok=True)
        system.prepare()
        put_secret(f"conn_{slug}", system.connection(city_url(), secret("city_token"), inbox.resolve()))
    made = not _is_built(plan)
    if made:
        _build(plan, on_progress)
    return Built(plan.items, plan.seed, made, time.monotonic() - started)


def parameters_of(plan: Plan) -> dict[str, Any]:
    """What the stamp of a built city says."""
    return {
        "version": VERSION,
        "seed": plan.seed,
        "items": plan.items,
        "city_end": iso(END),
        "systems": list(all_systems()),
    }


def read_stamp() -> dict[str, Any] | None:
    """The parameters of the city that is there, and how often it was changed since; None if there is none."""
    try:
        found: dict[str, Any] = json.loads(_stamp_file().read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found


def write_stamp(body: dict[str, Any]) -> None:
    draft = _stamp_file().with_suffix(".draft")
    draft.write_text(json.dumps(body), encoding="utf-8")
    draft.replace(_stamp_file())


def move_into_inbox(draft: Path, slug: str) -> list[str]:
    """Move the files of `draft` into the inbox of the source; their names."""
    inbox = settings().inbox / slug
    inbox.mkdir(parents=True, exist_ok=True)
    names = sorted(file.name for file in draft.iterdir())
    for name in names:
        # First into the inbox under a hidden name: a rename within one folder shows all of the file or nothing.
        hidden = inbox / f".{name}"
        shutil.move(draft / name, hidden)
        hidden.replace(inbox / name)
    return names


def _is_built(plan: Plan) -> bool:
    found = read_stamp()
    if not found or {name: value for name, value in found.items() if name != "changes"} != parameters_of(plan):
        return False
    return all(system.is_built(home() / "systems" / slug, plan) for slug, system in all_systems().items())


def _build(plan: Plan, on_progress: OnProgress) -> None:
    _remove_old_city()
    drafts = home() / "drafts"
    shutil.rmtree(drafts, ignore_errors=True)
    for name in ("systems", "inbox"):
        (drafts / name).mkdir(parents=True)
    truth = TruthWriter(drafts / "truth")
    truths = _fill(plan, drafts / "systems", truth, on_progress)
    for slug, system in all_systems().items():
        (drafts / "inbox" / slug).mkdir()
        system.deliver(drafts / "systems" / slug, drafts / "inbox" / slug)
    truth.finish(parameters_of(plan), truths)
    _move_in(drafts)
    write_stamp(parameters_of(plan))


def _fill(plan: Plan, folder: Path, truth: TruthWriter, on_progress: OnProgress) -> dict[str, Truth]:
    """Write the state of every system into `folder/<slug>`; source → its truth."""
    writers, stories = {}, Stories(plan.seed)
    try:
        for slug, system in all_systems().items():
            (folder / slug).mkdir()
            writers[slug] = system.open(folder / slug, plan)
        for item in City(plan.seed, plan.items):
            if writer := writers.get(item.source):
                writer.put(item)
                truth.item(item)
            if item.index % 1_000 == 999:
                on_progress(item.index + 1)
        for slug in [slug for slug in STREAMED if slug in writers]:
            for item in stories.of(slug, plan.until):
                writers[slug].put(item)
                truth.item(item)
        truth.stories(stories)
        return {slug: writer.finish() for slug, writer in writers.items()}
    except BaseException:
        for writer in writers.values():
            writer.abandon()
        raise


def _move_in(drafts: Path) -> None:
    for name in ("truth", "systems"):
        shutil.rmtree(home() / name, ignore_errors=True)
        (drafts / name).replace(home() / name)
    dropped = {inbox.name: sorted(file.name for file in inbox.iterdir()) for inbox in (drafts / "inbox").iterdir()}
    write_dropped(home() / "truth", dropped)  # before they are dropped: what is interrupted can be removed
    for slug in dropped:
        move_into_inbox(drafts / "inbox" / slug, slug)
    shutil.rmtree(drafts)


def _remove_old_city() -> None:
    """Remove the stamp of another city, then the files that it dropped, and no others."""
    _stamp_file().unlink(missing_ok=True)
    for slug, names in read_dropped(home() / "truth").items():
        for name in names:
            (settings().inbox / slug / name).unlink(missing_ok=True)


def _stamp_file() -> Path:
    return home() / "stamp.json"
