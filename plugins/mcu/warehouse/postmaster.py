"""The server process of a PostgreSQL folder, and what it leaves behind when it is killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_SECONDS = 10
"""How long a killed process may take to be gone."""


def of(data: Path) -> int | None:
    """The process that serves the folder `data`; None if none does. A process that was given the id that a killed
    server had wrote down is no server of it."""
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if _works_in(pid, data) else None


def clear_after_kill(data: Path) -> None:
    """End the processes that outlived their server, which hold its shared memory, and remove its mark if the id in it
    is another program's by now: PostgreSQL would take that for a running server. Only where `of(data)` is None."""
    for pid in _orphans(data):
        with suppress(OSError):
            os.kill(pid, signal.SIGQUIT)
    until = time.monotonic() + _SECONDS
    while any(_orphans(data)) and time.monotonic() < until:
        time.sleep(0.1)
    for pid in _orphans(data):
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _orphans(data: Path) -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal() and _works_in(entry, data))


def _works_in(process: int | Path, data: Path) -> bool:
    """True for a living process of PostgreSQL's: each of them stands in its data folder."""
    place = Path("/proc") / str(process) if isinstance(process, int) else process
    try:
        return (place / "cwd").resolve(strict=True) == data.resolve() and "postgres" in (place / "comm").read_text()
    except OSError:
        return False
