"""Makes the city and puts it into its simulators: `python -m demo_city.build`.

One pass over the generator fills everything. Drafts are moved into place at the end and the stamp is written last:
a second run with the same parameters does nothing, a killed one is made anew, to the same bytes.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo_city import database
from demo_city.clock import END, iso, utc
from demo_city.folder import SPOILED, FolderWriter, file_name, write_spoiled
from demo_city.generate import City
from demo_city.item import Item
from demo_city.payloads import POS_EVENTS, incident, pos, registry, updated_at
from demo_city.smaller import build_systems, tell_addresses
from demo_city.store import StoreWriter
from demo_city.systems import all_systems
from demo_city.truth import REJECTS, TruthWriter
from mcu.errors import UserError
from mcu.secrets import put_secret, secret
from mcu.settings import settings

VERSION = 3
"""Raise it when the same parameters give another city, or other systems of it."""


_DROPPED = "dropped.json"
"""In the folder of the truth: source → names of the files that the city dropped into its inbox."""

_UNTOUCHED = {"count": 0, "added": 0}


@dataclass(frozen=True)
class Built:
    """`made`: whether there was anything to do."""

    items: int
    seed: int
    made: bool
    seconds: float


def home() -> Path:
    """Where the city keeps its state."""
    return settings().var / "city"


def build(items: int | None = None, seed: int | None = None, tell: Callable[[int], None] = lambda done: None) -> Built:
    """Make the city of `items` items from `seed` (default: the settings) if it is not there; `tell` hears progress."""
    started = time.monotonic()
    items = settings().city_items if items is None else items
    seed = settings().city_seed if seed is None else seed
    systems = list(all_systems())
    parameters = {"version": VERSION, "seed": seed, "items": items, "city_end": iso(END), "systems": systems}
    database.prepare()
    _tell_addresses()
    stamp = json.dumps(parameters)
    if _stamp() == parameters and database.stamp() == stamp and (home() / "pos.sqlite").exists():
        return Built(items, seed, False, time.monotonic() - started)
    _forget()
    drafts = home() / "drafts"
    shutil.rmtree(drafts, ignore_errors=True)
    drafts.mkdir(parents=True)
    _fill(City(seed, items), drafts, parameters, stamp, tell)
    _move_in(drafts)
    _write_stamp(parameters)
    return Built(items, seed, True, time.monotonic() - started)


def _fill(city: City, drafts: Path, parameters: dict[str, Any], stamp: str, tell: Callable[[int], None]) -> None:
    store = StoreWriter(drafts / "pos.sqlite")
    folder = FolderWriter(drafts / "inbox" / "incident")
    truth = TruthWriter(drafts / "truth", parameters)
    appeals = database.DatabaseWriter()
    messages = 0
    try:
        for item in city:
            if item.source == "pos":
                store.put(item.index, updated_at(item, END), pos(item, END))
                messages += 1
            elif item.source == "incident":
                folder.put(item)
            else:
                appeals.put(registry(item, END))
            _tell_truth(truth, item)
            if item.index % 1_000 == 999:
                tell(item.index + 1)
        store.close()
        files = folder.close()
        write_spoiled(drafts / "inbox" / "incident")
        build_systems(drafts, city.seed, city.items)
        appeals.close(stamp)
    except BaseException:
        appeals.abandon()
        raise
    truth.close({"pos": messages, "incident": folder.served, "registry": appeals.served}, files, [SPOILED])
    tell(city.items)


def _tell_truth(truth: TruthWriter, item: Item) -> None:
    reason = dict(REJECTS[item.source])[item.fault] if item.fault else None
    truth.item(
        {
            "source_slug": item.source,
            "record_ref": item.ref,
            "municipality_code": item.municipality,
            "received_at": iso(item.received),
            "expected": "quarantine" if reason else "feedback",
            "reason_code": reason,
            "planted": item.planted,
            "of": {"source_slug": item.repeat_of[0], "record_ref": item.repeat_of[1]} if item.repeat_of else None,
        }
    )
    for canary in item.canaries:
        truth.canary(canary)


def _move_in(drafts: Path) -> None:
    inboxes = sorted((drafts / "inbox").iterdir())
    dropped = {inbox.name: sorted(file.name for file in inbox.iterdir()) for inbox in inboxes}
    (drafts / "truth" / _DROPPED).write_text(json.dumps(dropped), encoding="utf-8")
    (drafts / "pos.sqlite").replace(home() / "pos.sqlite")
    shutil.rmtree(home() / "truth", ignore_errors=True)
    (drafts / "truth").replace(home() / "truth")
    shutil.rmtree(home() / "systems", ignore_errors=True)
    (drafts / "systems").replace(home() / "systems")
    for slug, names in dropped.items():
        inbox = settings().inbox / slug
        inbox.mkdir(parents=True, exist_ok=True)
        for name in names:
            # Beside its place first: a rename inside one folder shows a reader all of the file or none of it.
            waiting = inbox / f".{name}"
            shutil.move(drafts / "inbox" / slug / name, waiting)
            waiting.replace(inbox / name)
    shutil.rmtree(drafts)


def _tell_addresses() -> None:
    """Write the connections that the source specs name."""
    put_secret("conn_pos", f"http://:{secret('city_token')}@127.0.0.1:{settings().city_port}/pos")
    put_secret("conn_incident", _inbox().resolve().as_uri())
    put_secret("conn_registry", database.registry_url())
    tell_addresses(f"http://127.0.0.1:{settings().city_port}")


def _inbox() -> Path:
    return settings().inbox / "incident"


def _stamp_file() -> Path:
    return home() / "stamp.json"


def _whole_stamp() -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(_stamp_file().read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found


def _stamp() -> dict[str, Any] | None:
    """The parameters of the city that stands; None: none whole."""
    found = _whole_stamp()
    return {name: value for name, value in found.items() if name != "touches"} if found else None


def _write_stamp(body: dict[str, Any]) -> None:
    draft = _stamp_file().with_suffix(".draft")
    draft.write_text(json.dumps(body), encoding="utf-8")
    draft.replace(_stamp_file())


def _forget() -> None:
    """An older city of other parameters: its stamp first, then the files it dropped, and no one else's."""
    touches = (_whole_stamp() or {}).get("touches", _UNTOUCHED)["count"]
    _stamp_file().unlink(missing_ok=True)
    told = home() / "truth" / _DROPPED
    dropped: dict[str, list[str]] = json.loads(told.read_text(encoding="utf-8")) if told.exists() else {}
    for slug, names in dropped.items():
        for name in names:
            (settings().inbox / slug / name).unlink(missing_ok=True)
    for no in range(1, touches + 1):
        (_inbox() / file_name(END + 60 * no)).unlink(missing_ok=True)


