"""What a check of the installation found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One result; `what` and `advice` are shown to МЦУ staff."""

    is_ok: bool
    what: str
    advice: str = ""
