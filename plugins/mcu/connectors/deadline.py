"""Limits on how long a source may take. A socket's own time-out counts silence only: whoever sends a byte now and then
is never silent. Here a limit counts the whole answer, or the whole load."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from time import monotonic
from typing import TypeVar

from mcu.connectors.base import SourceError

Item = TypeVar("Item")


class LoadTooLong(SourceError):
    """A load takes longer than its source may. What was read is kept."""

    code = "load_too_long"


class Limit:
    """Shuts the connections of one exchange when its time is over: whoever waits for them gets an error at once."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self._timer: Timer | None = None

    def start(self, descriptors: Callable[[], Iterable[int]]) -> None:
        """Count from now. `descriptors`: of the sockets to shut, asked for when the time is over."""
        self.stop()
        self.is_over = False
        self._timer = Timer(self.seconds, self._cut, [descriptors])
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _cut(self, descriptors: Callable[[], Iterable[int]]) -> None:
        self.is_over = True
        for descriptor in descriptors():
            with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as copy:
                copy.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def over(self, descriptors: Callable[[], Iterable[int]]) -> Iterator[None]:
        """The limit over what is done within."""
        self.start(descriptors)
        try:
            yield
        finally:
            self.stop()


def within(minutes: float, items: Iterable[Item]) -> Iterator[Item]:
    """The items, as long as they come within so many minutes. Raises LoadTooLong."""
    until = monotonic() + minutes * 60
    for item in items:
        if monotonic() > until:
            raise LoadTooLong(
                f"данные поступают дольше {minutes:g} мин, чтение остановлено. Прочитанное сохранено. Если данных и"
                " должно быть столько, увеличьте load_minutes в описании источника."
            )
        yield item
