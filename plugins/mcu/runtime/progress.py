"""Progress of long work on the console: each step, its duration and how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from mcu.plain_text import printable

console = Console(highlight=False, soft_wrap=True)
if not console.is_terminal:
    console.width = 140  # a log has no edge: nothing may be cut off

SECONDS_BETWEEN_LINES = 5


class Steps:
    """Numbered steps of one piece of work."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._number = 0
        self._began = time.monotonic()

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Run one step. The yielded function prints a line of progress, at most one in five seconds."""
        self._number += 1
        began = last = time.monotonic()
        console.print(f"[bold]{self._number:>2}/{self._total}[/] {escape(printable(title))} …")

        def report(text: str) -> None:
            nonlocal last
            if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
                last = time.monotonic()
                console.print(f"      [dim]{last - began:4.0f} с  {escape(printable(text))}[/]")

        try:
            yield report
        except BaseException:
            console.print(f"      [red]не выполнено[/] через {time.monotonic() - began:.0f} с")
            raise
        console.print(f"      [green]готово[/] за {time.monotonic() - began:.1f} с")

    @property
    def seconds(self) -> float:
        """Seconds since the first step could begin."""
        return time.monotonic() - self._began