# --- a city that lives on: what the incremental benchmark and tests change


def touch(n: int) -> dict[str, int]:
    """Change or add `n` items, half and half, shared among the sources as everywhere; how many by source.

    Everything touched is updated after all that was there before. Truth of new items is appended."""
    body = _whole_stamp()
    if body is None:
        raise UserError("Демонстрационный город не создан: сначала выполните python -m demo_city.build")
    touches: dict[str, int] = body.get("touches", _UNTOUCHED)
    city = City(body["seed"], body["items"])
    moment = END + 60 * (touches["count"] + 1)
    added = n // 2
    first_new = city.items + touches["added"]
    step = max(city.items // max(n - added, 1), 1)
    old = [(touches["count"] * 37 + k * step) % city.items for k in range(n - added)]

    store = StoreWriter(home() / "pos.sqlite")
    inbox = _inbox()
    inbox.mkdir(parents=True, exist_ok=True)
    drafts = home() / "drafts"
    folder = FolderWriter(drafts, [moment])
    truth = TruthWriter(home() / "truth", {}, more=True)
    appeals = []
    counts = {"pos": 0, "incident": 0, "registry": 0}
    for index in [*old, *range(first_new, first_new + added)]:
        item = city.item(index)
        if item.fault:
            continue
        counts[item.source] += 1
        if item.source == "pos":
            message = pos(item, moment)
            if index < city.items:
                _go_on(message, iso(moment))
            message["updatedAt"] = iso(moment)
            store.put(index, moment, message)
        elif item.source == "incident":
            row = incident(item, moment)
            if index < city.items:
                row["importance"] = "Обычная" if item.is_raised else "Повышенная"
            folder.write(0, row)
        else:
            appeal = registry(item, moment)
            if index < city.items and appeal["answer_text"]:
                appeal["answer_text"] += f" Дополнено, правка {touches['count'] + 1}."
            appeal["updated_at"] = utc(moment)
            appeals.append(appeal)
        if index >= city.items:
            _tell_truth(truth, item)
    store.close()
    database.upsert(appeals)
    for name in folder.close():
        (drafts / name).replace(inbox / f".{name}")
        (inbox / f".{name}").replace(inbox / name)
    shutil.rmtree(drafts)
    truth.leave()
    _write_stamp(body | {"touches": {"count": touches["count"] + 1, "added": touches["added"] + added}})
    return counts


def _go_on(message: dict[str, Any], moment: str) -> None:
    """What happens next to a message: an answered one is marked, another is answered."""
    if message["rating"] is None and message["answer"] and message["answer"]["at"]:
        message |= {"rating": 4, "ratedAt": moment}
        message["history"].append({"event": POS_EVENTS["marked"], "at": moment})
        return
    interim = message["answer"]["interimAt"] if message["answer"] else None
    message["answer"] = {"text": "Ответ дополнен по итогам проверки.", "at": moment, "interimAt": interim}
    message["status"] = "Ответ дан"
    message["history"].append({"event": POS_EVENTS["final_reply"], "at": moment})


def main() -> None:
    """Build with a progress bar."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        task = progress.add_task("Демонстрационный город", total=settings().city_items)
        built = build(tell=lambda done: progress.update(task, completed=done))
        progress.update(task, completed=built.items)
    print(f"Записей: {built.items}, {'создано за' if built.made else 'уже есть, проверено за'} {built.seconds:.1f} с")


if __name__ == "__main__":
    main()
