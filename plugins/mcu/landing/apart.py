"""A long load writes in a process of its own: while it hands one page to the database, the load asks the source and
makes the next page ready. Two threads would take turns at Python's one lock; two processes take two cores."""

from __future__ import annotations

import os
import pickle
import signal
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from typing import TYPE_CHECKING, Any

from mcu.errors import UserError
from mcu.landing.intake import Batch
from mcu.landing.writer import Counts, Writer
from mcu.privacy.pseudonyms import Actions
from mcu.warehouse.connect import connect

if TYPE_CHECKING:
    from mcu.landing.load import Run

LONG_LOAD = 5_000
"""From so many records on a load is long: a process costs some thirty milliseconds, a second connection and memory."""
LOCK = "select pg_advisory_lock(hashtext('mcu.write'), hashtext(%s))"
UNLOCK = "select pg_advisory_unlock(hashtext('mcu.write'), hashtext(%s))"
"""Held while the process lives: it may survive its load, if that is killed, by one page."""


class WriterStopped(UserError):
    """The writing process is gone without a word: killed, or out of memory."""


class WritingApart:
    """Takes over the writing of `run`, whose own connection rests until the end. What went wrong there is raised by the
    next call and by each after it. Raises OSError or psycopg.OperationalError where no process or no second connection
    can be had: nothing has happened then."""

    def __init__(self, run: Run) -> None:
        self._error: BaseException | None = None
        self._is_writing = False
        self._pipe, theirs = Pipe()
        # Not by multiprocessing: a task of Celery counts as a daemon there, and may have no children.
        self._pid = os.fork()
        if not self._pid:
            try:
                # Left open here, they would outlive a killed load: the end that tells of its death, and its lock.
                os.close(self._pipe.fileno())
                os.close(run.conn.fileno())
                _write(theirs, run)
            finally:
                os._exit(0)
        theirs.close()
        try:
            self._answer()  # it holds its lock
        except BaseException:
            self._end()
            raise

    def write(self, batch: Batch, actions: Actions, total: int | None) -> None:
        """Hand over one page and return; the page before it has been written then."""
        try:
            if self._is_writing:
                self._answer()
            self._pipe.send((batch, actions, total))
            self._is_writing = True
        except OSError:
            self._answer()  # why it went
        except BaseException as error:
            # A page may be half on its way (Ctrl-C): nothing can be said to the writer any more.
            self._error = error
            raise

    def finish(self) -> Counts:
        """Wait until all is written; the counts of the load."""
        try:
            if self._is_writing:
                self._answer()
            with suppress(OSError):
                self._pipe.send(None)
            counts = self._answer()
            assert counts is not None
            return counts
        finally:
            self._end()

    def _answer(self) -> Counts | None:
        if self._error is None:
            try:
                told: Any = self._pipe.recv()
            except (EOFError, OSError):
                told = WriterStopped(
                    "запись в базу остановлена извне (процесс завершён системой). Записанное сохранено, следующая"
                    " загрузка продолжит. Если повторяется, проверьте, хватает ли памяти."
                )
            if not isinstance(told, BaseException):
                assert told is None or isinstance(told, Counts)
                return told
            self._error = told
        raise self._error

    def _end(self) -> None:
        self._pipe.close()
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def _write(pipe: Connection, run: Run) -> None:
    """Answers None when it is ready and after each page, the counts when no page is left (None), or what went wrong."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):  # the load is gone
        try:
            with connect("loader") as conn:
                conn.execute(LOCK, [run.spec.slug])
                run.conn = conn
                run.writer = Writer(conn, run.spec, run.load_id, has_landed=run.counts.new > 0)
                conn.commit()
                pipe.send(None)
                while page := pipe.recv():
                    batch, actions, run.total = page
                    run.write(batch, actions)
                    pipe.send(None)
            pipe.send(run.counts)
        except (EOFError, OSError):
            raise
        except Exception as error:
            pipe.send(_fit_to_send(error))


def _fit_to_send(error: Exception) -> Exception:
    """The error itself where it crosses a pipe whole, else one that names it: its words may quote a row."""
    try:
        return error if type(pickle.loads(pickle.dumps(error))) is type(error) else RuntimeError(type(error).__name__)
    except Exception:
        return RuntimeError(type(error).__name__)
