"""Why the figures of a period differ between two editions: what the versions of both say, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CAUSES = {
    "accepted_upto": "поступили новые или исправленные данные",
    "rules": "изменены правила",
    "calendar": "изменён производственный календарь или рабочее время",
    "maps": "изменены справочники или сопоставления",
    "models": "изменены определения",
}
"""By the part of `versions` that differs, in the order in which they are named."""

TIME = "сведения на более поздний момент"
UNKNOWN = "причина не записана"


def cause(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The cause in Russian; several changed parts are named together, since one edition does not tell them apart.
    `before`, `after`: rows of `ops.publications`. An edition older than the versions names none."""
    old, new = before["versions"], after["versions"]
    if not old:
        return UNKNOWN
    found = [words for part, words in CAUSES.items() if old.get(part) != new.get(part)]
    if not found and before["as_of"] != after["as_of"]:
        found = [TIME]
    return "; ".join(found) or UNKNOWN
