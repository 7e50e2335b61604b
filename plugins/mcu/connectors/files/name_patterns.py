"""Which files a source reads, by their names."""

from __future__ import annotations

from fnmatch import fnmatch

from mcu.connectors.params import Dropped


def matches_patterns(name: str, params: Dropped) -> bool:
    """True if the source reads a file of this name. Names with a leading dot or ~$ are drafts of other programs."""
    return not name.startswith((".", "~$")) and any(fnmatch(name.lower(), p.lower()) for p in params.name_patterns)
