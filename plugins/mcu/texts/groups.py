"""Items that links hold together, whatever their number and order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def step(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """(key, place, linked_key or None) → (key, root): `root` is the member of the lowest (place, key), the same for all
    that links connect. Each member has at least one row."""
    parent: dict[Any, Any] = {}
    places: dict[Any, int] = {}

    def root(key: Any) -> Any:
        while (above := parent.setdefault(key, key)) != key:
            parent[key] = key = parent.setdefault(above, above)
        return key

    for key, place, linked in rows:
        places[key] = place
        mine = root(key)
        if linked is not None and (other := root(linked)) != mine:
            parent[other] = mine
    first: dict[Any, Any] = {}
    for key in places:
        top = root(key)
        if top not in first or (places[key], key) < (places[first[top]], first[top]):
            first[top] = key
    yield from ((key, first[root(key)]) for key in places)
