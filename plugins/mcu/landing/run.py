"""The run of a load: from its row in the ledger to `landed` or `failed`, or to no row at all if it brought nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Any

import psycopg

from mcu.connectors.base import Page, Window
from mcu.connectors.deadline import within
from mcu.errors import UserError
from mcu.faults import in_words
from mcu.landing import ledger, source_state
from mcu.landing.counts import Counts, describe_counts
from mcu.landing.drift import describe_drift, renamed
from mcu.landing.intake import Intake
from mcu.landing.ledger import Load, LoadedFile
from mcu.landing.writer import Writer
from mcu.landing.writer_process import WriterProcess
from mcu.privacy.labels import mask_message
from mcu.privacy.pepper import guard
from mcu.sources.spec import SourceSpec
from mcu.warehouse.faults import DatabaseDown

LONG_LOAD = 5_000
"""A load of more records is written in a second process, which costs some 30 ms, a second connection and memory."""


class LoadError(UserError):
    """The source or the file cannot be loaded. Fields: slug and, where it matters, path."""

    code = "load_impossible"


class LoadBrokenOff(LoadError):
    """A load broke off. What was read is kept, and the next load goes on from there. Fields: slug, load_id."""

    code = "load_broken_off"


@dataclass(frozen=True, slots=True)
class LoadResult:
    """How one load ended.

    `status`: landed (to be judged by the raw gate), unchanged (nothing new, no row in the ledger), refused (a file that
    cannot be read), repeated (a file loaded before), waiting (a file still growing), failed (one file of several broke
    off)."""

    load_id: int | None
    status: str
    read: int = 0
    new: int = 0
    unchanged: int = 0
    rejected: int = 0
    control_total: int | None = None
    message: str = ""
    file_name: str | None = None
    """The file that was refused or broke off."""


def result_of(load: Load, message: str) -> LoadResult:
    """The result of a load that an earlier run has written."""
    counts = load.read_count, load.new_count, load.unchanged_count, load.rejected_count
    return LoadResult(load.load_id, load.status, *counts, load.control_total, message)


class Run:
    """A load under way."""

    def __init__(
        self,
        conn: psycopg.Connection,
        spec: SourceSpec,
        *,
        window: Window | None = None,
        file: LoadedFile | None = None,
        observed_at: datetime | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        """Open the load in the ledger. `observed_at`: when the source showed the data, by default now; `details` are
        added to the ledger's row. Raises PepperRefused."""
        guard(conn)
        self.conn, self.spec = conn, spec
        self.total: int | None = None
        self.load_id, self.started_at = ledger.open_load(conn, spec.slug, window or Window(), file)
        observed_at = observed_at or self.started_at
        self.details = {"observed_at": observed_at.astimezone(UTC).isoformat(), **(details or {})}
        self.intake = Intake(spec, observed_at)
        self.writer = Writer(conn, spec.slug, self.load_id)
        conn.commit()

    @property
    def counts(self) -> Counts:
        """What has been read and written so far; pages sent to a second process count when that has ended."""
        return self.writer.counts

    def land(self, pages: Iterable[Page]) -> None:
        """Write page after page, each in a transaction of its own. From `LONG_LOAD` records on a second process writes,
        unless the source gives each page only once. Raises LoadTooLong after the source's `load_minutes`."""
        writer: Writer | WriterProcess = self.writer
        long_from: float = LONG_LOAD
        with _no_cycle_collection():
            try:
                for page in within(self.spec.load_minutes, pages):
                    batch, actions = self.intake.take(page), self.intake.privacy.take_actions()
                    self.total = page.total if page.total is not None else self.total
                    if writer is self.writer and self.counts.read >= long_from and not page.is_only_copy:
                        try:
                            writer = WriterProcess(self.spec.slug, self.load_id, self.counts, self.conn.fileno())
                        except (OSError, psycopg.OperationalError):
                            long_from = inf  # no process or connection is free: this process goes on writing
                    writer.write(batch, actions, self.total, is_durable=page.is_only_copy)
            finally:
                self.writer.counts = writer.finish()

    def commit(self) -> None:
        """Commit what was written, with the counts of the load."""
        self.writer.commit(self.intake.privacy.take_actions(), self.total)

    def finish(self, cursor: dict[str, Any] | None = None, *, subject: str | None = None) -> LoadResult:
        """Mark the load `landed`. A load that brought nothing is discarded, and its cursor takes effect at once.
        `subject` begins the message, by default with the source's title."""
        c = self.counts
        self.conn.execute("set local synchronous_commit = on")
        drift = self.intake.drift()
        message = f"{subject or describe_source(self.spec)}: {describe_counts(c)}{describe_drift(self.spec, drift)}."
        message = " ".join([message, *self.intake.notes])
        if self.intake.no_dates:
            fields = ", ".join(f"{name} - {count}" for name, count in sorted(self.intake.no_dates.items()))
            message += f" Заглушка вместо даты прочитана как пусто: {fields}."
        is_empty = not c.new and not c.rejected
        if is_empty:
            ledger.discard(self.conn, self.load_id)
            source_state.move_cursor(self.conn, self.spec.slug, cursor)
        else:
            ledger.mark_landed(self.conn, self.load_id, message, self._details(drift), cursor)
        source_state.note_checked(self.conn, self.spec.slug)
        self.conn.commit()
        if is_empty:
            return LoadResult(None, "unchanged", c.read, 0, c.unchanged, 0, self.total, message)
        return LoadResult(self.load_id, "landed", c.read, c.new, c.unchanged, c.rejected, self.total, message)

    def _details(self, drift: dict[str, list[str]]) -> dict[str, Any]:
        details = {**self.details, **drift, **self.intake.times_changed()}
        if self.counts.repeated:
            details["repeated"] = self.counts.repeated
        if self.intake.notes:
            details["notes"] = list(self.intake.notes)
        if pairs := renamed(self.spec, drift):
            details["renamed"] = pairs
        return details

    def break_off(self, message: str) -> None:
        """Mark the load `failed`; its versions stay for the next load."""
        self.conn.rollback()
        ledger.mark_failed(self.conn, self.load_id, message, self.details)
        source_state.note_failure(self.conn, self.spec.slug, message)
        self.conn.commit()


