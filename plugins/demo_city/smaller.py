"""The smaller systems of the city: built into drafts with the rest of it, their truth kept in `truth/systems.json`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from demo_city.clock import END
from demo_city.systems import all_systems
from demo_city.systems.base import Truth
from mcu.secrets import put_secret, secret
from mcu.settings import settings

LEAST_RECORDS = 40
SHARE = 100
"""Each of them has one record to so many of the city's items, but not less than `LEAST_RECORDS`."""

_TRUTH = "systems.json"


def build_systems(drafts: Path, seed: int, items: int) -> None:
    """Fill `drafts/systems/<slug>` (their state), `drafts/inbox/<slug>` (what people drop) and their truth."""
    truth = {}
    (drafts / "systems").mkdir()
    for slug, system in all_systems().items():
        state, inbox = drafts / "systems" / slug, drafts / "inbox" / slug
        state.mkdir(parents=True)
        inbox.mkdir(parents=True)
        told = system.build(state, seed, max(LEAST_RECORDS, items // SHARE), END)
        truth[slug] = {"facts": told.facts, "rejected": told.rejected}
        system.deliver(state, inbox)
    (drafts / "truth" / _TRUTH).write_text(json.dumps(truth, indent=2), encoding="utf-8")


def tell_addresses(base_url: str) -> None:
    """Write the connection `conn_<slug>` of each system."""
    for slug, system in all_systems().items():
        inbox = settings().inbox / slug
        inbox.mkdir(parents=True, exist_ok=True)
        put_secret(f"conn_{slug}", system.connection(base_url, secret("city_token"), inbox.resolve()))


def systems_truth(folder: Path) -> dict[str, Truth]:
    """What `build_systems` wrote, by slug; nothing where there is no city."""
    path = folder / _TRUTH
    told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {slug: Truth(Counter(truth["facts"]), truth["rejected"]) for slug, truth in told.items()}
