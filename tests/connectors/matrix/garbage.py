"""Malformed payloads: trees of JSON and bytes spoilt at random, the same ones at every run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from ground import TABLES

ENOUGH = 500
"""Malformed payloads that each connector must be given."""
GIVEN = settings(
    max_examples=ENOUGH,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
    phases=[Phase.generate],
)
"""The same examples at every run; a failing one is reported as it is: shrinking it would take minutes."""
seeds = st.integers(0, 2**32)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
odd_values = json_values | st.sampled_from(
    [
        "\ud83d", "снег \udc00", "\x00", " ", "1" * 5_000, f"[id1:bp-1_{'1' * 5_000}|Имя], да",
        "9999-12-31T23:59:59+00:00",
        "0000-00-00", 2**63, -(2**63), 253_402_300_799, -1, 0, 1e300, [[[]]], {"id": None}, [None], {"count": 10**9},
    ]
)  # fmt: skip  # a table


def mutated(body: Any, seed: int, value: Any) -> Any:
    """The tree with up to three of its nodes replaced, dropped or doubled."""
    rng, body = Random(seed), deepcopy(body)
    for _ in range(rng.randint(1, 3)):
        nodes = [n for n in _nodes(body) if n]
        if not nodes:
            return value
        node = rng.choice(nodes)
        key = rng.choice(list(node) if isinstance(node, dict) else range(len(node)))
        match rng.randrange(3):
            case 0:
                node[key] = deepcopy(value)
            case 1:
                del node[key]
            case _ if isinstance(node, list):
                node.insert(0, deepcopy(node[key]))
            case _:
                node[str(key) + "x"] = node[key]
    return body


def _nodes(body: Any) -> Iterator[Any]:
    if isinstance(body, dict | list):
        yield body
        for item in list(body.values()) if isinstance(body, dict) else body:
            yield from _nodes(item)


def broken(body: bytes, seed: int) -> bytes:
    """The bytes cut, with a piece replaced, taken out or doubled."""
    rng = Random(seed)
    at, end = sorted(rng.choices(range(len(body) + 1), k=2))
    piece = [b"", rng.randbytes(rng.randint(0, 8)), body[at:end], b'"', b"\x00", b";\n"][rng.randrange(6)]
    return body[:at] if rng.random() < 0.2 else body[:at] + piece + body[min(end, at + rng.randint(0, 20)) :]


def is_plain(message: str) -> bool:
    """True if people can read a refusal: it is Russian and not an internal error."""
    return re.search("[а-яё]{4}", message) is not None and "внутренняя ошибка (" not in message


def report(connector: str, line: str) -> None:
    """Adds a line to the table that is printed after all tests."""
    TABLES.setdefault("Негодные данные", []).append(f"  {connector:20}{line}")
