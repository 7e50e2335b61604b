"""Numbers of a document, each bound to its metric, slice and snapshot.

A bound number is written into the text between two private characters with its place in the list. `settle` takes them
out of the finished document, puts the list into the order of reading and refuses any digit that nobody bound: a number
typed into the template cannot leave."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from mcu.errors import UserError
from mcu.publications.note.metrics import METRICS
from mcu.russian import spelled

_OPEN, _MIDDLE, _CLOSE = "\ue000", "\ue001", "\ue002"
_BOUND = re.compile(f"{_OPEN}(\\d+){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")


class NumberUnbound(UserError):
    """The text of a document holds a number that is bound to nothing; the message quotes it."""

    code = "number_unbound"


class Bindings:
    """The list that a document grows while it is written. `scope`: the part of every slice, its municipality."""

    def __init__(self, scope: dict[str, Any]) -> None:
        self._scope = scope
        self.entries: list[dict[str, Any]] = []

    def number(self, value: float, metric: str, *, digits: int = 0, **where: Any) -> str:
        """`value` of a metric in a slice: columns of its relation, and `first`, `last` of its day."""
        return self._bind(spelled(value, digits), value=value, metric=metric, slice=self._slice(metric, where))

    def change(self, now: float, before: float, metric: str, *, to: dict[str, Any], since: dict[str, Any]) -> str:
        """How far a metric has moved between two slices, without its sign."""
        return self._bind(
            spelled(abs(now - before)),
            value=now - before,
            metric=metric,
            slice=self._slice(metric, to),
            minus=self._slice(metric, since),
        )

    def share(self, part: float, whole: float, metric: str, of: str, **where: Any) -> str:
        """What part of `of` is `metric`, in per cent with one digit; `whole` is not 0."""
        return self._bind(
            spelled(100 * part / whole, 1),
            value=part / whole,
            metric=metric,
            slice=self._slice(metric, where),
            divided_by=of,
        )

    def day(self, value: date) -> str:
        """A day of the document, «20.11.2026»."""
        return self._bind(f"{value:%d.%m.%Y}", value=value.isoformat(), metric="date", slice={})

    def words(self, text: str, what: str, **where: Any) -> str:
        """A name, a title or a reference from the data: its digits are no figure."""
        return self._bind(text, value=text, metric=what, slice=where) if re.search(r"\d", text) else text

    def _slice(self, metric: str, where: dict[str, Any]) -> dict[str, Any]:
        scope = self._scope if METRICS[metric].is_local else {}
        return {name: v.isoformat() if isinstance(v, date) else v for name, v in (scope | where).items()}

    def _bind(self, text: str, **entry: Any) -> str:
        self.entries.append({"text": text, **entry})
        return f"{_OPEN}{len(self.entries) - 1}{_MIDDLE}{text}{_CLOSE}"


def settle(texts: Iterable[str], entries: list[dict[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    """The texts as people read them, and the entries in the order in which they stand there. Raises NumberUnbound."""
    plain, read = [], []
    for text in texts:
        if stray := re.search(r"\d", _BOUND.sub("", text)):
            around = re.sub(f"{_OPEN}\\d+{_MIDDLE}|{_CLOSE}", "", text[max(stray.start() - 40, 0) : stray.end() + 40])
            raise NumberUnbound(f"В документе есть число, не связанное с данными: «…{around}…».")
        read += [entries[int(found[1])] for found in _BOUND.finditer(text)]
        plain.append(_BOUND.sub(r"\2", text))
    return plain, [{"no": number, **entry} for number, entry in enumerate(read, 1)]
