"""Which files a source reads."""

from __future__ import annotations

from fnmatch import fnmatch

from mcu.connectors.params import Dropped


def matches_patterns(name: str, params: Dropped) -> bool:
    """By the name alone. What begins with a dot or ~$ belongs to editors and unfinished copies."""
    return not name.startswith((".", "~$")) and any(fnmatch(name.lower(), p.lower()) for p in params.name_patterns)
