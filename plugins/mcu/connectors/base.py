"""The protocol of a connector: it yields pages of records and knows nothing of Airflow, the warehouse or landing.
`mcu.sources.opening` chooses the connector by the type of the spec's parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from mcu.errors import UserError


class SourceError(UserError):
    """A source could not be read. The message is Russian, says what to do and contains no secret."""

    code = "source_unreadable"


@dataclass(frozen=True, slots=True)
class Window:
    """What to fetch: records changed at or after `since` and before `until`; None means no limit."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record that was found cannot be read as it was meant. Landing rejects the record; of its fields only the
    number is stored, because the others may hold each other's values. `reason` is Russian and quotes no value."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some records as the source gave them, with the position of each."""

    records: list[Any]
    place: str
    """For people: «страница 3», «лист «Данные»»."""
    rows: Sequence[int] | None = None
    """The row of each record in the file; without it records are counted from 1."""
    what: str = "строка"
    """What `rows` count: «строка» of a table, «запись» of a list."""
    total: int | None = None
    """The number of all records by the source's own count."""
    unknown_fields: frozenset[str] = frozenset()
    """Columns of a file that no field reads: reported as drift."""
    faults: Mapping[int, Fault] = field(default_factory=dict)
    """Index in `records` → why this record is rejected."""
    notes: tuple[str, ...] = ()
    """What people must know of the source beside its records: what was left out, what contradicts itself. Russian,
    without values; shown once per load."""
    is_only_copy: bool = False
    """The source deletes these records when the next page is requested: they must be saved before that."""

    def position(self, index: int) -> str:
        if self.rows is not None:
            return f"{self.place}, {self.what} {self.rows[index]}"
        return f"{self.place}, запись {index + 1}"


class Connector(Protocol):
    """A source that can be asked for what changed."""

    consumes_on_read: bool = False
    """The source deletes what it has given (see `Page.is_only_copy`), so the next load takes over what an interrupted
    one had landed."""

    def pages(self, window: Window) -> Iterator[Page]:
        """The records of the window, a page at a time. Raises SourceError."""
        ...


def dig(record: Any, path: str) -> Any:
    """The value at a dotted path; None if a part of the path is missing."""
    for part in path.split("."):
        if not isinstance(record, dict):
            return None
        record = record.get(part)
    return record
