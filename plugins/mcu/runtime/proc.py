"""What the kernel says of a process. A process id may be given anew; with its start time, in ticks since boot, and the
id of the boot it names one process for ever, whatever the clock does."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Stat:
    """A line of `/proc/<pid>/stat`, as far as we need it."""

    pid: int
    state: str
    session: int
    started: int
    """Ticks since boot."""

    @property
    def runs(self) -> bool:
        """False for a process that has ended and waits for its parent."""
        return self.state not in ("Z", "X")

    @property
    def age_seconds(self) -> float:
        """How long ago it was started; a step of the clock does not change it."""
        uptime = float((_PROC / "uptime").read_text().split()[0])
        return uptime - self.started / os.sysconf("SC_CLK_TCK")


def stat(pid: int) -> Stat | None:
    """None if there is no such process."""
    try:
        line = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = line[line.rindex(")") + 2 :].split()  # the name before it may hold anything
    return Stat(pid, fields[0], int(fields[3]), int(fields[19]))


def stats() -> list[Stat]:
    """All processes of the machine."""
    found = (stat(int(entry.name)) for entry in _PROC.iterdir() if entry.name.isdecimal())
    return [one for one in found if one is not None]


def environment(pid: int) -> list[str]:
    """What the process was started with, `NAME=value`; empty if that cannot be read."""
    try:
        return (_PROC / str(pid) / "environ").read_text(encoding="utf-8", errors="replace").split("\0")
    except OSError:
        return []


def boot_id() -> str:
    """Another one after each start of the machine."""
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