def describe_source(spec: SourceSpec) -> str:
    """«Источник „…“»: how messages begin that concern a whole source."""
    return f"Источник «{spec.title}»"


@contextmanager
def breaking_off(run: Run, subject: str) -> Iterator[None]:
    """Mark the load `failed` on any error inside. Raises LoadBrokenOff with a message that begins with the subject and
    holds no data, or DatabaseDown, which may pass; an internal error is raised as it is."""
    try:
        yield
    except UserError as error:
        message = mask_message(f"{subject}: {error}")
        run.break_off(message)
    except psycopg.Error as error:
        words = in_words(error)
        # The database's own text may quote a row.
        message = f"{subject}: {words or f'база данных не приняла записи ({type(error).__name__}, {error.sqlstate}).'}"
        with suppress(psycopg.OperationalError):  # the database is gone: the next load finds this one interrupted
            run.break_off(message)
        if isinstance(words, DatabaseDown):
            raise DatabaseDown(message) from None
    except OSError as error:
        message = f"{subject}: {in_words(error) or f'сбой ввода-вывода ({type(error).__name__}).'}"
        run.break_off(message)
    except Exception as error:
        run.break_off(f"{subject}: внутренняя ошибка ({type(error).__name__}). Подробности в журнале задачи.")
        raise
    else:
        return
    raise LoadBrokenOff(message, slug=run.spec.slug, load_id=run.load_id)


@contextmanager
def _no_cycle_collection() -> Iterator[None]:
    """Switch off the search for reference cycles. Records are trees, which reference counts free; the search would cost
    a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
