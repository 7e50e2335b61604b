"""What every connector is: a protocol that yields pages of records. It knows nothing of Airflow, of the
warehouse or of landing; `mcu.sources.opening` opens it by the type of the spec's parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from mcu.errors import UserError


class SourceError(UserError):
    """A source could not be read. The message is Russian, tells what to do and holds no secret."""

    code = "source_unreadable"


@dataclass(frozen=True, slots=True)
class Window:
    """What to fetch: changed at or after `since`, before `until`; None is no bound."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some records as the source gave them, and where each of them stood."""

    records: list[Any]
    place: str
    """For people: «страница 3», «лист «Данные»»."""
    rows: Sequence[int] | None = None
    """Where in the file each record stood; without it they are counted from 1."""
    what: str = "строка"
    """What `rows` count: «строка» of a table, «запись» of a list."""
    total: int | None = None
    """How many records the source says there are in all."""
    unknown_fields: frozenset[str] = frozenset()
    """Columns of a file that no field wants: told as drift."""
    is_only_copy: bool = False
    """The source forgets these records when it is asked for the next page: they must be on the disk before."""

    def position(self, index: int) -> str:
        if self.rows is not None:
            return f"{self.place}, {self.what} {self.rows[index]}"
        return f"{self.place}, запись {index + 1}"


class Connector(Protocol):
    """A source that is asked for what changed. One that gives pages that are the only copy sets `forgets`: what a load
    that broke off had landed of it is taken over by the next."""

    def pages(self, window: Window) -> Iterator[Page]:
        """The records of the window, a page at a time. Raises SourceError."""
        ...


def dig(record: Any, path: str) -> Any:
    """The value at a dotted path; None where the way ends early."""
    for part in path.split("."):
        if not isinstance(record, dict):
            return None
        record = record.get(part)
    return record
