"""A long load writes in a process of its own: while it hands one page to the database, the load asks the source and
makes the next page ready. Two threads would take turns at Python's one lock; two processes take two cores."""

from __future__ import annotations

import multiprocessing
import os
import signal
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from mcu.errors import UserError
from mcu.landing.intake import Batch
from mcu.landing.privacy import Actions
from mcu.landing.writer import Counts, Writer
from mcu.warehouse.connect import connect

if TYPE_CHECKING:
    from mcu.landing.load import Run

LONG_LOAD = 5_000
"""From so many records on a load is long: a process costs some thirty milliseconds, a second connection and memory."""
LOCK = "select pg_advisory_lock(hashtext('mcu.write'), hashtext(%s))"
UNLOCK = "select pg_advisory_unlock(hashtext('mcu.write'), hashtext(%s))"
"""Held while the process lives: it may survive its load, if that is killed, by one page."""
_fork = multiprocessing.get_context("fork")


class WriterStopped(UserError):
    """The writing process is gone without a word: killed, or out of memory."""

    def __init__(self) -> None:
        super().__init__(
            "запись в базу остановлена извне (процесс завершён системой). Записанное сохранено, следующая загрузка"
            " продолжит. Если повторяется, проверьте, хватает ли памяти."
        )


class WritingApart:
    """Takes over the writing of `run`, whose own connection rests until the end. What went wrong there is raised by the
    next call and by each after it."""

    def __init__(self, run: Run) -> None:
        self._error: BaseException | None = None
        self._pipe, theirs = _fork.Pipe()
        # What is left open in the copy would outlive a killed load: its lock, and the end that tells of its death.
        not_theirs = [self._pipe.fileno(), run.conn.fileno()]
        self._process = _fork.Process(target=_write, args=(theirs, run, not_theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._answer()  # it holds its lock

    def write(self, batch: Batch, actions: Actions, total: int | None) -> None:
        """Hand over one page; waits until the one before is written."""
        try:
            self._pipe.send((batch, actions, total))
        except OSError:
            self._answer()  # why it went

    def finish(self) -> Counts:
        """Wait until all is written; the counts of the load."""
        with self._pipe:
            with suppress(OSError):
                self._pipe.send(None)
            counts = self._answer()
        self._process.join()
        assert counts is not None
        return counts

    def _answer(self) -> Counts | None:
        try:
            told = self._error or self._pipe.recv()
        except (EOFError, OSError):
            told = WriterStopped()
        if isinstance(told, BaseException):
            self._error = told
            raise told
        assert told is None or isinstance(told, Counts)
        return told


def _write(pipe: Connection, run: Run, not_ours: list[int]) -> None:
    for descriptor in not_ours:
        os.close(descriptor)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):  # the load is gone
        try:
            with connect("loader") as conn:
                conn.execute(LOCK, [run.spec.slug])
                run.conn, run.writer = conn, Writer(conn, run.spec, run.load_id)
                conn.commit()
                pipe.send(None)
                while page := pipe.recv():
                    batch, actions, run.total = page
                    run.write(batch, actions)
            pipe.send(run.counts)
        except Exception as error:
            pipe.send(error)
