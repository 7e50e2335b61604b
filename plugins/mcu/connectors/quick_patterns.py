"""Regular expressions of specs: compiled when the spec is read, and refused if a text could make them slow.

Python's engine tries every way in which nested repeats can share a text: «(a+)+$» takes hours for forty letters."""

from __future__ import annotations

import re
from re import _constants as op  # type: ignore[attr-defined]  # typeshed does not know it
from re import _parser as parser  # type: ignore[attr-defined]  # the same
from typing import Any

LONGEST = 300
MOST_OPEN_REPEATS = 3
"""«.*» and the like, each of which multiplies the time by the length of the text."""

_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT)


def quick_pattern(pattern: str) -> re.Pattern[str]:
    """The compiled expression. Raises ValueError with a message for people."""
    if len(pattern) > LONGEST:
        raise ValueError(f"регулярное выражение длиннее {LONGEST} знаков: упростите его")
    try:
        compiled = re.compile(pattern)
        parsed = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"«{pattern}» - не регулярное выражение: {error}") from None
    if _open_repeats(parsed, is_inside=False) > MOST_OPEN_REPEATS:
        raise ValueError(
            f"«{pattern}» может проверяться бесконечно долго: повтор внутри повтора (как в «(a+)+») или больше"
            f" {MOST_OPEN_REPEATS} повторов без верхней границы"
        )
    return compiled


def _open_repeats(node: Any, *, is_inside: bool) -> int:
    """How many repeats of the expression may be long; beyond every limit if something that can share a text in several
    ways stands in one of them."""
    if isinstance(node, parser.SubPattern | list):
        return sum(_open_repeats(part, is_inside=is_inside) for part in node)
    if not isinstance(node, tuple):
        return 0
    if len(node) == 2 and node[0] in _REPEATS:
        least, most, what = node[1]
        if is_inside and most > least:
            return _TOO_MANY
        within = _open_repeats(what, is_inside=is_inside or most > _SHORT)
        return int(most - least > _SHORT) + within * max(1, min(int(most), _SHORT))
    if is_inside and node[0] is op.BRANCH:
        return _TOO_MANY
    return sum(_open_repeats(part, is_inside=is_inside) for part in node)


_SHORT = 8
"""A repeat with so few choices cannot become slow."""
_TOO_MANY = MOST_OPEN_REPEATS + 1
