"""Names of the files of new charts: their Russian title in Latin letters."""

from __future__ import annotations

import re
from collections.abc import Collection

LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        (
            *("a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "j", "k", "l", "m", "n", "o", "p", "r", "s", "t"),
            *("u", "f", "kh", "c", "ch", "sh", "shch", "", "y", "", "e", "yu", "ya"),
        ),
        strict=True,
    )
)
LONGEST = 40


def file_name(title: str, taken: Collection[str]) -> str:
    """A name that nobody has."""
    latin = "".join(LATIN.get(letter, letter) for letter in title.lower())
    stem = re.sub(r"[^a-z0-9]+", "_", latin).strip("_")[:LONGEST].strip("_") or "chart"
    number, name = 1, stem
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    return name
