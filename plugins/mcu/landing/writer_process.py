"""Writes a long load in a second process. While it hands one page to the database, the load reads the source and
prepares the next page. Two threads would share Python's one lock; two processes use two cores."""

from __future__ import annotations

import os
import pickle
import signal
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from typing import Any

import psycopg

from mcu.errors import UserError
from mcu.landing.counts import Counts
from mcu.landing.intake import Batch
from mcu.landing.writer import Writer
from mcu.privacy.pseudonyms import Actions
from mcu.warehouse.connect import connect

_LOCK = "select pg_advisory_lock(hashtext('mcu.write'), hashtext(%s))"
_UNLOCK = "select pg_advisory_unlock(hashtext('mcu.write'), hashtext(%s))"


def wait_for_last_page(conn: psycopg.Connection, slug: str) -> None:
    """Wait until no process writes for the source. If a load is killed, its writer may live on for one page."""
    conn.execute(_LOCK, [slug])
    conn.execute(_UNLOCK, [slug])


class WriterStopped(UserError):
    """The writing process ended without an answer: it was killed, or memory ran out."""

    code = "writer_stopped"


class WriterProcess:
    """Writes as `Writer` does, in a forked process with its own connection. The connection of the load stays idle until
    `finish`. An error of the process is raised by the next call and by each call after it."""

    def __init__(self, slug: str, load_id: int, counts: Counts, inherited: int) -> None:
        """`counts`: what was already written into the load; `inherited`: descriptor of the load's connection, which the
        new process closes. Raises OSError or psycopg.OperationalError if there is no second process or connection;
        nothing has happened then."""
        self._error: BaseException | None = None
        self._is_writing = False
        self._pipe, theirs = Pipe()
        # Not by multiprocessing: a Celery task counts as a daemon there and may have no children.
        self._pid = os.fork()
        if not self._pid:
            try:
                # Left open here, the pipe and the connection of a killed load would not close, nor its lock be freed.
                os.close(self._pipe.fileno())
                os.close(inherited)
                _serve(theirs, slug, load_id, counts)
            finally:
                os._exit(0)
        theirs.close()
        try:
            self._receive()  # it holds its lock
        except BaseException:
            self._end()
            raise

    def write(self, batch: Batch, actions: Actions, total: int | None, *, is_durable: bool = False) -> None:
        """Send one page. Returns when the page before it is written, for a durable page when the page itself is."""
        try:
            if self._is_writing:
                self._receive()
            self._pipe.send((batch, actions, total, is_durable))
            self._is_writing = not is_durable
            if is_durable:
                self._receive()
        except OSError:
            self._receive()  # raises the reason
        except BaseException as error:
            # Half a page may have been sent (Ctrl-C): the process would not understand anything after it.
            self._error = error
            raise

    def finish(self) -> Counts:
        """Wait until everything is written and end the process. Returns the counts of the load."""
        try:
            if self._is_writing:
                self._receive()
            with suppress(OSError):
                self._pipe.send(None)
            counts = self._receive()
            assert counts is not None
            return counts
        finally:
            self._end()

    def _receive(self) -> Counts | None:
        if self._error is None:
            try:
                answer: Any = self._pipe.recv()
            except (EOFError, OSError):
                answer = WriterStopped(
                    "запись в базу остановлена извне (процесс завершён системой). Записанное сохранено, следующая"
                    " загрузка продолжит. Если повторяется, проверьте, хватает ли памяти."
                )
            if not isinstance(answer, BaseException):
                assert answer is None or isinstance(answer, Counts)
                return answer
            self._error = answer
        raise self._error

    def _end(self) -> None:
        self._pipe.close()
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def _serve(pipe: Connection, slug: str, load_id: int, counts: Counts) -> None:
    """Write the pages that come through the pipe. Answers None when ready and after each page, the counts at the end
    (None comes instead of a page), or the error."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):  # the load is gone
        try:
            with connect("loader") as conn:
                conn.execute(_LOCK, [slug])
                writer = Writer(conn, slug, load_id, counts)
                conn.commit()
                pipe.send(None)
                while page := pipe.recv():
                    batch, actions, total, is_durable = page
                    writer.write(batch, actions, total, is_durable=is_durable)
                    pipe.send(None)
            pipe.send(writer.finish())
        except (EOFError, OSError):
            raise
        except Exception as error:
            pipe.send(_sendable(error))


def _sendable(error: Exception) -> Exception:
    """The error itself if it survives pickling, else one with only the name of its type: its text may quote a row."""
    try:
        return error if type(pickle.loads(pickle.dumps(error))) is type(error) else RuntimeError(type(error).__name__)
    except Exception:
        return RuntimeError(type(error).__name__)
