"""The database of registered appeals (59-ФЗ), read as a view of a real PostgreSQL database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from demo_city import database
from demo_city.clock import utc
from demo_city.item import Item
from demo_city.payloads import registry
from demo_city.systems.base import Change, Plan, StreamWriter, System


class Registry(System):
    slug = "registry"

    def prepare(self) -> None:
        database.prepare()

    def open(self, home: Path, plan: Plan) -> RegistryWriter:
        return RegistryWriter(plan)

    def is_built(self, home: Path, plan: Plan) -> bool:
        return database.stamp() == _stamp(plan)

    def change(self, home: Path, inbox: Path, change: Change) -> None:
        appeals = []
        for item in change.items:
            appeal = registry(item, change.at)
            if not change.is_new(item) and appeal["answer_text"]:
                appeal["answer_text"] += f" Дополнено, правка {change.number}."
            appeal["updated_at"] = utc(change.at)
            appeals.append(appeal)
        database.upsert(appeals)

    def connection(self, base_url: str, token: str, inbox: Path) -> str:
        return database.registry_url()


class RegistryWriter(StreamWriter):
    """Copies the appeals into the database; `close` commits."""

    def __init__(self, plan: Plan) -> None:
        self._database = database.DatabaseWriter()
        self._plan = plan

    def write(self, item: Item) -> None:
        self._database.put(registry(item, self._plan.until))

    def close(self) -> tuple[int, dict[str, int], Sequence[str]]:
        self._database.close(_stamp(self._plan))
        return self._database.served, {}, ()

    def abandon(self) -> None:
        self._database.abandon()


def _stamp(plan: Plan) -> str:
    """What the database was filled by."""
    return f"seed {plan.seed}, {plan.items} items until {plan.until}"


SYSTEM = Registry()
